"""How long it takes to read a text, to carry its remarks to the next version and to compare both, in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from tests.bench import essay
from tests.bench.report import Figure, Goal, figure
from tests.bench.timing import in_turn
from tests.rewriting import judge
from tutoring.documents.anchors.carry import carry
from tutoring.documents.anchors.quote import anchor_of
from tutoring.documents.reading import read
from tutoring.documents.redline import compare

REMARKS = 100
ROUNDS = 9
LONGER = 3
# Milliseconds for 20 pages.
GOALS = {"blocks": 1000.0, "carry-over": 100.0, "redline": 100.0}
# Three times the text in three times the time, and a fifth more: on a busy machine the same code gave ratios 9 %
# (carry-over) and 22 % (redline) apart from one run to the next.
PROPORTIONAL = LONGER * 1.2
PLACED, WRONG = 97.0, 0
_Engine = Callable[[int], Callable[[], object]]


def engines() -> Iterator[tuple[Figure, Goal]]:
    """Each engine on 20 pages, and on 60 against 20."""
    told = {
        "blocks": (_reading, "20 pages from .docx, in a process of its own"),
        "carry-over": (_carrying, f"20 pages, {REMARKS} remarks, a third of the sentences reworded"),
        "redline": (_comparing, "the same two versions, matching included"),
    }
    for name, (engine, note) in told.items():
        short, long = in_turn(engine(1), engine(LONGER), ROUNDS)
        yield figure(name, short, "its goal", GOALS[name], note), Goal(most=GOALS[name])
        longer = f"{name} × {LONGER}"
        yield figure(longer, long, "20 pages", short, "60 pages, as many remarks on each"), Goal(PROPORTIONAL)


def quality() -> Iterator[tuple[Figure, Goal]]:
    """How remarks fare on the hand-marked rewritings of `tests/rewriting`."""
    results = [one for folder in judge.folders() for one in judge.judged(judge.pair(folder))]
    count = Counter(one.verdict for one in results)
    told = ", ".join(f"{count[verdict]} {verdict}" for verdict in judge.Verdict)
    share = round(100 * judge.share_placed(results), 1)
    note = f"{len(results)} remarks: {told}; placed, of those whose passage survives"
    yield Figure("placed", share, "%", "its goal", PLACED, round(share / PLACED, 2), note), Goal(least=PLACED)
    wrong = count[judge.Verdict.WRONG]
    yield (
        Figure("wrong", wrong, "", "its goal", WRONG, 0.0, "remarks on words they were not about"),
        Goal(most=WRONG),
    )


def _reading(times: int) -> Callable[[], object]:
    content = essay.word_file(times)
    return lambda: read("essai.docx", content)


def _carrying(times: int) -> Callable[[], object]:
    old, new = essay.blocks_of(times), essay.rewritten(times)
    anchors = [anchor_of(old, passage, "") for passage in essay.passages(old, REMARKS * times)]
    return lambda: carry(old, new, anchors)


def _comparing(times: int) -> Callable[[], object]:
    old, new = essay.blocks_of(times), essay.rewritten(times)
    return lambda: compare(old, new)
