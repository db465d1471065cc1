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
from estimator.web.rounding import known

BOOK = read_books(pricing_folder()).books.national
TEXTS = BOOK.tables.texts
LINKED = re.compile(r'<a class="term" href="([^"]+)"')


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def estimated(query):
    return rounded_estimate(estimate(read_answers(query, BOOK, TODAY), BOOK))


def asked(page):
    """Every question of the call with what is said about its worth, by whom to call, in the order of the page."""
    call = page.root.one("section", id="call")
    lists = zip(call.all("h3"), call.all("ol", class_="script"), strict=False)
    return {
        heading.text.partition("r ")[2].split()[0] if heading.text.startswith("Your") else heading.text.split()[1]: [
            (one.one("summary").text, one.one("p", class_="say").text) for one in list_.all("details")
        ]
        for heading, list_ in lists
    }


def worths(questions):
    return [float(re.search(r"by about \$([0-9,.]+)", said)[1].rstrip(",").replace(",", "")) for said, _ in questions]


@pytest.mark.parametrize("query", [FOUR, SPRAVATO, {**SPRAVATO, "insurance": "medicaid"}])
def test_every_open_question_is_on_the_list_with_what_it_is_worth(visitor, query):
    found = asked(visitor.get("/next-steps", query))
    for driver in estimated(query).drivers:
        (said,) = [about for about, words in found[driver.whom] if driver.ask.en in words]
        assert f"moves your total by about {money(known(driver.swing))}" in said
        assert f"from {money(known(driver.low))} to {money(known(driver.high))}" in said


@pytest.mark.parametrize(
    "query", [FOUR, SPRAVATO, {**SPRAVATO, "insurance": "medicaid"}, {**FOUR, "insurance": "medicare"}]
)
def test_what_is_worth_most_comes_first_and_so_does_whom_to_call(visitor, query):
    parties = [worths(questions) for questions in asked(visitor.get("/next-steps", query)).values()]
    assert all(list_ == sorted(list_, reverse=True) for list_ in parties)
    assert [list_[0] for list_ in parties] == sorted((list_[0] for list_ in parties), reverse=True)


def test_the_insurer_is_called_first_where_its_answer_is_worth_more_than_any_price(visitor):
    assert list(asked(visitor.get("/next-steps", SPRAVATO))) == ["insurer", "clinic"]
    assert list(asked(visitor.get("/next-steps", SPRAVATO | {"treatment": "iv"}))) == ["clinic", "insurer"]


def test_one_question_stands_open_and_opening_another_closes_it(visitor):
    questions = visitor.get("/next-steps", SPRAVATO).root.one("section", id="call").all("details", name="call")
    assert len(questions) > 5
    assert [one for one in questions if "open" in one.attributes] == questions[:1]


def test_the_insurer_is_asked_for_its_agreement_where_it_must_agree(visitor):
    pair = estimated(SPRAVATO)
    questions = asked(visitor.get("/next-steps", SPRAVATO))["insurer"]
    (said,) = [about for about, words in questions if "Have you approved Spravato" in words]
    assert money(known(pair.if_not_covered.typical)) in said
    assert "Have you approved" not in visitor.get("/next-steps", FOUR).text
    assert "Have you approved" not in visitor.get("/next-steps", SPRAVATO | {"authorization": "approved"}).text


def test_the_call_is_spoken_in_the_language_of_the_call_and_explained_in_the_page_s(visitor):
    spanish = visitor.get("/next-steps", SPRAVATO | {"lang": "es", "call_language": "en"}).root.one(
        "section", id="call"
    )
    said = spanish.all("p", class_="say")
    assert all(one.one("q").attributes["lang"] == "en" for one in said)
    for driver in estimated(SPRAVATO).drivers:
        assert driver.ask.en in spanish.text
        assert driver.ask.es in spanish.text
    assert "Have you approved Spravato for me" in spanish.text
    assert "¿Me autorizaron este tratamiento (Spravato)" in spanish.text
    assert "I would like to know what my plan pays" in spanish.text
    own = visitor.get("/next-steps", SPRAVATO | {"lang": "es"}).root.one("section", id="call").text
    assert "Quisiera saber qué paga mi plan" in own
    assert "Hello" not in own


