"""A clinic is withdrawn, published again, or goes on under another short name; its owners decide."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection
from wtforms import BooleanField, StringField

from estimator.accounts.scopes import copy_roles_in
from estimator.prices.book import NATIONAL
from estimator.prices.reading import may_name_clinic
from estimator.store.settings import copy_in
from estimator.versions.publications import Publication, PublicationRefused
from estimator.versions.withdrawing import moved_to
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.permissions import owner_of
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.clinic_setup import taken_names
from estimator.web.desk.prices.history import LONGEST_REASON
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, name_of, snapshot, tables_of
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.site import site


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The publication by which a clinic left; `moved` is the id under which it goes on, if it does."""

    publication: Publication
    moved: str | None


class WithdrawForm(DeskForm):
    """Why a clinic is withdrawn, and that it is meant."""

    why = StringField(_l("Why?"), description=_l("One sentence. It stands in the history; patients do not see it."))
    sure = BooleanField(_l("Yes, withdraw it: patients shall no longer find this clinic"))


class RenameForm(DeskForm):
    """Another short name, and why."""

    id = StringField(
        _l("New short name"), description=_l("Small letters, digits and -, beginning with a letter, like lakeside.")
    )
    reason = StringField(_l("Why?"), description=_l("One sentence. It stands in the history; patients do not see it."))


def withdrawal_of(owner: str) -> Withdrawal | None:
    """How the clinic left, where it has and nobody has begun to publish it again."""
    latest = tables_of(owner).work.latest
    if owner == NATIONAL or latest is None or latest.files:
        return None
    return Withdrawal(latest, moved_to(latest))


@bp.get("/<owner>/leave")
@owner_of
def leave(owner: str) -> ResponseReturnValue:
    """The two forms."""
    return _page(owner, WithdrawForm(), RenameForm())


@bp.post("/<owner>/withdraw")
@owner_of
def withdraw(owner: str) -> ResponseReturnValue:
    """Publish that the clinic has no prices here any more."""
    name, form = _name(owner), WithdrawForm()
    why = form.text("why")[:LONGEST_REASON]
    if not why:
        form.problem("why", str(_("Write a sentence that says why.")))
    if not form.sure.data:
        form.problem("sure", str(_("Tick this if you mean it.")))
    if form.errors:
        return _page(owner, form, RenameForm()), 400
    try:
        desk().withdraw(owner, seen=_seen(), by=current_person().name, why=why, day=day_at(owner))
    except PublicationRefused as error:
        form.problem("why", refusal(error))
        forget_tables()
        return _page(owner, form, RenameForm()), 409
    _look_again()
    flash(_("%(name)s is withdrawn. Patients no longer find it.", name=name))
    return redirect(url_for("desk_prices.overview", owner=owner))


@bp.post("/<owner>/put-back")
@owner_of
def put_back(owner: str) -> ResponseReturnValue:
    """Publish the prices of a withdrawn clinic again."""
    _name(owner)
    try:
        done = desk().put_back(owner, seen=_seen(), by=current_person().name, why=str(_("Published again")))
    except PublicationRefused as error:
        flash(refusal(error), "trouble")
    else:
        _look_again()
        flash(_("Its prices are published again, as version %(number)d.", number=done.number))
    return redirect(url_for("desk_prices.overview", owner=owner))


@bp.post("/<owner>/rename")
@owner_of
def rename(owner: str) -> ResponseReturnValue:
    """Let the clinic go on under another short name."""
    _name(owner)
    form = RenameForm()
    new, why = form.text("id"), form.text("reason")[:LONGEST_REASON]
    if not may_name_clinic(new):
        form.problem("id", str(_("Use small letters, digits and -, and begin with a letter.")))
    elif new in taken_names() and not _was(owner, new):
        form.problem("id", str(_("This short name is taken. Choose another one.")))
    if not why:
        form.problem("reason", str(_("Write a sentence that says why.")))
    if form.errors:
        return _page(owner, WithdrawForm(), form), 400

    def also(connection: Connection) -> None:
        copy_roles_in(connection, owner, new)
        copy_in(connection, owner, new)

    try:
        desk().rename(owner, new, seen=_seen(), by=current_person().name, why=why, also=also)
    except PublicationRefused as error:
        form.problem("id", refusal(error))
        forget_tables()
        return _page(owner, WithdrawForm(), form), 409
    _look_again()
    flash(_("The short name is %(name)s now. Old links lead here.", name=new))
    return redirect(url_for("desk_prices.overview", owner=new))


def _page(owner: str, withdraw: WithdrawForm, rename: RenameForm) -> str:
    _name(owner)
    latest = snapshot().timeline.latest(owner)
    return render_template("desk/prices/leave.html", owner=owner, latest=latest, withdraw=withdraw, rename=rename)


def _name(owner: str) -> str:
    """The clinic's name; the national tables can neither leave nor be renamed."""
    tables_of(owner)
    return name_of(owner) if owner != NATIONAL else abort(404)


def _was(owner: str, id_: str) -> bool:
    """Whether this clinic had the id before."""
    latest = snapshot().timeline.latest(id_)
    return latest is not None and moved_to(latest) == owner


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _look_again() -> None:
    site().prices.refresh()
    forget_tables()
