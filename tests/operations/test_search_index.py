"""A real index on a real disk: found in French, by those who may, always as it was last written."""

import json
import multiprocessing
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from resources.search import Entry, SearchUnavailable, State, WhooshBackend
from resources.search.index import VERSION

ROOT = Path(__file__).resolve().parents[2]


def entry(
    resource: str,
    body: str,
    *,
    cohort: int = 1,
    day: int | None = 1,
    kind: str = "synthesis",
    title: str = "Titre",
    heading: str = "",
    section: str = "s",
    page: int | None = None,
) -> Entry:
    return Entry(f"{resource}#{section}", resource, cohort, day, kind, title, heading, section, page, body)


@pytest.fixture
def engine(tmp_path: Path) -> WhooshBackend:
    return WhooshBackend(tmp_path / "search")


@pytest.fixture
def library(engine: WhooshBackend) -> WhooshBackend:
    engine.rebuild(
        [
            entry(
                "s:1",
                "L’évaluation des élèves évalués, au cœur de l’œuvre scolaire.",
                title="Première journée",
            ),
            entry(
                "s:1",
                "Le e-learning et le tutorat : rendez-vous à midi.",
                section="s-b",
                heading="Outils › À distance",
            ),
            entry(
                "s:2", "La pédagogie du projet se construit avec les étudiant·e·s.", day=2, title="Le projet"
            ),
            entry(
                "r:1",
                "Note de synthèse : la méthode du projet.",
                kind="reading",
                day=2,
                page=7,
                title="Un livre",
            ),
            entry(
                "r:2",
                "e\u0301conomie sociale & <script>alert(1)</script> solidaire",
                kind="reading",
                day=None,
            ),
            entry("s:9", "Le secret de la zymologie, la pédagogie cachée.", cohort=2),
        ]
    )
    return engine


def found(engine: WhooshBackend, text: str, *cohorts: int) -> set[str]:
    return {hit.resource for hit in engine.search(text, cohorts=cohorts or (1,)).hits}


@pytest.mark.parametrize(
    ("text", "resources"),
    [
        ("évaluer", {"s:1"}),
        ("EVALUEE", {"s:1"}),
        ("evaluations", {"s:1"}),
        ("eleve", {"s:1"}),
        ("coeur", {"s:1"}),
        ("cœurs", {"s:1"}),
        ("oeuvre", {"s:1"}),
        ("l'oeuvre", {"s:1"}),
        ("l’œuvre", {"s:1"}),
        ("economie", {"r:2"}),
        ("e\u0301conomie", {"r:2"}),
        ("économies", {"r:2"}),
        ("étudiante", {"s:2"}),
        ("e-learning", {"s:1"}),
        ("learning", {"s:1"}),
        ("rendez-vous", {"s:1"}),
        ('"note de synthèse"', {"r:1"}),
        ("« méthode du projet »", {"r:1"}),
        ('"projet méthode"', set()),
        ("projet", {"s:2", "r:1"}),
        ("projet SAUF livre", {"s:2"}),
        ("projet -méthode", {"s:2"}),
        ("évaluation OU économie", {"s:1", "r:2"}),
        ("évaluation OU économie +solidaire", {"r:2"}),
        ("pédag", {"s:2"}),
        ("pedag", {"s:2"}),
        ("distance", {"s:1"}),
        ("journée", {"s:1"}),
        ("les", set()),
        ("SAUF projet", set()),
        ("introuvable", set()),
    ],
)
def test_a_reader_finds_what_is_written(library: WhooshBackend, text: str, resources: set[str]) -> None:
    assert found(library, text) == resources