@pytest.mark.parametrize(
    ("caller", "words"), [("self", "for myself"), ("son", "for my son"), ("daughter", "my daughter"), ("other", "else")]
)
def test_somebody_may_call_for_another_and_one_tap_says_so(visitor, caller, words):
    page = visitor.get("/next-steps", SPRAVATO | {"caller": caller, "call_language": "en"})
    assert words in page.root.one("section", id="call").all("p", class_="say")[0].text
    (chosen,) = [
        one for one in page.root.all("a", **{"aria-current": "true"}) if "my" in one.text or "some" in one.text
    ]
    assert f"caller={caller}" in chosen.attributes["href"]
    nonsense = visitor.get("/next-steps", SPRAVATO | {"caller": "<b>", "call_language": "xx"})
    assert "for myself" in nonsense.root.one("section", id="call").text


def test_an_answer_typed_during_the_call_comes_back_to_the_next_question(visitor):
    page = visitor.get("/next-steps", SPRAVATO | {"caller": "son", "call_language": "es"})
    form = page.root.one("section", id="call").all("form")[0]
    assert form.attributes["action"] == "/next-steps#next-question"
    sent = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    button = form.all("button")[0].attributes
    again = visitor.get("/next-steps", sent | {button["name"]: button["value"]})
    assert (button["name"], button["value"]) == ("authorization", "approved")
    (opened,) = [one for one in again.root.all("details", name="call") if "open" in one.attributes]
    assert "1. " not in opened.text or "agrees" not in opened.one("summary").text
    assert "mi hijo" in again.root.one("section", id="call").text
    assert sent.keys() >= {"treatment", "insurance", "sessions", "psychotherapy", "was", "answered"}


@pytest.mark.parametrize("more", [{}, {"lang": "es"}])
@pytest.mark.parametrize("address", ["/next-steps", "/estimate", "/details"])
def test_no_list_answers_what_nobody_has_answered(visitor, address, more):
    """One tap on the button of a list that stood on its first plan gave a plan nobody had said."""
    page = visitor.get(address, SPRAVATO | more)
    lists = page.root.all("select")
    assert "plan" in {one.attributes["name"] for one in lists} or address == "/details"
    for one in lists:
        options = one.all("option")
        (shown,) = [option for option in options if "selected" in option.attributes] or options[:1]
        assert shown.attributes["value"] == SPRAVATO.get(one.attributes["name"], ""), one.attributes["name"]
    if address == "/next-steps":
        plans = next(one for one in lists if one.attributes["name"] == "plan").all("option")
        assert plans[0].text == ("No lo sé" if more else "Not sure")


def test_what_a_question_moves_is_the_same_on_the_page_and_in_the_call(visitor):
    moved = re.compile(r"moves (?:it|your total) by (?:about )?\$([0-9,]*[0-9])")
    call = sorted(moved.findall(visitor.get("/next-steps", SPRAVATO).root.one("main").text))
    page = visitor.get("/estimate", SPRAVATO).root.one("main").text
    assert sorted(moved.findall(page)) == call
    assert len(call) > 5


def strip(page):
    return page.root.one("p", class_="strip").text


def test_the_strip_says_both_sides_then_what_an_answer_has_moved(visitor):
    exact = estimated(SPRAVATO)
    before = strip(visitor.get("/next-steps", SPRAVATO))
    assert money(known(exact.you_pay.typical)) in before
    assert money(known(exact.if_not_covered.typical)) in before
    was = "-".join(map(str, exact.you_pay))
    answer = {"deductible_remaining": "1500", "answered": "deductible_remaining", "was": was}
    after = visitor.get("/next-steps", SPRAVATO | answer)
    now = estimated(SPRAVATO | answer).you_pay
    assert now.typical < exact.you_pay.typical
    assert "the savings card pays more before the deductible is met" in strip(after)
    assert f"{money(known(exact.you_pay.typical))} {money(known(now.typical))}" in strip(after)
    assert now.typical != exact.you_pay.typical
    assert f"is now {money(known(now.low, down=True))} to {money(known(now.high, up=True))}" in strip(after)
    assert "From" in after.root.one("p", class_="strip").attributes["data-moved"]


@pytest.mark.parametrize("was", ["", "1-2", "9-5-1", "a-b-c", "1-2-3-4"])
def test_nonsense_about_before_says_nothing(visitor, was):
    """Where nothing is known about before, both sides stand there."""
    page = visitor.get("/next-steps", SPRAVATO | {"deductible": "2000", "answered": "deductible", "was": was})
    assert "is now" not in strip(page)


