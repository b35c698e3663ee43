"""The people of a cohort as its coordinator keeps them: the list, one's card, an invitation, a role."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tutoring.programme.forms import MemberForm, RoleForm
from tutoring.programme.models import Role
from tutoring.programme.operations import change_role, invite_member
from tutoring.programme.pages import PeoplePage, PersonPage, load_people, load_person
from tutoring.programme.policy import may_coordinate
from tutoring.programme.views.pages import pages
from tutoring.web.edge import now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import guarded
from tutoring.web.wording import label


@pages.get("/c/<int:cohort_id>/people")
@guarded(may_coordinate, load_people)
def people(page: PeoplePage) -> ResponseReturnValue:
    return render_template("programme/people.html", page=page)


@pages.get("/c/<int:cohort_id>/people/new")
@guarded(may_coordinate, load_people)
def new_member(page: PeoplePage) -> ResponseReturnValue:
    return render_template("programme/invite.html", page=page, form=MemberForm())


@pages.post("/c/<int:cohort_id>/people/new")
@guarded(may_coordinate, load_people)
def add_member(page: PeoplePage) -> ResponseReturnValue:
    form = MemberForm()
    standing = page.standing
    invited = attempt(
        form,
        lambda: invite_member(
            session(),
            standing.cohort,
            standing.person,
            name=form.name.data or "",
            email=form.email.data or "",
            role=Role(form.role.data),
            now=now(),
        ),
    )
    if invited is None:
        return render_template("programme/invite.html", page=page, form=form), 422
    flash(label("flash", "invited", part="programme"))
    return redirect(url_for("programme.people", cohort_id=standing.cohort.id), 303)


@pages.get("/c/<int:cohort_id>/people/<int:person_id>")
@guarded(may_coordinate, load_person)
def person(page: PersonPage) -> ResponseReturnValue:
    return _card(page, RoleForm(data={"role": page.membership.role, "seen_role": page.membership.role}))


@pages.post("/c/<int:cohort_id>/people/<int:person_id>/role")
@guarded(may_coordinate, load_person)
def give_role(page: PersonPage) -> ResponseReturnValue:
    form = RoleForm()
    changed = attempt(
        form,
        lambda: change_role(
            session(),
            page.standing,
            page.membership,
            Role(form.role.data),
            seen_role=form.seen_role.data,
            now=now(),
        ),
    )
    if changed is None:
        return _card(page, form), 422
    flash("saved")
    cohort_id = page.standing.cohort.id
    if page.membership.person_id == page.standing.person.id:
        return redirect(page.standing.cohort.path, 303)  # perhaps no coordinator any more
    return redirect(
        url_for("programme.person", cohort_id=cohort_id, person_id=page.membership.person_id), 303
    )


def _card(page: PersonPage, form: RoleForm) -> str:
    return render_template("programme/person.html", page=page, form=form)
