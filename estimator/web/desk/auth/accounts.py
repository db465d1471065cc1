"""The accounts that an owner looks after."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.accounts.accounts import EVERYWHERE, Account, AccountRefused, Grant, roles_in_words
from estimator.accounts.sign_ins import EVERYBODY, NOBODY, SECOND_FACTOR_REQUIRED
from estimator.store.settings import WHOLE_SITE
from estimator.web.desk.auth.confirm import unconfirmed
from estimator.web.desk.forms import AccountForm, ResetForm, RoleForm
from estimator.web.desk.permissions import NotAllowed, owner_of_any, owner_of_everything
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import current_person, current_sign_in
from estimator.web.query import problem_sentence

bp = Blueprint("desk_accounts", __name__, url_prefix=f"{PREFIX}/accounts")


@bp.get("")
@owner_of_any
def show() -> ResponseReturnValue:
    """Everybody with a role at tables that the person owns."""
    person = current_person()
    return render_template(
        "desk/account/list.html",
        accounts=[one for one in services().accounts.all() if _concerns(one, person)],
        person=person,
        everything=person.may("owner", EVERYWHERE),
        demanded=services().desk.settings.get(WHOLE_SITE, SECOND_FACTOR_REQUIRED),
    )


@bp.get("/add")
@owner_of_any
def show_add() -> ResponseReturnValue:
    """The form for a new account; the password comes first, so that nothing typed has to wait for it."""
    if first := unconfirmed(url_for("desk_accounts.show_add")):
        return first
    form = AccountForm(role="editor").offer(current_person())
    return _add_page(form)


@bp.post("/add")
@owner_of_any
def add() -> ResponseReturnValue:
    """Add an account, and show its one-time link, once."""
    person, form = current_person(), AccountForm().offer(current_person())
    if not current_sign_in().confirmed:
        return _add_page(form, 403, confirmed=False)
    if form.chosen():
        grant = Grant(form.role.data, form.scope.data)
        try:
            account, code = services().accounts.add(
                form.text("name"), form.text("email"), [grant], by=person.name, now=services().now()
            )
        except AccountRefused as refusal:
            form.refused(refusal, "name")
        else:
            tell("account added", account, by=person.name, roles=str(roles_in_words(account.grants)))
            return _link(account, code)
    return _add_page(form, 422)


@bp.get("/<int(max=9223372036854775807):id_>")
@owner_of_any
def show_one(id_: int) -> ResponseReturnValue:
    """One account: roles, resetting, disabling."""
    return _page(_managed(id_))


@bp.post("/<int(max=9223372036854775807):id_>/roles/add")
@owner_of_any
def add_role(id_: int) -> ResponseReturnValue:
    """Give one more role; at the same tables it takes the place of another."""
    account, form = _managed(id_), RoleForm().offer(current_person())
    if not form.chosen():
        return _page(account, form, 422)
    if first := _unconfirmed(account):
        return first
    return _changed(account, services().accounts.give, Grant(form.role.data, form.scope.data))


@bp.post("/<int(max=9223372036854775807):id_>/roles/remove")
@owner_of_any
def remove_role(id_: int) -> ResponseReturnValue:
    """Take one role away."""
    account = _managed(id_)
    if first := _unconfirmed(account):
        return first
    gone = (request.form.get("role"), request.form.get("scope"))
    role = next((one for one in account.grants if (one.role, one.scope) == gone), None)
    return _changed(account, services().accounts.take, role)


@bp.post("/<int(max=9223372036854775807):id_>/reset")
@owner_of_any
def reset(id_: int) -> ResponseReturnValue:
    """Take the password away, and show a new one-time link, once."""
    account, form = _managed(id_), ResetForm()
    if first := _unconfirmed(account):
        return first
    if account.id == current_person().id:
        flash(_("This is your own account. Change your password and your second step on its page."), "trouble")
        return redirect(url_for("desk_account.show"))
    code = services().accounts.reset(
        account.id, by=current_person().name, now=services().now(), second_factor=bool(form.second_factor.data)
    )
    what = "with the second step" if form.second_factor.data else "password"
    tell("sign-in reset", account, by=current_person().name, what=what)
    return _link(account, code)


@bp.post("/<int(max=9223372036854775807):id_>/disable")
@owner_of_any
def disable(id_: int) -> ResponseReturnValue:
    """Shut somebody out, at once."""
    account = _managed(id_)
    if first := _unconfirmed(account):
        return first
    try:
        services().accounts.disable(account.id, by=current_person().name, now=services().now())
    except AccountRefused as refusal:
        flash(problem_sentence(refusal.template, refusal.values), "trouble")
    else:
        tell("account disabled", account, by=current_person().name)
        flash(_("%(name)s can no longer sign in.", name=account.name), "done")
    return redirect(url_for("desk_accounts.show_one", id_=account.id))


@bp.post("/<int(max=9223372036854775807):id_>/enable")
@owner_of_any
def enable(id_: int) -> ResponseReturnValue:
    """Let somebody in again."""
    account = _managed(id_)
    if first := _unconfirmed(account):
        return first
    services().accounts.enable(account.id, by=current_person().name)
    tell("account enabled", account, by=current_person().name)
    flash(_("%(name)s can sign in again.", name=account.name), "done")
    return redirect(url_for("desk_accounts.show_one", id_=account.id))


@bp.post("/second-step")
@owner_of_everything
def demand_second_factor() -> ResponseReturnValue:
    """Of whom a second step is demanded."""
    if first := unconfirmed(url_for("desk_accounts.show")):
        return first
    asked = request.form.get("demand")
    wanted = asked if asked in (EVERYBODY, NOBODY) else None
    services().desk.settings.set(WHOLE_SITE, SECOND_FACTOR_REQUIRED, wanted, current_person().name)
    tell("second step demanded", current_person(), of=wanted or "publishers")
    said = {
        EVERYBODY: _("Everybody needs a second step now."),
        NOBODY: _("A second step is up to each person now."),
        None: _("Whoever may publish needs a second step now."),
    }
    flash(said[wanted], "done")
    return redirect(url_for("desk_accounts.show"))


def _concerns(account: Account, person: Account) -> bool:
    return any(person.may("owner", grant.scope) for grant in account.grants)


def _managed(id_: int) -> Account:
    """The account, if the current person may change all of it."""
    account, person = services().accounts.get(id_), current_person()
    if account is None or not _concerns(account, person):
        abort(404)
    if not person.manages(account):
        raise NotAllowed(_("This person also has roles at other tables. An owner of those has to do this."))
    return account


def _unconfirmed(account: Account) -> ResponseReturnValue | None:
    """Where to confirm before `account` is changed: a session that was left open, or stolen, is not the person."""
    return unconfirmed(url_for("desk_accounts.show_one", id_=account.id))


def _changed(account: Account, change: Callable[..., bool], role: Grant | None) -> ResponseReturnValue:
    try:
        changed = role is not None and change(account.id, role, by=current_person().name)
    except AccountRefused as refusal:
        flash(problem_sentence(refusal.template, refusal.values), "trouble")
    else:
        if changed:
            now = services().accounts.get(account.id) or account
            tell("roles changed", account, by=current_person().name, roles=str(roles_in_words(now.grants)))
            flash(_("The roles of %(name)s are changed.", name=account.name), "done")
        else:
            flash(_("Nothing is different: %(name)s had these roles already.", name=account.name))
    return redirect(url_for("desk_accounts.show_one", id_=account.id))


def _add_page(form: AccountForm, status: int = 200, confirmed: bool = True) -> ResponseReturnValue:
    return render_template("desk/account/add.html", form=form, confirmed=confirmed), status


def _link(account: Account, code: str) -> ResponseReturnValue:
    address = url_for("desk_start.show", code=code, _external=True)
    return render_template("desk/account/link.html", account=account, code=code, address=address)


def _page(account: Account, form: RoleForm | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "desk/account/one.html",
        account=account,
        form=form or RoleForm(role="editor", scope=account.grants[0].scope).offer(current_person()),
        reset=ResetForm(second_factor=False),
        mine=account.id == current_person().id,
    ), status