def test_an_answer_that_cannot_be_counted_is_mended_where_it_was_given(visitor):
    asked_ = {"answered": "copay", "on_the_phone": "insurer", "was": "0-1-2"}
    page = visitor.get("/next-steps", SPRAVATO | {"copay": "much", "deductible": "2000"} | asked_, status=400)
    box = page.control("copay")
    assert box.attributes["value"] == "much"
    assert box.attributes["aria-invalid"] == "true"
    assert "write an amount" in page.root.one(id="copay-error").text
    assert "open" in box.within("details").attributes
    sent = {one.attributes["name"]: one.attributes["value"] for one in box.within("form").all("input", type="hidden")}
    assert sent["deductible"] == "2000"
    assert "copay" not in sent
    whole = visitor.get("/next-steps", SPRAVATO | {"copay": "much", "deductible": "more"} | asked_, status=400)
    assert whole.root.one("form").attributes["action"] == "/estimate"


def test_after_an_answer_the_same_call_goes_on(visitor):
    answer = {"setting": "office", "answered": "setting", "on_the_phone": "clinic"}
    page = visitor.get("/next-steps", SPRAVATO | answer)
    (opened,) = [one for one in page.root.all("details", name="call") if "open" in one.attributes]
    asks = {one.ask.en for one in estimated(SPRAVATO | answer).drivers if one.whom == "clinic"}
    assert any(ask in opened.text for ask in asks)
    assert opened.one("summary").attributes["id"] == "next-question"


def test_who_was_spoken_to_is_never_sent(visitor):
    page = visitor.get("/next-steps", SPRAVATO)
    boxes = [box for group in page.root.all("div", class_="spoken") for box in group.all("input")]
    assert len(boxes) == 6
    for box in boxes:
        assert "name" not in box.attributes
        assert box.within("form") is None


def test_after_a_no_stands_what_decides_what_to_ask_for_and_a_letter(visitor):
    treatment = BOOK.tables.treatments["spravato"]
    page = visitor.get("/next-steps", SPRAVATO | {"authorization": "denied"})
    for criterion in treatment.criteria:
        assert criterion.text.en in page.root.one("section", id="agreement").text
    letter = page.root.one("pre", id="letter").text
    assert all(one.letter.en in letter for one in treatment.criteria if one.letter)
    assert "____" in letter
    assert "open" in page.root.one("pre", id="letter").within("details").attributes
    refused = page.root.one("section", id="refused").text
    assert "180 days" in refused
    assert "TRICARE" not in refused
    assert 'id="refused"' not in visitor.client.get("/next-steps", query_string=FOUR).text
    assert (
        'id="refused"' not in visitor.client.get("/next-steps", query_string=SPRAVATO | {"insurance": "medicare"}).text
    )


def test_the_letter_is_in_the_language_of_the_call(visitor):
    page = visitor.get("/next-steps", SPRAVATO | {"lang": "es", "call_language": "en"})
    letter = page.root.one("pre", id="letter")
    assert letter.attributes["lang"] == "en"
    assert "I ask you to look at it again" in letter.text
    assert "Les pido que lo revisen" in visitor.get("/next-steps", SPRAVATO | {"lang": "es"}).text


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
    first, *_ = asked(visitor.get("/next-steps", FOUR))["clinic"]
    assert BOOK.tables.charges["infusion"].price_question.ask.en in first[1]
    assert "not in your total yet" in first[0]


def test_a_clinic_says_how_to_ask_it(visitor):
    clinic = read_books(pricing_folder()).books.get("example-harbor").tables.clinic
    text = visitor.get("/next-steps", {**FOUR, "clinic": "example-harbor"}).text
    if clinic.good_faith_estimate:
        assert clinic.good_faith_estimate.en in text
    assert clinic.name.en in text


def test_every_piece_of_advice_is_sourced_and_in_both_languages():
    advice = (*TEXTS.calling, *TEXTS.refused, *TEXTS.good_faith_estimate, *TEXTS.lower_cost, *TEXTS.decide)
    criteria = [one for treatment in BOOK.tables.treatments.values() for one in treatment.criteria]
    assert all(any(BOOK.tables.sources[name].url for name in one.source) for one in criteria)
    for one in (*(one for one in advice if one.source != ("our-assumption",)), *BOOK.tables.glossary.values()):
        assert one.source
        assert one.checked
        assert one.text.es
        assert any(BOOK.tables.sources[name].url for name in one.source), one.text.en


def test_the_list_is_reached_from_the_estimate_and_leads_back(visitor):
    address = visitor.get("/estimate", SPRAVATO).href("Next steps to ask, to print")
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
