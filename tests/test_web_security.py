"""What browsers and finders of weaknesses are told: policies for scripts, security.txt, what to forget."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from support.desk_visits import desk_on_copy

from estimator.web.app import create_app
from estimator.web.crawlers import CONTACT, contact_in
from estimator.web.headers import SCRIPTS_THAT_PARSE, content_security_policy
from estimator.web.hosts import Hosts
from estimator.web.script import FOLDER

SINKS = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|parseFromString|createContextualFragment|srcdoc|eval"
    r"|new Function|setTimeout\(\s*[\"'`]|setHTMLUnsafe|parseHTMLUnsafe)"
)


# Scripts


def test_a_text_becomes_a_document_only_by_a_policy_of_the_script():
    """Trusted Types: the one place in each of these scripts, and no other script has any."""
    parsing = set()
    for path in FOLDER.glob("*.js"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if SINKS.search(line)]
        if lines:
            parsing.add(path.stem)
            assert len(lines) == 1, lines
            assert "parseFromString(own ? own.createHTML(text) : text" in lines[0]
            assert f'createPolicy("{path.stem}"' in path.read_text(encoding="utf-8")
    assert parsing == set(SCRIPTS_THAT_PARSE)


def test_every_page_asks_for_it():
    policy = create_app().test_client().get("/").headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'; trusted-types live desk_yaml" in policy
    assert "allow-duplicates" not in content_security_policy()


# security.txt


@pytest.fixture
def client():
    app = create_app(clock=lambda: date(2026, 11, 28))
    app.extensions["hosts"] = Hosts("https://prices.example.org")
    return app.test_client()


def test_whom_to_tell_about_a_weakness_is_told(client, monkeypatch):
    monkeypatch.setenv(CONTACT, "safety@example.org")
    response = client.get("/.well-known/security.txt")
    assert response.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in response.get_data(as_text=True).splitlines())
    assert fields["Contact"] == "mailto:safety@example.org"
    assert fields["Canonical"] == "https://prices.example.org/.well-known/security.txt"
    ends = datetime.fromisoformat(fields["Expires"])
    assert timedelta(0) < ends - datetime(2026, 11, 28, tzinfo=UTC) < timedelta(days=366)


@pytest.mark.parametrize(
    "said", ["", " ", "javascript:alert(1)", "http://example.org", "a@b\nContact: https://x", "Ann"]
)
def test_without_a_contact_there_is_no_such_file(client, monkeypatch, said):
    monkeypatch.setenv(CONTACT, said)
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("said", ["https://example.org/report", "mailto:a@b.org", "tel:+1-201-555-0123"])
def test_a_contact_may_be_an_address_of_any_kind(said):
    assert contact_in(f" {said} ") == said


# Signing out


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        desk.person("Dana")
        yield desk


def test_signing_out_clears_what_the_browser_kept_but_not_that_it_is_known(desk):
    visitor = desk.visitor("Dana")
    answer = visitor.post("/admin/sign-out").response
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    for _ in range(5):
        desk.visitor().sign_in("Dana", "wrong", status=422)
    visitor.sign_in("Dana")
