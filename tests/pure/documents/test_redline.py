"""What changed between two versions, block by block and word by word, for the eye and for the ear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutoring.documents.blocks import Block, BlockKind, identified, tidy
from tutoring.documents.redline import (
    Change,
    ChangeKind,
    Piece,
    PieceKind,
    after,
    as_text,
    before,
    compare,
    differences,
    printed,
    summary,
    to_html,
)
from tutoring.documents.typed import read_text

REWRITTEN = sorted(path.parent for path in Path(__file__).parents[2].glob("rewriting/pairs/*/old.md"))

AIMS = "La formation prépare chaque stagiaire à conduire un entretien d’évaluation en situation réelle."
PUBLIC = "Elle s’adresse aux infirmières et infirmiers qui encadrent des étudiants depuis au moins deux ans."
FIRST = "Chaque séance alterne un apport théorique bref, une mise en situation filmée et un retour collectif."
SECOND = "Les participants choisissent eux-mêmes les situations qu’ils souhaitent rejouer devant le groupe."
LIMITS = "Le calendrier des services hospitaliers impose de regrouper les séances sur trois journées."


def blocks(*texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> tuple[Block, ...]:
    return identified(Block("", kind, text, text) for text in texts)


def heading(text: str) -> Block:
    return Block("", BlockKind.HEADING, text, text, level=2)


def kinds(changes: Sequence[Change]) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [("left" if change.left else str(change.kind), change.old, change.new) for change in changes]


def wdiff(pieces: Sequence[Piece]) -> str:
    forms = {PieceKind.SAME: "{}", PieceKind.GONE: "[-{}-]", PieceKind.NEW: "{{+{}+}}"}
    return "".join(forms[piece.kind].format(piece.text) for piece in pieces)


# Words


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ""),
        ("un mot", "un mot", "un mot"),
        ("un mot", "", "[-un mot-]"),
        ("l’évaluation formative", "l’observation formative", "l’[-évaluation-]{+observation+} formative"),
        ("un chat noir", "un petit chat noir", "un{+ petit+} chat noir"),
        ("Il vient. Il part.", "Il vient. Il reste. Il part.", "Il vient.{+ Il reste.+} Il part."),
        (
            "conduire seul le premier entretien annuel",
            "observer en binôme le second bilan annuel",
            "[-conduire seul le premier entretien-]{+observer en binôme le second bilan+} annuel",
        ),
        (AIMS, LIMITS, f"[-{AIMS}-]{{+{LIMITS}+}}"),
    ],
)
def test_words_that_changed_are_told_as_one_would(old: str, new: str, told: str) -> None:
    assert wdiff(differences(old, new)) == told


def test_typography_alone_is_no_change_of_words() -> None:
    pieces = differences("L'été : « oui »…", 'L’été: "oui"...')
    assert {piece.kind for piece in pieces} == {PieceKind.SAME}
    assert (before(pieces), after(pieces)) == ("L'été : « oui »…", 'L’été: "oui"...')


def test_texts_too_long_to_compare_keep_what_they_begin_and_end_with() -> None:
    old, new = (f"{AIMS} {words * 15_000}{LIMITS * 800}" for words in ("un mot ", "des termes "))
    pieces = differences(old, new)
    assert [piece.kind for piece in pieces] == [PieceKind.SAME, PieceKind.GONE, PieceKind.NEW, PieceKind.SAME]
    assert (before(pieces), after(pieces)) == (old, new)


# Blocks


def test_two_empty_documents_do_not_differ() -> None:
    assert compare((), ()) == ()
    assert summary(()).unchanged
    assert printed(()) == "blocks: none · words: +0 -0 moved 0"


def test_everything_is_added_to_an_empty_document_and_removed_from_it() -> None:
    assert kinds(compare((), blocks(AIMS))) == [("added", (), (0,))]
    assert kinds(compare(blocks(AIMS), ())) == [("removed", (0,), ())]


def test_what_is_gone_is_told_in_its_place() -> None:
    assert kinds(compare(blocks(AIMS, PUBLIC, LIMITS), blocks(AIMS, FIRST, LIMITS))) == [
        ("same", (0,), (0,)),
        ("removed", (1,), ()),
        ("added", (), (1,)),
        ("same", (2,), (2,)),
    ]


def test_a_moved_block_is_told_where_it_left_and_where_it_arrives() -> None:
    changes = compare(blocks(PUBLIC, AIMS, FIRST, SECOND), blocks(AIMS, FIRST, SECOND, PUBLIC))
    assert kinds(changes) == [
        ("left", (0,), (3,)),
        ("same", (1,), (0,)),
        ("same", (2,), (1,)),
        ("same", (3,), (2,)),
        ("moved", (0,), (3,)),
    ]
    assert summary(changes).words_moved == 16
    assert (summary(changes).words_added, summary(changes).words_removed) == (0, 0)


def test_of_two_parts_that_were_swapped_the_shorter_moved() -> None:
    changes = compare(blocks(AIMS, PUBLIC, "Un mot bref."), blocks("Un mot bref.", AIMS, PUBLIC))
    assert kinds(changes) == [
        ("moved", (2,), (0,)),
        ("same", (0,), (1,)),
        ("same", (1,), (2,)),
        ("left", (2,), (0,)),
    ]


def test_a_moved_block_may_be_reworded_too() -> None:
    reworded = PUBLIC.replace("deux ans", "trois années")
    changes = compare(blocks(PUBLIC, AIMS, FIRST), blocks(AIMS, FIRST, reworded))
    [arrived] = [change for change in changes if change.kind == ChangeKind.MOVED and not change.left]
    assert arrived.reworded
    assert wdiff(arrived.pieces).endswith("au moins [-deux ans-]{+trois années+}.")


def test_a_split_is_one_change_with_a_new_break() -> None:
    changes = compare(blocks(AIMS, f"{FIRST} {SECOND}", LIMITS), blocks(AIMS, FIRST, SECOND, LIMITS))
    assert kinds(changes)[1] == ("split", (1,), (1, 2))
    assert wdiff(changes[1].pieces) == f"{FIRST}{{+\n+}}{SECOND}"
    assert to_html(changes[1]) == f'{FIRST}<ins class="break">¶</ins><br>{SECOND}'


def test_a_merge_is_one_change_with_a_break_less() -> None:
    changes = compare(blocks(AIMS, FIRST, SECOND, LIMITS), blocks(AIMS, f"{FIRST} {SECOND}", LIMITS))
    assert kinds(changes)[1] == ("merged", (1, 2), (1,))
    assert to_html(changes[1]) == f'{FIRST}<del class="break">¶</del> {SECOND}'


def test_a_renamed_title_is_changed_and_names_what_follows() -> None:
    old, new = (heading("Public visé"), *blocks(PUBLIC)), (heading("Le public"), *blocks(PUBLIC))
    renamed, kept = compare(old, new)
    assert (renamed.kind, kept.kind, kept.under) == (ChangeKind.CHANGED, ChangeKind.SAME, "Le public")


def test_repeated_paragraphs_are_not_moved_about() -> None:
    old = blocks(AIMS, "À compléter.", PUBLIC, "À compléter.", LIMITS)
    changes = compare(old, (*old[:2], *old[3:]))
    assert [change.kind for change in changes if change.kind != ChangeKind.SAME] == [ChangeKind.REMOVED]


def test_a_row_is_told_cell_by_cell() -> None:
    old, new = (blocks(f"Séance 2 | Entretien filmé | {hours} h", kind=BlockKind.ROW) for hours in (3, 4))
    [change] = compare(old, new)
    assert to_html(change) == "<td>Séance 2</td><td>Entretien filmé</td><td><del>3</del><ins>4</ins> h</td>"
    assert (before(change.pieces), after(change.pieces)) == (old[0].text, new[0].text)


def test_a_column_more_is_a_cell_more() -> None:
    [change] = compare(
        blocks("Séance 2 | Entretien filmé", kind=BlockKind.ROW),
        blocks("Séance 2 | salle B | Entretien filmé", kind=BlockKind.ROW),
    )
    assert to_html(change) == "<td>Séance 2</td><td><ins>salle B</ins></td><td>Entretien filmé</td>"


@pytest.mark.parametrize(
    ("new", "codes"),
    [
        (Block("", BlockKind.PARAGRAPH, "L’œuvre : oui", "L’œuvre : <em>oui</em>"), ("formatting",)),
        (Block("", BlockKind.PARAGRAPH, "L'œuvre: oui", "L'œuvre: oui"), ("typography",)),
        (Block("", BlockKind.QUOTE, "L’œuvre : oui", "L’œuvre : oui"), ("nature",)),
        (
            Block(
                "",
                BlockKind.PARAGRAPH,
                "L’œuvre : oui",
                'L’œuvre : oui<sup class="call"><a href="#n">1</a></sup>',
            ),
            (),
        ),
    ],
)
def test_what_says_the_same_words_is_the_same_retouched(new: Block, codes: tuple[str, ...]) -> None:
    [change] = compare(blocks("L’œuvre : oui"), (new,))
    assert (change.kind, change.retouched) == (ChangeKind.SAME, codes)
    assert to_html(change) == new.html


def test_words_are_escaped() -> None:
    [change] = compare(blocks("Une balise <b> et un « & »"), ())
    assert to_html(change) == "<del>Une balise &lt;b&gt; et un « &amp; »</del>"


# The text list


def test_the_list_tells_where_and_what_without_colour() -> None:
    long = f"{FIRST} {SECOND} {AIMS} {PUBLIC}"
    old = (heading("Méthode"), *(replace(block, page=3) for block in blocks(long, LIMITS)))
    new = (heading("Méthode"), *(replace(block, page=4) for block in blocks(long.replace("filmée", "jouée"))))
    changed, removed = as_text(compare(old, new))
    assert (changed.kind, changed.under, changed.page) == (ChangeKind.CHANGED, "Méthode", 4)
    assert changed.old == (
        "[…] alterne un apport théorique bref, une mise en situation filmée et un retour collectif. "
        "Les participants choisissent […]"
    )
    assert changed.new == changed.old.replace("filmée", "jouée")
    assert (removed.kind, removed.page, removed.old, removed.new) == (ChangeKind.REMOVED, 3, LIMITS, "")


def test_the_list_is_printed_as_wdiff_does() -> None:
    old = (heading("Méthode"), *blocks(AIMS, "Trois journées de formation sont prévues en mars prochain."))
    new = (
        heading("Méthode"),
        *blocks(AIMS, "Quatre journées de formation sont prévues en mars prochain.", LIMITS),
    )
    assert printed(compare(old, new)) == (
        "changed · under “Méthode”\n"
        "    [-Trois-]{+Quatre+} journées de formation sont prévues en mars prochain.\n\n"
        "added · under “Méthode”\n"
        f"    {{+{LIMITS}+}}\n\n"
        "blocks: same 2, changed 1, added 1 · words: +14 -1 moved 0"
    )


def test_what_was_only_retouched_is_counted_and_told_when_asked() -> None:
    changes = compare(blocks("L'été"), blocks("L’été"))
    assert printed(changes) == "blocks: same 1 (1 retouched) · words: +0 -0 moved 0"
    assert as_text(changes) == []
    [line] = as_text(changes, retouched=True)
    assert (line.old, line.new, line.retouched) == ("L'été", "L’été", ("typography",))


# For any two versions

WORDS = [
    "séance",
    "formation",
    "Bilan",
    "d’",
    "l'",
    "un",
    "le",
    ".",
    "|",
    "«",
    "…",
    "<i>",
    "\u00ad",
    " ",
    "groupe",
]
TEXT = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=12)
BLOCK = st.builds(lambda kind, text: Block("", kind, text, ""), st.sampled_from(list(BlockKind)), TEXT)
DOCUMENT = st.lists(BLOCK, max_size=8).map(identified)


@st.composite
def versions(draw: st.DrawFn) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """A document, and what became of it: blocks dropped, moved, cut, joined, reworded, added."""
    old = draw(DOCUMENT)
    new = list(draw(st.permutations(old))) if draw(st.booleans()) else list(old)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 2))] = draw(st.lists(BLOCK, max_size=2))
        if at + 1 < len(new):
            both = f"{new[at].text} {new[at + 1].text}"
            new[at : at + 2] = [replace(new[at], text=both)]
    return old, identified(new)


def given_back(old: Sequence[Block], new: Sequence[Block]) -> None:
    """Assert that the changes tell every block of both, once, word for word."""
    told = [change for change in compare(old, new) if not change.left]
    assert [j for change in told for j in change.new] == list(range(len(new)))
    assert sorted(i for change in told for i in change.old) == list(range(len(old)))
    for change in told:
        assert before(change.pieces) == "\n".join(old[i].text for i in change.old)
        assert after(change.pieces) == "\n".join(new[j].text for j in change.new)


@given(TEXT, TEXT)
def test_pieces_give_back_both_texts(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert (before(pieces), after(pieces)) == (old, new)
    assert all(piece.text for piece in pieces)


@given(versions())
def test_changes_give_back_both_versions(both: tuple[tuple[Block, ...], tuple[Block, ...]]) -> None:
    given_back(*both)


@pytest.mark.parametrize("folder", REWRITTEN, ids=lambda folder: folder.name)
def test_changes_of_real_rewriting_give_back_both_versions(folder: Path) -> None:
    old, new = (
        read_text((folder / name).read_text(encoding="utf-8")).blocks for name in ("old.md", "new.md")
    )
    given_back(old, new)
    kept = summary(compare(old, new)).blocks
    assert kept[ChangeKind.SAME] + kept[ChangeKind.CHANGED] > 0


@given(versions())
def test_what_left_is_told_once_and_arrives_once(both: tuple[tuple[Block, ...], tuple[Block, ...]]) -> None:
    changes = compare(*both)
    left = sorted((change.old, change.new) for change in changes if change.left)
    moved = [change for change in changes if change.kind == ChangeKind.MOVED and not change.left]
    assert left == sorted((change.old, change.new) for change in moved)


@given(DOCUMENT)
def test_a_document_does_not_differ_from_itself(blocks: tuple[Block, ...]) -> None:
    changes = compare(blocks, blocks)
    assert all(change.kind == ChangeKind.SAME and not change.retouched for change in changes)
    assert as_text(changes, retouched=True) == []


@given(TEXT, TEXT)
def test_html_holds_the_words_and_nothing_else(old: str, new: str) -> None:
    for change in compare(blocks(tidy(old)), blocks(tidy(new))):
        if change.reworded and change.kind != ChangeKind.ADDED:
            words = unescape(re.sub(r"</?(?:ins|del)>", "", to_html(change)))
            assert words == "".join(piece.text for piece in change.pieces)