def test_a_hit_leads_to_the_section_with_the_words_lit(library: WhooshBackend) -> None:
    (hit,) = library.search("distance midi", cohorts={1}).hits
    assert (hit.resource, hit.cohort, hit.day, hit.kind) == ("s:1", 1, 1, "synthesis")
    (passage,) = hit.passages
    assert passage.id == "s:1#s-b"
    assert (passage.anchor, passage.page) == ("s-b", None)
    assert passage.heading == "Outils › À <mark>distance</mark>"
    assert passage.snippet == "Le e-learning et le tutorat : rendez-vous à <mark>midi</mark>."
    (in_a_pdf,) = library.search("synthèse", cohorts={1}).hits
    assert [one.page for one in in_a_pdf.passages] == [7]


def test_what_authors_write_is_shown_as_text(library: WhooshBackend) -> None:
    (hit,) = library.search("alert sociale", cohorts={1}).hits
    assert hit.passages[0].snippet == (
        "économie <mark>sociale</mark> &amp; &lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt; solidaire"
    )


def test_a_long_text_is_shown_where_the_words_are(engine: WhooshBackend) -> None:
    filler = "Une phrase qui parle d’autre chose. " * 40
    engine.replace(
        {
            "s:1": [
                entry("s:1", filler + "Ici le <portfolio> du jury. " + filler + "Et là son barème. " + filler)
            ]
        }
    )
    (hit,) = engine.search("portfolio barème", cohorts={1}).hits
    shown = hit.passages[0].snippet
    assert "&lt;<mark>portfolio</mark>&gt;" in shown
    assert "<mark>barème</mark>" in shown
    assert len(shown) < 700


def test_each_one_finds_in_their_cohorts_only(library: WhooshBackend) -> None:
    assert found(library, "zymologie", 1) == set()
    assert found(library, "zymologie", 2) == {"s:9"}
    assert found(library, "pédagogie", 1, 2) == {"s:2", "s:9"}
    assert library.search("pédagogie", cohorts=set()).hits == ()
    assert library.search("pédagogie", cohorts={3}).total == 0


def test_nothing_tells_which_words_others_wrote(library: WhooshBackend) -> None:
    assert library.search("zymologje", cohorts={2}).did_you_mean == "zymologie"
    assert library.search("zymologje", cohorts={1}).did_you_mean is None
    assert library.suggest("zym", cohorts={2}) == ("zymologie",)
    assert library.suggest("zym", cohorts={1}) == ()
    assert found(library, "zymol", 1) == set()
    assert library.suggest("zym", cohorts=set()) == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pedagojie", "pédagogie"),
        ("pédagoie", "pédagogie"),
        ("solidiare", "solidaire"),
        ("evaluatoin", "évaluation"),
        ('porjet "metode du projet"', 'projet "méthode du projet"'),
        ("projet", None),
        ("xyzabc", None),
        ("projet -xyzabc", None),
    ],
)
def test_a_slip_is_mended_with_its_accents(library: WhooshBackend, typed: str, meant: str | None) -> None:
    assert library.search(typed, cohorts={1}).did_you_mean == meant


def test_words_are_offered_while_one_types(library: WhooshBackend) -> None:
    assert library.suggest("la peda", cohorts={1}) == ("pédagogie",)
    assert library.suggest("é", cohorts={1}) == ()
    assert set(library.suggest("év", cohorts={1})) == {"évaluation", "évalués"}
    assert library.suggest("", cohorts={1}) == ()


def test_words_in_different_sections_still_answer_and_say_so(library: WhooshBackend) -> None:
    results = library.search("économie pédagogie", cohorts={1})
    assert {hit.resource for hit in results.hits} == {"r:2", "s:2"}
    assert results.every_word is False
    assert library.search("méthode projet", cohorts={1}).every_word is True


def test_resources_are_counted_by_kind_and_day_and_paged(library: WhooshBackend) -> None:
    results = library.search("évaluation OU projet OU économie", cohorts={1}, limit=3)
    assert (len(results.hits), results.total, results.more) == (3, 4, True)
    assert results.kinds == {"synthesis": 2, "reading": 2}
    assert results.days == {1: 1, 2: 2, None: 1}
    last = library.search("évaluation OU projet OU économie", cohorts={1}, offset=3, limit=3)
    assert (len(last.hits), last.more) == (1, False)
    assert {hit.resource for hit in results.hits} & {hit.resource for hit in last.hits} == set()
    narrowed = library.search("évaluation OU projet OU économie", cohorts={1}, kind="reading", day=2)
    assert [hit.resource for hit in narrowed.hits] == ["r:1"]
    assert narrowed.kinds == {"synthesis": 1, "reading": 1}
    assert narrowed.days == {2: 1, None: 1}


