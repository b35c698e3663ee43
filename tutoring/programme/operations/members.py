"""The verbs about the people of a cohort: to admit or invite somebody, to change a role, to grant time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tutoring.people.models import Person
from tutoring.people.notices import tell
from tutoring.people.operations import invite
from tutoring.programme.models import Cohort, Extension, Membership, Role, Standing
from tutoring.programme.queries import institution_name, member, member_at
from tutoring.store.events import record
from tutoring.store.outbox import emit
from tutoring.store.refusal import Refusal


def admit(
    db: Session, cohort: Cohort, person: Person, role: Role, *, actor: Person | None, now: datetime
) -> Membership:
    """Give somebody a role in a cohort; one who is already a member keeps theirs unless `change_role` is asked."""
    known = member(db, cohort.id, person.id)
    if known is not None:
        return known
    membership = Membership(
        institution_id=cohort.institution_id, cohort=cohort, person=person, role=role, joined_at=now
    )
    db.add(membership)
    db.flush()
    record(
        db,
        "membership.began",
        membership,
        actor_id=actor.id if actor else None,
        now=now,
        cohort_id=cohort.id,
        role=str(role),
        person_id=person.id,
    )
    emit(
        db,
        "membership.changed",
        institution_id=cohort.institution_id,
        now=now,
        cohort_id=cohort.id,
        person_id=person.id,
    )
    return membership


def invite_member(
    db: Session,
    cohort: Cohort,
    actor: Person,
    *,
    name: str,
    email: str,
    role: Role,
    now: datetime,
) -> Membership:
    """Give somebody a role by their address, and mail them a way in.

    Refused when a member of the cohort already has this address, however they came.
    """
    known = member_at(db, cohort.id, email)
    if known is not None:
        raise Refusal("already_member", field="email", name=known.person.name, role=known.role)
    person = invite(db, cohort.institution_id, name=name, email=email, now=now)
    membership = admit(db, cohort, person, role, actor=actor, now=now)
    tell(
        db,
        person,
        "invitation",
        path=cohort.path,
        now=now,
        by=actor.name,
        cohort=cohort.name,
        role=str(role),
        institution=institution_name(db, cohort.institution_id),
    )
    return membership


def change_role(
    db: Session,
    standing: Standing,
    membership: Membership,
    role: Role,
    *,
    now: datetime,
    seen_role: str | None = None,
) -> Membership:
    """Change somebody's role. Refused when the cohort would be left without a coordinator.

    `seen_role`: the role the page showed; refused when it has changed since.
    """
    if seen_role is not None and seen_role != membership.role:
        raise Refusal("stale_page")
    if membership.role == role:
        return membership
    if membership.role == Role.COORDINATOR and not _another_coordinator(db, membership):
        raise Refusal("last_coordinator", field="role")
    earlier, membership.role = membership.role, role
    record(
        db,
        "membership.role_changed",
        membership,
        actor_id=standing.person.id,
        now=now,
        before=earlier,
        after=str(role),
        person_id=membership.person_id,
    )
    emit(
        db,
        "membership.changed",
        institution_id=membership.institution_id,
        now=now,
        cohort_id=membership.cohort_id,
        person_id=membership.person_id,
    )
    return membership


def _another_coordinator(db: Session, membership: Membership) -> bool:
    return (
        db.scalar(
            select(Membership.id)
            .where(
                Membership.cohort_id == membership.cohort_id,
                Membership.role == Role.COORDINATOR,
                Membership.id != membership.id,
            )
            .limit(1)
        )
        is not None
    )


def grant_extension(
    db: Session,
    standing: Standing,
    person_id: int,
    *,
    stage: str,
    until: date,
    reason: str,
    now: datetime,
) -> Extension:
    """Give one learner a later day at one stage; an earlier grant for the same stage is replaced.

    Refused when the day is not later than everybody's.
    """
    common = next((spec.deadline for spec in standing.cohort.spec.stages if spec.key == stage), None)
    if common is not None and until <= common:
        raise Refusal("extension_not_later", field="until", common=common.isoformat())
    grant = db.scalar(
        select(Extension).where(
            Extension.cohort_id == standing.cohort.id,
            Extension.person_id == person_id,
            Extension.stage == stage,
        )
    )
    if grant is None:
        grant = Extension(
            institution_id=standing.cohort.institution_id,
            cohort_id=standing.cohort.id,
            person_id=person_id,
            stage=stage,
        )
        db.add(grant)
    grant.until, grant.reason = until, reason
    grant.granted_by_id, grant.granted_at = standing.person.id, now
    db.flush()
    record(
        db,
        "extension.granted",
        grant,
        actor_id=standing.person.id,
        now=now,
        person_id=person_id,
        stage=stage,
        until=until.isoformat(),
    )
    return grant


RANK = {Role.COORDINATOR: 3, Role.STAFF: 2, Role.GUEST: 1, Role.LEARNER: 0}


def settle_join(db: Session, kept: Person, absorbed: Person) -> None:
    """Two records in one cohort become one member, with the larger of two staff roles.

    Refused when one of them is a learner there and the other is not: that is not one person's double record.
    """
    for double in db.scalars(select(Membership).where(Membership.person_id == absorbed.id)):
        held = member(db, double.cohort_id, kept.id)
        if held is None:
            continue
        if (held.role == Role.LEARNER) != (double.role == Role.LEARNER):
            raise Refusal("join_collides")
        held.role = max(Role(held.role), Role(double.role), key=RANK.__getitem__)
        db.delete(double)
    db.flush()
