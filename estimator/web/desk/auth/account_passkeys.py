"""My account's passkeys."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException

from estimator.accounts.accounts import AccountRefused
from estimator.web.desk.auth import passkey_challenges
from estimator.web.desk.auth.codes import shown_once
from estimator.web.desk.auth.confirm import unconfirmed, unproved
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import current_person, current_sign_in
from estimator.web.query import problem_sentence

bp = Blueprint("desk_account_passkeys", __name__, url_prefix=f"{PREFIX}/account/passkeys")


@bp.post("/options")
def options() -> ResponseReturnValue:
    """What the browser needs to make a passkey, as JSON; or where to give the password first."""
    if not current_sign_in().confirmed:
        return jsonify(next=url_for("desk_confirm.show", next=url_for("desk_account.show")))
    return jsonify(passkey_challenges.to_register(current_person()))


@bp.post("")
def add() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    back = url_for("desk_account.show")
    if first := unconfirmed(back):
        return first
    name = "".join(c for c in request.form.get("name", "") if c.isprintable()).strip() or str(_("Passkey"))
    key = passkey_challenges.registered(current_person(), request.form.get("credential", ""), name)
    if key is None:
        flash(_("The passkey could not be added. Please try again."), "trouble")
        return redirect(back)
    try:
        codes = services().passkeys.add(current_person(), key)
    except AccountRefused as refusal:
        flash(problem_sentence(refusal.template, refusal.values), "trouble")
        return redirect(back)
    tell("second step added", current_person(), what="passkey")
    flash(_("The passkey is added. You can sign in with it from now on."), "done")
    return shown_once(codes) if codes else redirect(back)


@bp.post("/remove")
def remove() -> ResponseReturnValue:
    """A passkey that is lost or no longer used."""
    back = url_for("desk_account.show")
    if first := unproved(back):
        return first
    try:
        credential = base64url_to_bytes(request.form.get("credential", ""))
    except (WebAuthnException, ValueError):
        credential = b""
    if services().passkeys.remove(current_person(), credential):
        tell("second step removed", current_person(), what="passkey")
        flash(_("The passkey is removed."), "done")
    return redirect(back)
