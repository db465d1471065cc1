"""Starting with a one-time code: somebody's first password, or a new one after a reset."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.accounts import passwords
from estimator.accounts.accounts import Account, AccountRefused
from estimator.accounts.one_time import OneTimeCodes
from estimator.store.stored_sentences import ONE_TIME_CODE
from estimator.web.desk.auth.sign_in import TOO_MANY, go_on, too_many
from estimator.web.desk.forms import StartForm
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import address_keys

bp = Blueprint("desk_start", __name__, url_prefix=PREFIX)


@bp.get("/start")
def show() -> ResponseReturnValue:
    """The form, with the link's code in it. Looking uses nothing up: mail programs follow links by themselves."""
    form = StartForm(code=request.args.get("code", "")[:100])
    return _page(form, _whose(form.text("code")))


@bp.post("/start")
def start() -> ResponseReturnValue:
    """Set the password and sign in; the code is used up."""
    form, now = StartForm(), services().now()
    shared, throttle = address_keys(), services().throttle
    if wait := throttle.begin(shared, now):
        tell("one-time code throttled")
        form.problem("code", too_many(wait))
        return _page(form, None, TOO_MANY)
    account = _whose(form.text("code"))
    if account is None:
        return _no_such_code(form)
    password = form.password.data or ""
    throttle.succeeded(None, shared, now)
    try:
        passwords.refuse_weak(password, account)
    except AccountRefused as refusal:
        form.refused(refusal, "password")
        return _page(form, account, 422)
    hashed = passwords.hashed(password)
    if not services().accounts.start(account.id, form.text("code"), hashed, by=account.name, now=now):
        return _no_such_code(form)
    tell("password set", account, how="one-time code")
    flash(_("Your password is set."), "done")
    # Whoever starts is shown where a second step can be added.
    started = services().accounts.get(account.id) or account
    return go_on(started, ONE_TIME_CODE, "" if account.second_factor else url_for("desk_account.show"))


def _whose(code: str) -> Account | None:
    id_ = OneTimeCodes(services().database).whose(code, services().now())
    account = services().accounts.get(id_) if id_ is not None else None
    return account if account and account.disabled_at is None else None


def _no_such_code(form: StartForm) -> ResponseReturnValue:
    tell("one-time code failed")
    form.problem("code", str(_("This code is not right, was used, or is older than a day. Ask for a new one.")))
    return _page(form, None, 422)


def _page(form: StartForm, account: Account | None, status: int = 200) -> ResponseReturnValue:
    return render_template("desk/start.html", form=form, account=account), status
