"""Every code of the workflow has its words, in careful French."""

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule

from tutoring.notes.moves import (
    FLAG_CODES,
    MOVE_NAMES,
    REFUSAL_CODES,
    Dissemination,
    Facts,
    Outcome,
    PartPages,
    Side,
    Stage,
    State,
    Turn,
    Verdict,
    decide,
)
from tutoring.store.refusal import Refusal

TEMPLATES = Path(__file__).parents[2] / "templates"
WORDED = {
    "state_label": State,
    "stage_label": Stage,
    "turn_label": Turn,
    "turn_sentence": Turn,
    "move_label": MOVE_NAMES,
    "move_done": MOVE_NAMES,
    "verdict_label": Verdict,
    "outcome_label": Outcome,
    "dissemination_label": Dissemination,
    "flag_label": FLAG_CODES,
    "refusal": (*sorted(REFUSAL_CODES), *FLAG_CODES),
}


@cache
def wording() -> TemplateModule:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return env.get_template("notes/wording.html").module


def words(macro: str, *values: object) -> str:
    return str(getattr(wording(), macro)(*values))


@pytest.mark.parametrize(
    ("macro", "code"), [(macro, code) for macro, codes in WORDED.items() for code in codes]
)
def test_every_code_has_words(macro: str, code: str) -> None:
    said = words(macro, code)
    assert said
    assert said == said.strip()
    assert not re.search(r"['\"]| [:;?!»]|« |[a-z]_[a-z]", said), said


@pytest.mark.parametrize("macro", [macro for macro, codes in WORDED.items() if codes is not FLAG_CODES])
def test_a_code_of_another_part_says_nothing_here(macro: str) -> None:
    assert words(macro, "of_another_part") == ""


@pytest.mark.parametrize("codes", [State, Stage, Turn, Outcome, Verdict], ids=lambda codes: codes.__name__)
def test_two_labels_are_never_the_same(codes: type[StrEnum]) -> None:
    macro = next(name for name, worded in WORDED.items() if worded is codes)
    assert len({words(macro, code) for code in codes}) == len(codes)


def said_of(state: State, name: str, side: Side, facts: Facts) -> str:
    with pytest.raises(Refusal) as caught:
        decide(state, name, side, facts)
    return words("refusal", caught.value.code, caught.value.params)


def test_a_refusal_names_the_parts_that_are_missing() -> None:
    facts = Facts(parts_expected=("Diagnostic", "Problème"), parts_provided=("Diagnostic",))
    assert said_of(State.PLAN_OPEN, "submit_plan", Side.LEARNER, facts) == (
        "Il manque un fichier ou un texte pour\u00a0: Problème."
    )


def test_a_refusal_counts_the_pages_of_each_part_that_is_out_of_its_bounds() -> None:
    names = ("Diagnostic", "Problème", "Annexe")
    pages = (PartPages("Diagnostic", 14, 15, 20), PartPages("Problème", 31, None, 30), PartPages("Annexe", 2))
    facts = Facts(parts_expected=names, parts_provided=names, parts_in_pdf=names, pages=pages)
    assert said_of(State.FINAL_OPEN, "submit_final", Side.LEARNER, facts) == (
        "«\u00a0Diagnostic\u00a0» compte 14 pages\u00a0; il en faut de 15 à 20. "
        "«\u00a0Problème\u00a0» compte 31 pages\u00a0; le maximum est de 30. "
        "Ajustez le texte, ou demandez une dérogation à la coordination."
    )


def test_a_title_is_shown_as_text_and_never_as_markup() -> None:
    facts = Facts(parts_expected=("<b>Partie</b>",), parts_provided=())
    assert said_of(State.PLAN_OPEN, "submit_plan", Side.LEARNER, facts) == (
        "Il manque un fichier ou un texte pour\u00a0: &lt;b&gt;Partie&lt;/b&gt;."
    )


def test_a_refusal_counts_drafts_and_evaluations() -> None:
    facts = Facts(verdict=Verdict.APPROVED, drafts_reviewed=0, drafts_required=1)
    assert said_of(State.DRAFT_OPEN, "clear_for_final", Side.TUTOR, facts) == (
        "Le bon pour dépôt attend d’autres brouillons relus\u00a0: 0 sur 1 pour l’instant."
    )
    facts = Facts(outcome=Outcome.PASSED, evaluations_locked=1, evaluations_required=2)
    assert said_of(State.WITH_JURY, "record_deliberation", Side.PRESIDENT, facts) == (
        "La délibération attend d’autres évaluations\u00a0: 1 sur 2 pour l’instant."
    )


def test_the_banner_says_you_when_it_is_you() -> None:
    assert words("turn_sentence", Turn.TUTOR, True) == "C’est à vous."
