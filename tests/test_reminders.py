"""What grows old or begins soon: as a calendar and a feed at a secret address, and on the command line."""

from __future__ import annotations

import json
import xml.etree.ElementTree as Xml
from datetime import date

import icalendar
import pytest
from support.desk_priced import CLINIC, PricedDesk
from support.desk_priced import desk as desk
from support.pages import check_headers

from estimator.cli import main
from estimator.prices.book_walks import out_of_date
from estimator.prices.price_rows import price_rows
from estimator.store.settings import Settings

PAGE = f"/admin/{CLINIC}/reminders"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def olga(desk: PricedDesk):
    return desk.visiting("Olga")


def addresses(page) -> list[str]:
    return [one.text.removeprefix("http://localhost") for one in page.root.all("p", class_="code")]


def made(desk: PricedDesk, olga) -> list[str]:
    olga.post(PAGE, {"do": "new"})
    return addresses(olga.get(PAGE))


def calendar(desk: PricedDesk, address: str) -> list[icalendar.Event]:
    answer = desk.app.test_client().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return list(icalendar.Calendar.from_ical(answer.data).walk("VEVENT"))


def test_nobody_has_an_address_until_an_owner_makes_one(desk: PricedDesk, olga) -> None:
    assert addresses(olga.get(PAGE)) == []
    assert desk.app.test_client().get(f"/reminders/{CLINIC}/-.ics").status_code == 404
    assert desk.app.test_client().get(f"/reminders/{CLINIC}/.ics").status_code == 404
    assert len(made(desk, olga)) == 2
    eve = desk.visiting("Eve")
    assert addresses(eve.get(PAGE)) == addresses(olga.get(PAGE)), "shown again, to whoever works there"
    eve.post(PAGE, {"do": "new"}, 403)


def test_a_new_address_ends_the_old_one_and_no_address_ends_all(desk: PricedDesk, olga) -> None:
    old, new = made(desk, olga), made(desk, olga)
    client = desk.app.test_client()
    assert [client.get(one).status_code for one in (*old, *new)] == [404, 404, 200, 200]
    olga.post(PAGE, {"do": "off"})
    assert [client.get(one).status_code for one in new] == [404, 404]
    assert desk.log()[-3:] == ["set"] * 3


def test_the_address_opens_nothing_else_and_stands_nowhere_in_the_store(desk: PricedDesk, olga) -> None:
    """A copy of the store, without the site's secret, does not tell it; one clinic's is not another's."""
    ics, _atom = made(desk, olga)
    token = ics.rpartition("/")[2].removesuffix(".ics")
    assert len(token) == 40
    kept = Settings(desk.database).get(CLINIC, "reminders")
    assert kept
    assert kept not in token
    client = desk.app.test_client()
    for address in (
        f"/reminders/national/{token}.ics",
        f"/reminders/{CLINIC}/{kept}.ics",
        f"/reminders/x y/{token}.ics",
    ):
        assert client.get(address).status_code == 404
    assert client.get(f"/reminders/{CLINIC}/{token[:-1]}é.atom").status_code == 404


def test_programs_that_ask_keep_to_the_desks_share_of_threads(desk: PricedDesk, olga, monkeypatch) -> None:
    """A store that hangs takes no thread from patients: reminders are told to come again."""
    ics, _atom = made(desk, olga)
    prices = desk.app.extensions["site"].prices
    monkeypatch.setattr(type(prices), "stale_since", property(lambda _self: desk.clock()))
    assert desk.app.test_client().get(ics).status_code == 503
    assert desk.app.test_client().get("/").status_code == 200


def test_no_cookie_no_referrer_nothing_kept(desk: PricedDesk, olga) -> None:
    for address in made(desk, olga):
        check_headers(desk.app.test_client().get(address))


def test_the_calendar_says_what_grows_old_and_what_begins(desk: PricedDesk, olga) -> None:
    desk.publish("2026-02-01: 450", "2026-02-01: 450\n      2027-01-01: 470")
    ics, _atom = made(desk, olga)
    desk.app.extensions["site"].prices.refresh()
    found = {str(one["uid"]).partition("@")[0]: one for one in calendar(desk, ics)}
    begins, old = found["begins-2027-01-01"], found["old-2027-02-04"]
    assert begins["dtstart"].dt == date(2027, 1, 1)
    assert "2 prices begin" in begins["summary"]
    assert "Ketamine infusion, without insurance: $470" in begins["description"]
    assert "grow" in old["summary"]
    assert "checked on February 3, 2026" in old["description"]
    assert f"http://localhost/admin/{CLINIC}/" in old["description"]


