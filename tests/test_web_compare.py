"""Treatments side by side: the same person, the numbers of each row's own estimate, one axis, a verdict."""

import gzip
from urllib.parse import parse_qsl, urlsplit

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import read_answers
from estimator.core.compare import SPANS, YEAR, compare, leads
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.filters import money
from estimator.web.patient.verdict import Contender, verdict
from estimator.web.rounding import known

BOOK = read_books(pricing_folder()).books.national
MOST_BYTES = 20_000
MEDICARE = {**SPRAVATO, "insurance": "medicare"}
MILITARY = {**SPRAVATO, "insurance": "military"}


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def compared(query, months=None):
    return compare(read_answers(query, BOOK, TODAY), BOOK, months or "series")


def rows(page):
    return page.root.one("ol", class_="rows").all("li", class_="row")


def at(query, months):
    return query if months is None else {**query, "months": str(months)}


def shown(cents, whole):
    """An amount as the page writes it: as finely as it is known, exactly where it has no range."""
    return money(cents if whole.low == whole.high else known(cents))


def cases(one):
    """What the patient pays if the insurer agrees, on each side of whatever else decides."""
    branch = next((each for each in one.outcome.branches if each.unknown == one.sides.unknown), None)
    return [option.you_pay for option in branch.options] if branch else [one.outcome.you_pay]


def said(page):
    return page.root.one("p", class_="verdict").text


@pytest.mark.parametrize("months", [None, *SPANS])
@pytest.mark.parametrize("query", [FOUR, SPRAVATO, MEDICARE, MILITARY])
def test_each_row_says_what_its_own_estimate_says(visitor, query, months):
    found = rows(visitor.get("/compare", at(query, months)))
    alternatives = compared(query, months)
    assert len(found) == len(alternatives)
    for row, one in zip(found, alternatives, strict=True):
        mine = cases(one)
        assert row.one("h2").text == BOOK.tables.treatments[one.treatment].label.en
        assert f"{one.outcome.answers.sessions} session" in row.text
        if len(mine) == 1:
            (pay,) = mine
            assert row.one("strong").text == shown(pay.typical, pay)
            assert pay.low == pay.high or f"{shown(pay.low, pay)} to {shown(pay.high, pay)}" in row.text
        else:
            listed = row.one("ul", class_="cases").all("li")
            assert [item.text for item in listed] == [
                f"{label.en}: about {shown(pay.typical, pay)}"
                for label, pay in zip(one.sides.labels, mine, strict=True)
            ]
            least, most = min(mine, key=lambda pay: pay.typical), max(mine, key=lambda pay: pay.typical)
            assert row.one("strong").text == f"{shown(least.typical, least)} to {shown(most.typical, most)}"


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_each_row_leads_to_its_estimate(visitor, query):
    for row, one in zip(rows(visitor.get("/compare", at(query, 3))), compared(query, 3), strict=True):
        address = row.one("h2").one("a").attributes["href"]
        given = dict(parse_qsl(urlsplit(address).query))
        assert urlsplit(address).path == "/estimate"
        assert (given["treatment"], given["sessions"]) == (one.treatment, str(one.outcome.answers.sessions))
        document = visitor.client.get(f"/api/v1/estimate?{urlsplit(address).query}").json
        assert document["you_pay"]["typical"] == one.outcome.you_pay.typical
        assert document["you_pay"]["high"] == one.outcome.you_pay.high


def test_the_treatment_asked_about_stands_out_and_keeps_its_sessions(visitor):
    page = visitor.get("/compare", {**SPRAVATO, "sessions": "9"})
    assert [row.one("h2").text for row in page.root.all("li", class_="asked")] == ["Spravato nasal spray"]
    assert "9 sessions of Spravato, as you asked; of the others their usual first series." in page.text


def test_the_estimate_leads_here_and_back_again(visitor):
    address = visitor.get("/estimate", SPRAVATO).href("Other treatments side by side")
    back = visitor.get(address).href("Spravato nasal spray")
    assert urlsplit(back).path == "/estimate"
    assert dict(SPRAVATO).items() <= dict(parse_qsl(urlsplit(back).query)).items()


@pytest.mark.parametrize("months", [None, *SPANS])
@pytest.mark.parametrize("query", [FOUR, SPRAVATO, MEDICARE, MILITARY])
def test_what_a_no_would_cost_stands_where_an_insurer_must_agree(visitor, query, months):
    page = visitor.get("/compare", at(query, months))
    for row, one in zip(rows(page), compared(query, months), strict=True):
        denied = one.outcome.if_not_covered
        words = f"If your insurer says no: about {shown(denied.typical, denied)}; to go on, "
        assert (words in row.text) == one.sides.refused
        assert len(row.all("rect", class_="no")) == one.sides.refused, "and is drawn"
        if one.sides.refused:
            monthly = money(known(round((one.year[-1][-1] - one.year[-1][2]) / 9)))
            assert f"to go on, {monthly} a month." in row.one("p", class_="no").text
        assert ("Covered if your insurer agrees first." in row.text) == one.sides.refused


