"""Whatever the door refuses or meets, it has a sentence for the person who clicked."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lti.demo.school import read_school
from lti.models import Page, ScoreState
from lti.protocol.errors import Fault, Reason
from tutoring.notes.moves import Outcome

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@pytest.fixture(scope="module")
def words():
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=True,
    )
    environment.install_null_translations(newstyle=True)
    return environment.get_template("lti/wording.html").module


def test_every_reason_belongs_to_one_group_with_a_sentence_and_a_remedy(words):
    grouped = [code for codes in words.groups.values() for code in codes]
    assert sorted(grouped) == sorted(str(reason) for reason in Reason)
    silent = [
        code
        for code in grouped
        if not words.reason_label(code).strip() or not words.remedy_label(code).strip()
    ]
    assert silent == []


def test_every_fault_state_outcome_and_page_has_words(words):
    own = ("no_column", "not_gradable", "no_key")
    asked = [
        *((words.fault_label, str(code)) for code in (*Fault, *own)),
        *((words.state_label, str(code)) for code in ScoreState),
        *((words.outcome_label, str(code)) for code in Outcome),
        *((words.page_label, str(code)) for code in Page),
    ]
    assert [code for say, code in asked if not say(code).strip()] == []


def test_the_demo_reads_the_school_without_the_practice_lms():
    school = read_school()
    learners = {
        course.code: sum(course.code in one.learns for one in school.people) for course in school.courses
    }
    assert learners == {"arts": 13, "educ": 20}