def test_what_is_stale_already_stands_on_today(desk: PricedDesk, olga) -> None:
    desk.publish("checked: 2026-02-03", "checked: 2025-02-03")
    desk.app.extensions["site"].prices.refresh()
    ics, atom = made(desk, olga)
    (event,) = [one for one in calendar(desk, ics) if str(one["uid"]).startswith("stale-")]
    assert event["dtstart"].dt == date(2026, 11, 22)
    assert "last checked more than a year ago" in event["summary"]
    feed = Xml.fromstring(desk.app.test_client().get(atom).data)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert len(titles) == 1
    assert "more than a year ago" in titles[0]


def test_the_feed_is_atom_and_says_what_comes_within_90_days(desk: PricedDesk, olga) -> None:
    desk.publish("2026-02-01: 450", "2026-02-01: 450\n      2027-06-01: 470", begins=date(2026, 12, 1))
    desk.app.extensions["site"].prices.refresh()
    _ics, atom = made(desk, olga)
    answer = desk.app.test_client().get(atom)
    assert answer.mimetype == "application/atom+xml"
    feed = Xml.fromstring(answer.data)
    entries = list(feed.iter(f"{ATOM}entry"))
    assert any("Version 2 of the prices begins" in one.findtext(f"{ATOM}title") for one in entries)
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == len(entries)
    assert all("begins-2027-06-01" not in one.findtext(f"{ATOM}id") for one in entries)


def test_addresses_speak_spanish_where_they_say_so(desk: PricedDesk, olga) -> None:
    olga.post(PAGE, {"do": "new"})
    ics, _atom = addresses(olga.get(f"{PAGE}?lang=es"))
    assert ics.endswith("?lang=es")
    assert any("precio" in str(one["summary"]) for one in calendar(desk, ics))


@pytest.mark.parametrize("checked", ["2024-02-29", "2025-02-28", "2025-03-01", "2025-12-31"])
def test_the_day_on_which_a_price_grows_old_is_the_first_on_which_it_is_old(desk: PricedDesk, checked: str) -> None:
    desk.publish("checked: 2026-02-03", f"checked: {checked}")
    desk.app.extensions["site"].prices.refresh()
    books = desk.app.extensions["site"].prices.current
    rows = price_rows(books.get(CLINIC).tables, date(2026, 11, 22), books.national.tables)
    row = next(row for row in rows if row.charge == "infusion" and row.column == "self_pay")
    assert row.checked == date.fromisoformat(checked)
    assert row.stale_from
    assert out_of_date(row.checked, row.stale_from)
    assert not out_of_date(row.checked, date.fromordinal(row.stale_from.toordinal() - 1))


# On the command line


@pytest.fixture
def on_the_store(desk: PricedDesk, monkeypatch) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE", desk.database.engine.url.render_as_string(hide_password=False))


def test_stale_prices_are_listed_and_end_with_1(desk: PricedDesk, on_the_store, capsys) -> None:
    assert main(["prices", "stale", "--clinic", CLINIC, "--on", "2026-11-22"]) == 0
    assert capsys.readouterr().out == "Nothing is stale.\n"
    assert main(["prices", "stale", "--clinic", CLINIC, "--on", "2027-02-04"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert (
        f"{CLINIC}: Ketamine infusion, without insurance: $450.00 since 2026-02-01, checked 2026-02-03"
        " (infusion.self_pay)" in lines
    )
    assert main(["prices", "stale", "--on", "2027-02-04"]) == 1
    assert {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()} >= {CLINIC}


def test_stale_prices_are_json_for_programs(desk: PricedDesk, on_the_store, capsys) -> None:
    assert main(["prices", "stale", "--clinic", CLINIC, "--on", "2027-02-04", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["as_of"] == "2027-02-04"
    first = next(one for one in found["stale"] if one["charge"] == "infusion")
    assert first == {
        "clinic": CLINIC,
        "charge": "infusion",
        "column": "self_pay",
        "label": "Ketamine infusion",
        "price": {"low": 45000, "typical": 45000, "high": 45000},
        "start": "2026-02-01",
        "checked": "2026-02-03",
        "stale_from": "2027-02-04",
    }
    assert main(["prices", "stale", "--clinic", CLINIC, "--on", "2026-11-22", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stale"] == []


def test_a_clinic_without_prices_in_force_is_said(desk: PricedDesk, on_the_store, capsys) -> None:
    assert main(["prices", "stale", "--clinic", "nowhere"]) == 1
    assert "Nothing of nowhere is in force." in capsys.readouterr().err
