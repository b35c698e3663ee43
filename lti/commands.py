"""`flask lti …`: what an administrator does about learning platforms from a terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from lti import keyring, operations, queries
from tutoring.people.queries import institution_called
from tutoring.store.db import writing
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, now, session

lti = AppGroup("lti", help="Learning platforms (LTI 1.3).")

WORDS = {
    "address_not_secure": "{address}: an https address is expected (plain http on this machine only)",
    "platform_elsewhere": "this issuer and client already belong to another institution",
}


@lti.command("add-platform")
@click.option("--institution", "slug", required=True, help="The institution's slug.")
@click.option("--issuer", required=True, help="The platform's own name for itself, an https address.")
@click.option("--client-id", required=True, help="What the platform calls this tool.")
@click.option("--login-url", required=True, help="Its OIDC authentication endpoint.")
@click.option("--token-url", required=True, help="Its OAuth 2 access token endpoint.")
@click.option("--jwks-url", required=True, help="Its public key set.")
@click.option("--deployment-id", required=True, help="The deployment; run again to add another.")
@click.option("--name", default="", help="What people call it; its issuer otherwise.")
@click.option("--token-audience", default="", help="Only where it differs from the token endpoint.")
def add_platform(slug: str, **facts: str) -> None:
    """Register a platform, or update the one with the same issuer and client id."""
    institution = institution_called(session(), slug)
    if institution is None:
        raise click.ClickException(f"no institution is called {slug}; flask people add-institution makes one")
    session().rollback()
    writing(session())
    try:
        platform = operations.register_platform(
            session(),
            institution.id,
            operations.PlatformFacts(**facts),
            secret=house().settings.secret_key,
            development=house().settings.development,
            now=now(),
        )
    except Refusal as refusal:
        raise click.ClickException(WORDS[refusal.code].format(**refusal.params)) from refusal
    session().commit()
    base = house().settings.base_url
    click.echo(f"platform {platform.id} ({platform.name}) is registered. Give it:")
    click.echo(f"  login initiation   {base}/lti/login")
    click.echo(f"  redirect address   {base}/lti/launch")
    click.echo(f"  public key set     {base}/lti/jwks")


@lti.command("platforms")
def list_platforms() -> None:
    """List the platforms: id, issuer, client id, deployments, name."""
    for platform in queries.platforms(session()):
        deployments = ",".join(row.deployment_id for row in platform.deployments)
        state = "" if platform.enabled else "\tdisabled"
        click.echo(
            f"{platform.id}\t{platform.issuer}\t{platform.client_id}\t{deployments}\t{platform.name}{state}"
        )


@lti.command("disable-platform")
@click.argument("platform_id", type=int)
def disable_platform(platform_id: int) -> None:
    """Refuse the launches of a platform; nothing of what it brought is lost."""
    _switch(platform_id, enabled=False)


@lti.command("enable-platform")
@click.argument("platform_id", type=int)
def enable_platform(platform_id: int) -> None:
    """Accept the launches of a platform again."""
    _switch(platform_id, enabled=True)


def _switch(platform_id: int, *, enabled: bool) -> None:
    platform = queries.platform(session(), platform_id)
    if platform is None:
        raise click.ClickException(f"no platform has the id {platform_id}; flask lti platforms lists them")
    operations.enable_platform(session(), platform, enabled, now=now())
    session().commit()
    click.echo(f"{platform.name} is {'enabled' if enabled else 'disabled'}")


@lti.command("rotate-keys")
def rotate_keys() -> None:
    """Announce a new signing key and sign with the one announced before (weekly, by a timer)."""
    writing(session())
    kept = keyring.rotate_keys(session(), house().settings.secret_key, now())
    session().commit()
    for key in kept:
        click.echo(f"{key.kid}\t{key.stage}")
