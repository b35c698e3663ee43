"""The pages about oneself and one's institution: signing in by mail, language, account, institution."""

from __future__ import annotations

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session

from tutoring.documents.images import MEDIA_TYPES
from tutoring.documents.kinds import Kind
from tutoring.people import operations
from tutoring.people.forms import EmptyForm, EnterForm, InstitutionForm, LanguageForm, SignInForm
from tutoring.people.models import Institution, Person, SignInLink
from tutoring.people.policy import may_run_institution
from tutoring.people.queries import institution_with_logo, link_of, other_records, records_behind, sources_of
from tutoring.people.uploads import receive, shown
from tutoring.store.db import unbind_institution
from tutoring.store.refusal import Refusal
from tutoring.web.edge import house, now, session
from tutoring.web.forms import attempt
from tutoring.web.guard import anyone, guarded, open_route, themselves
from tutoring.web.wording import label, sentence

pages = Blueprint("people", __name__)


def enter_as(person: Person) -> None:
    """Open this browser's session for `person`, for 30 days."""
    browser.permanent = True
    login_user(person)


@pages.get("/sign-in")
@open_route("the way in for those who come without the LMS")
def sign_in() -> ResponseReturnValue:
    form = SignInForm(data={"next": operations.own_path(request.args.get("next"))})
    return render_template("people/sign_in.html", form=form)


@pages.post("/sign-in")
@open_route("the way in for those who come without the LMS")
def ask_way_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form), 422
    target = operations.own_path(form.next.data)
    operations.ask_way_in(session(), form.email.data or "", target=target, now=now())
    browser["asked"] = form.email.data
    return redirect(url_for("people.way_in_sent"), 303)


@pages.get("/sign-in/sent")
@open_route("says that a link was mailed")
def way_in_sent() -> ResponseReturnValue:
    return render_template("people/way_in_sent.html", address=browser.get("asked", ""))


@pages.get("/enter/<token>")
@open_route("a mailed link; shows a button, writes nothing")
def mailed_link(token: str) -> ResponseReturnValue:
    unbind_institution(session())
    link = link_of(session(), operations.token_hash(token))
    if link is None:
        return render_template("people/link_spent.html", target="/"), 410
    if _already_in(link):
        return redirect(link.target, 303)
    if not operations.usable(link, now()):
        return render_template("people/link_spent.html", target=link.target), 410
    records = records_behind(session(), link)
    return _link_page(link, records, EnterForm(records))


def _already_in(link: SignInLink) -> bool:
    """Whether this browser is already where the link leads; a demand to sign in may be meant to change record."""
    return link.purpose == "mail" and current_user.is_authenticated and current_user.id == link.person_id


def _link_page(link: SignInLink, records: list[Person], form: EnterForm) -> str:
    viewer_id = current_user.id if current_user.is_authenticated else None
    return render_template(
        "people/mailed_link.html",
        link=link,
        records=records,
        sources=sources_of(session(), records) if len(records) > 1 else {},
        form=form,
        other_browser=link.purpose == "join" and viewer_id != link.absorbed_id,
    )


@pages.post("/enter/<token>")
@open_route("burns a mailed link")
def enter(token: str) -> ResponseReturnValue:
    unbind_institution(session())
    link = link_of(session(), operations.token_hash(token))
    if link is None or not operations.usable(link, now()):
        return render_template("people/link_spent.html", target=link.target if link else "/"), 410
    records = records_behind(session(), link)
    form = EnterForm(records)
    if not form.validate_on_submit():
        return _link_page(link, records, form), 422
    link, person = operations.use_link(session(), token, now=now(), person_id=form.chosen)
    if link.purpose == "join":
        _unite(session(), link)
        flash(label("flash", "joined", part="people"))
    enter_as(person)
    return redirect(link.target, 303)


def _unite(db: Session, link: SignInLink) -> None:
    # Both must be shown at once: the mailbox by this link, the other record by the session that asked for it.
    if not current_user.is_authenticated or current_user.id != link.absorbed_id:
        raise Refusal("join_other_browser")
    absorbed = db.get_one(Person, link.absorbed_id)
    operations.absorb(db, link.person, absorbed, now=now(), settlers=house().settlers)


