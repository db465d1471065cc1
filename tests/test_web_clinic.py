"""A clinic's own entry page: its name, colours, contact and treatments; the notice as everywhere."""

import pytest
from support.pages import read as tree_of

from estimator.web.app import create_app

NOTICE = "Estimate only: not a quote, a bill or a Good Faith Estimate."


@pytest.fixture(scope="module")
def client():
    return create_app().test_client()


def test_it_has_the_clinics_name_mark_contact_and_colours(client):
    page = client.get("/c/example-harbor").text
    assert "Example Harbor" in page
    assert "#1d4f91" in page
    assert "This clinic is fictional" in page
    assert NOTICE in page


def test_it_offers_only_what_the_clinic_offers(client):
    page = client.get("/c/example-harbor").text
    assert 'value="iv"' in page
    assert 'value="at_home"' not in page
    assert 'value="at_home"' in client.get("/").text


def test_its_estimates_keep_its_prices_name_and_colours(client):
    query = "treatment=iv&insurance=none&sessions=6&psychotherapy=none&start=2027-01-11&clinic=example-harbor"
    page = client.get(f"/estimate?{query}").text
    assert "$2,350" in page
    assert "#1d4f91" in page
    assert NOTICE in page


def test_colours_never_reach_pages_about_everybody(client):
    assert "#1d4f91" not in client.get("/").text


def test_a_strange_clinic_is_not_found(client):
    assert client.get("/c/nowhere").status_code == 404


def test_the_clinics_page_carries_the_same_privacy(client):
    answer = client.get("/c/example-harbor")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_its_price_list_says_what_it_asks_of_whom(client):
    """By treatment, with what is sold beside it; what is billed only to plans costs nobody without insurance."""
    page = tree_of(client.get("/c/example-harbor/price-list").text)
    rows = {
        row.one("th").text: [cell.text for cell in row.all("td")] for row in page.one("main").all("tr") if row.all("td")
    }
    infusion = next(name for name in rows if name.startswith("Ketamine infusion"))
    assert "6 for $2,200" in infusion
    assert rows[infusion][0].startswith("$420")
    assert rows[infusion][1] == "$250"
    visit = next(cells for name, cells in rows.items() if name.startswith("Office visit on the infusion day"))
    assert visit[0] == "–"
    assert visit[1].startswith("$170")
    assert not [name for name in rows if "at home" in name.lower()]
    assert NOTICE in page.one("aside", class_="notice").text
    assert client.get("/c/nowhere/price-list").status_code == 404
