"""
The gate: everything under /admin, pages added later too, is closed to strangers and to forged requests.

It asks in this order: is the page open to all, is somebody signed in, does the form carry our token, does the person
have the second step that the site demands.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Flask, Response, abort, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from estimator.web.desk.permissions import NotAllowed
from estimator.web.desk.security_log import tell_refusal
from estimator.web.desk.services import PREFIX, at_desk, is_desk
from estimator.web.desk.sessions import current_person, is_known, signed_in
from estimator.web.errors import show_error, words_of
from estimator.web.hosts import HostRefused
from estimator.web.site import site

OPEN = frozenset(
    {
        "desk_sign_in.show",
        "desk_sign_in.sign_in",
        "desk_second_step.show",
        "desk_second_step.check",
        "desk_passkey_sign_in.options",
        "desk_passkey_sign_in.sign_in",
        "desk_start.show",
        "desk_start.start",
    }
)
"""What somebody who is not signed in may use."""

WITHOUT_SECOND_FACTOR = frozenset(
    {
        "desk_sign_in.sign_out",
        "desk_confirm.show",
        "desk_confirm.check",
        "desk_codes.show_totp",
        "desk_codes.add_totp",
        "desk_account_passkeys.options",
        "desk_account_passkeys.add",
        "desk_account.show",
    }
)
"""What somebody may use who still has to set up the second step that the site demands."""

SECRET = frozenset(
    {"csrf_token", "password", "new_password", "current_password", "code", "token", "secret", "credential"}
)
"""What was typed but is not shown again."""

_OURS = (
    "base",
    "line",
    "revision",
    "seen",
    "onto",
    "period",
    "next",
    "save",
    "check",
    "tick",
    "keep",
    "was",
    "more",
    "do",
)
NOT_TYPED = frozenset({*_OURS, "replaces", "at", "show", "kept", "kind", "source_kind", "shown_for", "began"})
"""What our forms hold for themselves: nobody typed it, so nobody misses it."""

LARGEST_BODY_OF_A_STRANGER = 64_000
MOST_FIELDS_OF_A_STRANGER = 1_000
"""Bytes and fields in a form of a browser that nobody has signed in with: reading much takes time from others."""

csrf = CSRFProtect()


def add_gate(app: Flask) -> None:
    """Close the desk of `app`; has to come before anything else that looks at the session."""
    # Checked by the gate, for the desk alone; tokens live as long as the session, so that no typing goes stale.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    csrf.init_app(app)
    app.before_request(_gate)
    app.register_error_handler(HTTPException, show_desk_error)


def _gate() -> ResponseReturnValue | None:
    if not at_desk():
        return None
    if not is_known() and _is_too_much_from_a_stranger():
        abort(413)
    _choose_language()
    if request.endpoint not in OPEN and signed_in() is None:
        return _to_sign_in()
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.protect()
    if request.endpoint not in OPEN and request.endpoint not in WITHOUT_SECOND_FACTOR and second_factor_is_missing():
        return _to_second_step()
    return None


def _is_too_much_from_a_stranger() -> bool:
    if (request.content_length or 0) > LARGEST_BODY_OF_A_STRANGER:
        return True
    return request.get_data(cache=True).count(b"&") >= MOST_FIELDS_OF_A_STRANGER


def second_factor_is_missing() -> bool:
    """Whether the person has to set up a second step before anything else."""
    found = signed_in()
    return found is not None and found.second_factor_missing


def _to_second_step() -> ResponseReturnValue:
    """To where it is set up; a form that was sent is answered with what was typed, so that it can be kept."""
    advice = str(_("You need a second step here, besides the password. Please set one up to go on."))
    if request.method in ("GET", "HEAD"):
        flash(advice, "trouble")
        return redirect(url_for("desk_account.show"))
    tell_refusal("refused", current_person(), "no second step yet")
    return _refused(403, str(_("A second step is needed")), advice)


def _choose_language() -> None:
    """``lang`` in a query is remembered for the whole desk; without a choice the browser's language holds."""
    asked = request.args.get("lang", "").strip()
    if asked in site().languages:
        session["lang"] = asked
    if session.get("lang") in site().languages:
        g.language = session["lang"]


