"""The patient's pages: what is asked, what is answered, and that page and estimate say the same."""

import gzip
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import UNTOLD, applicable, read_answers
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.patient import drawn_questions
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.rounding import known

PRICING = Path(__file__).resolve().parent.parent / "pricing"
BOOKS = read_books(PRICING).books
TABLES = BOOKS.national.tables
PSYCHOTHERAPY = ("none", "in_person", "virtual")


@pytest.fixture(scope="module")
def visitor():
    return Visitor(pricing=PRICING)


def estimated(raw):
    book = BOOKS.get(raw.get("clinic", "national"))
    return estimate(read_answers(raw, book, TODAY), book)


def amounts(row):
    """The dollar amounts of a table row, as cents."""
    return [round(float(cell.text.replace("$", "").replace(",", "")) * 100) for cell in row.all("td")]


def rows_named(table, name):
    return [amounts(row) for row in table.all("tr") if row.all("th") and row.all("th")[0].text == name]


def sums(rows):
    return [sum(column) for column in zip(*rows, strict=True)]


def table(page, class_):
    return page.root.one("table", class_=class_)


# The questions


def controls(page):
    """The names of everything a reader can answer on a page."""
    return {
        one.attributes["name"] for one in page.root.all("input", "select") if one.attributes.get("type") != "hidden"
    }


def test_every_answer_has_its_control(visitor):
    """On the first page, or on the page with more about plan, clinic and sessions, where the tables call for it."""
    first_page = controls(visitor.get("/"))
    for treatment, insurance, psychotherapy in product(TABLES.treatments, TABLES.payers, PSYCHOTHERAPY):
        first = {"treatment": treatment, "insurance": insurance, "sessions": "6", "psychotherapy": psychotherapy}
        asked = first_page | controls(visitor.get("/details", first))
        apply = applicable(treatment, insurance, psychotherapy, BOOKS.national, out_of_network=True)
        assert apply - {"lang"} <= asked
        assert {name for name in asked - first_page if "." not in name} <= apply


@pytest.mark.parametrize(("treatment", "insurance"), tuple(product(TABLES.treatments, TABLES.payers)))
def test_what_was_told_about_a_bill_is_asked_for_every_bill_of_whom_can_answer(visitor, treatment, insurance):
    raw = {"treatment": treatment, "insurance": insurance, "sessions": "30", "psychotherapy": "virtual"}
    asked = controls(visitor.get("/details", raw))
    facts = ("price", "package", "coverage", "allowed", "share") if insurance != "none" else ("price", "package")
    billed = {item.charge for item in estimated(raw).items}
    assert billed
    assert {f"{fact}.{charge}" for fact in facts for charge in billed} <= asked
    assert insurance != "none" or not {name for name in asked if name.startswith(("coverage.", "allowed.", "share."))}


def test_the_four_questions_come_first_and_the_rest_is_folded_away(visitor):
    page = visitor.get("/")
    fieldsets = page.root.all("fieldset")
    assert [one.within("details") for one in fieldsets[:4]] == [None] * 4
    assert all(one.within("details") for one in fieldsets[4:])
    folds = page.root.one("div", class_="more").all("details")
    assert len(folds) >= 4
    assert not any("open" in one.attributes for one in folds)
    assert {"plan", "deductible", "deductible_remaining"} <= {one.attributes["name"] for one in folds[0].all("input")}


@pytest.mark.parametrize(("treatment", "insurance"), tuple(product(TABLES.treatments, TABLES.payers)))
def test_the_plan_comes_first_then_what_is_worth_most_for_this_treatment_and_payer(visitor, treatment, insurance):
    usual = {"treatment": treatment, "insurance": insurance, "psychotherapy": "none"}
    usual["sessions"] = str(TABLES.treatments[treatment].usual_sessions.typical)
    found = estimated(usual)
    moves = {one.answer: known(one.swing) for one in found.drivers if one.answer}
    if found.authorization_applies:
        moves["authorization"] = known(abs(found.if_not_covered.typical - found.you_pay.typical))
    folds = visitor.get("/", usual).root.one("div", class_="more").all("details")
    names = [[one.attributes["name"] for one in fold.all("input", "select")] for fold in folds]
    worth = [max(moves.get(name, 0) for name in some) for some in names]
    assert "plan" in names[0]
    assert worth[1:] == sorted(worth[1:], reverse=True)
    for fold, cents in zip(folds, worth, strict=True):
        said = fold.one("summary").text
        assert ("may move it by" in said) == (cents > 0)
        assert not cents or said.endswith(money(cents))