def test_whoever_has_the_answer_is_not_shown_the_other(visitor):
    for answer in ("approved", "denied"):
        page = visitor.get("/compare", {**SPRAVATO, "authorization": answer})
        assert "says no" not in page.text
        assert "if your insurer agrees" not in said(page)


def test_the_bars_share_one_axis_from_zero(visitor):
    page = visitor.get("/compare", SPRAVATO)
    alternatives = compared(SPRAVATO)
    most = max(known(pay.high) for one in alternatives for pay in cases(one))
    refused = max(known(one.outcome.if_not_covered.high) for one in alternatives)
    scale = min(refused, 2 * most)
    for row, one in zip(rows(page), alternatives, strict=True):
        bar, mine = row.one("rect", class_="whole"), cases(one)
        left, width = (float(bar.attributes[name].removesuffix("%")) for name in ("x", "width"))
        assert left == pytest.approx(100 * min(known(pay.low) for pay in mine) / scale, abs=0.01)
        assert left + width == pytest.approx(100 * max(known(pay.high) for pay in mine) / scale, abs=0.02)
        for mark, pay in zip(row.all("line", class_="mark"), mine, strict=True):
            at_mark = float(mark.attributes["x1"].removesuffix("%"))
            assert at_mark == pytest.approx(100 * known(pay.typical) / scale, abs=0.01)


@pytest.mark.parametrize("months", [None, *SPANS])
def test_the_chips_mark_the_span_on_show(visitor, months):
    links = visitor.get("/compare", at(SPRAVATO, months)).root.all("nav", class_="chips")[0].all("a")
    assert [one.text for one in links] == ["First series", "3 months", "A year"]
    assert [one.text for one in links if "aria-current" in one.attributes] == [links[(None, *SPANS).index(months)].text]
    for one, span in zip(links, (None, *SPANS), strict=True):
        given = dict(parse_qsl(urlsplit(one.attributes["href"]).query))
        assert given.get("months") == (str(span) if span else None)
        assert SPRAVATO.items() <= given.items()


def test_psychotherapy_is_a_toggle(visitor):
    page = visitor.get("/compare", at(SPRAVATO, 3))
    links = page.root.all("nav", class_="chips")[1].all("a")
    assert [one.text for one in links if "aria-current" in one.attributes] == ["by video"]
    for one, value in zip(links, ("none", "virtual", "in_person"), strict=True):
        given = dict(parse_qsl(urlsplit(one.attributes["href"]).query))
        assert (given["psychotherapy"], given["months"]) == (value, "3")
    without = visitor.get(links[0].attributes["href"])
    first = [row.one("strong").text for row in rows(without)]
    alone = compared({**SPRAVATO, "psychotherapy": "none"}, 3)
    assert first == [shown(pay.typical, pay) for one in alone for pay in cases(one)]


@pytest.mark.parametrize(
    ("contenders", "kind", "least", "otherwise"),
    [
        ([("a", 5, 5, None), ("b", 7, 7, None)], "least", ["a"], None),
        ([("a", 7, 7, None), ("b", 7, 7, None)], "same", ["a", "b"], None),
        ([("a", 5, 5, 90), ("b", 7, 7, None), ("c", 8, 8, None)], "if_agreed", ["a"], "b"),
        ([("a", 0, 4, 90), ("b", 7, 7, None)], "if_agreed", ["a"], "b"),
        ([("a", 0, 9, None), ("b", 7, 7, None), ("c", 20, 20, None)], "open", ["a", "b"], None),
        ([("a", 5, 5, 6), ("b", 7, 7, None)], "least", ["a"], None),
        ([("a", 5, 5, None), ("b", 7, 7, 90)], "least", ["a"], None),
        ([("a", 5, 5, 90), ("b", 7, 9, None), ("c", 8, 8, None)], "if_agreed", ["a"], None),
    ],
)
def test_who_wins_by_hand(contenders, kind, least, otherwise):
    found = verdict([Contender(*one) for one in contenders])
    assert (found.kind, [one.name for one in found.least]) == (kind, least)
    assert (found.otherwise.name if found.otherwise else None) == otherwise


def test_one_treatment_alone_wins_nothing():
    assert verdict([Contender("a", 1, 1)]) is None


