"""My account: the password, the second step, where else I am signed in."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.accounts import passwords
from estimator.accounts.accounts import AccountRefused
from estimator.accounts.throttle import key_of_codes
from estimator.web.desk.auth import passkey_challenges
from estimator.web.desk.auth.confirm import unconfirmed
from estimator.web.desk.auth.sign_in import TOO_MANY, too_many
from estimator.web.desk.forms import PasswordForm
from estimator.web.desk.gate import second_factor_is_missing
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import current_person, current_sign_in

bp = Blueprint("desk_account", __name__, url_prefix=f"{PREFIX}/account")


@bp.get("")
def show() -> ResponseReturnValue:
    """The account of whoever is signed in."""
    return _page(PasswordForm())


@bp.post("/password")
def change_password() -> ResponseReturnValue:
    """Change the password; every other session ends."""
    person, form, now = current_person(), PasswordForm(), services().now()
    throttle = services().throttle
    if wait := throttle.begin((key_of_codes(person.id),), now):
        tell("confirmation throttled", person)
        form.problem("current_password", too_many(wait))
        return _page(form, TOO_MANY)
    if not passwords.matches(person, form.current_password.data or ""):
        tell("confirmation failed", person, because="password")
        form.problem("current_password", str(_("This is not your password.")))
        return _page(form, 422)
    throttle.succeeded(key_of_codes(person.id), (), now)
    password = form.password.data or ""
    try:
        passwords.refuse_weak(password, person)
    except AccountRefused as refusal:
        form.refused(refusal, "password")
        return _page(form, 422)
    keep = current_sign_in().digest
    hashed = passwords.hashed(password)
    services().accounts.set_password(person.id, hashed, keep=keep, by=person.name, action="changed the password")
    tell("password changed", person)
    flash(_("Your password is changed. You are signed out everywhere else."), "done")
    return redirect(url_for("desk_account.show"))


@bp.post("/sign-out-everywhere")
def end_others() -> ResponseReturnValue:
    """End every session but this one."""
    if first := unconfirmed(url_for("desk_account.show")):
        return first
    services().sign_ins.end_others(current_sign_in())
    tell("signed out everywhere else", current_person())
    flash(_("You are signed out everywhere else."), "done")
    return redirect(url_for("desk_account.show"))


def _page(form: PasswordForm, status: int = 200) -> ResponseReturnValue:
    sign_in = current_sign_in()
    return render_template(
        "desk/account/mine.html",
        form=form,
        person=sign_in.account,
        keys=services().passkeys.of(sign_in.account),
        sessions=services().sign_ins.of(sign_in, services().now()),
        demanded=second_factor_is_missing(),
        passkeys_possible=passkey_challenges.possible(),
        host=passkey_challenges.host(),
    ), status