def test_choices_come_from_the_tables(visitor):
    page = visitor.get("/")
    for name, offered in (("treatment", TABLES.treatments), ("insurance", TABLES.payers)):
        assert [one.attributes["value"] for one in page.root.all("input", name=name)] == list(offered)
        for choice in offered.values():
            assert choice.label.en in page.text
    plans = {one.attributes["value"] for one in page.root.all("input", name="plan")} - {""}
    assert plans == {plan for payer in TABLES.payers.values() for plan in payer.profiles}
    assert {one.attributes["value"] for one in page.control("clinic").all("option")} == {"", *BOOKS.clinics}


def test_the_usual_number_of_sessions_is_said_for_every_treatment(visitor):
    page = visitor.get("/")
    for name, treatment in TABLES.treatments.items():
        (hint, *_) = page.root.all("p", class_=f"t-{name}")
        assert str(treatment.usual_sessions.typical) in hint.text


def test_the_usual_numbers_are_chips_beside_the_box(visitor):
    page = visitor.get("/")
    for name, usual in (("sessions", "usual_sessions"), ("psychotherapy_sessions", "psychotherapy")):
        ranges = [getattr(one, usual) for one in TABLES.treatments.values()]
        ranges = [getattr(one, "usual_sessions", one) for one in ranges]
        chips = [one for one in page.root.all("input", name=name) if one.attributes.get("type") == "radio"]
        offered = [one.attributes["value"] for one in chips]
        assert {*offered} == {"", *(str(n) for one in ranges for n in (one.low, one.typical, one.high))}
        assert offered[0] == str(ranges[0].typical)
        assert all("usual" in one.within("label").text for one in chips[:1])
        assert page.chosen(name) is None
    order = [one.attributes.get("type") for one in page.root.all("input", name="sessions")]
    assert order.index("radio") < order.index(None), "a chip that is chosen counts before what stands in the box"


@pytest.mark.parametrize(
    ("typed", "chip", "box"), [("6", "6", ""), ("12", "12", ""), ("7", "", "7"), ("6.5", "", "6.5"), ("", None, "")]
)
def test_a_usual_number_comes_back_as_its_chip_and_any_other_in_the_box(visitor, typed, chip, box):
    page = visitor.get("/", {**FOUR, "sessions": typed})
    assert page.chosen("sessions") == chip
    assert page.control("sessions").attributes["value"] == box


def test_a_chip_and_an_empty_box_are_one_answer(visitor):
    page = visitor.get("/estimate?treatment=iv&insurance=none&sessions=4&sessions=&psychotherapy=none")
    assert "4 sessions" in page.root.one("h1").text
    other = visitor.get("/estimate?treatment=iv&insurance=none&sessions=&sessions=5&psychotherapy=none")
    assert "5 sessions" in other.root.one("h1").text


def test_days_know_their_first_and_last(visitor):
    page = visitor.get("/", FOUR)
    start = page.control("start").attributes
    assert start["max"] == "2028-11-22"
    first = date.fromisoformat(start["min"])
    visitor.get("/estimate", {**FOUR, "start": first.isoformat()})
    visitor.get("/estimate", {**FOUR, "start": (first - timedelta(days=1)).isoformat()}, status=400)
    visitor.get("/estimate", {**FOUR, "start": "2028-11-23"}, status=400)
    assert page.control("balances_as_of").attributes["max"] == TODAY.isoformat()
    wrong = visitor.get("/estimate", {**FOUR, "start": "soon"}, status=400).control("start").attributes
    assert wrong["value"] == "soon"
    assert "min" not in wrong


def test_the_first_page_is_light(visitor):
    response = visitor.client.get("/", headers={"Accept-Encoding": "gzip"})
    assert len(response.data) <= 9_000
    assert b"<h1>" in gzip.decompress(response.data)


def test_coming_back_finds_the_answers_where_they_were(visitor):
    raw = {
        **SPRAVATO,
        "plan": next(iter(TABLES.payers["commercial"].profiles)),
        "state": "CO",
        "start": "2027-01-04",
        "deductible": "2,000",
        "coinsurance": "12.5",
        "plan_year_start": "7",
        "accumulator": "yes",
        "price.observation": "450",
    }
    page = visitor.get("/", raw)
    opened = [one for one in page.root.one("div", class_="more").all("details") if "open" in one.attributes]
    assert all(page.control(name).within("details") in opened for name in ("deductible", "coinsurance", "state"))
    more = visitor.get("/details", raw)
    for name in ("treatment", "insurance", "psychotherapy", "plan"):
        assert page.chosen(name) == raw[name]
    for name in ("sessions", "start", "deductible", "coinsurance"):
        assert page.given(name) == raw[name]
    for where, name in ((page, "state"), (more, "plan_year_start")):
        (chosen,) = [one for one in where.control(name).all("option") if "selected" in one.attributes]
        assert chosen.attributes["value"] == raw[name]
    assert more.chosen("accumulator") == raw["accumulator"]
    assert more.control("price.observation").attributes["value"] == raw["price.observation"]


