"""The patient's pages: what is asked, what is answered, and that page and estimate say the same."""

import gzip
import re
from calendar import month_name
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import UNTOLD, applicable, read_answers
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.patient import drawn_questions
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.sides import shown_amounts, sides_of
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


@pytest.mark.parametrize("query", [{}, {"lang": "es"}, {"clinic": "example-harbor"}])
def test_who_does_not_know_which_treatment_finds_the_page_of_all_under_the_first_question(visitor, query):
    page = visitor.get("/", query)
    address = page.href("¿No lo sabe? Compárelos todos" if "lang" in query else "Not sure? Compare them all")
    assert (urlsplit(address).path, dict(parse_qsl(urlsplit(address).query))) == ("/compare", query)
    parts = [one for one in page.root.one("div", class_="four").inside if not isinstance(one, str)]
    assert [one.tag for one in parts[:3]] == ["fieldset", "p", "fieldset"]
    assert parts[1].one("a").attributes["href"] == address
    assert len(visitor.get(address).root.all("li", class_="row")) > 1


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
        headline = page.root.one("div", class_="headline")
        amounts = [side.you_pay for side in sides_of(made)] or [shown_amounts(made.you_pay)]
        assert [one.text for one in headline.all("strong")] == [money(one.typical) for one in amounts]
        for one in amounts:
            if one.low < one.high:
                most = " to ".join(dict.fromkeys(money(end) for end in one.likely))
                assert f"most cases {most} " in headline.text
                assert f"{money(one.low)} to {money(one.high)} " in headline.text
            assert money(one.typical) in headline.attributes["data-headline"]
        assert headline.all("aside", class_="notice"), "the notice stands beside the number"
        for item in (own for own in made.items if not own.idle):
            assert item.label.en in page.text
            assert item.coverage_reason.en in page.text


@pytest.mark.parametrize("raw", [FOUR, SPRAVATO, {**SPRAVATO, "sessions": "60", "rides": "yes"}], ids=repr)
def test_the_columns_add_up_as_printed(visitor, raw):
    page = visitor.get("/estimate", raw)
    items, months = table(page, "items"), table(page, "months")
    *lines, total = [amounts(row) for row in items.all("tr", class_="you")]
    assert sums(lines) == total
    parts = [total]
    for name in ("Plan pays", "The maker pays", "Billed"):
        *lines, whole = rows_named(items, name) or [[0, 0, 0]]
        if lines:
            assert sums(lines) == whole, name
            parts.append(whole)
    if len(parts) > 1:
        *paid, billed = parts
        assert sums(paid) == billed
    assert rows_named(months, "In all") == [total]
    assert sums(months_of(months)) == total
    for first, back in zip(
        rows_named(months, "first, at the visits"), rows_named(months, "of that, back later"), strict=True
    ):
        assert any(first) >= any(back)


def months_of(months):
    """What is paid in every month of the table; a line may stand for several that are alike."""
    for row in months.one("tbody").all("tr"):
        name = row.one("th").text
        if "sub" in row.attributes.get("class", "") or row.all("td")[0].text == "nothing":
            continue
        first, _to, last = name.removesuffix(", each").partition(" to ")
        number = number_of(last or first) - number_of(first) + 1
        yield [number * cents for cents in amounts(row)]


def number_of(name):
    month, year = name.split()
    return 12 * int(year) + list(month_name).index(month)


def test_lines_show_what_the_reader_pays_and_the_rest_is_a_click_away(visitor):
    """Without scripts: a style rule hides the rows of others while a <details> is closed; paper has them all."""
    page = visitor.get("/estimate", SPRAVATO)
    assert "open" not in page.root.one("details", id="others").attributes
    rows = table(page, "items").all("tr")
    for row in rows:
        name = row.all("th")[0].text
        assert ("other" in row.attributes.get("class", "")) == (name in ("Billed", "Plan pays", "The maker pays"))
    assert re.search(r":has\(#others\[open\]\)\) \.other\{display:none\}", page.root.one("style").inside[0])
    assert [one.text for one in table(page, "items").one("thead").all("th")][1:] == [
        "cheapest for you",
        "typical",
        "dearest for you",
    ]


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
    made = estimated(SPRAVATO)
    assert (yes.text, no.text) == (money(known(made.you_pay.typical)), money(known(made.if_not_covered.typical)))
    shared = next(one for one in page.root.all("meta") if one.attributes.get("property") == "og:title")
    assert yes.text in shared.attributes["content"]
    assert no.text in shared.attributes["content"]
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


