"""The list to take along, what to know before deciding, and the words explained."""

import re
from urllib.parse import urlsplit

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.prices.schema.basics import Text
from estimator.web.filters import money
from estimator.web.patient.estimate_rounding import rounded_estimate
from estimator.web.patient.glossary import term, with_terms

BOOK = read_books(pricing_folder()).books.national
TEXTS = BOOK.tables.texts
LINKED = re.compile(r'<a class="term" href="([^"]+)"')


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def estimated(query):
    return rounded_estimate(estimate(read_answers(query, BOOK, TODAY), BOOK))


def asked(page):
    """Every question on the list with what is said about its worth, by the heading it stands under."""
    section = page.root.one("main").all("section")[0]
    lists = zip(section.all("h3"), section.all("ol"), strict=True)
    return {
        heading.text: [(li.one("q").text, li.one("span", class_="soft").text) for li in list_.all("li")]
        for heading, list_ in lists
    }


@pytest.mark.parametrize("query", [FOUR, SPRAVATO, {**SPRAVATO, "insurance": "medicaid"}])
def test_every_open_question_is_on_the_list_with_what_it_is_worth(visitor, query):
    found = asked(visitor.get("/next-steps", query))
    for driver in estimated(query).drivers:
        worth = dict(found["The clinic" if driver.whom == "clinic" else "Your insurer"])[driver.ask.en]
        assert f"moves your total by {money(driver.swing)}" in worth
        assert f"from {money(driver.low)} to {money(driver.high)}" in worth


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_what_is_worth_most_comes_first(visitor, query):
    for list_ in asked(visitor.get("/next-steps", query)).values():
        worths = [float(re.search(r"by \$([0-9,.]+)", said)[1].rstrip(",").replace(",", "")) for _, said in list_]
        assert worths == sorted(worths, reverse=True)


def test_the_insurer_is_asked_for_its_agreement_where_it_must_agree(visitor):
    pair = estimated(SPRAVATO)
    questions = dict(asked(visitor.get("/next-steps", SPRAVATO))["Your insurer"])
    (said,) = [worth for ask, worth in questions.items() if "Have you approved Spravato" in ask]
    assert money(pair.if_not_covered.typical) in said
    assert "Have you approved" not in visitor.get("/next-steps", FOUR).text


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_advice_is_for_those_it_fits(visitor, query):
    text = visitor.get("/next-steps", query).text
    for advice in (*TEXTS.good_faith_estimate, *TEXTS.lower_cost):
        fits = advice.meant_for(query["treatment"], query["insurance"])
        assert (advice.text.en in text) == fits, advice.title.en


OF_INSURANCE = re.compile(r"\binsurer|\bmy plan\b|your plan decides|insurance premiums", re.IGNORECASE)


@pytest.mark.parametrize("treatment", ["iv", "spravato", "im", "at_home"])
@pytest.mark.parametrize("address", ["/estimate", "/next-steps"])
def test_who_has_no_insurance_is_told_nothing_about_insurers(visitor, address, treatment):
    """The same sentences stand on the page of somebody insured: it is the payer that keeps them away."""
    own = FOUR | {"treatment": treatment, "psychotherapy": "in_person", "sessions": "12"}
    assert OF_INSURANCE.findall(visitor.get(address, own).text) == []
    assert OF_INSURANCE.findall(visitor.get(address, own | {"insurance": "commercial"}).text)


@pytest.mark.parametrize("query", [FOUR, SPRAVATO])
def test_notes_are_for_the_payers_they_name(visitor, query):
    text = visitor.get("/estimate", query).text
    notes = (*TEXTS.why_notice, *TEXTS.not_included)
    assert {note.applies_to(query["insurance"]) for note in notes} == ({True, False} if query is FOUR else {True})
    for note in notes:
        assert (note.text.en in text) == note.applies_to(query["insurance"]), note.text.en


def test_before_anything_is_answered_every_note_stands(visitor):
    text = visitor.get("/").text
    assert all(note.text.en in text for note in TEXTS.why_notice)


def test_advice_for_nobody_in_particular_is_for_everybody():
    (first, *_) = TEXTS.good_faith_estimate
    assert first.meant_for("iv", "none")
    packages = next(one for one in TEXTS.lower_cost if one.treatments)
    assert not packages.meant_for("no such treatment", "none")