def test_what_one_reader_typed_stands_in_nobody_elses_form():
    """Questions that nobody has answered are drawn once and kept; one with an answer or an error never is."""
    fresh, used = Visitor(), Visitor()
    drawn_questions._DRAWN.clear()
    typed = {"treatment": "spravato", "sessions": "987", "deductible": "54321", "coinsurance": "xyzzy", "plan": "x"}
    used.get("/", typed)
    used.get("/estimate", typed, status=400)
    after = [used.client.get("/", query_string=query).text for query in ({}, {"lang": "es"}, typed)]
    kept = "".join(drawn_questions._DRAWN.values())
    assert len(drawn_questions._DRAWN) > 20
    assert not any(text in kept for text in ("987", "54321", "xyzzy", "checked><span>Spravato"))
    drawn_questions._DRAWN.clear()
    assert [fresh.client.get("/", query_string=query).text for query in ({}, {"lang": "es"}, typed)] == after
    assert "54321" in after[2]
    clinic = next(iter(BOOKS.clinics))
    assert used.get(f"/c/{clinic}").text == Visitor().get(f"/c/{clinic}").text


def test_each_page_says_and_sends_along_what_was_answered_on_the_other(visitor):
    raw = SPRAVATO | {"deductible": "2000", "family_deductible_remaining": "300", "coverage.observation": "covered"}
    page, more = visitor.get("/", raw), visitor.get("/details", raw)
    for where in (page, more):
        hidden = where.root.all("input", type="hidden")
        sent = {one.attributes["name"]: one.attributes.get("value", "") for one in hidden}
        answered = controls(where) & {*raw}
        assert sent | {name: where.given(name) for name in answered} == raw
    assert "Family deductible still left: $300" in page.text
    assert f"{TABLES.charges['observation'].label.en}: Does your plan pay for it?: It says yes" in page.text


@pytest.mark.parametrize("payer", [name for name, payer in TABLES.payers.items() if payer.profiles])
def test_the_new_plan_is_one_of_the_insurance_that_was_chosen(visitor, payer):
    """The second page does not ask for the insurance, so no style sheet can hide the plans of others."""
    page = visitor.get("/details", SPRAVATO | {"insurance": payer})
    offered = [one.attributes["value"] for one in page.root.all("input", name="new_plan")]
    assert offered == ["", *TABLES.payers[payer].profiles]


@pytest.mark.parametrize(
    ("wrong", "heading"),
    [
        ({"drug_deductible": "much"}, "More about your plan"),
        ({"package.observation": "6@"}, "More about your plan"),
        ({"drug_deductible": "much", "sessions": "500"}, "What might ketamine therapy cost you?"),
        ({"network.drug": "perhaps", "insurance": "none"}, "More about your plan"),
    ],
)
def test_a_mistake_is_shown_beside_its_field_and_nothing_typed_is_lost(visitor, wrong, heading):
    raw = SPRAVATO | {"deductible": "2000", "rides": "yes"} | wrong
    page = visitor.get("/estimate", raw, status=400)
    assert page.root.one("h1").text.startswith(heading)
    links = page.root.one("div", role="alert").all("a")
    assert len(links) == len({*wrong} - {"insurance"})
    for link in links:
        assert link.one("span").text, "an error links with its own words"
        (target,) = [one for one in page.root if one.attributes.get("id") == link.attributes["href"].removeprefix("#")]
        assert target.tag in ("input", "select")
        assert target.attributes["name"] in wrong
    sent = {one.attributes["name"]: one.attributes.get("value", "") for one in page.root.all("input", "select")}
    assert raw.keys() <= sent.keys()
    for name in ("deductible", *(name for name in wrong if name != "network.drug")):
        assert page.given(name) == raw[name]


# The estimate


