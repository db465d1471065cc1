"""My account's codes: an authenticator app, recovery codes."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.accounts.second_factors import SecondFactors, new_totp_secret, totp_address
from estimator.web.desk.auth.confirm import unproved
from estimator.web.desk.forms import AppForm
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import current_person
from estimator.web.qr import qr_svg

bp = Blueprint("desk_codes", __name__, url_prefix=f"{PREFIX}/account")


@bp.get("/authenticator-app")
def show_totp() -> ResponseReturnValue:
    """A new secret for an app, as a QR code and in letters. Nothing is kept until a code of it is right."""
    if first := unproved(url_for("desk_codes.show_totp"), use=False):
        return first
    person, secret = current_person(), new_totp_secret()
    session["totp"] = services().unfinished.begin("new app", person, _factors().sealed(secret), services().now())
    return _page(AppForm(), secret)


@bp.post("/authenticator-app")
def add_totp() -> ResponseReturnValue:
    """Keep the app's secret, if its first code is right."""
    if first := unproved(url_for("desk_codes.show_totp"), use=False):
        return first
    person, form, now, waits = current_person(), AppForm(), services().now(), services().unfinished
    begun = waits.look("new app", session.get("totp"), now)
    secret = _factors().opened(begun.data) if begun and begun.account_id == person.id else None
    if secret is None:
        return redirect(url_for("desk_codes.show_totp"))
    codes = _factors().add_totp(person, secret, form.text("code")[:20], now)
    if codes is None:
        form.problem("code", str(_("This code is not right. Is the clock of your phone? Try the next one.")))
        return _page(form, secret, 422)
    waits.take("new app", session.pop("totp"), now)
    waits.take("proof", session.pop("proof", None), now)
    tell("second step added", person, what="authenticator app")
    flash(_("The authenticator app is set up. From now on its code is asked for when you sign in."), "done")
    return shown_once(codes) if codes else redirect(url_for("desk_account.show"))


@bp.post("/authenticator-app/remove")
def remove_totp() -> ResponseReturnValue:
    """Sign in without the app from now on."""
    if first := unproved(url_for("desk_account.show")):
        return first
    _factors().remove_totp(current_person())
    tell("second step removed", current_person(), what="authenticator app")
    flash(_("The authenticator app is removed."), "done")
    return redirect(url_for("desk_account.show"))


@bp.post("/recovery-codes")
def new_recovery_codes() -> ResponseReturnValue:
    """New recovery codes in place of the old ones, where there is a second step that they stand in for."""
    if first := unproved(url_for("desk_account.show")):
        return first
    if not current_person().second_factor:
        return redirect(url_for("desk_account.show"))
    codes = _factors().new_recovery_codes(current_person())
    tell("recovery codes made", current_person())
    return shown_once(codes)


def shown_once(codes: Sequence[str]) -> ResponseReturnValue:
    """The codes, on the only page that ever shows them."""
    return render_template("desk/account/recovery_codes.html", codes=codes)


def _factors() -> SecondFactors:
    return services().second_factors


def _page(form: AppForm, secret: str, status: int = 200) -> ResponseReturnValue:
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    code = qr_svg(totp_address(secret, current_person()), _("The same key as a picture for the app"))
    return render_template("desk/account/app.html", form=form, secret=groups, code=code), status