@pytest.mark.parametrize("answers", [FOUR, SPRAVATO], ids=["iv", "spravato"])
def test_every_open_question_says_whom_to_ask_what_it_moves_and_takes_the_answer(visitor, answers):
    """Those worth most first, the first of all in the open."""
    page = visitor.get("/estimate", answers)
    asked = [page.root.one("section", id="next"), *page.root.one("details", id="questions").all("div", class_="driver")]
    made = estimated(answers)
    assert len(asked) == len(made.drivers) + (answers is SPRAVATO)
    worth = [int(re.search(r"moves it by \$([0-9,]+)", one.text)[1].replace(",", "")) for one in asked]
    assert worth == sorted(worth, reverse=True)
    assert (
        page.root.one("details", id="questions")
        .one("summary")
        .text.endswith(f"{len(asked) - 1}, next moves ${worth[1]:,}")
    )
    for one in asked:
        assert "Ask the clinic" in one.text or "Ask your insurer" in one.text
    assert {driver.ask.en for driver in made.drivers} <= {one.one("q").text for one in asked}
    named = {one.one("form").attributes.get("action") for one in asked if one.all("form")}
    assert named == {"/estimate#next"}


def sent(form, **typed):
    """What a form sends when something is typed or a button pressed."""
    hidden = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input", type="hidden")}
    return hidden | typed


def test_an_answer_says_from_what_to_what_it_moves_the_amount_and_why(visitor):
    """Up as well as down."""
    raw = FOUR | {"treatment": "at_home"}
    form = visitor.get("/estimate", raw).root.one("section", id="next").one("form")
    for price, way in (("300", "up"), ("110", "down")):
        told = visitor.get("/estimate", sent(form) | {"price.home_session": price})
        before, after = (shown_amounts(estimated(raw | more).you_pay) for more in ({}, {"price.home_session": price}))
        assert (before.typical < after.typical) == (way == "up")
        amounts = [money(before.typical), money(after.typical)]
        said = f"From {amounts[0]} to {amounts[1]}: {TABLES.charges['home_session'].label.en}"
        assert told.root.one("p", class_="earlier").text.startswith(said)
        strip = told.root.one("p", class_="strip")
        assert strip.attributes["data-moved"].startswith(said)
        assert [one.text for one in strip.all("s", "b")] == amounts
        assert f"The clinic asks: ${price}" in strip.text
        assert way in strip.attributes["class"].split()


HIGH = {"treatment": "spravato", "insurance": "commercial", "sessions": "12", "psychotherapy": "none"} | {
    "plan": "employer_high_deductible"
}


def after(visitor, raw, **answer):
    """The page, once a question has been answered on the page of `raw`."""
    ((name, value),) = answer.items()
    form = visitor.get("/estimate", raw).root.all("form", class_="told")[0]
    return visitor.get("/estimate", raw | sent(form) | {"answered": name, name: value}).root


def strip(root):
    return root.one("p", class_="strip").attributes["data-moved"]


@pytest.mark.parametrize(("value", "why"), [("200", "your deductible is not met yet"), ("0", "your deductible is met")])
def test_a_deductible_is_explained_in_words(visitor, value, why):
    """Without a savings card, which pays most of a deductible and so can turn the reason around."""
    alone = SPRAVATO | {"savings_program": "no", "plan": "employer_typical", "sessions": "2"}
    root = after(visitor, alone, deductible_remaining=value)
    assert strip(root).endswith(f"{why}.")
    assert ("up" in root.one("p", class_="strip").attributes["class"]) == (value != "0")


def test_where_the_answer_before_is_not_known_what_is_left_is_a_fact_and_no_reason(visitor):
    told = SPRAVATO | {"deductible_remaining": "2000", "answered": "deductible_remaining", "was": "1000-93960-1231960"}
    assert strip(visitor.get("/estimate", told).root).endswith("$2,000 of deductible left.")


def test_a_larger_deductible_that_costs_less_says_that_the_savings_card_pays(visitor):
    """The answer raises what the card pays, in every month; "not met yet" would be a reason for more."""
    root = after(visitor, HIGH, deductible_remaining="3500")
    before, now = (estimated(HIGH | more) for more in ({}, {"deductible_remaining": "3500"}))
    assert now.you_pay.typical < before.you_pay.typical
    assert now.program_pays.typical > before.program_pays.typical
    assert strip(root).endswith("the savings card pays more before the deductible is met.")
    less = after(visitor, HIGH, deductible_remaining="500")
    assert strip(less).endswith("$500 of deductible left.")
    other = after(visitor, HIGH | {"start": "2027-01-15"}, deductible="3500")
    assert strip(other).endswith("the savings card pays more before the deductible is met.")


