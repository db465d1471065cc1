"""
The clinic's desk under ``/admin``: accounts, prices, drafts, publishing.

`add_desk` puts it into an app. Whatever is under /admin is closed by `gate` unless it is listed there as open; a view
says with `permissions` which role it takes.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from estimator.store.database import Database
from estimator.versions.desk import Desk
from estimator.web.desk import (
    gate,
    home,
    layout,
    sessions,
)
from estimator.web.desk.auth import (
    account,
    account_passkeys,
    accounts,
    codes,
    confirm,
    log,
    passkey_sign_in,
    second_step,
    sign_in,
    start,
)
from estimator.web.desk.prices.pages import add_price_pages
from estimator.web.desk.services import Services
from estimator.web.errors import LARGEST_DESK_BODY

BLUEPRINTS = (
    home.bp,
    sign_in.bp,
    second_step.bp,
    passkey_sign_in.bp,
    start.bp,
    account.bp,
    confirm.bp,
    codes.bp,
    account_passkeys.bp,
    accounts.bp,
    log.bp,
)


def add_desk(
    app: Flask,
    database: Database,
    secret: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    https: bool | None = None,
) -> None:
    """
    Add the desk to `app`, on a store whose tables are up to date.

    `secret` signs cookies; `now` is the desk's clock; `https` says that browsers reach the site by https though the
    app does not see it, by default when ``ESTIMATOR_HTTPS=on``.
    """
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_DESK_BODY
    app.extensions["desk_services"] = Services(Desk(database, app.extensions["site"].today), secret, now)
    said = os.environ.get("ESTIMATOR_HTTPS", "").strip().lower() in ("on", "1", "yes", "true")
    sessions.add_sessions(app, secret, said if https is None else https)
    gate.add_gate(app)
    layout.add_layout(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    add_price_pages(app)