def test_what_is_written_again_replaces_and_what_is_removed_is_gone(library: WhooshBackend) -> None:
    assert found(library, "tutorat") == {"s:1"}
    library.replace({"s:1": [entry("s:1", "Le portfolio.")], "s:3": [entry("s:3", "Le portfolio aussi.")]})
    assert found(library, "tutorat évaluation") == set()
    assert found(library, "portfolio") == {"s:1", "s:3"}
    assert library.search("portfolio", cohorts={1}).total == 2
    library.remove(["s:1"])
    library.replace({"s:3": []})
    assert found(library, "portfolio") == set()
    assert found(library, "pédagogie") == {"s:2"}


def test_many_updates_one_by_one_are_all_there(engine: WhooshBackend) -> None:
    for number in range(40):
        engine.replace({f"s:{number % 10}": [entry(f"s:{number % 10}", f"commun numéro{number}")]})
        assert engine.search("commun", cohorts={1}, limit=50).total == min(number + 1, 10)
        assert found(engine, f"numéro{number}") == {f"s:{number % 10}"}
    assert found(engine, "numéro3 !") == set()
    assert engine.state().entries == 10


def test_an_absent_index_says_so_and_is_made_by_the_first_update(engine: WhooshBackend) -> None:
    assert engine.state() == State("absent")
    with pytest.raises(SearchUnavailable) as reason:
        engine.search("a", cohorts={1})
    assert reason.value.code == "absent"
    engine.replace({"s:1": [entry("s:1", "Le portfolio.")]})
    assert (engine.state().code, engine.state().entries) == ("ready", 1)


def test_an_empty_index_answers_nothing(engine: WhooshBackend) -> None:
    assert engine.rebuild([]) == 0
    assert engine.search("portfolio", cohorts={1}).hits == ()
    assert engine.suggest("port", cohorts={1}) == ()
    assert engine.state().code == "ready"


def test_a_rebuild_takes_the_place_of_the_old_index_while_it_is_read(library: WhooshBackend) -> None:
    with library.searchers.reading() as before:
        assert WhooshBackend(library.folder.root).rebuild([entry("s:5", "Le portfolio.")]) == 1
        assert before.searcher.doc_count() == 6
        assert before.searcher.stored_fields(0)["title"] == "Première journée"
    assert found(library, "portfolio") == {"s:5"}
    assert found(library, "évaluation") == set()
    for _ in range(3):
        library.rebuild([entry("s:6", "Le portfolio.")])
    assert len(list(library.folder.root.glob("index-*"))) == 2


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(library: WhooshBackend) -> None:
    def broken() -> object:
        yield entry("s:7", "Le portfolio.")
        raise RuntimeError("no more rows")

    with pytest.raises(RuntimeError):
        library.rebuild(broken())  # type: ignore[arg-type]
    assert found(library, "évaluation") == {"s:1"}
    assert len(list(library.folder.root.glob("index-*"))) == 1
    library.replace({"s:1": [entry("s:1", "Le portfolio.")]})
    assert found(library, "portfolio") == {"s:1"}


def test_an_index_of_another_version_waits_for_a_rebuild(library: WhooshBackend) -> None:
    pointer = library.folder.root / "CURRENT"
    said = json.loads(pointer.read_text("utf-8"))
    assert said["version"] == VERSION
    pointer.write_text(json.dumps({**said, "version": "0.0"}), "utf-8")
    assert library.state().code == "outdated"
    with pytest.raises(SearchUnavailable):
        library.replace({"s:1": []})
    library.rebuild([entry("s:1", "Le portfolio.")])
    assert found(library, "portfolio") == {"s:1"}


