"""The clinic's desk as people use it, without a browser: a clock that tests turn, people, forms with their token."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

from estimator.accounts import passwords
from estimator.accounts.accounts import Account, Accounts, Grant
from estimator.accounts.second_factors import SecondFactors, new_totp_secret
from estimator.accounts.sign_ins import NOBODY, SECOND_FACTOR_REQUIRED
from estimator.store.database import Database, open_database
from estimator.store.settings import put_in
from estimator.web.app import create_app
from estimator.web.desk.app import add_desk
from support.pages import Page, Visitor

SECRET = "a secret that only the tests have, of some length"
PASSWORD = "correct horse battery staple"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

HASHED = passwords.hashed(PASSWORD)


@dataclass
class Clock:
    """A clock that stands until it is turned."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class TestDesk:
    """An app with a desk on a store; `visitor` is a new browser."""

    __test__ = False

    database: Database
    clock: Clock = field(default_factory=Clock)
    https: bool = False
    demands: str | None = NOBODY
    """Of whom it demands a second step: most tests' people have a password alone. None: what a new site demands."""

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.database)
        with self.database.writing() as connection:
            put_in(connection, SECOND_FACTOR_REQUIRED, self.demands)
        self.app = self.make_app()
        add_desk(self.app, self.database, SECRET, self.clock, https=self.https)

    def make_app(self) -> Flask:
        return create_app(clock=lambda: date(2026, 11, 22))

    def person(self, name: str, *roles: str, password: str | None = HASHED) -> Account:
        """An account with roles such as ``publisher:example-harbor`` or ``owner:*``, and PASSWORD."""
        grants = [Grant(*role.split(":")) for role in roles or ("owner:*",)]
        account, _code = self.accounts.add(name, None, grants, by="test", now=self.clock())
        if password:
            self.accounts.set_password(account.id, password, by="test", action="set a password")
        return self.again(account)

    def again(self, account: Account) -> Account:
        """The account as it stands now."""
        found = self.accounts.get(account.id)
        assert found
        return found

    def with_app(self, account: Account) -> tuple[pyotp.TOTP, list[str]]:
        """Give the account an authenticator app, whose first code is used up; the app and the recovery codes."""
        secret = new_totp_secret()
        app = pyotp.TOTP(secret)
        codes = SecondFactors(self.database, SECRET).add_totp(account, secret, app.at(self.clock()), self.clock())
        assert codes is not None
        self.clock.turn(minutes=1)
        return app, codes

    def visitor(self, who: str | None = None) -> DeskVisitor:
        """A new browser, with somebody signed in."""
        visitor = DeskVisitor(self.app)
        if who:
            visitor.sign_in(who)
        return visitor

    def log(self) -> list[str]:
        """The log's actions, the oldest first."""
        from estimator.store.journal import Journal

        return [entry.action for entry in Journal(self.database).all()]


class DeskVisitor(Visitor):
    """Opens pages of the desk and sends their forms, and inspects every page."""

    def post(self, address: str, data: dict[str, str] | None = None, status: int = 302, **options: object) -> Page:
        """Send a form with the token of this browser's session; where it leads is the page's `to`."""
        response = self.client.post(address, data={"csrf_token": self.token(), **(data or {})}, **options)
        assert response.status_code == status, f"{address} answers {response.status_code}: {said(response)[-3000:]}"
        return self.inspected(response) if response.mimetype == "text/html" and status != 302 else Page(response, None)

    def token(self) -> str:
        """A CSRF token of this browser's session, as its pages hold it."""
        page = self.client.get("/admin/account", follow_redirects=True)
        return self.inspected(page).root.all("input", name="csrf_token")[0].attributes["value"]

    def sign_in(self, name: str, password: str = PASSWORD, status: int = 302, **more: str) -> Page:
        return self.post("/admin/sign-in", {"name": name, "password": password, **more}, status)

    def is_in(self) -> bool:
        """Whether this browser is signed in."""
        return self.client.get("/admin/account").status_code == 200


@contextlib.contextmanager
def desk_on_copy(migrated: Path, folder: Path, demands: str | None = NOBODY) -> Iterator[TestDesk]:
    """A desk on a copy of a migrated SQLite file, that demands a second step of these."""
    shutil.copy(migrated, folder / "estimator.db")
    with contextlib.closing(open_database(f"sqlite:///{folder}/estimator.db")) as database:
        yield TestDesk(database, demands=demands)


def leads_to(page: Page) -> str:
    """The path that a redirect goes to."""
    return urlsplit(page.response.headers["Location"]).path


def said(response: TestResponse) -> str:
    """A page as it was sent."""
    return response.get_data(as_text=True)