def _to_sign_in() -> ResponseReturnValue:
    """A stranger goes to sign in and then on to the page; what they had typed is shown, so that it can be kept."""
    if request.method not in ("GET", "HEAD"):
        tell_refusal("refused", None, "not signed in")
    if wants_json():
        return jsonify(error=str(_("You are signed out. Sign in again in another tab, then go on here."))), 401
    if request.method in ("GET", "HEAD"):
        here = request.full_path.removesuffix("?")
        wanted = here if urlsplit(here).path.strip("/") != PREFIX.strip("/") else None
        return redirect(url_for("desk_sign_in.show", next=wanted))
    typed = typed_texts(request.form) if is_known() else []
    return _page("desk/signed_out.html", 401, typed=typed, fields=_to_send_again())


def wants_json() -> bool:
    """Whether a script asks."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def typed_texts(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a form held that somebody may have typed: names and texts, without secrets."""
    return [(name, text) for name, text in form.items() if name not in SECRET | NOT_TYPED and text.strip()]


def _to_send_again() -> list[tuple[str, str]]:
    """
    The fields of a form that was not taken, for its person to send once more with a new token; else nothing.

    Only of forms about somebody's tables, sent from one of our own pages, and none in which a secret was typed.
    """
    secret = SECRET & request.form.keys() - {"csrf_token"}
    if not is_known() or not _from_our_pages() or secret or "owner" not in (request.view_args or {}):
        return []
    return [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]


def show_desk_error(error: HTTPException) -> ResponseReturnValue:
    """An error at the desk as one of its pages; elsewhere as everywhere."""
    if not is_desk(request.path) or isinstance(error, HostRefused):
        return show_error(error)
    if error.code is None or error.code < 400:
        return show_error(error)
    if error.code >= 500:
        return _broken(error)
    found = signed_in() if isinstance(error, CSRFError | NotAllowed) else None
    if isinstance(error, CSRFError):
        tell_refusal("form refused", found.account if found else None, "token")
    if isinstance(error, NotAllowed):
        tell_refusal("refused", found.account if found else None, "role")
    if isinstance(error, CSRFError) and not wants_json() and signed_in() and (fields := _to_send_again()):
        return _page("desk/send_again.html", 400, fields=fields, typed=typed_texts(request.form))
    response = _refused(error.code, *_words(error))
    if error.code == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


def _broken(error: HTTPException) -> ResponseReturnValue:
    """What went wrong here, with what was typed by somebody known in this browser; the store is not asked."""
    status = error.code or 500
    heading, advice = words_of(status)
    if wants_json():
        response = jsonify(error=f"{heading}. {advice}")
        response.status_code = status
    else:
        typed = typed_texts(request.form) if is_known() and _from_our_pages() else []
        g.sign_in = None
        response = _page("desk/broken.html", status, heading=heading, advice=advice, typed=typed)
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response


def _from_our_pages() -> bool:
    """Whether the browser says so, or nothing: forms of other sites put no words on our pages."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _refused(status: int, heading: str, advice: str) -> Response:
    """A refusal on a page of its own, with what a person who is signed in had typed."""
    if wants_json():
        response = jsonify(error=f"{heading}. {advice}")
        response.status_code = status
        return response
    # What is too large was never read.
    typed = typed_texts(request.form) if status != 413 and signed_in() else []
    return _page("desk/error.html", status, code=status, heading=heading, advice=advice, typed=typed)


def _page(template: str, status: int, **values: object) -> Response:
    return Response(render_template(template, **values), status, mimetype="text/html")


def _words(error: HTTPException) -> tuple[str, str]:
    """A heading and what the person can do about it."""
    if isinstance(error, CSRFError):
        return (
            str(_("This form is no longer good")),
            str(_("It was opened before you signed in, or long ago. Open the page again and send it once more.")),
        )
    if isinstance(error, NotAllowed):
        return str(_("Your role does not allow this")), str(error.description)
    known = {
        404: (_("Page not found"), _("The address may be misspelled, or what it shows is gone.")),
        405: (_("This page cannot be used that way"), _("Open it with a link or by typing its address.")),
        413: (_("That was too much to read"), _("One page of the desk takes at most a million characters.")),
        414: (_("This link is too long"), _("Start again from the desk's first page.")),
    }
    other = (_("This request cannot be answered"), _("Start again from the desk's first page."))
    heading, advice = known.get(error.code or 400, other)
    return str(heading), str(advice)
