"""Which block became which, from one version of a document to the next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutoring.documents.blocks import Block, BlockKind, identified
from tutoring.documents.matching import Matching, PairKind, match

AIMS = "La formation prépare chaque stagiaire à conduire un entretien d’évaluation en situation réelle."
PUBLIC = "Elle s’adresse aux infirmières et infirmiers qui encadrent des étudiants depuis au moins deux ans."
METHOD = (
    "Chaque séance alterne un apport théorique bref, une mise en situation filmée et un retour collectif. "
    "Les participants choisissent eux-mêmes les situations qu’ils souhaitent rejouer devant le groupe. "
    "Un carnet de bord recueille leurs observations et sert de support au bilan de fin de parcours."
)
LIMITS = "Le calendrier des services hospitaliers impose de regrouper les séances sur trois journées."


def blocks(*texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> tuple[Block, ...]:
    return identified(Block("", kind, text, text) for text in texts)


def heading(text: str, level: int = 2) -> Block:
    return Block("", BlockKind.HEADING, text, text, level=level)


def became(matching: Matching) -> dict[int, int]:
    return {pair.old: pair.new for pair in matching.pairs}


def test_nothing_becomes_nothing() -> None:
    assert match((), ()) == Matching(())
    assert match(blocks(AIMS), ()) == Matching(())
    assert match((), blocks(AIMS)) == Matching(())


def test_the_same_words_are_paired_whatever_the_typography() -> None:
    found = match(blocks("L’atelier : « dire »"), blocks('L\'atelier: "dire"'))
    assert [(pair.score, pair.kind, pair.why) for pair in found.pairs] == [(100, PairKind.EXACT, "alone")]


def test_swapped_paragraphs_are_followed() -> None:
    assert became(match(blocks(AIMS, PUBLIC, METHOD), blocks(METHOD, AIMS, PUBLIC))) == {0: 1, 1: 2, 2: 0}


def test_repeated_paragraphs_stay_with_their_neighbours() -> None:
    old = blocks(AIMS, "À compléter.", PUBLIC, "À compléter.", LIMITS)
    assert became(match(old, blocks(PUBLIC, "À compléter.", LIMITS))) == {2: 0, 3: 1, 4: 2}
    assert became(match(old, blocks(LIMITS, AIMS, "À compléter.", PUBLIC))) == {0: 1, 1: 2, 2: 3, 4: 0}


def test_repeated_paragraphs_without_neighbours_are_paired_in_order() -> None:
    assert became(match(blocks("Oui", "Oui", "Oui"), blocks("Oui", "Oui"))) == {0: 0, 1: 1}


def test_a_reworded_paragraph_is_alike() -> None:
    reworded = (
        "Cette formation prépare les stagiaires à mener un entretien d’évaluation dans une situation réelle."
    )
    [pair] = match(blocks(PUBLIC, AIMS), blocks(reworded, "Un tout autre sujet, sans rapport aucun.")).pairs
    assert (pair.old, pair.new, pair.kind) == (1, 0, PairKind.ALIKE)
    assert pair.score >= 45


def test_sentences_in_another_order_are_the_same_paragraph() -> None:
    one, two, three = METHOD.split(". ")
    assert became(match(blocks(METHOD, AIMS), blocks(f"{three.rstrip('.')}. {one}. {two}."))) == {0: 0}


def test_unrelated_paragraphs_are_not_paired_even_in_the_same_place() -> None:
    other = "Le budget prévisionnel couvre la location de deux salles, le matériel vidéo et les déplacements."
    assert became(match(blocks(AIMS, PUBLIC, LIMITS), blocks(AIMS, other, LIMITS))) == {0: 0, 2: 2}


def test_short_items_need_more_than_a_word_in_common() -> None:
    old = blocks("une salle équipée", "deux caméras", kind=BlockKind.ITEM)
    new = blocks("une grille critériée", "deux formateurs", kind=BlockKind.ITEM)
    assert became(match(old, new)) == {}


def test_a_paragraph_cut_in_two_is_split() -> None:
    first, second = METHOD[: METHOD.index("Les")].strip(), METHOD[METHOD.index("Les") :]
    found = match(blocks(AIMS, METHOD, LIMITS), blocks(AIMS, first, second, LIMITS))
    assert found.split == {1: (1, 2)}
    assert found.merged == {}
    assert found.heirs(1) == (2, 1)


def test_paragraphs_put_together_are_merged() -> None:
    found = match(blocks(AIMS, PUBLIC, METHOD, LIMITS), blocks(AIMS, f"{PUBLIC} {METHOD}", LIMITS))
    assert found.merged == {1: (1, 2)}
    assert found.heirs(1) == (1,)
    assert found.heirs(2) == (1,)


def test_paragraphs_cut_at_another_place_share() -> None:
    one, two, three = (f"{part.rstrip('.')}." for part in METHOD.split(". "))
    found = match(blocks(f"{one} {two}", f"{three} {LIMITS}"), blocks(one, f"{two} {three} {LIMITS}"))
    assert (found.split, found.merged) == ({0: (0, 1)}, {1: (0, 1)})


def test_a_renamed_title_keeps_its_place() -> None:
    old = (heading("Public visé"), *blocks(PUBLIC), heading("Limites"), *blocks(LIMITS))
    new = (heading("À qui elle s’adresse"), *blocks(PUBLIC), heading("Contraintes"), *blocks(LIMITS))
    found = match(old, new)
    assert became(found) == {0: 0, 1: 1, 2: 2, 3: 3}
    assert [pair.why for pair in found.pairs] == ["title", "alone", "title", "alone"]


def test_a_note_developed_in_a_paragraph_is_found_there() -> None:
    note = "un carnet de bord pour le bilan"
    found = match((*blocks(AIMS), *blocks(note, kind=BlockKind.ITEM)), blocks(AIMS, METHOD))
    assert [(pair.old, pair.new, pair.why) for pair in found.pairs] == [(0, 0, "alone"), (1, 1, "part")]


def test_a_sentence_that_changed_paragraph_is_followed_beside_its_pair() -> None:
    one, two, three = (f"{part.rstrip('.')}." for part in METHOD.split(". "))
    found = match(blocks(f"{one} {two}", f"{PUBLIC} {three}"), blocks(f"{one} {two} {three}", PUBLIC))
    assert became(found) == {0: 0, 1: 1}
    assert (found.split, found.merged) == ({1: (0, 1)}, {0: (0, 1)})
    assert found.heirs(1) == (1, 0)


def test_an_item_may_become_a_paragraph() -> None:
    assert became(match(blocks(AIMS, kind=BlockKind.ITEM), blocks(AIMS))) == {0: 0}


def test_rows_are_followed_in_their_table() -> None:
    old = blocks("Séance 1 | Accueil | 2 h", "Séance 2 | Entretien filmé | 3 h", kind=BlockKind.ROW)
    new = blocks(
        "Séance 1 | Accueil | 3 h",
        "Séance 2 | Entretien filmé | 4 h",
        "Séance 3 | Bilan | 1 h",
        kind=BlockKind.ROW,
    )
    assert became(match(old, new)) == {0: 0, 1: 1}


WORDS = st.sampled_from(
    [
        "séance",
        "formation",
        "groupe",
        "bilan",
        "entretien",
        "retour",
        "film",
        "carnet",
        "le",
        "la",
        "de",
        "un",
    ]
)
TEXT = st.lists(WORDS, max_size=14).map(" ".join)
DOCUMENT = st.lists(
    st.builds(lambda kind, text: Block("", kind, text, text), st.sampled_from(list(BlockKind)), TEXT),
    max_size=9,
).map(identified)


@given(DOCUMENT, DOCUMENT)
def test_pairs_are_one_to_one_and_parts_are_several(old: tuple[Block, ...], new: tuple[Block, ...]) -> None:
    found = match(old, new)
    assert len(found.by_old()) == len(found.by_new()) == len(found.pairs)
    assert all(0 <= pair.old < len(old) and 0 <= pair.new < len(new) for pair in found.pairs)
    assert all(0 <= pair.score <= 100 for pair in found.pairs)
    assert all(len(some) > 1 for some in (*found.split.values(), *found.merged.values()))
    assert all(found.by_old()[i].new in some for i, some in found.split.items() if i in found.by_old())


@given(DOCUMENT)
def test_a_document_becomes_itself(blocks: tuple[Block, ...]) -> None:
    assert became(match(blocks, blocks)) == {index: index for index in range(len(blocks))}


@given(DOCUMENT, st.randoms(use_true_random=False))
def test_every_block_is_found_in_another_order(blocks: tuple[Block, ...], chance: object) -> None:
    shuffled = list(blocks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    found = match(blocks, shuffled)
    assert len(found.pairs) == len(blocks)
    assert all(blocks[pair.old].text == shuffled[pair.new].text for pair in found.pairs)