@pytest.mark.parametrize("harm", ["cut", "empty", "noise", "gone", "pointer"])
@pytest.mark.parametrize("files", ["*.seg", "*.toc"])
def test_a_damaged_index_is_said_to_be_so_and_can_be_rebuilt(
    library: WhooshBackend, harm: str, files: str
) -> None:
    for path in (library.folder.root / "index-1").glob(files):
        whole = path.read_bytes()
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(
                {"cut": whole[: len(whole) // 2], "empty": b"", "noise": b"\x93" * len(whole)}.get(
                    harm, whole
                )
            )
    if harm == "pointer":
        (library.folder.root / "CURRENT").write_text("{", "utf-8")
    fresh = WhooshBackend(library.folder.root)
    assert fresh.state().code == "broken"
    with pytest.raises(SearchUnavailable):
        fresh.search("évaluation", cohorts={1})
    with pytest.raises(SearchUnavailable):
        fresh.replace({"s:1": [entry("s:1", "a")]})
    fresh.rebuild([entry("s:1", "Le portfolio.")])
    assert found(fresh, "portfolio") == {"s:1"}


def test_an_index_that_vanishes_is_absent(library: WhooshBackend) -> None:
    shutil.rmtree(library.folder.root)
    assert library.state().code == "absent"


def test_another_process_sees_an_update_at_once(library: WhooshBackend) -> None:
    assert found(library, "portfolio") == set()
    script = (
        "import sys; from pathlib import Path; from resources.search import Entry, WhooshBackend\n"
        "engine = WhooshBackend(Path(sys.argv[1]))\n"
        "engine.replace({'s:8': [Entry('s:8#s','s:8',1,1,'synthesis','T','','s',None,'Le portfolio.')]})\n"
        "print(len(engine.search('portfolio', cohorts={1}).hits))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(library.folder.root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "1\n"
    assert found(library, "portfolio") == {"s:8"}


def write_many(root: str, name: str) -> None:
    engine = WhooshBackend(Path(root))
    for number in range(8):
        engine.replace({f"{name}:{number}": [entry(f"{name}:{number}", "Le portfolio partagé.")]})


def test_two_writers_take_turns_and_readers_never_see_half(engine: WhooshBackend) -> None:
    engine.rebuild([])
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(str(engine.folder.root), name)) for name in "ab"]
    for writer in writers:
        writer.start()
    seen = []
    while any(writer.is_alive() for writer in writers):
        seen.append(engine.search("portfolio", cohorts={1}, limit=50).total)
        time.sleep(0.01)
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert seen == sorted(seen)
    assert engine.search("portfolio", cohorts={1}, limit=50).total == 16


def test_threads_share_an_engine(library: WhooshBackend) -> None:
    answers: list[set[str]] = []

    def ask() -> None:
        for _ in range(20):
            answers.append(found(library, "projet") | found(library, "évaluation"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"s:1", "s:2", "r:1"}] * 80


HOSTILE = [
    "*", "e*", "*e*", "a* b* c* d* e*", "evalu~9", "[a TO z]", "body:*", "title:secret", '"', "(((", "'", "\\",
    "a OU " * 2000, "é" * 300, "- - -", "+", "-x", "SAUF x", "x" * 100_000, "\x00\x01", "\ud800",
    "a-b-c-d-e-f-g-h-i-j-k-l-m-n",
    " ".join(f"mot{n}" for n in range(12)), " OU ".join(["élève"] * 12), '"' + "projet " * 12 + '"',
    "cons", "%s {0} ${x}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_typed_fails_or_takes_long(library: WhooshBackend, text: str) -> None:
    library.state()
    began = time.perf_counter()
    library.search(text, cohorts={1})
    library.suggest(text, cohorts={1})
    assert time.perf_counter() - began < 0.5
    assert "s:9" not in found(library, text)