@pytest.mark.parametrize("months", [None, *SPANS])
def test_an_uninsured_reader_is_told_who_costs_least_and_most(visitor, months):
    page = visitor.get("/compare", at(FOUR, months))
    amounts = {row.one("h2").text: row.one("strong").text for row in rows(page)}
    ordered = sorted(amounts, key=lambda name: float(amounts[name].strip("$").replace(",", "")))
    short = {one.label.en: one.short.en for one in BOOK.tables.treatments.values()}
    least, most = ordered[0], ordered[-1]
    start = {None: "For the first series", 3: "Over 3 months", YEAR: "Over a year"}[months]
    assert said(page) == (
        f"{start} you pay least with {short[least]}: about {amounts[least]}. "
        f"You pay most with {short[most]}: about {amounts[most]}."
    )


@pytest.mark.parametrize("months", SPANS)
def test_the_verdict_keeps_its_condition(visitor, months):
    """Once it said that Spravato costs less, and dropped that the insurer has to agree."""
    page = visitor.get("/compare", at({**SPRAVATO, "psychotherapy": "none"}, months))
    amounts = {row.one("h2").text: row.one("strong").text for row in rows(page)}
    (no,) = page.root.all("p", class_="no")
    refused = no.text.removeprefix("If your insurer says no: about ").partition(";")[0]
    others = [amount for name, amount in amounts.items() if name != "Spravato nasal spray"]
    second = min(others, key=lambda amount: float(amount.strip("$").replace(",", "")))
    words = said(page)
    assert f"Spravato, if your insurer agrees: about {amounts['Spravato nasal spray']}." in words
    assert f"If it says no, that costs most (about {refused})" in words
    assert f"least (about {second})." in words


def test_where_the_plan_decides_the_verdict_says_so_with_amounts_that_somebody_pays(visitor):
    page = visitor.get("/compare", MEDICARE)
    assert said(page).startswith("For the first series it is open what costs you least.")
    mine = next(cases(one) for one in compared(MEDICARE) if one.treatment == "spravato")
    low, high = (pick(mine, key=lambda pay: pay.typical) for pick in (min, max))
    assert f"Spravato: {shown(low.typical, low)} to {shown(high.typical, high)}" in said(page)
    assert "Medigap" in rows(page)[1].text


@pytest.mark.parametrize("query", [FOUR, SPRAVATO, MEDICARE])
def test_who_costs_least_from_month_to_month(visitor, query):
    page = visitor.get("/compare", query)
    alternatives = compared(query)
    words = [one.text for one in page.root.all("p", class_="lead")]
    if any(one.sides.unknown for one in alternatives):
        assert words == [], "no one amount to follow"
        return
    found = leads({one.treatment: one.year[0] for one in alternatives})
    first, last = (BOOK.tables.treatments[lead.treatment].short.en for lead in (found[0], found[-1]))
    assert len(found) > 1
    assert f"At first you pay least with {first}; from month {found[-1].month} on with {last}." in words[0]
    assert words[0].startswith("If your insurer agrees, you pay") == any(one.sides.refused for one in alternatives)
    assert len(page.root.one("svg", class_="lines").all("circle")) == len(found) - 1, "the crossing is drawn"


@pytest.mark.parametrize("query", [FOUR, SPRAVATO, MEDICARE, MILITARY])
def test_the_table_says_month_by_month_what_the_lines_show(visitor, query):
    page = visitor.get("/compare", query)
    lines = [line for one in compared(query) for line in one.year]
    body = page.root.one("tbody").all("tr")
    assert len(body) == YEAR
    for month, row in enumerate(body):
        assert [cell.text for cell in row.all("td")] == [money(known(line[month])) for line in lines]


def test_what_going_on_costs_is_the_mean_of_later_months(visitor):
    for row, one in zip(rows(visitor.get("/compare", FOUR)), compared(FOUR), strict=True):
        monthly = (one.year[0][-1] - one.year[0][2]) / 9
        assert f"To go on: {money(known(round(monthly)))} a month." in row.text


def test_hours_and_rides_are_those_of_the_tables(visitor):
    for row, one in zip(rows(visitor.get("/compare", FOUR)), compared(FOUR), strict=True):
        treatment = BOOK.tables.treatments[one.treatment]
        assert ("A ride home each time." in row.text) == (treatment.ride is not None)
        assert ("hours there each time" in row.text) == (treatment.minutes is not None)
    assert "2 to 2.5 hours there each time." in rows(visitor.get("/compare", FOUR))[1].text


