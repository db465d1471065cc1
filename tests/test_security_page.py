"""docs/security.md: every address with who may use it; every requirement of ASVS 5.0 at levels 1 and 2, once."""

import re
from collections import Counter

import pytest
from conftest import ROOT
from sqlalchemy import select
from support import routes
from support.desk_visits import desk_on_copy

from estimator.store.account_tables import metadata
from estimator.web.desk.security_log import EVENTS

PAGE = routes.PAGE.read_text(encoding="utf-8")
NUMBERS = (ROOT / "tests/support/asvs_levels_1_and_2.txt").read_text(encoding="utf-8").split()
"""From the list that OWASP publishes with version 5.0.0."""

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (met|not met|not applicable) \| (.+?) \| (.*?) \|$", re.MULTILINE)
WHOLE = re.compile(r"^Not applicable: (\d+)\.\d+\.\d+ to \d+\.\d+\.\d+, (\d+) requirements\.", re.MULTILINE)
HARBOR = "example-harbor"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return routes.whole_app(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        desk.person("Olga")
        yield desk


# Addresses


def test_the_page_lists_every_address(app):
    """A new one cannot be forgotten."""
    assert routes.drawn(PAGE, app) == PAGE, "`make security` writes it anew"
    assert len(routes.rows(app)) > 90


LOWER = {
    "editor of `<owner>`": ("editor:elsewhere", "publisher:national"),
    "publisher of `<owner>`": (f"editor:{HARBOR}", "owner:national"),
    "owner of `<owner>`": (f"publisher:{HARBOR}", "owner:national"),
    "owner of anything": (f"publisher:{HARBOR}", "publisher:*"),
    "owner of everything": (f"owner:{HARBOR}", "publisher:*"),
    "editor of `national`": (f"owner:{HARBOR}", "owner:elsewhere"),
}
"""Roles that are just not enough."""

VALUES = {
    "owner": HARBOR,
    "id_": 1,
    "charge": "infusion",
    "column": "self_pay",
    "number": 1,
    "kind": "svg",
    "suffix": "csv",
}


@pytest.mark.parametrize("takes", LOWER)
def test_a_lower_role_or_one_elsewhere_opens_nothing(desk, takes):
    """Every address that asks for this role, from the URL map, by roles that are just not enough."""
    checked = 0
    for number, role in enumerate(LOWER[takes]):
        desk.person(f"P{number}", role)
        visitor = desk.visitor(f"P{number}")
        token = visitor.token()
        for rule in desk.app.url_map.iter_rules():
            view = desk.app.view_functions[rule.endpoint]
            if (getattr(view, "takes", "") or routes.ASKED_IN_THE_VIEW.get(rule.endpoint)) != takes:
                continue
            values = {name: VALUES.get(name, "1") for name in rule.arguments}
            for method in rule.methods & {"GET", "POST"}:
                with desk.app.test_request_context():
                    address = desk.app.url_for(rule.endpoint, **values)
                sent = {"csrf_token": token} if method == "POST" else None
                answer = visitor.client.open(address, method=method, data=sent)
                assert answer.status_code == 403, f"{role}: {method} {address} answers {answer.status_code}"
                checked += 1
    assert checked


PASSING = {"sign_ins", "unfinished", "failed_sign_ins"}
"""Tables that say who is there, not what was done."""


def test_no_address_that_changes_something_takes_get(desk):
    """An owner opens everything there is to open, and the store is as it was."""

    def held():
        with desk.database.reading() as connection:
            tables = [table for table in metadata.sorted_tables if table.name not in PASSING]
            return {table.name: [tuple(row) for row in connection.execute(select(table))] for table in tables}

    olga = desk.visitor("Olga")
    before, opened = held(), 0
    for rule in desk.app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.rule.startswith("/admin"):
            continue
        with desk.app.test_request_context():
            address = desk.app.url_for(rule.endpoint, **{name: VALUES.get(name, "1") for name in rule.arguments})
        assert olga.client.get(address).status_code < 500, address
        opened += 1
    assert opened > 25
    assert held() == before


def test_trace_is_refused(app):
    client = app.test_client()
    for address in ("/", "/prices", "/admin/sign-in", "/healthz"):
        answer = client.open(address, method="TRACE", headers={"X-Mine": "what was sent"})
        assert answer.status_code in (401, 405)
        assert "what was sent" not in answer.get_data(as_text=True)


# Events


def test_the_page_lists_every_event():
    assert [event for event in EVENTS if f'"{event}"' not in PAGE] == []


# Requirements


def test_every_requirement_stands_there_once():
    chapters = {int(chapter): int(number) for chapter, number in WHOLE.findall(PAGE)}
    rows = [number for number, *_ in ROW.findall(PAGE)]
    assert rows == [number for number in NUMBERS if int(number.split(".")[0]) not in chapters]
    for chapter, number in chapters.items():
        assert sum(one.startswith(f"{chapter}.") for one in NUMBERS) == number
    assert len(NUMBERS) == 253


def test_they_are_counted_as_they_are():
    counted = Counter(state for _number, state, *_ in ROW.findall(PAGE))
    counted["not applicable"] += sum(int(number) for _chapter, number in WHOLE.findall(PAGE))
    said = re.search(r"(\d+) are met, (\d+) not met, (\d+) not applicable", PAGE)
    assert said
    assert tuple(map(int, said.groups())) == (counted["met"], counted["not met"], counted["not applicable"])


def test_every_test_that_is_named_is_there():
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 120
    gone = [f"{file}::{name}" for file, name in named if f"def {name}(" not in _text(file)]
    assert gone == []


def _text(file):
    path = ROOT / "tests" / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""
