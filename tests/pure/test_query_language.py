"""What readers type is understood, whatever it is: words, phrases, ET, OU, SAUF, + and -."""

import time

import pytest

from resources.search.language import Lexeme, Question, parse, tidy


def w(text: str) -> Lexeme:
    return Lexeme(text)


def q(text: str) -> Lexeme:
    return Lexeme(text, quoted=True)


def test_words_are_all_wanted() -> None:
    assert parse("évaluer  élèves") == Question(groups=((w("évaluer"), w("élèves")),), unfinished=w("élèves"))
    assert parse("évaluer ET élèves.") == Question(groups=((w("évaluer"), w("élèves.")),))


def test_ou_parts_groups_of_words() -> None:
    assert parse("a OU b c OU d !").groups == ((w("a"),), (w("b"), w("c")), (w("d"),))
    assert parse("a ou b").groups == ((w("a"), w("ou"), w("b")),)
    assert parse("OU a OU OU b OU").groups == ((w("a"),), (w("b"),))


def test_sauf_and_minus_exclude_and_plus_requires() -> None:
    assert parse("note SAUF jury ").excluded == (w("jury"),)
    assert parse('note -jury -"point d\'étape" .').excluded == (w("jury"), q("point d'étape"))
    assert parse("a OU b +c").required == (w("c"),)
    assert parse("SAUF SAUF a") == Question(excluded=(w("a"),))
    assert parse("a SAUF").groups == ((w("a"),),)


@pytest.mark.parametrize(
    "word", ["e-learning", "peut-être", "a+b", "C++", "l’école", "aujourd'hui", "et/ou", "1990-1995"]
)
def test_hyphens_and_signs_inside_a_word_are_part_of_it(word: str) -> None:
    assert parse(word + " .").groups == ((w(word),),)


@pytest.mark.parametrize(
    "text", ['"note de synthèse"', "« note de synthèse »", "“note de synthèse”", '"note de synthèse']
)
def test_quotes_of_any_kind_hold_a_phrase(text: str) -> None:
    assert parse(text) == Question(groups=((q("note de synthèse"),),))


def test_the_last_word_may_be_unfinished() -> None:
    assert parse("note péda").unfinished == w("péda")
    assert parse('note "péda"').unfinished is None
    assert parse("péda !").unfinished is None
    assert parse("note -péda").unfinished is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "*",
        "e*",
        "?",
        '"',
        '""',
        "(((",
        "'",
        "- - -",
        "+",
        "--",
        "ET OU SAUF",
        "\x00",
        "\ud800",
        "[a TO z]",
    ],
)
def test_signs_alone_mean_nothing_and_fail_nothing(text: str) -> None:
    assert {lexeme.text for lexeme in parse(text).positive} <= {"e*", "[a", "TO", "z]"}


@pytest.mark.parametrize(
    "text", ["a OU " * 50_000, "é" * 300_000, '"' * 10_000, "+-" * 10_000, "a b " * 50_000, "« » " * 20_000]
)
def test_long_input_is_cut_at_once(text: str) -> None:
    began = time.perf_counter()
    question = parse(text)
    assert time.perf_counter() - began < 0.1
    assert len(question.positive) <= 12
    assert len(tidy(text)) <= 200


def test_more_than_twelve_words_are_too_many() -> None:
    assert len(parse(" ".join(f"mot{n}" for n in range(20))).positive) == 12
    phrase = parse('"' + " ".join(f"m{n}" for n in range(20)) + '" a').positive
    assert [len(lexeme.text.split()) for lexeme in phrase] == [12]


def test_what_is_shown_again_is_tidy() -> None:
    assert tidy("  e\u0301te\u0301 \n\t 2026\x07 ") == "été 2026"
