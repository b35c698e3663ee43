"""Remarks that follow the text: what was read of documents, where remarks stand, questions, topics changed, readings handed."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from tutoring.documents.blocks import Document
from tutoring.documents.markdown import HostileMarkdown
from tutoring.documents.reading import read_text
from tutoring.store.db import Json, UTCDateTime, utc_now

revision = "0002"
down_revision = "0001"

# The tables as this revision knows them; what they become later is later revisions' business.
PART = sa.table(
    "submitted_part",
    *map(sa.column, ("id", "institution_id", "text", "file_id", "document_id")),
)
FILE = sa.table("stored_file", *map(sa.column, ("id", "institution_id", "sha256", "kind")))
DOCUMENT = sa.table(
    "read_document",
    *map(sa.column, ("id", "institution_id", "sha256", "kind", "state", "refused", "words", "estimate")),
    *map(sa.column, ("reader_version",)),
    sa.column("kept", Json),
    sa.column("warnings", Json),
    sa.column("asked_at", UTCDateTime()),
    sa.column("ended_at", UTCDateTime()),
)
OUTBOX = sa.table(
    "outbox",
    *map(sa.column, ("institution_id", "consumer", "topic", "state", "attempts")),
    sa.column("payload", Json),
    sa.column("created_at", UTCDateTime()),
    sa.column("due_at", UTCDateTime()),
)


def upgrade() -> None:
    op.create_table(
        "read_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("kept", Json, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("estimate", sa.Integer(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("warnings", Json, nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (refused <> '')", name=op.f("ck_read_document_refused_with_code")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'reading', 'ready', 'refused')", name=op.f("ck_read_document_state")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_read_document_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_document")),
        sa.UniqueConstraint("institution_id", "sha256", name=op.f("uq_read_document_institution_id_sha256")),
    )
    with op.batch_alter_table("read_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_read_document_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "document_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["read_document.id"], name=op.f("fk_document_image_document_id_read_document")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_document_image_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_document_image_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_image")),
        sa.UniqueConstraint("document_id", "key", name=op.f("uq_document_image_document_id_key")),
    )
    with op.batch_alter_table("document_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_image_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_document_image_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "saved_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('blocking', 'suggestion', 'question', 'praise')", name=op.f("ck_saved_remark_kind")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_saved_remark_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_remark_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_remark")),
    )
    with op.batch_alter_table("saved_remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_remark_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_remark_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_question_author_id_person")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_question_note_id_validation_note")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_note_id"), ["note_id"], unique=False)

    op.create_table(
        "question_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_question_message_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_question_message_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_message_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_message")),
    )
    with op.batch_alter_table("question_message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_message_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_question_message_question_id"), ["question_id"], unique=False)

    op.create_table(
        "reading_trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_reading_trace_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reading_trace_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_reading_trace_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_trace")),
        sa.UniqueConstraint(
            "person_id", "submission_id", name=op.f("uq_reading_trace_person_id_submission_id")
        ),
    )
    with op.batch_alter_table("reading_trace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_trace_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reading_trace_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "remark_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("typed", Json, nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_remark_draft_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_draft_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_remark_draft_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_draft")),
        sa.UniqueConstraint(
            "person_id", "submission_id", "block", name=op.f("uq_remark_draft_person_id_submission_id_block")
        ),
    )
    with op.batch_alter_table("remark_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_draft_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_draft_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "topic_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("verdict IN ('accepted', 'declined')", name=op.f("ck_topic_change_verdict")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (verdict IS NULL)", name=op.f("ck_topic_change_decided_with_verdict")
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_topic_change_decided_or_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_topic_change_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_topic_change_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_topic_change_note_id_validation_note")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_topic_change_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_change")),
    )
    with op.batch_alter_table("topic_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_change_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_topic_change_note_id"), ["note_id"], unique=False)
        batch_op.create_index(
            "uq_topic_change_waiting",
            ["note_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "assigned_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=True),
        sa.Column("synthesis_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("begin", sa.String(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=True),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN reading_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN synthesis_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN url IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_assigned_reading_one_thing"),
        ),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL)",
            name=op.f("ck_assigned_reading_taken_back_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_assigned_reading_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_assigned_reading_given_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_assigned_reading_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["person.id"], name=op.f("fk_assigned_reading_learner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_assigned_reading_reading_id_reading")
        ),
        sa.ForeignKeyConstraint(
            ["remark_id"],
            ["remark.id"],
            name=op.f("fk_assigned_reading_remark_id_remark"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["synthesis_id"], ["synthesis.id"], name=op.f("fk_assigned_reading_synthesis_id_synthesis")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["person.id"], name=op.f("fk_assigned_reading_taken_back_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assigned_reading")),
    )
    with op.batch_alter_table("assigned_reading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assigned_reading_cohort_id_learner_id"), ["cohort_id", "learner_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_assigned_reading_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assigned_reading_learner_id"), ["learner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assigned_reading_reading_id"), ["reading_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assigned_reading_remark_id"), ["remark_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assigned_reading_synthesis_id"), ["synthesis_id"], unique=False)

    op.create_table(
        "remark_placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=True),
        sa.Column("spans", Json, nullable=False),
        sa.Column("exact", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("placed_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'orphan') = (block IS NULL)", name=op.f("ck_remark_placement_orphan_has_no_block")
        ),
        sa.CheckConstraint(
            "outcome IN ('found', 'changed', 'paragraph', 'orphan')", name=op.f("ck_remark_placement_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_remark_placement_confirmed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["read_document.id"], name=op.f("fk_remark_placement_document_id_read_document")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_remark_placement_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["remark_id"], ["remark.id"], name=op.f("fk_remark_placement_remark_id_remark")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_remark_placement_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_placement")),
        sa.UniqueConstraint(
            "remark_id", "submission_id", name=op.f("uq_remark_placement_remark_id_submission_id")
        ),
    )
    with op.batch_alter_table("remark_placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_placement_document_id"), ["document_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_remark_placement_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_remark_placement_submission_id"), ["submission_id"], unique=False
        )

    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_note_id"))
        batch_op.create_index(
            batch_op.f("ix_remark_note_id_status_kind_visibility_released_at_changed_at"),
            ["note_id", "status", "kind", "visibility", "released_at", "changed_at"],
            unique=False,
        )

    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.add_column(sa.Column("levels", Json, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("submitted_part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_submitted_part_document_id"), ["document_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_submitted_part_document_id_read_document"),
            "read_document",
            ["document_id"],
            ["id"],
        )

    # The defaults were for the rows that were there.
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.alter_column("levels", server_default=None)
        batch_op.alter_column("revision", server_default=None)

    _read_what_was_handed_in()


def _read_what_was_handed_in() -> None:
    """What was handed in before has not been read: texts typed in the page are read now, files by the worker."""
    db, now = op.get_bind(), utc_now()
    typed = sa.select(PART.c.id, PART.c.institution_id, PART.c.text).where(PART.c.text != "")
    known: dict[tuple[int, str], int] = {}
    for part_id, institution_id, text in db.execute(typed).all():
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if (institution_id, sha256) not in known:
            known[institution_id, sha256] = _document(db, institution_id, sha256, "md", now, text)
        db.execute(
            PART.update().where(PART.c.id == part_id).values(document_id=known[institution_id, sha256])
        )
    files = sa.select(FILE.c.id, FILE.c.institution_id, FILE.c.sha256, FILE.c.kind)
    handed_in = files.where(sa.exists().where(PART.c.file_id == FILE.c.id))
    for file_id, institution_id, sha256, kind in db.execute(handed_in).all():
        document_id = known.get((institution_id, sha256)) or _document(db, institution_id, sha256, kind, now)
        db.execute(PART.update().where(PART.c.file_id == file_id).values(document_id=document_id))


def _document(
    db: sa.Connection, institution_id: int, sha256: str, kind: str, now: datetime, text: str = ""
) -> int:
    """A document read from a typed text, or one that the worker is asked to read. Its id."""
    try:
        read = read_text(text) if text else None
    except HostileMarkdown:
        read = Document(())
    row = {
        "institution_id": institution_id,
        "sha256": sha256,
        "kind": kind,
        "state": "ready" if read else "waiting",
        "refused": "",
        "kept": [block.to_dict() for block in read.blocks] if read else [],
        "words": read.words if read else 0,
        "estimate": read.estimate if read else None,
        "warnings": [],
        "reader_version": 1,
        "asked_at": now,
        "ended_at": now if read else None,
    }
    document_id = int(db.execute(DOCUMENT.insert().returning(DOCUMENT.c.id), row).scalar_one())
    if read is None:
        db.execute(
            OUTBOX.insert(),
            {
                "institution_id": institution_id,
                "consumer": "documents",
                "topic": "document.waiting",
                "payload": {"document_id": document_id},
                "state": "waiting",
                "attempts": 0,
                "created_at": now,
                "due_at": now,
            },
        )
    return document_id


def downgrade() -> None:
    with op.batch_alter_table("submitted_part", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_submitted_part_document_id_read_document"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_submitted_part_document_id"))
        batch_op.drop_column("document_id")

    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_column("revision")
        batch_op.drop_column("levels")

    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_note_id_status_kind_visibility_released_at_changed_at"))
        batch_op.create_index(batch_op.f("ix_remark_note_id"), ["note_id"], unique=False)

    with op.batch_alter_table("remark_placement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_placement_submission_id"))
        batch_op.drop_index(batch_op.f("ix_remark_placement_institution_id"))
        batch_op.drop_index(batch_op.f("ix_remark_placement_document_id"))

    op.drop_table("remark_placement")
    with op.batch_alter_table("assigned_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assigned_reading_synthesis_id"))
        batch_op.drop_index(batch_op.f("ix_assigned_reading_remark_id"))
        batch_op.drop_index(batch_op.f("ix_assigned_reading_reading_id"))
        batch_op.drop_index(batch_op.f("ix_assigned_reading_learner_id"))
        batch_op.drop_index(batch_op.f("ix_assigned_reading_institution_id"))
        batch_op.drop_index(batch_op.f("ix_assigned_reading_cohort_id_learner_id"))

    op.drop_table("assigned_reading")
    with op.batch_alter_table("topic_change", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_topic_change_waiting",
            sqlite_where=sa.text("decided_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_topic_change_note_id"))
        batch_op.drop_index(batch_op.f("ix_topic_change_institution_id"))

    op.drop_table("topic_change")
    with op.batch_alter_table("remark_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_draft_submission_id"))
        batch_op.drop_index(batch_op.f("ix_remark_draft_institution_id"))

    op.drop_table("remark_draft")
    with op.batch_alter_table("reading_trace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_trace_submission_id"))
        batch_op.drop_index(batch_op.f("ix_reading_trace_institution_id"))

    op.drop_table("reading_trace")
    with op.batch_alter_table("question_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_message_question_id"))
        batch_op.drop_index(batch_op.f("ix_question_message_institution_id"))

    op.drop_table("question_message")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_note_id"))
        batch_op.drop_index(batch_op.f("ix_question_institution_id"))

    op.drop_table("question")
    with op.batch_alter_table("saved_remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_remark_person_id"))
        batch_op.drop_index(batch_op.f("ix_saved_remark_institution_id"))

    op.drop_table("saved_remark")
    with op.batch_alter_table("document_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_image_institution_id"))
        batch_op.drop_index(batch_op.f("ix_document_image_file_id"))

    op.drop_table("document_image")
    with op.batch_alter_table("read_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_read_document_institution_id"))

    op.drop_table("read_document")