@pytest.mark.parametrize(("treatment", "insurance"), tuple(product(TABLES.treatments, TABLES.payers)))
def test_every_treatment_and_insurance_gives_a_page_that_says_what_the_estimate_says(visitor, treatment, insurance):
    for psychotherapy in PSYCHOTHERAPY:
        raw = {"treatment": treatment, "insurance": insurance, "sessions": "7", "psychotherapy": psychotherapy}
        page = visitor.get("/estimate", raw)
        made = estimated(raw)
        you_pay = rounded_estimate(made).you_pay
        headline = page.root.one("div", class_="headline")
        amounts = [side.you_pay for side in rounded_estimate(made).sides] or [you_pay]
        assert [one.text for one in headline.all("strong")] == [money(one.typical) for one in amounts]
        for one in amounts:
            if one.low < one.high:
                assert f"between {money(one.likely[0])} and {money(one.likely[1])}" in headline.text
                assert f"as low as {money(one.low)}, as high as {money(one.high)}" in headline.text
            assert money(one.typical) in headline.attributes["data-headline"]
        assert headline.all("aside", class_="notice"), "the notice stands beside the number"
        for item in (own for own in made.items if not own.idle):
            assert item.label.en in page.text
            assert item.coverage_reason.en in page.text


@pytest.mark.parametrize("raw", [FOUR, SPRAVATO, {**SPRAVATO, "sessions": "60", "rides": "yes"}], ids=repr)
def test_the_columns_add_up_as_printed(visitor, raw):
    page = visitor.get("/estimate", raw)
    items, months = table(page, "items"), table(page, "months")
    for name in ("Billed", "Plan pays", "Program pays", "You pay"):
        *lines, total = rows_named(items, name) or [[]]
        if lines:
            assert sums(lines) == total, name
    *_, billed = rows_named(items, "Billed") or [[]]
    if billed:
        parts = [rows_named(items, name)[-1] for name in ("Plan pays", "Program pays", "You pay")]
        assert sums(parts) == billed
    total = rows_named(items, "You pay")[-1]
    assert rows_named(months, "In all") == [total]
    paid = rows_named(months, "After rebates") or [amounts(row) for row in months.all("tbody")[0].all("tr")]
    assert sums(paid) == total
    if rebates := rows_named(months, "Rebates back later"):
        assert sums([sums(rebates), total]) == sums(rows_named(months, "At the visits"))


def test_the_ledger_adds_up_to_the_cent(visitor):
    page = visitor.get("/estimate", SPRAVATO)
    ledger = page.root.one("details", class_="ledger")
    assert "open" not in ledger.attributes
    heads = [one.text for one in ledger.one("thead").all("th")]
    column = heads.index("You pay")
    cells = [[one.text for one in row.all("th", "td")] for row in ledger.one("tbody").all("tr")]
    exact = estimated(SPRAVATO)
    assert len(cells) == len(exact.ledger[1])
    assert sum(round(float(row[column].strip("$").replace(",", "")) * 100) for row in cells) == exact.you_pay.typical


def test_what_the_money_buys_is_a_sentence(visitor):
    page = visitor.get("/estimate", {**SPRAVATO, "start": "2027-01-04"})
    buys = page.root.one("p", class_="buys").text
    assert "12 sessions" in buys
    assert "January 4, 2027" in buys
    assert "Psychotherapy by video" in buys
    assert "evaluation" in buys
    none = visitor.get("/estimate", FOUR).root.one("p", class_="buys").text
    assert "No psychotherapy is counted." in none


def test_approved_and_denied_stand_side_by_side_where_an_insurer_must_agree(visitor):
    page = visitor.get("/estimate", SPRAVATO)
    yes, no = page.root.one("div", class_="sides").all("strong")
    made = rounded_estimate(estimated(SPRAVATO))
    assert (yes.text, no.text) == (money(made.you_pay.typical), money(made.if_not_covered.typical))
    assert not visitor.get("/estimate", FOUR).root.all("div", class_="sides")
    denied = visitor.get("/estimate", {**SPRAVATO, "authorization": "denied"})
    agreed = denied.href("See what you would pay if it agreed")
    assert parse_qs(urlsplit(agreed).query)["authorization"] == ["approved"]
    visitor.get(agreed)


def test_every_assumption_leads_to_its_field(visitor):
    page = visitor.get("/estimate", SPRAVATO)
    links = page.root.one("dl", class_="assumed").all("a")
    assert len(links) == len(estimated(SPRAVATO).answers.assumed - UNTOLD)
    for link in links:
        address, _, target = link.attributes["href"].partition("#")
        form = visitor.get(address)
        (control,) = [one for one in form.root if one.attributes.get("id") == target]
        assert control.tag in ("input", "select")
        assert "spravato" in (form.chosen("treatment"), form.root.all("input", name="treatment")[0].attributes["value"])
        starts = [one.attributes["value"] for one in form.root.all("input", name="start")]
        assert not any(starts), "an assumed start is not an answer"


