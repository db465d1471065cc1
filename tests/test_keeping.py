"""An estimate kept without an account: its link and its code, and the visits as a file for a calendar."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import icalendar
import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor, check_headers
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.rounding import known

BOOK = read_books(pricing_folder()).books.national
NOVEMBER = {**SPRAVATO, "psychotherapy": "none", "start": "2026-12-06"}
QUERIES = [FOUR, SPRAVATO, NOVEMBER, {**FOUR, "insurance": "medicare", "rides": "yes"}]


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def downloaded(visitor, query):
    response = visitor.client.get("/estimate.ics", query_string=query)
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.data)


def estimated(query):
    return estimate(read_answers(query, BOOK, TODAY), BOOK)


def visits(events):
    return [one for one in events if " again" not in one["summary"]]


@pytest.mark.parametrize("query", QUERIES)
def test_every_day_with_a_bill_is_a_whole_day_with_what_it_costs_and_the_notice(visitor, query):
    exact = estimated(query)
    events = visits(downloaded(visitor, query).events)
    assert [one["dtstart"].dt for one in events] == list(dict.fromkeys(row.date for row in exact.ledger[1]))
    for event in events:
        day = event["dtstart"].dt
        costs = [sum(row.you_pay for row in rows if row.date == day) for rows in exact.ledger]
        assert all(money(known(cents)) in event["description"] for cents in costs)
        assert BOOK.tables.texts.notice.en in event["description"]
        assert event["description"].startswith("Estimate: ")
        assert (event["dtend"].dt - day).days == 1
        assert type(day) is date, "whole days have no hour, so no zone shifts them"


def test_a_session_says_which_it_is_and_other_visits_what_they_are(visitor):
    titles = [one["summary"] for one in visits(downloaded(visitor, NOVEMBER).events)]
    assert titles[0].startswith("Psychiatric evaluation")
    assert titles[1] == "Spravato: session 1 of 12"
    sessions = [title for title in titles if "session" in title]
    assert sessions[-1] == "Spravato: session 12 of 12 (day assumed)"
    assert len(sessions) == 12


def test_only_a_day_that_somebody_named_is_not_marked_as_assumed(visitor):
    told, open_ = (downloaded(visitor, query).events for query in (NOVEMBER, {**NOVEMBER, "start": ""}))
    certain = [one["summary"] for one in told if one["status"] == "CONFIRMED"]
    assert certain == ["Spravato: session 1 of 12", "The savings card's year starts again"]
    assert all("(day assumed)" in one["summary"] for one in visits(open_))


def test_a_link_that_names_our_own_day_still_says_that_it_was_assumed(visitor):
    keep = visitor.get("/next-steps", {**NOVEMBER, "start": ""})
    address = keep.href("Visits for your calendar (ICS)")
    events = downloaded(visitor, dict(parse_qsl(urlsplit(address).query)))
    assert "start=2026-12-06" in address
    assert all("(day assumed)" in one["summary"] for one in visits(events.events))


def test_what_starts_again_during_the_course_stands_on_its_day(visitor):
    found = {one["summary"]: one["dtstart"].dt for one in downloaded(visitor, NOVEMBER).events}
    assert found["Your deductible and your yearly maximum start again (day assumed)"] == date(2027, 1, 1)
    assert found["The savings card's year starts again"] == date(2027, 1, 1)
    in_march = downloaded(visitor, {**NOVEMBER, "plan_year_start": "1", "new_plan_from": "2027-01-15"}).events
    later = {one["summary"]: one["dtstart"].dt for one in in_march}
    assert later["Your deductible and your yearly maximum start again"] == date(2027, 1, 1)
    assert later["Your new plan begins"] == date(2027, 1, 15)
    assert not any("again" in one["summary"] for one in downloaded(visitor, {**FOUR, "start": "2026-12-20"}).events)


def test_an_answer_changes_amounts_and_no_event_becomes_another(visitor):
    before, after = (downloaded(visitor, query).events for query in (NOVEMBER, {**NOVEMBER, "deductible": "500"}))
    known_by = [[one["uid"] for one in events] for events in (before, after)]
    assert known_by[0] == known_by[1]
    assert len(set(known_by[0])) == len(known_by[0])
    assert [one["description"] for one in before] != [one["description"] for one in after]
    elsewhere = downloaded(visitor, {**NOVEMBER, "start": "2027-02-01"}).events
    assert not {one["uid"] for one in elsewhere} & set(known_by[0])


def test_the_file_is_private_and_holds_no_answer_and_no_address(visitor):
    text = visitor.client.get("/estimate.ics", query_string={**NOVEMBER, "deductible": "1234"}).text
    assert "1234" not in text
    assert "http" not in text
    assert text.count("CLASS:PRIVATE") == text.count("BEGIN:VEVENT")


def test_an_open_agreement_is_said_with_every_amount(visitor):
    assert all("If it says no" in one["description"] for one in visits(downloaded(visitor, NOVEMBER).events))
    approved = visits(downloaded(visitor, {**NOVEMBER, "authorization": "approved"}).events)
    assert not any("If it says no" in one["description"] for one in approved)


def test_a_missing_price_is_no_zero(tmp_path):
    visitor = Visitor(pricing=shipped_without_price(tmp_path / "pricing", "infusion"))
    events = [one for one in downloaded(visitor, FOUR).events if "session" in one["summary"]]
    assert all("not known yet" in one["description"] and "$0" not in one["description"] for one in events)


def test_it_is_a_download_with_the_headers_of_every_page(visitor):
    response = visitor.client.get("/estimate.ics", query_string=NOVEMBER)
    check_headers(response)
    assert response.mimetype == "text/calendar"
    assert response.headers["Content-Disposition"].endswith('"ketamine-visits-spravato-2026-12-06.ics"')


def test_bad_answers_bring_back_the_form(visitor):
    page = visitor.get("/estimate.ics", {**FOUR, "insurance": "perhaps"}, status=400)
    assert page.root.one("form").attributes["action"] == "/estimate"


def test_it_speaks_spanish(visitor):
    first, *_, last = downloaded(visitor, {**NOVEMBER, "lang": "es"}).events
    assert "(fecha supuesta)" in first["summary"]
    assert BOOK.tables.texts.notice.es in first["description"]
    assert "empieza" in last["summary"]


def test_link_and_code_lead_to_the_same_estimate_and_remember_what_it_said(visitor):
    page = visitor.get("/next-steps", {**NOVEMBER, "start": ""})
    link = page.href("Link to this estimate")
    query = dict(parse_qsl(urlsplit(link).query))
    assert query["start"] == "2026-12-06"
    assert query["prices"] == BOOK.version
    assert query["was"] == "-".join(map(str, estimated(NOVEMBER).you_pay))
    assert link.startswith("http://localhost/estimate?")
    buttons = page.root.all("button", **{"data-do": "copy"})
    assert [one.attributes["data-link"] for one in buttons if "data-link" in one.attributes] == [link]
    assert page.root.one("figure", class_="qr").one("svg", role="img").attributes["aria-label"]
    assert visitor.get(link.removeprefix("http://localhost")).root.one("main")