def test_a_missing_price_is_said_and_left_out_of_the_verdict(visitor, tmp_path):
    folder = shipped_without_price(tmp_path / "pricing", "infusion")
    page = Visitor(pricing=folder).get("/compare", SPRAVATO)
    iv = rows(page)[0]
    assert "at least" in iv.text
    assert "Price missing: " in iv.text
    assert "IV ketamine" not in said(page)
    assert page.root.all("p", class_="lead") == []


@pytest.mark.parametrize("months", ["0", "2", "13", "-1", "x", "", "1e9", "\u0661"])
def test_a_strange_span_is_passed_over(visitor, months):
    page = visitor.get("/compare", {**FOUR, "months": months})
    current = [one.text for one in page.root.all("nav", class_="chips")[0].all("a") if "aria-current" in one.attributes]
    assert current == ["First series"]


def test_nothing_has_to_be_answered(visitor):
    """Each with its usual first series, by the tables, for somebody without insurance; and that is said."""
    page = visitor.get("/compare")
    assert page.root.all("li", class_="asked") == []
    assert "The usual first series of each treatment, by our tables." in page.text
    assert "no insurance used · no psychotherapy" in page.text.lower()
    for row, treatment in zip(rows(page), BOOK.tables.treatments.values(), strict=True):
        assert f"{treatment.usual_sessions.typical} sessions" in row.text
    assert page.root.one("meta", name="robots").attributes["content"] == "index"


def test_without_a_treatment_the_insurance_can_be_chosen(visitor):
    links = visitor.get("/compare", {"months": "3"}).root.all("nav", class_="chips")[0].all("a")
    assert [one.text for one in links] == [payer.label.en for payer in BOOK.tables.payers.values()]
    chosen = visitor.get(next(one.attributes["href"] for one in links if one.text == "Medicaid"))
    given = dict(parse_qsl(urlsplit(chosen.root.all("nav", class_="chips")[0].all("a")[0].attributes["href"]).query))
    assert given["months"] == "3"
    assert "treatment" not in given
    assert "Spravato, if your insurer agrees" in said(chosen)
    assert chosen.root.one("meta", name="robots").attributes["content"] == "noindex", "it holds an answer"


def test_sessions_without_a_treatment_say_nothing(visitor):
    assert said(visitor.get("/compare", {"sessions": "40"})) == said(visitor.get("/compare"))


def test_bad_answers_bring_back_the_form(visitor):
    page = visitor.get("/compare", {**FOUR, "sessions": "500"}, status=400)
    assert page.root.one("form").attributes["action"] == "/estimate"
    assert page.control("sessions").attributes["value"] == "500"
    page = visitor.get("/compare", {"insurance": "lloyds"}, status=400)
    assert page.root.all("div", role="alert")


def test_a_start_too_early_for_one_treatment_is_refused_with_the_first_day_for_all(visitor):
    """On January 2, 2026 a drug can be posted home; the evaluation a week before a first session has no price yet."""
    early = FOUR | {"treatment": "at_home", "start": "2026-01-02"}
    visitor.get("/estimate", early)
    page = visitor.get("/compare", early, status=400)
    assert "to compare the treatments choose a day from January 8, 2026 on" in page.root.one("div", role="alert").text
    assert page.control("start").attributes["value"] == "2026-01-02"
    visitor.get("/compare", early | {"start": "2026-01-08"})


def test_another_treatment_inherits_nothing_about_this_ones_course_or_bills(visitor):
    """Own rhythm, stage, dose and told prices stay with Spravato; what was told about psychotherapy goes along."""
    told = {
        "every": "30",
        "stage": "continuing",
        "dose": "56",
        "allowed.observation": "200",
        "coverage.spravato_84": "covered",
    }
    alike = {"price.psychotherapy_virtual": "90", "deductible": "2000"}
    page = visitor.get("/compare", SPRAVATO | told | alike)
    for row in rows(page):
        given = dict(parse_qsl(urlsplit(row.one("h2").one("a").attributes["href"]).query))
        assert alike.items() <= given.items()
        assert (told.items() <= given.items()) == (given["treatment"] == "spravato")
        assert given["treatment"] == "spravato" or not told.keys() & given.keys()


def test_a_clinic_compares_what_it_offers(visitor):
    page = visitor.get("/compare", {**FOUR, "clinic": "example-harbor"})
    clinic = read_books(pricing_folder()).books.get("example-harbor")
    assert [row.one("h2").text for row in rows(page)] == [one.label.en for one in clinic.tables.treatments.values()]


def test_the_page_is_light(visitor):
    for query in (SPRAVATO, MILITARY):
        data = visitor.client.get("/compare", query_string=at(query, 12)).data
        assert len(gzip.compress(data)) <= MOST_BYTES
