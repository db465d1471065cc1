"""What every view of the desk needs: the desk over the store, the secret, the clock; and the desk's addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, request

from estimator.accounts.accounts import Accounts
from estimator.accounts.passkeys import Passkeys
from estimator.accounts.second_factors import SecondFactors
from estimator.accounts.sign_ins import SignIns
from estimator.accounts.throttle import Throttle
from estimator.accounts.unfinished import UnfinishedSteps
from estimator.store.database import Database
from estimator.versions.desk import Desk

PREFIX = "/admin"
"""The desk's addresses begin with this; only they have a session, a cookie and CSRF tokens."""


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """The desk over the store, and what proves who somebody is; `now` answers an instant with its time zone."""

    desk: Desk
    secret: str
    now: Callable[[], datetime]

    @property
    def database(self) -> Database:
        return self.desk.database

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database)

    @property
    def sign_ins(self) -> SignIns:
        return SignIns(self.database)

    @property
    def passkeys(self) -> Passkeys:
        return Passkeys(self.database)

    @property
    def second_factors(self) -> SecondFactors:
        return SecondFactors(self.database, self.secret)

    @property
    def unfinished(self) -> UnfinishedSteps:
        return UnfinishedSteps(self.database)

    @property
    def throttle(self) -> Throttle:
        return Throttle(self.database)


def services() -> Services:
    """The current app's `Services`."""
    return cast(Services, current_app.extensions["desk_services"])


def at_desk() -> bool:
    """Whether the request is for the desk, whatever answers it."""
    return is_desk(request.path)


def is_desk(path: str) -> bool:
    """Whether a path is one of the desk's."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")
