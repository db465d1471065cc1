"""Yearly figures of the national tables by form: what each writes, what it refuses, and that no typing is lost."""

from __future__ import annotations

from datetime import date
from html import unescape

from support.desk_priced import PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import DeskVisitor, leads_to

from estimator.prices.book import NATIONAL
from estimator.prices.editing.slices import read
from estimator.prices.schema.files import Book

LIST = f"/admin/{NATIONAL}/yearly"
PLAN = f"{LIST}/payers.commercial.profiles.employer"
CARD = f"{LIST}/programs.card"
COVERED = f"{LIST}/charges.infusion.coverage.commercial"
MONEY, CARE = "national/money.yaml", "national/care.yaml"


def fields(visitor: DeskVisitor, address: str) -> dict[str, str]:
    """A form as a browser would send it untouched."""
    page = visitor.get(address)
    found = {}
    for field in [*page.root.all("input"), *page.root.all("textarea"), *page.root.all("select")]:
        name = field.attributes.get("name")
        if name and name not in ("csrf_token", "lang"):
            chosen = [one for one in field.all("option") if "selected" in one.attributes]
            value = chosen[0].attributes["value"] if chosen else field.attributes.get("value", field.text.strip())
            found[name] = "" if field.tag == "select" and not chosen else value
    return found


def errors(page) -> dict[str, str]:
    return {one.attributes["id"].removesuffix("-error"): one.text for one in page.root.all("p", class_="error")}


def text(desk: PricedDesk, file: str) -> str:
    return desk.desk.work(NATIONAL).files[file].decode()


def drafted(desk: PricedDesk) -> Book:
    """The book of the draft, which has no mistakes."""
    work = desk.desk.work(NATIONAL)
    found = desk.desk.check(NATIONAL, work.files)
    assert not found.errors, found.errors
    assert found.book
    return found.book.tables


def test_new_terms_of_a_plan_begin_on_their_day_and_leave_the_old_ones(desk: PricedDesk) -> None:
    """Deductible and a copay of 2027, and a new source; what was not typed and every old line stay."""
    olga = desk.visiting("Olga")
    before = text(desk, MONEY)
    form = fields(olga, PLAN)
    assert form["start"] == "2027-01-01"
    assert form["deductible"] == "500-1800-2500"
    assert form["drug"] == "20 %"
    assert form["visit"] == "$40"
    assert form["source"] == "", "a new year's figure has its own source"
    new = {
        "title": "Survey of 2027",
        "url": "https://example.org/2027",
        "source_kind": "survey",
        "note": "New designs.",
    }
    typed = {**form, **new, "deductible": "$600 - 1900 - 2600", "visit": "$35-45-60", "drug": "25%"}
    assert leads_to(olga.post(PLAN, typed)) == LIST
    plan = drafted(desk).payers["commercial"].profiles["employer"]
    old, later = plan.on(date(2026, 12, 31)), plan.on(date(2027, 1, 1))
    assert [*old.deductible.range] == [50000, 180000, 250000]
    assert [*later.deductible.range] == [60000, 190000, 260000]
    assert later.out_of_pocket_maximum == old.out_of_pocket_maximum
    assert later.benefits["visit"].copay
    assert [*later.benefits["visit"].copay.range] == [3500, 4500, 6000]
    assert later.benefits["visit"].deductible is False
    assert later.benefits["drug"].coinsurance
    assert later.benefits["drug"].coinsurance.typical == 2500
    assert later.benefits["drug"].deductible is True
    assert later.benefits["pharmacy"] == old.benefits["pharmacy"]
    said = plan.later[date(2027, 1, 1)]
    assert (said.source, said.checked) == (("survey-of-2027",), date(2026, 11, 22))
    assert said.note
    assert said.note.en == "New designs."
    assert [line for line in before.splitlines() if line not in text(desk, MONEY).splitlines()] == []
    page = olga.get(LIST)
    assert "from January 1, 2027" in page.text
    assert "Typical employer plan, new terms from, 2027-01-01: new" in olga.get("/admin/national/preview").text
    assert "Most in a year: $7,150 / $8,150 / $8,150" in page.text
    assert "$600 / $1,900 / $2,600" in page.text


