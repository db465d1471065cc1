"""Signing in with a name and a password, and signing out."""

import json
import re
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.accounts import passwords
from estimator.accounts.accounts import Account, normalized
from estimator.accounts.throttle import ThrottleKey, key_of_browser, keys_of_guess
from estimator.store.stored_sentences import PASSWORD
from estimator.web.desk.forms import ANY_PASSWORD, SignInForm
from estimator.web.desk.layout import home
from estimator.web.desk.security_log import tell
from estimator.web.desk.services import PREFIX, services
from estimator.web.desk.sessions import address_keys, begin_session, browser_of, end_session, forget, signed_in

bp = Blueprint("desk_sign_in", __name__, url_prefix=PREFIX)

OURS = re.compile(rf"{PREFIX}(?:/[\w-]+(?:\.[\w-]+)*)*/?(?:\?[\w.~%&=+:/-]*)?", re.ASCII)
"""An address of the desk, and nothing that a browser could take for another one: no dots that lead up, no hosts."""

TOO_MANY = 429


@bp.get("/sign-in")
def show() -> ResponseReturnValue:
    """The form, or where it would lead for somebody who is signed in."""
    if signed_in() is not None:
        return redirect(wanted_page())
    return _page(SignInForm())


@bp.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Check name and password; then the second step, where there is one."""
    form = SignInForm()
    name, password = form.text("name"), form.password.data or ""
    if not name or not password:
        for field in (form["name"], form["password"]):
            if not field.data:
                form.problem(field.name, str(_("Please fill this in.")))
        return _page(form, 422)
    now, throttle, account = services().now(), services().throttle, services().accounts.named(name)
    own, shared = _counted_by(name, account)
    if wait := throttle.begin((own, *shared), now):
        tell("sign-in throttled", account)
        form.problem("password", too_many(wait))
        return _page(form, TOO_MANY)
    if len(password) > ANY_PASSWORD or not passwords.matches(account, password) or account is None:
        tell("sign-in failed", account, because="name or password")
        form.problem("password", str(_("Name and password do not belong together.")))
        return _page(form, 422)
    throttle.succeeded(own, shared, now)
    if passwords.needs_rehash(account.password or ""):
        hashed = passwords.hashed(password)
        services().accounts.rehash(account.id, account.password or "", hashed)
        account = replace(account, password=hashed)
    return go_on(account, PASSWORD, request.form.get("next", ""))


def _counted_by(name: str, account: Account | None) -> tuple[ThrottleKey, tuple[ThrottleKey, ...]]:
    """What an attempt counts for, by itself and with others: a browser known to the account, else where it is."""
    known = browser_of(account.id) if account else None
    if known is not None:
        return key_of_browser(known), ()
    here, anywhere = keys_of_guess(normalized(name), request.remote_addr)
    return here, (anywhere, *address_keys())


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    found = signed_in()
    end_session()
    if found is not None:
        tell("signed out", found.account)
    answer = redirect(url_for("desk_sign_in.show"))
    # Not "cookies": one of ours tells that this browser is known, so that guesses elsewhere do not keep its person out.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def go_on(account: Account, how: str, wanted: str) -> ResponseReturnValue:
    """After the first step of `account`, as it was then: the second one, or the page that was asked for."""
    if account.second_factor:
        forget(session)
        waits = json.dumps({"how": how, "next": wanted})
        session["half"] = services().unfinished.begin("second step", account, waits, services().now())
        tell("first step passed", account, how=str(how))
        return redirect(url_for("desk_second_step.show"))
    return enter(account, how, wanted)


def enter(account: Account, how: str, wanted: str) -> ResponseReturnValue:
    """Begin the session of `account`, as it was when it was proved, and go to the page that was asked for."""
    if not begin_session(account, how):
        tell("sign-in failed", account, because="disabled, or another password by now")
        return redirect(url_for("desk_sign_in.show"))
    tell("signed in", account, how=str(how))
    return redirect(safe_page(wanted) or home())


def wanted_page() -> str:
    """The page of the desk that the query names, else the desk's first."""
    return safe_page(request.args.get("next", "")) or home()


def safe_page(address: str) -> str | None:
    """`address` if it is a page of the desk and no other site's."""
    return address if OURS.fullmatch(address) else None


def too_many(wait: timedelta) -> str:
    """How long somebody has to wait, in words."""
    seconds = int(wait.total_seconds()) + 1
    if seconds < 90:
        left = ngettext("%(num)d second", "%(num)d seconds", seconds)
    else:
        left = ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // 60))
    return str(_("That did not work too many times. You can try again in %(left)s.", left=left))


def _page(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    wanted = safe_page(request.values.get("next", "")) or ""
    nobody = not services().accounts.any()
    return render_template("desk/sign_in.html", form=form, wanted=wanted, nobody=nobody), status
