"""First tables."""

import sqlalchemy as sa
from alembic import op

import tutoring.store.db

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "burnt_nonce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("expires_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_burnt_nonce")),
        sa.UniqueConstraint("source", "nonce", name=op.f("uq_burnt_nonce_source_nonce")),
    )
    with op.batch_alter_table("burnt_nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_burnt_nonce_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signatory", sa.String(), nullable=False),
        sa.Column("activity_number", sa.String(), nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("slug", name=op.f("uq_institution_slug")),
    )
    op.create_table(
        "tool_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("since", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.CheckConstraint("stage IN ('next', 'active', 'retired')", name=op.f("ck_tool_key_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_tool_key_kid")),
    )
    with op.batch_alter_table("tool_key", schema=None) as batch_op:
        batch_op.create_index(
            "uq_tool_key_stage",
            ["stage"],
            unique=True,
            sqlite_where=sa.text("stage != 'retired'"),
            postgresql_where=sa.text("stage != 'retired'"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("payload", tutoring.store.db.Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("due_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("ended_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting','sending','done','failed','perhaps')", name=op.f("ck_outbox_state")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_outbox_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_state_due_at"), ["state", "due_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("created_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("locale IN ('fr', 'en')", name=op.f("ck_person_locale")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_person_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "platform",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("login_url", sa.String(), nullable=False),
        sa.Column("token_url", sa.String(), nullable=False),
        sa.Column("jwks_url", sa.String(), nullable=False),
        sa.Column("token_audience", sa.String(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("registered_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_platform_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_platform_issuer_client_id")),
    )
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_stored_file_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("institution_id", "sha256", name=op.f("uq_stored_file_institution_id_sha256")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("imported_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_track_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("institution_id", "slug", name=op.f("uq_track_institution_id_slug")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note_spec", tutoring.store.db.Json, nullable=False),
        sa.Column("jury_spec", tutoring.store.db.Json, nullable=False),
        sa.Column("attendance_rule", tutoring.store.db.Json, nullable=False),
        sa.Column("exemption", tutoring.store.db.Json, nullable=True),
        sa.Column("jury_from", sa.Date(), nullable=False),
        sa.Column("jury_to", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_cohort_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_cohort_track_id_track")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("track_id", "name", name=op.f("uq_cohort_track_id_name")),
    )
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohort_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cohort_track_id"), ["track_id"], unique=False)

    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_deployment_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_deployment_platform_id_platform")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint(
            "platform_id", "deployment_id", name=op.f("uq_deployment_platform_id_deployment_id")
        ),
    )
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deployment_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("data", tutoring.store.db.Json, nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id_person")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_event_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_event_subject_type_subject_id"), ["subject_type", "subject_id"], unique=False
        )

    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("source", "subject", name=op.f("uq_identity_source_subject")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("created_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("expires_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("used_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('sign_in', 'mail', 'join')", name=op.f("ck_sign_in_link_purpose")),
        sa.ForeignKeyConstraint(
            ["absorbed_id"], ["person.id"], name=op.f("fk_sign_in_link_absorbed_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_link_token_sha256")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staged_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("staged_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_staged_upload_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_staged_upload_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staged_upload_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_upload")),
        sa.UniqueConstraint("token", name=op.f("uq_staged_upload_token")),
    )
    with op.batch_alter_table("staged_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staged_upload_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staged_upload_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staged_upload_person_id"), ["person_id"], unique=False)

    op.create_table(
        "course_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.String(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("memberships_url", sa.String(), nullable=True),
        sa.Column("linked_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("roster_taken_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_course_link_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_course_link_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["linked_by_id"], ["person.id"], name=op.f("fk_course_link_linked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_course_link_platform_id_platform")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_link")),
        sa.UniqueConstraint("platform_id", "context_id", name=op.f("uq_course_link_platform_id_context_id")),
    )
    with op.batch_alter_table("course_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_link_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_link_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_extension_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_extension_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_extension_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_extension_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint(
            "cohort_id", "person_id", "stage", name=op.f("uq_extension_cohort_id_person_id_stage")
        ),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_person_id"), ["person_id"], unique=False)

    op.create_table(
        "gathering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_gathering_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_gathering_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gathering")),
        sa.UniqueConstraint("cohort_id", "number", name=op.f("uq_gathering_cohort_id_number")),
    )
    with op.batch_alter_table("gathering", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gathering_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "link_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("expires_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("used_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_link_code_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_link_code_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_link_code_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_link_code_code_sha256")),
    )
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_code_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_code_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('learner', 'staff', 'coordinator', 'guest')", name=op.f("ck_membership_role")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_membership_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_membership_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("cohort_id", "person_id", name=op.f("uq_membership_cohort_id_person_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_module_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_module_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("cohort_id", "number", name=op.f("uq_module_cohort_id_number")),
    )
    with op.batch_alter_table("module", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_module_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sits_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_panel_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_panel_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("cohort_id", "name", name=op.f("uq_panel_cohort_id_name")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "validation_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("tutor_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("turn_since", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("shown_since", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("stood_at", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('topic_open', 'topic_review', 'plan_open', 'plan_review', 'draft_open', 'draft_review', 'final_open', 'final_check', 'with_jury', 'deliberated', 'validated', 'corrections_due', 'corrections_check', 'referred', 'not_validated', 'absent', 'certified', 'suspended', 'withdrawn', 'deferred')",
            name=op.f("ck_validation_note_state"),
        ),
        sa.CheckConstraint(
            "stood_at IN ('topic_open', 'topic_review', 'plan_open', 'plan_review', 'draft_open', 'draft_review', 'final_open', 'final_check', 'with_jury', 'deliberated', 'validated', 'corrections_due', 'corrections_check', 'referred', 'not_validated', 'absent', 'certified', 'suspended', 'withdrawn', 'deferred')",
            name=op.f("ck_validation_note_stood_at"),
        ),
        sa.CheckConstraint(
            "turn IN ('learner', 'tutor', 'coordination', 'jury', 'nobody')",
            name=op.f("ck_validation_note_turn"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_validation_note_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_validation_note_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_validation_note_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["tutor_id"], ["person.id"], name=op.f("fk_validation_note_tutor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_note")),
        sa.UniqueConstraint("cohort_id", "author_id", name=op.f("uq_validation_note_cohort_id_author_id")),
    )
    with op.batch_alter_table("validation_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_validation_note_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_validation_note_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_validation_note_tutor_id"), ["tutor_id"], unique=False)

    op.create_table(
        "voluntary_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_voluntary_event_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_voluntary_event_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voluntary_event")),
    )
    with op.batch_alter_table("voluntary_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voluntary_event_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_voluntary_event_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("lunch_starts", sa.Time(), nullable=True),
        sa.Column("lunch_ends", sa.Time(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_day_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["gathering_id"], ["gathering.id"], name=op.f("fk_day_gathering_id_gathering")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_day_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day")),
        sa.UniqueConstraint("cohort_id", "number", name=op.f("uq_day_cohort_id_number")),
    )
    with op.batch_alter_table("day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_day_gathering_id"), ["gathering_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_day_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "hearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("transmitted_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("grade_hundredths", sa.Integer(), nullable=True),
        sa.Column("grade_out_of", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("released_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('passed', 'corrections', 'referred', 'not_validated')",
            name=op.f("ck_hearing_outcome"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (recorded_at IS NULL)", name=op.f("ck_hearing_outcome_is_recorded")
        ),
        sa.CheckConstraint(
            "grade_hundredths >= 0 AND grade_hundredths <= 100 * grade_out_of", name=op.f("ck_hearing_grade")
        ),
        sa.CheckConstraint(
            "released_at IS NULL OR outcome IS NOT NULL", name=op.f("ck_hearing_released_with_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_hearing_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_hearing_note_id_validation_note")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_hearing_panel_id_panel")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_hearing_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
        sa.UniqueConstraint("note_id", name=op.f("uq_hearing_note_id")),
    )
    with op.batch_alter_table("hearing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hearing_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hearing_panel_id"), ["panel_id"], unique=False)

    op.create_table(
        "page_derogation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_page_derogation_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_page_derogation_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_page_derogation_note_id_validation_note")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_derogation")),
        sa.UniqueConstraint("note_id", "part", name=op.f("uq_page_derogation_note_id_part")),
    )
    with op.batch_alter_table("page_derogation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_derogation_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "resource_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("course_link_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("lineitem_url", sa.String(), nullable=True),
        sa.Column("lineitems_url", sa.String(), nullable=True),
        sa.Column("scopes", tutoring.store.db.Json, nullable=False),
        sa.Column("told_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_link_id"], ["course_link.id"], name=op.f("fk_resource_link_course_link_id_course_link")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_resource_link_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_resource_link_platform_id_platform")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_link")),
        sa.UniqueConstraint(
            "platform_id",
            "deployment_id",
            "link_id",
            name=op.f("uq_resource_link_platform_id_deployment_id_link_id"),
        ),
    )
    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resource_link_course_link_id"), ["course_link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resource_link_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("presides", sa.Boolean(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_seat_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_seat_panel_id_panel")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("panel_id", "person_id", name=op.f("uq_seat_panel_id_person_id")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_seat_presides",
            ["panel_id"],
            unique=True,
            sqlite_where=sa.text("presides"),
            postgresql_where=sa.text("presides"),
        )

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("honour", sa.Boolean(), nullable=False),
        sa.Column("dissemination", sa.String(), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_submission_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_submission_note_id_validation_note")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_submission_submitted_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("note_id", "stage", "number", name=op.f("uq_submission_note_id_stage_number")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("points", tutoring.store.db.Json, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("saved_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("locked_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearing.id"], name=op.f("fk_evaluation_hearing_id_hearing")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_evaluation_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["juror_id"], ["person.id"], name=op.f("fk_evaluation_juror_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("hearing_id", "juror_id", name=op.f("uq_evaluation_hearing_id_juror_id")),
    )
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluation_juror_id"), ["juror_id"], unique=False)

    op.create_table(
        "half_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_half_day_hours")),
        sa.ForeignKeyConstraint(["day_id"], ["day.id"], name=op.f("fk_half_day_day_id_day")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_half_day_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_half_day_module_id_module")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_day")),
    )
    with op.batch_alter_table("half_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_half_day_day_id"), ["day_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_half_day_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_half_day_module_id"), ["module_id"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("removed_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(url IS NULL) != (file_id IS NULL)", name=op.f("ck_reading_link_or_file")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_reading_added_by_id_person")),
        sa.ForeignKeyConstraint(["day_id"], ["day.id"], name=op.f("fk_reading_day_id_day")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_reading_file_id_stored_file")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_reading_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_day_id"), ["day_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reading_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reading_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("waived_because", sa.String(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.Column("created_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("changed_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("released_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('blocking', 'suggestion', 'question', 'praise')", name=op.f("ck_remark_kind")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'addressed', 'resolved', 'waived')", name=op.f("ck_remark_status")
        ),
        sa.CheckConstraint("visibility IN ('shared', 'staff')", name=op.f("ck_remark_visibility")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_remark_author_id_person")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_remark_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_remark_note_id_validation_note")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_remark_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_note_id"), ["note_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("parts", tutoring.store.db.Json, nullable=False),
        sa.Column("drafted_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("released_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("verdict IN ('returned', 'approved')", name=op.f("ck_review_verdict")),
        sa.CheckConstraint(
            "(released_at IS NULL) = (verdict IS NULL)", name=op.f("ck_review_released_with_verdict")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_review_author_id_person")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_review_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_review_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_review_submission_id")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("resource_link_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("given", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("stamped_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("sent_at", tutoring.store.db.UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name=op.f("ck_score_state")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_score_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["validation_note.id"], name=op.f("fk_score_note_id_validation_note")
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_score_resource_link_id_resource_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("note_id", "resource_link_id", name=op.f("uq_score_note_id_resource_link_id")),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_resource_link_id"), ["resource_link_id"], unique=False)

    op.create_table(
        "speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day_id"], ["day.id"], name=op.f("fk_speaker_day_id_day")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_speaker_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_speaker_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint("day_id", "name", name=op.f("uq_speaker_day_id_name")),
    )
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speaker_person_id"), ["person_id"], unique=False)

    op.create_table(
        "submitted_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("excluded_pages", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(file_id IS NULL) = (text <> '')", name=op.f("ck_submitted_part_file_or_text")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_submitted_part_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_submitted_part_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submitted_part_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submitted_part")),
    )
    with op.batch_alter_table("submitted_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submitted_part_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_submitted_part_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_submitted_part_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "synthesis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("markdown", sa.String(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day_id"], ["day.id"], name=op.f("fk_synthesis_day_id_day")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_synthesis_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_synthesis_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synthesis")),
        sa.UniqueConstraint("day_id", name=op.f("uq_synthesis_day_id")),
    )
    with op.batch_alter_table("synthesis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_synthesis_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("synthesis_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("markdown", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("toc", tutoring.store.db.Json, nullable=False),
        sa.Column("sections", tutoring.store.db.Json, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("renderer", sa.String(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.Column("published_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_edition_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_edition_published_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["synthesis_id"], ["synthesis.id"], name=op.f("fk_edition_synthesis_id_synthesis")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("synthesis_id", "number", name=op.f("uq_edition_synthesis_id_number")),
    )
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "remark_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", tutoring.store.db.UTCDateTime(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_remark_message_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_remark_message_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["remark_id"], ["remark.id"], name=op.f("fk_remark_message_remark_id_remark")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark_message")),
    )
    with op.batch_alter_table("remark_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_message_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_remark_message_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_remark_message_remark_id"), ["remark_id"], unique=False)

    # A file belongs to an institution, whose logo is a file: the second of the two keys comes after both tables.
    with op.batch_alter_table("institution") as batch:
        batch.create_foreign_key(
            op.f("fk_institution_logo_id_stored_file"), "stored_file", ["logo_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("institution") as batch:
        batch.drop_constraint(op.f("fk_institution_logo_id_stored_file"), type_="foreignkey")

    with op.batch_alter_table("remark_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_message_remark_id"))
        batch_op.drop_index(batch_op.f("ix_remark_message_institution_id"))
        batch_op.drop_index(batch_op.f("ix_remark_message_author_id"))

    op.drop_table("remark_message")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_institution_id"))

    op.drop_table("edition")
    with op.batch_alter_table("synthesis", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_synthesis_institution_id"))

    op.drop_table("synthesis")
    with op.batch_alter_table("submitted_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submitted_part_submission_id"))
        batch_op.drop_index(batch_op.f("ix_submitted_part_institution_id"))
        batch_op.drop_index(batch_op.f("ix_submitted_part_file_id"))

    op.drop_table("submitted_part")
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_person_id"))
        batch_op.drop_index(batch_op.f("ix_speaker_institution_id"))

    op.drop_table("speaker")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_resource_link_id"))
        batch_op.drop_index(batch_op.f("ix_score_institution_id"))

    op.drop_table("score")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_institution_id"))
        batch_op.drop_index(batch_op.f("ix_review_author_id"))

    op.drop_table("review")
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_submission_id"))
        batch_op.drop_index(batch_op.f("ix_remark_note_id"))
        batch_op.drop_index(batch_op.f("ix_remark_institution_id"))
        batch_op.drop_index(batch_op.f("ix_remark_author_id"))

    op.drop_table("remark")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_institution_id"))
        batch_op.drop_index(batch_op.f("ix_reading_file_id"))
        batch_op.drop_index(batch_op.f("ix_reading_day_id"))

    op.drop_table("reading")
    with op.batch_alter_table("half_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_half_day_module_id"))
        batch_op.drop_index(batch_op.f("ix_half_day_institution_id"))
        batch_op.drop_index(batch_op.f("ix_half_day_day_id"))

    op.drop_table("half_day")
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_juror_id"))
        batch_op.drop_index(batch_op.f("ix_evaluation_institution_id"))

    op.drop_table("evaluation")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_institution_id"))

    op.drop_table("submission")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_seat_presides", sqlite_where=sa.text("presides"), postgresql_where=sa.text("presides")
        )
        batch_op.drop_index(batch_op.f("ix_seat_person_id"))
        batch_op.drop_index(batch_op.f("ix_seat_institution_id"))

    op.drop_table("seat")
    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_link_institution_id"))
        batch_op.drop_index(batch_op.f("ix_resource_link_course_link_id"))

    op.drop_table("resource_link")
    with op.batch_alter_table("page_derogation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_derogation_institution_id"))

    op.drop_table("page_derogation")
    with op.batch_alter_table("hearing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearing_panel_id"))
        batch_op.drop_index(batch_op.f("ix_hearing_institution_id"))

    op.drop_table("hearing")
    with op.batch_alter_table("day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_day_institution_id"))
        batch_op.drop_index(batch_op.f("ix_day_gathering_id"))

    op.drop_table("day")
    with op.batch_alter_table("voluntary_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voluntary_event_institution_id"))
        batch_op.drop_index(batch_op.f("ix_voluntary_event_cohort_id"))

    op.drop_table("voluntary_event")
    with op.batch_alter_table("validation_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_validation_note_tutor_id"))
        batch_op.drop_index(batch_op.f("ix_validation_note_institution_id"))
        batch_op.drop_index(batch_op.f("ix_validation_note_author_id"))

    op.drop_table("validation_note")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_institution_id"))

    op.drop_table("panel")
    with op.batch_alter_table("module", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_module_institution_id"))

    op.drop_table("module")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_institution_id"))

    op.drop_table("membership")
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_code_institution_id"))
        batch_op.drop_index(batch_op.f("ix_link_code_cohort_id"))

    op.drop_table("link_code")
    with op.batch_alter_table("gathering", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gathering_institution_id"))

    op.drop_table("gathering")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_person_id"))
        batch_op.drop_index(batch_op.f("ix_extension_institution_id"))

    op.drop_table("extension")
    with op.batch_alter_table("course_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_link_institution_id"))
        batch_op.drop_index(batch_op.f("ix_course_link_cohort_id"))

    op.drop_table("course_link")
    with op.batch_alter_table("staged_upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staged_upload_person_id"))
        batch_op.drop_index(batch_op.f("ix_staged_upload_institution_id"))
        batch_op.drop_index(batch_op.f("ix_staged_upload_file_id"))

    op.drop_table("staged_upload")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_person_id"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_person_id"))

    op.drop_table("identity")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_subject_type_subject_id"))
        batch_op.drop_index(batch_op.f("ix_event_institution_id"))
        batch_op.drop_index(batch_op.f("ix_event_cohort_id"))

    op.drop_table("event")
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deployment_institution_id"))

    op.drop_table("deployment")
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohort_track_id"))
        batch_op.drop_index(batch_op.f("ix_cohort_institution_id"))

    op.drop_table("cohort")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_institution_id"))

    op.drop_table("track")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_institution_id"))

    op.drop_table("stored_file")
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_platform_institution_id"))

    op.drop_table("platform")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_institution_id"))
        batch_op.drop_index(batch_op.f("ix_person_email"))

    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_outbox_institution_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("tool_key", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tool_key_stage",
            sqlite_where=sa.text("stage != 'retired'"),
            postgresql_where=sa.text("stage != 'retired'"),
        )

    op.drop_table("tool_key")
    op.drop_table("institution")
    with op.batch_alter_table("burnt_nonce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_burnt_nonce_expires_at"))

    op.drop_table("burnt_nonce")
