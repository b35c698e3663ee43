"""The page on which a course's staff choose links to Palier, and the signed answer that takes them to the platform."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lti import queries, selection
from lti.forms import SelectionForm
from lti.keyring import own_keys
from lti.landing import PATHS
from lti.models import Page, Platform
from lti.protocol import deep_linking, keys
from lti.protocol.deep_linking import LineItemWish, ResourceLinkItem
from lti.selection import Selection
from lti.views.blueprint import pages
from tutoring.people.models import Person
from tutoring.programme.models import Standing
from tutoring.programme.policy import may_write_space
from tutoring.programme.queries import standing_in
from tutoring.web.edge import house, now, session
from tutoring.web.embedding import allow_form_to
from tutoring.web.guard import guarded
from tutoring.web.wording import label

NOTE_MAXIMUM = 100.0


@dataclass(frozen=True)
class SelectionPage:
    """A selection with its platform and where its person stands in the cohort."""

    selection: Selection
    platform: Platform
    standing: Standing
    sealed: str


def _selection(db: Session, viewer: Person) -> SelectionPage | None:
    sealed = request.values.get("selection", "")
    found = selection.unseal(sealed, secret=house().settings.secret_key, now=now())
    if found is None or found.person_id != viewer.id:
        return None
    platform, standing = queries.platform(db, found.platform_id), standing_in(db, viewer, found.cohort_id)
    if platform is None or standing is None:
        return None
    return SelectionPage(found, platform, standing, sealed)


@pages.get("/lti/select")
@guarded(may_write_space, _selection)
def select_links(page: SelectionPage) -> ResponseReturnValue:
    return render_template("lti/select.html", page=page, form=SelectionForm.of(page.selection.settings))


@pages.post("/lti/select")
@guarded(may_write_space, _selection)
def give_links(page: SelectionPage) -> ResponseReturnValue:
    settings = page.selection.settings
    form = SelectionForm.of(settings)
    # A platform that takes no links of ours still gets its answer, an empty one that says so.
    if settings.takes_resource_links and not form.validate_on_submit():
        return render_template("lti/select.html", page=page, form=form), 422
    chosen = form.chosen() if settings.takes_resource_links else []
    answer = deep_linking.answer(
        settings,
        [_item(page, Page(code)) for code in chosen],
        platform=queries.as_known(page.platform),
        deployment_id=page.selection.deployment_id,
        key=keys.active(own_keys(session(), house().settings.secret_key)),
        nonce=secrets.token_urlsafe(24),
        now=now(),
        error_message=None if chosen else label("flash", "no_links_taken", part="lti"),
    )
    allow_form_to(answer.return_url)
    return render_template("lti/selected.html", page=page, answer=answer, chosen=chosen)


def _item(page: SelectionPage, code: Page) -> ResourceLinkItem:
    return ResourceLinkItem(
        url=f"{house().settings.base_url}/c/{page.selection.cohort_id}/{PATHS[code]}",
        title=label("page", code, part="lti"),
        custom={"page": str(code)},
        line_item=LineItemWish(NOTE_MAXIMUM, label=label("column", "note", part="lti"))
        if code is Page.NOTE
        else None,
    )
