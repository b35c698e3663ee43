"""How a synthesis is written: saved as a draft, rendered and kept as a new edition when it is published."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from resources.models import Edition, Synthesis
from resources.queries.space import last_edition, synthesis_of
from tutoring.documents.hostile import refuse_hostile
from tutoring.documents.markdown import HostileMarkdown, Rendered, render
from tutoring.people.models import Person
from tutoring.programme.models import Day
from tutoring.store.events import record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal


def save_draft(
    db: Session, day: Day, actor: Person, *, title: str, markdown: str, seen_version: int, now: datetime
) -> Synthesis:
    """Keep the synthesis of a day as it is written so far; readers see nothing of it.

    `seen_version`: the one the writer began from, 0 for a first draft. Refused (`stale_page`) when somebody saved
    since, (field `markdown`) when the text could not be rendered.
    """
    text = plain_lines(markdown)
    try:
        refuse_hostile(text)
    except HostileMarkdown as hostile:
        raise Refusal(f"markdown_{hostile.code}", field="markdown") from hostile
    synthesis = synthesis_of(db, day.id)
    if (synthesis.version if synthesis else 0) != seen_version:
        raise Refusal("stale_page")
    if synthesis is None:
        synthesis = Synthesis(institution_id=day.institution_id, day_id=day.id)
        db.add(synthesis)
    synthesis.title, synthesis.markdown = title, text
    synthesis.saved_by_id, synthesis.saved_at = actor.id, now
    db.flush()
    record(
        db,
        "synthesis.saved",
        synthesis,
        actor_id=actor.id,
        now=now,
        cohort_id=day.cohort_id,
        day_id=day.id,
    )
    return synthesis


def publish(
    db: Session, day: Day, actor: Person, *, title: str, markdown: str, seen_version: int, now: datetime
) -> Edition:
    """Save, then give readers this text as a new edition, rendered now; earlier editions stay readable.

    Refused as a draft is, and when there is no text or nothing changed since the last edition.
    """
    if not markdown.strip():
        raise Refusal("synthesis_empty", field="markdown")
    synthesis = save_draft(db, day, actor, title=title, markdown=markdown, seen_version=seen_version, now=now)
    before = last_edition(db, synthesis.id)
    if before is not None and (before.title, before.markdown) == (synthesis.title, synthesis.markdown):
        raise Refusal("edition_unchanged", field="markdown", number=before.number)
    edition = _edition(synthesis, rendered(synthesis.markdown), before.number + 1 if before else 1)
    edition.published_by_id, edition.published_at = actor.id, now
    db.add(edition)
    db.flush()
    record(
        db,
        "synthesis.published",
        synthesis,
        actor_id=actor.id,
        now=now,
        cohort_id=day.cohort_id,
        day_id=day.id,
        edition=edition.number,
    )
    space_changed(db, day, now=now)
    return edition


def rendered(markdown: str) -> Rendered:
    """The text as readers will see it. Refused (field `markdown`) when it cannot be rendered."""
    try:
        return render(plain_lines(markdown))
    except HostileMarkdown as hostile:
        raise Refusal(f"markdown_{hostile.code}", status=422, field="markdown") from hostile


def space_changed(db: Session, day: Day, *, now: datetime) -> None:
    """Say that what search knows of this day is no longer true."""
    emit(
        db,
        "space.changed",
        institution_id=day.institution_id,
        now=now,
        cohort_id=day.cohort_id,
        day_id=day.id,
    )


def plain_lines(text: str) -> str:
    """Lines ended as files end them: a browser sends CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _edition(synthesis: Synthesis, text: Rendered, number: int) -> Edition:
    return Edition(
        institution_id=synthesis.institution_id,
        synthesis_id=synthesis.id,
        number=number,
        title=synthesis.title,
        markdown=synthesis.markdown,
        html=text.html,
        toc=[asdict(entry) for entry in text.toc],
        sections=[
            {"anchor": one.anchor, "title": one.title, "chain": list(one.chain), "text": one.text}
            for one in text.sections
        ],
        words=text.words,
        renderer=str(text.version),
    )
