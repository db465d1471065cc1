"""
What happens at the desk's door and to people's ways in, for the server's log: who, from where, what, and how it ended.

Each line is one event of `Event`, said once it has happened. Names are those of accounts that there are: what somebody
typed is never written, because a password or a code is easily typed into the wrong field. No value begins a new line.
"""

import json
import logging
from typing import Literal, get_args
from urllib.parse import quote

from flask import request

from estimator.accounts.accounts import Account

Event = Literal[
    "sign-in failed",
    "sign-in throttled",
    "first step passed",
    "second step failed",
    "second step throttled",
    "signed in",
    "signed out",
    "signed out everywhere else",
    "confirmation failed",
    "confirmation throttled",
    "confirmed",
    "one-time code failed",
    "one-time code throttled",
    "password set",
    "password changed",
    "recovery code used",
    "second step added",
    "second step removed",
    "recovery codes made",
    "account added",
    "roles changed",
    "account disabled",
    "account enabled",
    "sign-in reset",
    "second step demanded",
    "refused",
    "form refused",
]
EVENTS: tuple[Event, ...] = get_args(Event)

REFUSALS = frozenset({"failed", "throttled", "refused"})
"""The last words of events that did not go well: warnings."""

log = logging.getLogger("estimator.security")


def tell(event: Event, account: Account | None = None, **more: str) -> None:
    """Write one line: of whose `account` or of nobody known, from the visitor's address, with `more` short values."""
    # An address is the socket's or the named proxy's word; whatever it holds is written as a JSON string.
    said = {"account": account.name if account else None, "account_id": account.id if account else None}
    values = {**said, "address": (request.remote_addr or "")[:100], **more}
    pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in values.items() if value is not None)
    level = logging.WARNING if event.rsplit(" ", 1)[-1] in REFUSALS else logging.INFO
    log.log(level, "%s %s", event, pairs, extra={"event": event, **values})


def tell_refusal(event: Event, account: Account | None, because: str) -> None:
    """Write that a request was refused: what it wanted, without its query."""
    tell(event, account, method=request.method, path=quote(request.path, safe="/")[:200], because=because)
