"""
Who is signed in: the cookie, its session, the person.

The cookie is signed and holds a random token, the CSRF secret, the chosen language and messages for the next page. What
the token is good for, and until when, is in the store.
"""

import hashlib
import os
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Request, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from estimator.accounts.accounts import Account
from estimator.accounts.sign_ins import SignIn
from estimator.accounts.throttle import ThrottleKey, key_of_address
from estimator.web.desk.services import PREFIX, at_desk, is_desk, services

MOST_KNOWN = 5
"""Accounts that one browser is known to: a cookie stays short."""

COOKIE_LASTS = timedelta(days=30)
"""How long a cookie is known as ours; the store ends its session long before. It tells whose typing may be shown."""


KNOWN = "known"
"""Whose sign-ins a cookie has seen, also after they signed out: a random text by the account's number."""


class DeskSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, for the desk's addresses only: elsewhere there is no session to read or to write."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> Any:
        return super().open_session(app, request) if is_desk(request.path) else None

    def get_cookie_name(self, app: Flask) -> str:
        """A name that browsers take over https only, where that is how the site is reached."""
        return "__Secure-desk" if self.get_cookie_secure(app) else "desk"

    def get_cookie_secure(self, app: Flask) -> bool:
        return bool(app.config["DESK_HTTPS"] or (has_request_context() and request.is_secure))


def add_sessions(app: Flask, secret: str, https: bool) -> None:
    """Give `app` sessions for the desk's addresses; `https`: it is reached by https though it cannot see that."""
    app.secret_key = secret
    app.config.update(
        DESK_HTTPS=https,
        SESSION_COOKIE_PATH=PREFIX,
        SESSION_COOKIE_HTTPONLY=True,
        # Not "Strict": links to the desk in a message would find nobody signed in. No GET here changes anything.
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=COOKIE_LASTS,
    )
    app.session_interface = DeskSessions()


def signed_in() -> SignIn | None:
    """Who is signed in, once per request; nobody outside the desk."""
    if "sign_in" not in g:
        token = session.get("token") if at_desk() else None
        g.sign_in = services().sign_ins.see(token, services().now()) if isinstance(token, str) else None
    found: SignIn | None = g.sign_in
    return found


def current_sign_in() -> SignIn:
    """The session of a view that only somebody signed in gets to."""
    found = signed_in()
    assert found is not None, "the desk's gate lets nobody else in"
    return found


def current_person() -> Account:
    """The person of such a view: `name`, `may(role, owner)`, `scopes(role)`."""
    return current_sign_in().account


def begin_session(account: Account, how: str) -> bool:
    """Sign somebody in, with a new session and CSRF secret; False where `account` is no longer as it was proved."""
    token = services().sign_ins.begin(account, how, services().now())
    if token is None:
        return False
    forget(session)
    session["token"] = token
    known = {**_known(), str(account.id): browser_of(account.id) or secrets.token_urlsafe(16)}
    session[KNOWN] = dict(list(known.items())[-MOST_KNOWN:])
    g.pop("sign_in", None)
    return True


def confirm_session() -> None:
    """Note that the person has just shown again who they are: from now on this session has another token."""
    session["token"] = services().sign_ins.confirm(current_sign_in().digest, services().now())
    g.pop("sign_in", None)


def browser_of(account_id: int) -> str | None:
    """What this browser is known by to an account that has signed in with it; None for a strange one."""
    return _known().get(str(account_id))


def _known() -> dict[str, str]:
    found = session.get(KNOWN)
    return found if isinstance(found, dict) else {}


def end_session() -> None:
    """Sign out, here."""
    found = signed_in()
    if found is not None:
        services().sign_ins.end(found)
    forget(session)
    g.pop("sign_in", None)


def address_keys() -> tuple[ThrottleKey, ...]:
    """
    What attempts from the visitor's address are counted by; nothing where all visitors seem to have the proxy's.

    That is so where browsers come by https, which the app does not speak, and no proxy may tell their addresses.
    """
    hidden = current_app.config["DESK_HTTPS"] and not os.environ.get("ESTIMATOR_PROXY", "").strip()
    return () if hidden else (key_of_address(request.remote_addr),)


def is_known() -> bool:
    """Whether somebody is or was signed in in this browser: no other site's form brings our cookie along."""
    return "token" in session or KNOWN in session


def forget(held: SessionMixin) -> None:
    """Everything but the chosen language, and that somebody was here."""
    kept = {name: held[name] for name in ("lang", KNOWN) if held.get(name)}
    held.clear()
    held.update(kept)