def test_the_right_to_a_written_estimate_is_explained(visitor):
    text = visitor.get("/next-steps", FOUR).text
    for words in ("Good Faith Estimate", "cms.gov/nosurprises", "1-800-985-3059", "three business days", "$400", "120"):
        assert words in text


def test_a_price_that_is_missing_is_asked_for_first(tmp_path):
    visitor = Visitor(pricing=shipped_without_price(tmp_path / "pricing", "infusion"))
    first, *_ = asked(visitor.get("/next-steps", FOUR))["The clinic"]
    assert first[0] == BOOK.tables.charges["infusion"].price_question.ask.en
    assert "not in your total yet" in first[1]


def test_a_clinic_says_how_to_ask_it(visitor):
    clinic = read_books(pricing_folder()).books.get("example-harbor").tables.clinic
    text = visitor.get("/next-steps", {**FOUR, "clinic": "example-harbor"}).text
    if clinic.good_faith_estimate:
        assert clinic.good_faith_estimate.en in text
    assert clinic.name.en in text


def test_every_piece_of_advice_is_sourced_and_in_both_languages():
    for one in (*TEXTS.good_faith_estimate, *TEXTS.lower_cost, *TEXTS.decide, *BOOK.tables.glossary.values()):
        assert one.source
        assert one.checked
        assert one.text.es
        assert any(BOOK.tables.sources[name].url for name in one.source), one.text.en


def test_the_list_is_reached_from_the_estimate_and_leads_back(visitor):
    address = visitor.get("/estimate", SPRAVATO).href("Next steps to print")
    page = visitor.get(address)
    assert urlsplit(page.href("Back to the estimate")).path == "/estimate"
    assert urlsplit(page.href("Compare with other treatments")).path == "/compare"


def test_bad_answers_bring_back_the_form(visitor):
    page = visitor.get("/next-steps", {**FOUR, "insurance": "perhaps"}, status=400)
    assert page.root.one("form").attributes["action"] == "/estimate"


def test_before_you_decide_says_what_is_approved_and_what_can_go_wrong(visitor):
    page = visitor.get(visitor.get("/estimate", FOUR).href("Before you decide"))
    for treatment in BOOK.tables.treatments.values():
        assert treatment.regulatory.en in page.text
    for word in ("off-label", "REMS", "drive", "bladder", "kidney", "memory", "dependence", "988"):
        assert word in page.root.one("main").text
    for note in (*TEXTS.decide, *TEXTS.safety):
        assert note.text.en in page.text


def test_the_glossary_holds_every_term_where_links_look_for_it(visitor):
    page = visitor.get("/glossary")
    for name, explained in BOOK.tables.glossary.items():
        entry = page.root.one("div", id=name)
        assert entry.one("dt").text == explained.label.en
        assert explained.text.en in entry.text


@pytest.mark.parametrize("address", ["/estimate", "/compare", "/next-steps"])
def test_a_term_is_linked_once_at_its_first_mention(visitor, address):
    page = visitor.get(address, SPRAVATO)
    links = [one.attributes["href"] for one in page.root.all("a", class_="term")]
    names = [urlsplit(link).fragment for link in links]
    assert len(names) == len(set(names)) > 0
    assert set(names) <= BOOK.tables.glossary.keys()
    assert {urlsplit(link).path for link in links} == {"/glossary"}


@pytest.mark.parametrize(
    ("words", "linked"),
    [
        ("Meet the deductible, then the copay.", ["deductible", "copay"]),
        ("Deductible here, DEDUCTIBLE there.", ["deductible"]),
        ("Deductibles and copayments have no entry.", []),
        ("A copay accumulator is no copay.", ["accumulator", "copay"]),
        ("Ask about <b>off-label</b> & REMS.", ["off_label", "rems"]),
    ],
)
def test_words_of_the_tables_link_to_the_glossary(visitor, words, linked):
    with visitor.app.test_request_context("/glossary"):
        html = str(with_terms(Text(en=words)))
    assert [urlsplit(address).fragment for address in LINKED.findall(html)] == linked
    assert "<b>" not in html


def test_a_term_nobody_explained_stays_a_word(visitor):
    with visitor.app.test_request_context("/glossary"):
        assert str(term("no_such_word")) == "no such word"
        assert str(term("deductible", "<deductible>")).endswith(">&lt;deductible&gt;</a>")
