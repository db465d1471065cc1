"""The second step of signing in: an authenticator app's code or a recovery code, where no passkey is at hand."""

import json

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.accounts.accounts import Account
from estimator.accounts.second_factors import looks_like_recovery_code
from estimator.accounts.throttle import key_of_codes
from estimator.sentences import Sentence
from estimator.store.stored_sentences import AUTHENTICATOR_APP, RECOVERY_CODE, listed
from estimator.web.desk.auth.sign_in import TOO_MANY, enter, too_many
from estimator.web.desk.forms import CodeForm
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services

bp = Blueprint("desk_second_step", __name__, url_prefix=PREFIX)


@bp.get("/second-step")
def show() -> ResponseReturnValue:
    """The form; who has not given a password yet goes to do that."""
    account = halfway()
    return _page(account, CodeForm()) if account else redirect(url_for("desk_sign_in.show"))


@bp.post("/second-step")
def check() -> ResponseReturnValue:
    """Check the code and sign in."""
    account, form = halfway(), CodeForm()
    if account is None:
        return redirect(url_for("desk_sign_in.show"))
    code = form.text("code")[:100]
    if not code:
        form.problem("code", str(_("Please fill this in.")))
        return _page(account, form, 422)
    now, own, throttle = services().now(), key_of_codes(account.id), services().throttle
    if wait := throttle.begin((own,), now):
        tell("second step throttled", account)
        form.problem("code", too_many(wait))
        return _page(account, form, TOO_MANY)
    how = right_code(account, code)
    if how is None:
        tell("second step failed", account, because="code")
        form.problem("code", said_wrong(code))
        return _page(account, form, 422)
    throttle.succeeded(own, (), now)
    return finish(account, how)


def right_code(account: Account, code: str) -> Sentence | None:
    """What the code is, if it is right, and used up now; None where it is wrong or was used before."""
    factors = services().second_factors
    if looks_like_recovery_code(code):
        if not factors.use_recovery_code(account, code):
            return None
        tell("recovery code used", account)
        return RECOVERY_CODE
    return AUTHENTICATOR_APP if factors.totp_matches(account, code, services().now()) else None


def halfway() -> Account | None:
    """Whose password, or one-time code, was right a short while ago in this browser."""
    half = services().unfinished.look("second step", session.get("half"), services().now())
    account = services().accounts.get(half.account_id) if half and half.account_id is not None else None
    return account if account and account.second_factor else None


def finish(account: Account, how: str) -> ResponseReturnValue:
    """Sign in somebody whose second step was right, once."""
    half = services().unfinished.take("second step", session.get("half"), services().now())
    if half is None or half.account_id != account.id:
        return redirect(url_for("desk_sign_in.show"))
    first = json.loads(half.data)
    return enter(account, listed([Sentence(first["how"], {}), how]), first["next"])


def said_wrong(code: str) -> str:
    """Why a code was not taken."""
    if looks_like_recovery_code(code):
        return str(_("This is none of your recovery codes, or it was used before."))
    return str(_("This code is not right, or it was used before. The app shows a new one every half minute."))


def _page(account: Account, form: CodeForm, status: int = 200) -> ResponseReturnValue:
    return render_template("desk/second_step.html", account=account, form=form), status
