"""French words as search sees them: inflected forms meet, accents and ligatures never stand in the way."""

import pickle

import pytest

from resources.search.analysis import FRENCH, composed, folded, spans, term, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("évaluée", "évalués"),
        ("évaluation", "évaluations"),
        ("élève", "élèves"),
        ("pédagogique", "pédagogiques"),
        ("cœur", "coeur"),
        ("œuvres", "oeuvre"),
        ("ŒUVRE", "œuvre"),
        ("e\u0301conomie", "économie"),
        ("ÉCOLE", "école"),
        ("soft\u00adware", "software"),
        ("étudiant·e·s", "étudiant"),
        ("lecteur·rice", "lecteurs"),
        ("ofﬁciel", "officiel"),
    ],
)
def test_two_ways_to_write_a_word_share_a_term(one: str, other: str) -> None:
    assert [term(word) for word in words(one)] == [term(word) for word in words(other)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’économie d'aujourd’hui", ["économie", "aujourd", "hui"]),
        ("les élèves qu’on évalue", ["élèves", "évalue"]),
        ("lorsqu'elle puisqu’il jusqu'à", []),
        ("www.education.gouv.fr", ["www", "education", "gouv", "fr"]),
        ("rendez-vous", ["rendez"]),
        ("n_o_t_e", ["o", "e"]),
        ("12,5 %", ["12", "5"]),
        ("", []),
        ("… — ’", []),
        ("\u0301\u0302", []),
    ],
)
def test_a_text_is_cut_into_words_that_say_something(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_each_word_knows_where_it_stands() -> None:
    text = composed("L’étudiant·e e\u0301crit.")
    assert [(word, text[begin:end]) for word, begin, end in spans(text)] == [
        ("étudiant", "étudiant·e"),
        ("écrit", "écrit"),
    ]


def test_folding_drops_accents_and_ligatures_only() -> None:
    assert [folded(word) for word in ("été", "cœur", "ex-æquo", "straße", "ñ", "12")] == [
        "ete",
        "coeur",
        "ex-aequo",
        "straße",
        "n",
        "12",
    ]


def test_the_analyser_is_kept_by_name_in_an_index() -> None:
    assert pickle.loads(pickle.dumps(FRENCH)) is FRENCH
    assert len(pickle.dumps(FRENCH)) < 100


def test_a_very_long_word_is_cut() -> None:
    assert [len(word) for word in words("a" * 100_000)] == [64]