def test_every_driver_says_whom_to_ask_and_takes_the_answer(visitor):
    page = visitor.get("/estimate", FOUR)
    drivers = page.root.all("div", class_="driver")
    assert len(drivers) == len(estimated(FOUR).drivers)
    for one, driver in zip(drivers, estimated(FOUR).drivers, strict=True):
        assert driver.ask.en in one.text
        assert "Ask the clinic:" in one.text or "Ask your insurer:" in one.text
    (form, *_) = page.root.all("form", class_="told")
    query = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    name = form.one("input", type="text").attributes["name"]
    told = visitor.get("/estimate", query | {name: "450"})
    before, after = estimated(FOUR).you_pay, estimated(FOUR | {name: "450"}).you_pay
    assert after.high - after.low < before.high - before.low
    assert money(after.typical) in told.text


def test_the_lasting_link_gives_the_same_estimate_on_any_day(visitor):
    page = visitor.get("/estimate", SPRAVATO)
    link = page.href("Link to this estimate")
    assert parse_qs(urlsplit(link).query)["start"] == ["2026-12-06"]
    again = visitor.get(link)
    assert again.root.one("div", class_="headline").text == page.root.one("div", class_="headline").text


def test_tables_and_their_day_are_named(visitor):
    page = visitor.get("/estimate", FOUR)
    assert BOOKS.national.version in page.text
    assert "November" in page.text


def test_sources_and_their_days_stand_in_every_line(visitor):
    page = visitor.get("/estimate", FOUR)
    made = estimated(FOUR)
    bodies = [body for body in table(page, "items").all("tbody") if body.all("ul", class_="sources")]
    assert len(bodies) == sum(bool(item.sources) for item in made.items)
    for body, item in zip(bodies, made.items, strict=True):
        listed = body.all("li")
        assert len(listed) == len(item.sources)
        assert all("checked" in one.text for one in listed)


def test_a_missing_price_makes_the_total_at_least_and_is_never_zero(tmp_path):
    folder = shipped_without_price(tmp_path / "pricing", TABLES.treatments["iv"].before[0].charge)
    page = Visitor(pricing=folder).get("/estimate", FOUR)
    assert "at least" in page.root.one("p", class_="figure").text
    assert "not known; not in the total" in table(page, "items").text
    assert "no price for some of this" in page.text


@pytest.mark.parametrize("answers", [FOUR, SPRAVATO], ids=["iv", "spravato"])
def test_without_any_price_nothing_is_owed_in_any_month_and_the_page_says_what_is_not_known(tmp_path, answers):
    page = Visitor(pricing=shipped_without_price(tmp_path / "pricing")).get("/estimate", answers)
    assert "at least $0" in page.root.one("p", class_="figure").text
    assert page.text.count("not known; not in the total") == page.text.count("price not known") > 1
    assert table(page, "months").one("tbody").all("tr") == []


def test_a_clinic_is_named_and_its_prices_are_used(visitor):
    for name, book in BOOKS.clinics.items():
        page = visitor.get("/estimate", FOUR | {"clinic": name})
        assert book.tables.clinic.name.en in page.text
        assert book.version in page.text


def test_no_chance_of_a_bill_is_ever_claimed(visitor):
    for raw in (FOUR, SPRAVATO):
        text = visitor.get("/estimate", raw).text
        assert "Most combinations fall between" in text
        assert "chance" not in text.split("What it is made of")[0]


# Prices and method


def test_the_price_list_shows_every_price_with_its_sources(visitor):
    for name in ("national", *BOOKS.clinics):
        book = BOOKS.get(name)
        page = visitor.get("/prices", {} if name == "national" else {"clinic": name})
        for charge_id, charge in book.tables.charges.items():
            section = page.root.one("section", id=f"charge-{charge_id}")
            assert charge.label.en in section.text
            for column in ("self_pay", "insured_patient", "commercial", "medicare", "medicaid", "military"):
                for price in (charge.prices(column) or {}).values():
                    assert money(price.low) in section.text
                    assert money(price.high) in section.text
        for source in book.tables.sources.values():
            assert source.title.en in page.text
    visitor.get("/prices", {"clinic": "nobody"}, status=404)


def test_the_method_page_is_made_from_the_tables(visitor):
    text = visitor.get("/method").text
    for treatment in TABLES.treatments.values():
        assert treatment.label.en in text
        assert all(phase.label.en in text for phase in treatment.phases.values())
    for payer in TABLES.payers.values():
        for profile in payer.profiles.values():
            assert profile.label.en in text
            assert f"Weight {profile.weight} of" in text
    for named in (*TABLES.programs.values(), *TABLES.unknowns.values()):
        assert named.label.en in text