@pytest.mark.parametrize("left", ["0", "1000"])
def test_a_balance_that_no_longer_counts_says_so_and_the_years_deductible_is_asked(visitor, left):
    """Before the first visit the plan year begins anew: what is left today decides nothing, and is no chip."""
    raw = HIGH | {"start": "2027-01-15"}
    root = after(visitor, raw, deductible_remaining=left)
    assert strip(root).startswith("Still $1,100: what is left today no longer counts from Jan 1, 2027 on")
    assert not root.all(id="chip-deductible_remaining")
    chip = root.one("details", id="chip-deductible")
    assert chip.one("summary").text == "$2,700 of deductible a year"
    assert "open-one" in chip.attributes["class"]
    assert chip.one("label").text == "Deductible for the year"
    assert {one.attributes["type"] for one in root.all("input", name="deductible_remaining")} == {"hidden"}


def test_a_chip_names_the_plan_year_where_the_course_runs_into_the_next(visitor):
    """What has to be paid in January is the next year's deductible; "deductible met" beside it would be untrue."""
    raw = {"treatment": "spravato", "insurance": "medicare", "sessions": "12", "psychotherapy": "none"}
    raw |= {"plan": "medicare_supplement"}
    across = visitor.get("/estimate", raw | {"start": "2026-12-12"}).root
    assert across.one(id="chip-deductible_remaining").one("summary").text == "2026 deductible met"
    within = visitor.get("/estimate", raw | {"start": "2026-11-22", "sessions": "3"}).root
    assert within.one(id="chip-deductible_remaining").one("summary").text == "deductible met"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"start": "2027-01-15"}, "Start: Jan 15, 2027"),
        ({"plan": "employer_high_deductible"}, "High-deductible job plan"),
        ({"accumulator": "yes"}, "your plan does not count the card's money"),
        ({"accumulator": "no"}, "your plan counts the card's money"),
        ({"rides": "yes"}, "Count paid rides, both ways? Yes"),
        ({"deductible": "5000"}, "Deductible for the year: $5,000"),
        ({"coinsurance": "25"}, "Coinsurance: 25%"),
    ],
)
def test_an_answer_is_said_in_a_few_words(visitor, answer, said):
    raw = {name: value for name, value in HIGH.items() if name != "plan"}
    text = strip(after(visitor, raw, **answer))
    assert text.partition(": ")[2] == f"{said}."
    assert "?:" not in text


def test_the_strip_stays_away_while_it_only_repeats_the_headline(visitor):
    """Without scripts it would cover what opens under it; a script shows it once the amount is out of sight."""
    root = visitor.get("/estimate", HIGH).root
    assert "away" in root.one("p", class_="strip").attributes["class"].split()
    assert "away" not in after(visitor, HIGH, accumulator="no").one("p", class_="strip").attributes["class"].split()


def test_the_first_screen_says_which_plan_and_which_card_the_amount_rests_on(visitor):
    """$940 is a typical job plan's, with little of the deductible left and a savings card that the plan counts."""
    raw = {name: value for name, value in HIGH.items() if name != "plan"}
    for more in ({}, {"deductible": "3500"}):
        root, exact = visitor.get("/estimate", raw | more).root, estimated(raw | more)
        not_counted = estimated(raw | more | {"accumulator": "yes"})
        amount, other = (money(shown_amounts(one.you_pay).typical) for one in (exact, not_counted))
        said = f"{amount} is with the maker's savings card, if your plan counts its money. If not: about {other}."
        assert said in root.one("div", class_="headline").text
        chips = [root.one(id=f"chip-{name}").one("summary").text for name in ("plan", "deductible_remaining")]
        assert f"· {', '.join(chips)} " in root.one("p", class_="context").text
    for settled in ({"accumulator": "no"}, {"savings_program": "no"}, {"insurance": "none"}):
        assert "if your plan counts its money" not in visitor.get("/estimate", raw | settled).text
    assert "plan" not in visitor.get("/estimate", FOUR).root.one("p", class_="context").text


def test_folds_say_whose_amounts_they_are_where_several_cases_stand_side_by_side(visitor):
    raw = {"treatment": "spravato", "insurance": "medicare", "sessions": "12", "psychotherapy": "none"}
    root = visitor.get("/estimate", raw).root
    for fold in ("months", "bill"):
        assert "Medicare Advantage plan: " in root.one("details", id=fold).all("summary")[0].text
    alone = visitor.get("/estimate", raw | {"plan": "medicare_advantage"}).root
    assert "Advantage" not in alone.one("details", id="bill").all("summary")[0].text


