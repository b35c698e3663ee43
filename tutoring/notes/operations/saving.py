"""Remarks that a tutor keeps to write them again: theirs alone, the last used first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.notes.models import RemarkKind, SavedRemark
from tutoring.people.models import Person
from tutoring.store.refusal import Refusal


def save_remark(db: Session, person: Person, *, kind: RemarkKind, text: str, now: datetime) -> SavedRemark:
    """Keep these words for other times; what is kept already is taken up again with this kind. Refused when empty."""
    words = _said(text)
    known = db.scalar(
        select(SavedRemark).where(SavedRemark.person_id == person.id, SavedRemark.text == words)
    )
    if known is None:
        known = SavedRemark(
            institution_id=person.institution_id, person_id=person.id, kind=kind, text=words, saved_at=now
        )
        db.add(known)
    known.kind, known.saved_at = kind, now
    db.flush()
    return known


def rewrite_saved(db: Session, saved: SavedRemark, *, kind: RemarkKind, text: str) -> SavedRemark:
    """Change the words that are kept; the remarks written with them stay as they are."""
    saved.text, saved.kind = _said(text), kind
    db.flush()
    return saved


def use_saved(db: Session, saved: SavedRemark, *, now: datetime) -> SavedRemark:
    """A remark was written with these words: they come first next time."""
    saved.saved_at = now
    db.flush()
    return saved


def drop_saved(db: Session, saved: SavedRemark) -> bool:
    """Keep these words no more."""
    db.delete(saved)
    db.flush()
    return True


def _said(text: str) -> str:
    if not text.strip():
        raise Refusal("remark_empty", status=422, field="text")
    return text.strip()
