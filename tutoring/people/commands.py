"""`flask people …`: what an administrator does about people from a terminal."""

from __future__ import annotations

import re

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from tutoring.people import operations
from tutoring.people.models import Institution
from tutoring.people.queries import institution_called, institutions
from tutoring.store.db import writing
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session

people = AppGroup("people", help="Institutions and persons.")


def chosen_institution(slug: str | None) -> Institution:
    """The institution called `slug`, or the only one. Ends the command with a sentence when there is none such."""
    if slug is not None:
        found = institution_called(session(), slug)
        if found is None:
            raise click.ClickException(
                f"no institution is called {slug}; flask people add-institution makes one"
            )
        return found
    known = institutions(session())
    if not known:
        raise click.ClickException("there is no institution yet; flask people add-institution makes one")
    if len(known) > 1:
        slugs = ", ".join(institution.slug for institution in known)
        raise click.ClickException(f"say which institution with --institution: {slugs}")
    return known[0]


@people.command("add-institution")
@click.argument("slug")
@click.argument("name")
def add_institution(slug: str, name: str) -> None:
    """Add an institution: its SLUG (a short word for addresses) and its NAME."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
        raise click.ClickException(f"a slug is made of a-z, 0-9 and hyphens, not “{slug}”")
    writing(session())
    try:
        operations.make_institution(session(), slug=slug, name=name)
    except Refusal as refusal:
        raise click.ClickException(f"an institution is already called {slug}") from refusal
    session().commit()
    click.echo(f"institution {slug} added")


@people.command("invite-admin")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as it will be shown.")
@click.option("--institution", "slug", help="The institution's slug; the only one by default.")
def invite_admin(email: str, name: str, slug: str | None) -> None:
    """Let EMAIL run an institution; a way in is mailed to them by the worker."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise click.ClickException(f"{email}: {error}") from error
    writing(session())
    institution = chosen_institution(slug)
    operations.invite_administrator(session(), institution, name=name, email=email, now=now())
    session().commit()
    click.echo(f"{email} administers {institution.name}; a link will be mailed by flask work")
