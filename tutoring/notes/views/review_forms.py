"""What is typed to answer a submission: the review with its stage's rubric, a remark, a remark kept for other times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from tutoring.notes.forms import LONG, SHORT, OneOfMany, Versioned, part_choices
from tutoring.notes.models import RemarkKind, Review, SavedRemark, SubmissionPage, Visibility
from tutoring.notes.moves import Verdict
from tutoring.notes.policy import may_review
from tutoring.programme.spec import StageCriterion, StageSpec
from tutoring.web.forms import choices_of

WHOLE = "whole"
# The answer of somebody who looked at a criterion and says nothing of it; no answer at all is None.
NO_OPINION = -1


class ReviewForm(Versioned):
    """A tutor's answer: `reason` is its message; neither verdict nor level is chosen beforehand.

    `revision`: the draft that was shown, 0 when there was none. Made by `review_form`, with a field for each
    criterion of the stage's rubric.
    """

    revision = HiddenField()
    reason = TextAreaField(validators=[Length(max=LONG)])
    parts = SelectMultipleField(widget=ListWidget(), option_widget=CheckboxInput())
    waived_with_reason = TextAreaField(validators=[Length(max=SHORT)])
    verdict = RadioField(choices=choices_of(Verdict), validators=[InputRequired()])

    rubric: StageSpec | None = None

    def criteria(self) -> list[tuple[StageCriterion, RadioField]]:
        """The criteria of the rubric, each with its field."""
        found = self.rubric.criteria if self.rubric else ()
        return [(criterion, self[_name_of(criterion)]) for criterion in found]

    def levels(self) -> dict[str, int]:
        """The levels chosen, by criterion."""
        most = len(self.rubric.levels) if self.rubric else 0
        chosen = {criterion.key: field.data for criterion, field in self.criteria()}
        return {key: level for key, level in chosen.items() if level is not None and 0 <= level < most}

    def taken_up_again(self) -> list[str]:
        """The parts ticked, those that exist."""
        known = {choice.value for choice in self.parts.choices or ()}  # type: ignore[union-attr]
        return [key for key in self.parts.data or () if key in known]

    def seen_revision(self) -> int | None:
        """The draft that its writer had before them; None when the form does not say."""
        said = self.revision.data or ""
        return int(said) if said.isdecimal() and len(said) < len(str(2**31)) else None

    def show_beside(self, review: Review | None) -> None:
        """From now on its writer knows this draft."""
        self.revision.data = str(review.revision if review else 0)


class RemarkForm(OneOfMany):
    """A remark on a submission: on the block of id `block`, or on some of its words (`quote`), or on the whole.

    `saved`: id of the saved remark that it takes up; `keep`: save it as well.
    """

    part = SelectField(default="")
    block = HiddenField()
    prefix = HiddenField()
    suffix = HiddenField()
    quote = TextAreaField(validators=[Length(max=SHORT)])
    saved = SelectField(default="", validate_choice=False)
    text = TextAreaField(validators=[InputRequired(), Length(max=SHORT)])
    kind = RadioField(choices=choices_of(RemarkKind), validators=[InputRequired()])
    visibility = RadioField(
        choices=choices_of(Visibility), validators=[InputRequired()], default=Visibility.SHARED
    )
    keep = BooleanField()


class SavedRemarkForm(OneOfMany):
    """A remark kept for other times; `act` is the button that was pressed: save, drop."""

    kind = RadioField(choices=choices_of(RemarkKind), validators=[InputRequired()])
    text = TextAreaField(validators=[InputRequired(), Length(max=SHORT)])
    act = StringField(default="save")


def review_form(page: SubmissionPage, *, posted: bool) -> ReviewForm:
    """The answer to a submission: as posted, or as it was left."""
    rubric = page.page.spec.stage(page.submission.stage)
    draft = page.submission.review if may_review(page.standing.person, page) else None
    begun: dict[str, Any] = {"reason": draft.message, "parts": draft.parts} if draft else {}
    fields = {}
    for criterion in rubric.criteria if rubric else ():
        fields[_name_of(criterion)] = RadioField(
            choices=_level_choices(rubric), coerce=_level_of, validate_choice=False
        )
        if draft and criterion.key in draft.levels:
            begun[_name_of(criterion)] = draft.levels[criterion.key]
    kind: type[ReviewForm] = type("ReviewFormOfStage", (ReviewForm,), fields)
    form = kind(data=begun) if posted else kind(formdata=None, data=begun)
    form.rubric = rubric
    form.parts.choices = part_choices(page.page)
    if not posted:
        form.version.data = page.note.version
        form.show_beside(draft)
    form.apart("answer")
    return form


def remark_form(page: SubmissionPage, block: str = "", *, posted: bool = False) -> RemarkForm:
    """A remark on a block ('' the whole): as posted, as it was begun, or empty."""
    begun = next((dict(one.typed) for one in page.drafts if one.block == block), {})
    form = (
        RemarkForm(formdata=_with_saved(page.saved))
        if posted
        else RemarkForm(formdata=None, data={**begun, "block": block})
    )
    form.part.choices = part_choices(page.page, nowhere=True)
    form.saved.choices = choices_of(["", *(str(one.id) for one in page.saved)])
    form.apart(f"new-{form.block.data or WHOLE}")
    return form


def saved_remark_form(saved: SavedRemark | None = None, *, posted: bool = False) -> SavedRemarkForm:
    """A saved remark as it is kept or as it was posted; an empty one to add."""
    form = SavedRemarkForm() if posted else SavedRemarkForm(formdata=None, obj=saved)
    form.apart(f"saved-{saved.id}" if saved else "new")
    return form


def taken(form: RemarkForm, saved: Sequence[SavedRemark]) -> SavedRemark | None:
    """The saved remark that a remark takes up, when it is one of these."""
    return next((one for one in saved if str(one.id) == form.saved.data), None)


def _with_saved(saved: Sequence[SavedRemark]) -> Any:
    """What was posted, in which the saved remark that was chosen gives what was left empty: its words, its kind."""
    typed: Any = request.form.copy()
    chosen = next((one for one in saved if str(one.id) == typed.get("saved")), None)
    if chosen is not None:
        typed["text"] = typed.get("text", "").strip() or chosen.text
        typed["kind"] = typed.get("kind") or chosen.kind
    return typed


def _name_of(criterion: StageCriterion) -> str:
    return f"level_{criterion.key}"


def _level_choices(rubric: StageSpec | None) -> list[Any]:
    names = rubric.levels if rubric else ()
    return [SelectChoice(str(rank), name) for rank, name in enumerate(names)] + [SelectChoice("", "")]


def _level_of(value: Any) -> int:
    said = str(value)
    return int(said) if said.isdecimal() and len(said) < len("1000") else NO_OPINION
