"""
Showing once more that it is you, before an account or a way to sign in is changed.

It takes the password and, where there is one, the second step; or a passkey that asked for a finger or a PIN. Removing
a second step takes this each time, however short ago somebody signed in.
"""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.accounts import passwords
from estimator.accounts.throttle import key_of_codes
from estimator.web.desk.auth import passkey_challenges
from estimator.web.desk.auth.second_step import right_code, said_wrong
from estimator.web.desk.auth.sign_in import TOO_MANY, safe_page, too_many
from estimator.web.desk.forms import ConfirmForm
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import confirm_session, current_person, current_sign_in

bp = Blueprint("desk_confirm", __name__, url_prefix=f"{PREFIX}/account/confirm")


@bp.get("")
def show() -> ResponseReturnValue:
    """The form: the password, and the second step where the person has one."""
    return _page(ConfirmForm())


@bp.post("")
def check() -> ResponseReturnValue:
    """Check both, and go on."""
    person, form, now = current_person(), ConfirmForm(), services().now()
    throttle, own = services().throttle, key_of_codes(person.id)
    if wait := throttle.begin((own,), now):
        tell("confirmation throttled", person)
        form.problem("password", too_many(wait))
        return _page(form, TOO_MANY)
    if credential := request.form.get("credential"):
        if passkey_challenges.used(credential, person, "confirmation") is None:
            tell("confirmation failed", person, because="passkey")
            flash(_("That passkey did not work. You can try again, or use the fields."), "trouble")
            return redirect(url_for("desk_confirm.show", next=_wanted() or None))
    elif not passwords.matches(person, form.password.data or ""):
        form.problem("password", str(_("This is not your password.")))
    elif person.second_factor and right_code(person, code := form.text("code")[:100]) is None:
        form.problem("code", said_wrong(code))
    if form.errors:
        tell("confirmation failed", person, because=", ".join(form.errors))
        return _page(form, 422)
    throttle.succeeded(own, (), now)
    confirm_session()
    tell("confirmed", person)
    if person.second_factor:
        session["proof"] = services().unfinished.begin("proof", person, "", now)
    flash(_("Thank you. You can go on with your change now."), "done")
    return redirect(_wanted() or url_for("desk_account.show"))


@bp.post("/passkey/options")
def options() -> ResponseReturnValue:
    """What the browser needs to use one of the person's passkeys here, as JSON."""
    return jsonify(passkey_challenges.to_sign_in(current_person(), "confirmation"))


def unconfirmed(then: str) -> ResponseReturnValue | None:
    """Where to confirm first, unless the person signed in or confirmed a short time ago."""
    return None if current_sign_in().confirmed else _to_confirm(then)


def unproved(then: str, use: bool = True) -> ResponseReturnValue | None:
    """
    As `unconfirmed`; and who has a second step has to have shown it here for this one change of it.

    With `use` that is used up.
    """
    if first := unconfirmed(then):
        return first
    if not current_person().second_factor:
        return None
    waits, token = services().unfinished, session.get("proof")
    proof = (waits.take if use else waits.look)("proof", token, services().now())
    if proof is None or proof.account_id != current_person().id:
        return _to_confirm(then)
    return None


def _to_confirm(then: str) -> ResponseReturnValue:
    return redirect(url_for("desk_confirm.show", next=then))


def _wanted() -> str:
    return safe_page(request.values.get("next", "")) or ""


def _page(form: ConfirmForm, status: int = 200) -> ResponseReturnValue:
    person = current_person()
    return render_template("desk/account/confirm.html", form=form, wanted=_wanted(), person=person), status
