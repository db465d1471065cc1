"""What every view of the desk needs: the store, the site's secret, the clock; and what belongs to the desk at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, request

from estimator.accounts.accounts import Accounts
from estimator.accounts.sign_ins import SignIns
from estimator.store.database import Database
from estimator.store.journal import Journal
from estimator.store.settings import Settings

PREFIX = "/admin"
"""The desk's addresses begin with this; only they have a session, a cookie and CSRF tokens."""


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """The desk's store and clock, kept with the app; `now` answers an instant with its time zone."""

    database: Database
    secret: str
    now: Callable[[], datetime]

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database)

    @property
    def sign_ins(self) -> SignIns:
        return SignIns(self.database)

    @property
    def journal(self) -> Journal:
        return Journal(self.database)

    @property
    def settings(self) -> Settings:
        return Settings(self.database)


def services() -> Services:
    """The current app's `Services`."""
    return cast(Services, current_app.extensions["desk_services"])


def at_desk() -> bool:
    """Whether the request is for the desk, whatever answers it."""
    return is_desk(request.path)


def is_desk(path: str) -> bool:
    """Whether a path is one of the desk's."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")
