"""The table of addresses in docs/security.md, made from the app's URL map: `make security` writes it anew."""

from __future__ import annotations

import re
import tempfile
from contextlib import closing
from pathlib import Path

from flask import Flask

from estimator.store.database import open_database
from estimator.store.migrations import migrate
from estimator.web.app import create_app
from estimator.web.desk.app import add_desk
from estimator.web.desk.gate import OPEN, WITHOUT_SECOND_FACTOR
from estimator.web.desk.services import is_desk

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- Made by `make security`. -->\n", "<!-- Written by hand from here on. -->\n"

ASKED_IN_THE_VIEW = {
    "desk_prices.compare_release": "editor of `national`",
    "desk_prices.decide_release": "editor of `national`",
}
"""Views that ask `permissions.require` themselves."""


def whole_app(folder: Path) -> Flask:
    """The app with every page there is, on a new store in `folder`."""
    with closing(open_database(f"sqlite:///{folder}/estimator.db")) as database:
        migrate(database)
        app = create_app(ROOT / "pricing", database=database, in_step=False)
        add_desk(app, database, "x" * 40)
        return app


def rows(app: Flask) -> list[tuple[str, str, str]]:
    """Of every address: method, address, who may use it."""
    found = [
        (rule.rule, method, _who(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]
    return [(method, re.sub(r"<\w+\([^)]*\):(\w+)>", r"<\1>", address), who) for address, method, who in sorted(found)]


def _who(app: Flask, endpoint: str) -> str:
    if not is_desk(next(app.url_map.iter_rules(endpoint)).rule):
        return "everybody; no cookie is read or set"
    if endpoint in OPEN:
        return "everybody; throttled"
    view = app.view_functions[endpoint]
    takes: str = getattr(view, "takes", "") or ASKED_IN_THE_VIEW.get(endpoint, "")
    if takes:
        return takes
    own = "who is signed in, about themselves or what they may see"
    return f"{own}; also without the second step that is demanded" if endpoint in WITHOUT_SECOND_FACTOR else own


def table(app: Flask) -> str:
    """As Markdown."""
    lines = ["| Method | Address | Who |", "| --- | --- | --- |"]
    lines += [f"| {method} | `{address}` | {who} |" for method, address, who in rows(app)]
    return "\n".join([*lines, ""])


def drawn(page: str, app: Flask) -> str:
    """The text of the page with the table as the URL map is now."""
    before, rest = page.split(BEGIN)
    _made, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(app)}\n{END}{after}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8"), whole_app(Path(folder))), encoding="utf-8")
