"""`flask people …`: what an administrator does about people from a terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from tutoring.people import operations
from tutoring.people.queries import institution_called
from tutoring.store.refusal import Refusal
from tutoring.web.edge import now, session

people = AppGroup("people", help="Institutions and persons.")


@people.command("add-institution")
@click.argument("slug")
@click.argument("name")
def add_institution(slug: str, name: str) -> None:
    """Add an institution: its SLUG (a short word for addresses) and its NAME."""
    try:
        operations.make_institution(session(), slug=slug, name=name)
    except Refusal as refusal:
        raise click.ClickException(f"an institution is already called {slug}") from refusal
    session().commit()
    click.echo(f"institution {slug} added")


@people.command("invite-admin")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as it will be shown.")
@click.option("--institution", "slug", required=True, help="The institution's slug.")
def invite_admin(email: str, name: str, slug: str) -> None:
    """Let EMAIL run an institution; a way in is mailed to them by the worker."""
    institution = institution_called(session(), slug)
    if institution is None:
        raise click.ClickException(f"no institution is called {slug}; flask people add-institution makes one")
    operations.invite_administrator(session(), institution, name=name, email=email, now=now())
    session().commit()
    click.echo(f"{email} administers {institution.name}; a link will be mailed by flask work")
