"""Signing in with a passkey: alone, or as the second step after the password."""

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.store.stored_sentences import PASSKEY
from estimator.web.desk.auth import passkey_challenges
from estimator.web.desk.auth.second_step import finish, halfway
from estimator.web.desk.auth.sign_in import enter, safe_page, too_many
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import address_keys

bp = Blueprint("desk_passkey_sign_in", __name__, url_prefix=PREFIX)


@bp.post("/passkey/options")
def options() -> Response:
    """What the browser needs to use a passkey, as JSON."""
    return jsonify(passkey_challenges.to_sign_in(halfway()))


@bp.post("/passkey")
def sign_in() -> ResponseReturnValue:
    """Check what the browser's passkey answered, and sign in."""
    now, shared, throttle = services().now(), address_keys(), services().throttle
    wanted, account = safe_page(request.form.get("next", "")) or "", halfway()
    back = url_for("desk_second_step.show") if account else url_for("desk_sign_in.show", next=wanted or None)
    if wait := throttle.begin(shared, now):
        tell("second step throttled" if account else "sign-in throttled", account)
        flash(too_many(wait), "trouble")
        return redirect(back)
    id_ = passkey_challenges.used(request.form.get("credential", ""), account)
    if id_ is None:
        tell("second step failed" if account else "sign-in failed", account, because="passkey")
        flash(_("That passkey did not work. You can try again, or use the fields."), "trouble")
        return redirect(back)
    throttle.succeeded(None, shared, now)
    if account:
        return finish(account, PASSKEY)
    found = services().accounts.get(id_)
    return enter(found, PASSKEY, wanted) if found else redirect(back)
