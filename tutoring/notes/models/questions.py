"""What a learner asks their tutor between two submissions, and what was answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tutoring.people.models import Person
from tutoring.store.db import Base, Rooted


class Question(Rooted, Base):
    """A question that a learner puts to their tutor without handing anything in, and its thread.

    `asked_at`: since when an answer is awaited, or was: the question, then whatever the learner wrote after an answer.
    `answered_at`: when the tutor last answered, None while they are awaited. Closed, it is opened again by writing.
    """

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("validation_note.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    author: Mapped[Person] = relationship(lazy="raise")
    messages: Mapped[list[QuestionMessage]] = relationship(
        lazy="raise", order_by="QuestionMessage.id", back_populates="question"
    )

    @property
    def awaited(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None and self.closed_at is None


class QuestionMessage(Rooted, Base):
    """One message of a question's thread; the first is the question."""

    __tablename__ = "question_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    written_at: Mapped[datetime]

    question: Mapped[Question] = relationship(lazy="raise", back_populates="messages")
    author: Mapped[Person] = relationship(lazy="raise")