def test_the_form_begins_with_what_is_known_last_and_does_not_go_before_it(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    olga.post(PLAN, {**fields(olga, PLAN), "source": "invented", "deductible": "700"})
    form = fields(olga, PLAN)
    assert (form["start"], form["deductible"], form["source"]) == ("2027-01-01", "700", "invented")
    page = olga.post(PLAN, {**form, "start": "2026-12-01", "deductible": "800"}, status=400)
    assert "January 1, 2027" in errors(page)["start"]
    olga.post(PLAN, {**form, "deductible": "800"})
    later = drafted(desk).payers["commercial"].profiles["employer"].later
    assert later[date(2027, 1, 1)].source == ("invented",)
    assert {day: one.deductible.typical for day, one in later.items() if one.deductible} == {date(2027, 1, 1): 80000}
    olga.post(PLAN, {**fields(olga, PLAN), "visit": "$50", "source": "survey"})
    said = drafted(desk).payers["commercial"].profiles["employer"].later[date(2027, 1, 1)]
    assert said.source == ("survey", "invented"), "the deductible of that day stays, and so does its source"


def test_a_programs_limits_change_in_place_and_comments_stay(desk: PricedDesk) -> None:
    old = "patient_pays: 10\n"
    change = f"{old.rstrip()}  # since 2019\n".encode()
    desk.desk.change(NATIONAL, MONEY, lambda data: data.replace(old.encode(), change), "Olga")
    olga = desk.visiting("Olga")
    form = fields(olga, CARD)
    assert form["annual_max"] == "7150-8150-8150"
    olga.post(CARD, {**form, "annual_max": "8,500", "source": "invented"})
    card = drafted(desk).programs["card"]
    assert card.annual_max
    assert [*card.annual_max.range] == [850000] * 3
    assert card.checked == date(2026, 11, 22)
    assert "patient_pays: 10  # since 2019" in text(desk, MONEY)
    assert card.per_treatment_max is None
    olga.post(CARD, {**fields(olga, CARD), "annual_max": "8500"})
    assert desk.desk.work(NATIONAL).draft


WRONG = [
    (PLAN, {"deductible": "five hundred"}, "deductible"),
    (PLAN, {"deductible": "900-500"}, "deductible"),
    (PLAN, {"out_of_pocket_maximum": ""}, "out_of_pocket_maximum"),
    (PLAN, {"drug": "120 %"}, "drug"),
    (PLAN, {"visit": "-"}, "visit"),
    (PLAN, {"start": "next year"}, "start"),
    (PLAN, {"source": ""}, "source"),
    (PLAN, {"source": "nobody"}, "source"),
    (PLAN, {"url": "http://a:b@example.org", "title": "A"}, "url"),
    (PLAN, {"title": "A survey without an address", "source_kind": "survey"}, "url"),
    (PLAN, {"year": "27"}, "year"),
    (CARD, {"patient_pays": ""}, "patient_pays"),
    (CARD, {"patient_pays": "5-10"}, "patient_pays"),
    (CARD, {"checked": "2027-05-05"}, "checked"),
    (CARD, {"checked": ""}, "checked"),
    (CARD, {"note_es": "Una nota", "note": ""}, "note"),
    (COVERED, {"status": "perhaps"}, "status"),
    (COVERED, {"status": "varies", "chance": ""}, "chance"),
    (COVERED, {"status": "covered", "chance": "50"}, "chance"),
    (COVERED, {"reason": ""}, "reason"),
]


def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    untouched = {address: fields(olga, address) for address in (PLAN, CARD, COVERED)}
    for address, typed, field in WRONG:
        kept = {**untouched[address], "source": "invented", "confidence": "low", **typed}
        page = olga.post(address, kept, status=400)
        assert [*errors(page)] == [field], typed
        shown = page.root.all("textarea", name=field) or page.root.all("input", name=field)
        if shown and field in typed:
            assert typed[field] in (shown[0].attributes.get("value"), shown[0].text.strip())
    assert desk.desk.work(NATIONAL).draft is None


def test_coverage_says_status_and_reason_in_both_languages(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    typed = {
        "status": "varies",
        "chance": "40 %",
        "reason": "Some plans pay since 2027.",
        "reason_es": "Algunos planes pagan desde 2027.",
        "source": "invented",
    }
    form = fields(olga, COVERED) | typed
    page = olga.post(COVERED, form, status=400)
    assert "a benefit class is needed" in errors(page)["status"], "the tables need more than the form can say"
    assert desk.desk.work(NATIONAL).draft is None
    needs = b"    benefit: drug\n    coverage_question: {label: Does it pay?, ask: Does my plan pay?, whom: insurer}\n"
    said = b"    coverage:\n      commercial: {status: not_covered, reason: Off-label}\n"
    desk.desk.change(NATIONAL, CARE, lambda data: data.replace(said, needs + said, 1), "Olga")
    olga.post(COVERED, form)
    covered = drafted(desk).charges["infusion"].coverage["commercial"]
    assert (covered.status, covered.chance) == ("varies", 4000)
    assert (covered.reason.en, covered.reason.es) == (typed["reason"], typed["reason_es"])
    assert covered.checked == date(2026, 11, 22)
    assert read(text(desk, CARE).encode()).plain()["charges"]["infusion"]["coverage"]["commercial"]["chance"] == "40"
    assert "Some plans cover it" in olga.get(LIST).text


def test_two_people_do_not_overwrite_each_other(desk: PricedDesk) -> None:
    """The same limit is asked about, with both values; another field of the same form is kept."""
    desk.person("Otto")
    olga, otto = desk.visiting("Olga"), desk.visiting("Otto")
    mine = fields(olga, CARD) | {"source": "invented", "annual_max": "9000"}
    otto.post(CARD, {**fields(otto, CARD), "source": "invented", "annual_max": "8000", "patient_pays": "15"})
    page = olga.post(CARD, mine, status=409)
    assert "8000" in errors(page)["annual_max"]
    was = unescape(page.root.one("input", name="was").attributes["value"])
    olga.post(CARD, {**mine, "was": was, "patient_pays": "15"})
    card = drafted(desk).programs["card"]
    assert card.annual_max
    assert (card.annual_max.typical, card.patient_pays) == (900000, 1500)


def test_only_the_national_tables_have_them_and_only_for_their_people(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    assert "/admin/national/yearly" in str(olga.client.get("/admin/national/").get_data(as_text=True))
    assert "estimator tables medicare" in olga.get(LIST).text
    assert "Condiciones de los planes" in olga.get(f"{LIST}?lang=es").text
    for address in ("/admin/riverbend/yearly", f"{LIST}/programs.nobody", "/admin/riverbend/yearly/programs.card"):
        assert olga.client.get(address).status_code == 404
    assert desk.visiting("Ann").client.get(LIST).status_code == 403


def test_a_draft_with_a_mistake_is_put_right_first_and_the_typing_is_shown(desk: PricedDesk) -> None:
    olga = desk.visiting("Olga")
    typed = fields(olga, CARD) | {"annual_max": "9123"}
    desk.desk.change(NATIONAL, MONEY, lambda data: data.replace(b"weight: 3", b"weight: heavy"), "Olga")
    page = olga.post(CARD, typed, status=409)
    assert "9123" in page.text
    assert olga.get(LIST).root.all("ul", class_="problems")