@pages.post("/sign-out")
@guarded(anyone, themselves)
def sign_out(_person: Person) -> ResponseReturnValue:
    logout_user()
    return redirect(url_for("people.sign_in"), 303)


@pages.post("/language")
@open_route("the language of the pages, before signing in too")
def language() -> ResponseReturnValue:
    form = LanguageForm()
    if not form.validate_on_submit():
        abort(400)
    browser["locale"] = form.locale.data
    if current_user.is_authenticated:
        current_user.locale = form.locale.data
    return redirect(operations.own_path(form.next.data), 303)


@pages.get("/me")
@guarded(anyone, themselves)
def me(person: Person) -> ResponseReturnValue:
    sources = sources_of(session(), [person])[person.id]
    others = len(other_records(session(), person))
    return render_template("people/me.html", person=person, sources=sources, others=others)


@pages.post("/me/join")
@guarded(anyone, themselves)
def ask_join(person: Person) -> ResponseReturnValue:
    if not EmptyForm().validate_on_submit():
        abort(400)
    operations.offer_join(session(), person, now=now())
    flash(label("flash", "join_mailed", part="people"))
    return redirect(url_for("people.me"), 303)


@pages.post("/me/end-sessions")
@guarded(anyone, themselves)
def end_sessions(person: Person) -> ResponseReturnValue:
    if not EmptyForm().validate_on_submit():
        abort(400)
    operations.end_sessions(session(), person, now=now())
    logout_user()
    flash(label("flash", "sessions_ended", part="people"))
    return redirect(url_for("people.sign_in"), 303)


@pages.post("/uploads")
@guarded(anyone, themselves)
def upload(person: Person) -> ResponseReturnValue:
    """Stage a file by its own request: the page's script puts the answer in place of what it sent."""
    file = request.files.get("file")
    if file is None:
        abort(400)
    wanted = request.args.get("accept", "")
    try:
        row = receive(file, person, wanted.split(",") if wanted else [str(kind) for kind in Kind])
    except Refusal as refusal:
        said = sentence(refusal.code, refusal.params)
        return render_template("components/staged.html", error=said), 422
    name = request.form.get("name", "")
    return render_template("components/staged.html", staged=shown(row), name=name), 201


def _own_institution(db: Session, person: Person) -> Institution | None:
    return institution_with_logo(db, person.institution_id)


@pages.get("/institution")
@guarded(may_run_institution, _own_institution)
def institution(house_of: Institution) -> ResponseReturnValue:
    return render_template(
        "people/institution.html", form=InstitutionForm(obj=house_of), institution_page=house_of
    )


def _own_logo(db: Session, person: Person) -> Institution | None:
    institution = _own_institution(db, person)
    return institution if institution is not None and institution.logo is not None else None


@pages.get("/institution/logo")
@guarded(anyone, _own_logo)
def logo(house_of: Institution) -> ResponseReturnValue:
    """The institution's logo, to its own people."""
    kept = house_of.logo
    assert kept is not None
    with house().files.open(house_of.id, kept.sha256) as stream:
        content = io.BytesIO(stream.read())
    return send_file(content, mimetype=MEDIA_TYPES[kept.kind], etag=kept.sha256, max_age=0)


@pages.post("/institution")
@guarded(may_run_institution, _own_institution)
def describe_institution(house_of: Institution) -> ResponseReturnValue:
    form = InstitutionForm()

    def act() -> bool:
        operations.describe_institution(
            session(),
            house_of,
            current_user,
            name=form.name.data or "",
            signatory=form.signatory.data or "",
            activity_number=form.activity_number.data or "",
            logo=form.logo.data.file if form.logo.data else None,
            seen_version=form.version.data or 0,
            now=now(),
        )
        return True

    if attempt(form, act) is None:
        return render_template("people/institution.html", form=form, institution_page=house_of), 422
    flash("saved")
    return redirect(url_for("people.institution"), 303)