def test_one_amount_in_most_cases_is_said_once(visitor):
    raw = {"treatment": "spravato", "insurance": "medicare", "sessions": "12", "psychotherapy": "none"}
    text = visitor.get("/estimate", raw).root.one("div", class_="headline").text
    assert "most cases $280 " in text
    assert "$280 to $280" not in text
    assert "most cases $2,450 to $4,300" in text


def test_an_answer_that_chooses_among_sides_says_the_range_they_had(visitor):
    """Before there was no one amount that was anybody's bill."""
    raw = {"treatment": "spravato", "insurance": "medicare", "sessions": "12", "psychotherapy": "none"}
    page = visitor.get("/estimate", raw)
    strip = page.root.one("p", class_="strip").text
    form = page.root.one("section", id="next").one("form")
    assert re.search(r"\$0 to \$[0-9,]+", strip)
    told = visitor.get("/estimate", sent(form, plan="medicare_medicaid"))
    assert re.match(r"From \$0–\$[0-9,]+ to \$[0-9]+: ", told.root.one("p", class_="strip").attributes["data-moved"])


def test_what_cannot_be_asked_yet_lets_the_next_question_come_first(visitor):
    page = visitor.get("/estimate", SPRAVATO)
    first = page.root.one("section", id="next")
    second = page.root.one("details", id="questions").all("div", class_="driver")[0].one("q").text
    after = visitor.get(first.one("a", class_="not-yet").attributes["href"].partition("#")[0])
    assert after.root.one("section", id="next").one("q").text == second
    last = after.root.one("details", id="questions").all("div", class_="driver")[-1]
    assert last.one("q").text == first.one("q").text


def test_a_bad_amount_is_mended_where_it_was_typed(visitor):
    """The page stays as it was; the question comes first with its sentence and what was typed."""
    form = visitor.get("/estimate", FOUR).root.one("section", id="next").one("form")
    page = visitor.get("/estimate", sent(form) | {"price.infusion": "about 450"}, status=400)
    amount = shown_amounts(estimated(FOUR).you_pay).typical
    assert page.root.one("p", class_="figure").one("strong").text == money(amount)
    field = page.root.one("section", id="next").one("input", type="text")
    assert (field.attributes["name"], field.attributes["value"]) == ("price.infusion", "about 450")
    sentence = page.root.one("p", id=field.attributes["aria-describedby"])
    assert "dollars" in sentence.text


def test_what_decides_is_a_line_of_a_few_words_each_with_its_question(visitor):
    page = visitor.get("/estimate", SPRAVATO | {"sessions": "12"})
    line = page.root.one("div", class_="chips").all("details")
    assert 3 <= len(line) <= 6
    said = [one.one("summary").text for one in line]
    assert said[0] == "You said: 12 sessions"
    assert [one for one in said if "deductible" in one], "it decides everything"
    for chip in line:
        name = chip.attributes["id"].removeprefix("chip-")
        assert [
            one.attributes["name"] for one in chip.all("input", "select") if one.attributes.get("type") != "hidden"
        ] == [name]
    eight = visitor.get("/estimate", sent(page.root.one("details", id="chip-sessions").one("form"), sessions="8"))
    assert eight.root.one("h1").text == "Spravato: 8 sessions"
    assert "8" in eight.root.one("p", class_="strip").attributes["data-moved"]


def test_every_fold_carries_its_number(visitor):
    page = visitor.get("/estimate", SPRAVATO)
    folds = page.root.all("details", class_="fold")
    assert all("open" not in one.attributes for one in folds)
    said = {one.attributes["id"]: one.all("summary")[0].one("span").text for one in folds}
    made = rounded_estimate(estimated(SPRAVATO))
    assert said["months"] == f"{money(made.months[0].you_pay.typical)} in November 2026"
    assert said["bill"] == (f"{len(made.items)} lines, {money(made.you_pay.typical)} of {money(made.billed.typical)}")
    assert said["agreement"] == money(known(made.if_not_covered.typical))


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


def test_sources_and_their_days_stand_with_every_line(visitor):
    page = visitor.get("/estimate", FOUR)
    for item in estimated(FOUR).items:
        listed = page.root.one("div", id=f"why-{item.charge}").all("li")
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
        assert "most cases" in text
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
