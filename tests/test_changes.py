"""What changed between two price books: nothing is left out, and a person can read it."""

import json
import re
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.catalogue import extracted, messages
from support.strategies_yaml import plain, small_book
from support.tables_for_tests import changed

from estimator.money import Range
from estimator.prices import key_words
from estimator.prices.book_walks import tables
from estimator.prices.columns import COLUMN_WORDS
from estimator.prices.comparing.change_words import in_words
from estimator.prices.comparing.changes import ALIKE, changes
from estimator.prices.merging import SECTIONS
from estimator.prices.reading import read_books, read_files
from estimator.prices.schema.basics import PRICE_COLUMNS, Table, Text
from estimator.prices.schema.dated_prices import Price

SHIPPED = read_books(Path(__file__).parent.parent / "pricing").books


def book(files=None, id_="national"):
    reading = read_files(files or small_book())
    assert not reading.errors, [str(problem) for problem in reading.errors]
    return reading.books.get(id_).tables


SMALL = book()


def told(path, value, file="national/care.yaml", language="en"):
    """What changes when the small book has `value` at `path`, in words."""
    return [in_words(one, language=language) for one in changes(SMALL, book(changed(path, value, file)))]


SELF_PAY = ["charges", "infusion", "self_pay"]
NOW = {"low": "375", "typical": "500", "high": "650"}


# Prices


def test_a_higher_typical_price_from_a_day():
    later = {"low": "395", "typical": "550", "high": "680"}
    assert told(SELF_PAY, {"2026-01-01": NOW, "2027-01-01": later}) == [
        "Ketamine infusion, without insurance, typical: $525 → $550 from January 1, 2027"
    ]


def test_a_new_period_is_compared_with_what_held_until_then():
    before = book(changed(SELF_PAY, {"2026-01-01": NOW}))
    after = book(changed(SELF_PAY, {"2026-01-01": NOW, "2027-01-01": {**NOW, "typical": "525.50", "high": "700"}}))
    (change,) = changes(before, after)
    assert in_words(change) == (
        "Ketamine infusion, without insurance: typical $500 → $525.50, high $650 → $700 from January 1, 2027"
    )
    assert (change.kind, change.period, change.start) == ("price", "new", date(2027, 1, 1))
    assert (change.charge, change.column) == ("infusion", "self_pay")
    assert (change.before, change.after) == (Range(375_00, 500_00, 650_00), Range(375_00, 525_50, 700_00))
    (back,) = changes(after, before)
    assert (back.period, back.before, back.after) == ("gone", change.after, change.before)


def test_the_same_change_in_spanish():
    words = told(SELF_PAY, {"2026-01-01": NOW, "2027-01-01": {**NOW, "low": "300"}}, language="es")
    assert "1 de enero de 2027" in words[0]
    spanish = {"%(what)s: %(change)s from %(day)s": "%(what)s: %(change)s desde el %(day)s", "typical": "típico"}
    labels = {"en": "A charge", "es": "Un cargo"}
    before = book(changed(["charges", "infusion", "label"], labels))
    later = changed(["charges", "infusion", "label"], labels)
    tree = plain(later["national/care.yaml"])
    tree["charges"]["infusion"]["self_pay"]["2027-01-01"]["typical"] = "550"
    (change,) = changes(before, book(later | {"national/care.yaml": json.dumps(tree).encode()}))
    assert in_words(change, lambda sentence: spanish.get(sentence, sentence), "es") == (
        "Un cargo, without insurance, típico: $525 → $550 desde el 1 de enero de 2027"
    )


def test_a_first_price_and_a_last_one():
    words = told(["charges", "infusion", "commercial"], {"2026-05-01": "80"})
    assert words == ["Ketamine infusion, allowed by commercial insurance: $80 from May 1, 2026, with no price before"]
    words = told(["charges", "therapy", "commercial"], None)
    assert words == [
        "Psychotherapy, 45 minutes, allowed by commercial insurance: "
        "no price any more from January 1, 2026, where it was $110"
    ]


def test_a_start_date_that_changes_no_price_is_told_too():
    assert told(["charges", "observation", "self_pay"], {"2026-01-01": "250", "2027-01-01": "250"}) == [
        "Two hours of observation, without insurance: $250 as before, with a new start date, January 1, 2027"
    ]


def test_from_a_range_to_one_price():
    (words,) = told(["charges", "evaluation", "self_pay", "2026-01-01"], {"price": "150", "source": "survey"})[:1]
    assert words == "First evaluation, without insurance: low $0, typical $200, high $400 → $150 from January 1, 2026"


def test_source_day_and_note_of_a_price():
    price = {**NOW, "source": ["survey", "invented"], "checked": "2026-02-03", "note": "Asked by phone."}
    tree = plain(small_book()["national/care.yaml"])["charges"]["infusion"]["self_pay"]
    start = "Ketamine infusion, without insurance, price from January 1, 2026"
    assert told(SELF_PAY, {**tree, "2026-01-01": price}) == [
        f"{start}, source: A survey is added",
        f"{start}, checked on: January 2, 2026 → February 3, 2026",
        f"{start}, note: “Asked by phone.” is new",
    ]


# Everything else


@pytest.mark.parametrize(
    ("path", "value", "words", "file"),
    [
        (["charges", "evaluation", "coverage", "commercial", "chance"], "60",
         "First evaluation, coverage, Commercial insurance, chance: 50% → 60%", "care"),
        (["charges", "therapy", "packages"], [{"sessions": "10", "price": "1300"}],
         "Psychotherapy, 45 minutes, packages, package of 10, price: $1,350 → $1,300", "care"),
        (["charges", "therapy", "packages"], None,
         "Psychotherapy, 45 minutes, packages, package of 10: removed", "care"),
        (["charges", "infusion", "label"], "An infusion",
         "An infusion, name, in English: “Ketamine infusion” → “An infusion”", "care"),
        (["charges", "evaluation", "benefit"], "drug",
         "First evaluation, benefit class: visit → drug", "care"),
        (["charges", "booster", "same_as"], None,
         "Booster infusion, same price as: Ketamine infusion is removed", "care"),
        (["treatments", "iv", "minutes"], "45", "IV infusion, minutes at the clinic: 40 → 45", "care"),
        (["treatments", "iv", "phases", "maintenance", "gaps"], ["28", "35"],
         "IV infusion, phases, Boosters, days between sessions: 35 is added", "care"),
        (["treatments", "spravato", "each_session"], [{"charge": "spray-84", "lower_dose": "spray-56"}],
         "Spravato, each session, Two hours of observation: removed", "care"),
        (["programs", "card", "patient_pays"], "5", "Savings card, patient pays: $10 → $5", "money"),
        (["programs", "card", "annual_max"], "8000",
         "Savings card, most in a year: low $7,150, typical $8,150, high $8,150 → $8,000", "money"),
        (["programs", "card", "rebate"], "yes", "Savings card, rebate: No → Yes", "money"),
        (["programs"], None, "Savings card: removed", "money"),
        (["payers", "commercial", "profiles", "high-deductible", "deductible"], "3000",
         "Commercial insurance, plans, High-deductible plan, deductible: $3,500 → $3,000", "money"),
        (["payers", "commercial", "profiles", "high-deductible", "benefits", "visit", "coinsurance"], "25",
         "Commercial insurance, plans, High-deductible plan, benefits, visit, coinsurance: 20% → 25%", "money"),
        (["texts", "notice"], "Only an estimate.", "texts, notice, in English: “Estimate only.” → “Only an estimate.”",
         "money"),
        (["sources", "survey", "url"], "https://example.org/new",
         "A survey, address: https://example.org/survey → https://example.org/new", "money"),
        (["sources", "another"], {"title": "Another", "kind": "assumption"}, "Another: new", "money"),
        (["payers", "commercial", "other_care"], None,
         "Commercial insurance, other care: removed", "money"),
    ],
)  # fmt: skip
def test_other_changes_say_what_and_from_what_to_what(path, value, words, file):
    assert words in told(path, value, f"national/{file}.yaml")


def test_a_new_charge_comes_with_its_prices():
    words = told(["charges", "room"], {"label": "A room", "self_pay": {"2026-01-01": "20", "2027-01-01": "25"}})
    assert words == [
        "A room: new",
        "A room, without insurance: $20 from January 1, 2026, with no price before",
        "A room, without insurance: $25 from January 1, 2027, with no price before",
    ]


def test_another_order_is_a_change():
    payers = plain(small_book()["national/money.yaml"])["payers"]
    assert told(["payers"], dict(reversed(payers.items())), "national/money.yaml") == ["payers: in another order"]


def test_many_figures_checked_on_one_day_are_one_change():
    (change,) = changes(SMALL, book(changed(["defaults", "checked"], "2026-03-01")))
    assert len(change.paths) > ALIKE
    assert in_words(change) == f"checked on: January 2, 2026 → March 1, 2026, for {len(change.paths)} figures"


# Nothing is left out


def test_a_book_does_not_differ_from_itself():
    assert changes(SMALL, book()) == []
    assert changes(SHIPPED.national.tables, SHIPPED.national.tables) == []


def altered(value, path, new):
    """A copy of a book with `new` at `path`."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, Table):
        return value.model_copy(update={key: altered(getattr(value, key), rest, new)})
    if isinstance(value, tuple):
        return tuple(altered(one, rest, new) if place == key else one for place, one in enumerate(value))
    key = next(one for one in value if str(one) == key)
    return MappingProxyType({one: altered(inner, rest, new) if one == key else inner for one, inner in value.items()})


def other(value):
    """A value that is not `value`, of its kind where that is possible."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return date(1999, 1, 1)
    if isinstance(value, Text):
        return Text(en=value.en, es=(value.es or "") + " más")
    if isinstance(value, str):
        return value + "x"
    return None if value else ("x",) if isinstance(value, tuple) else MappingProxyType({})


LEAVES = [
    (*path, name)
    for one in (SHIPPED.clinics["example-harbor"].tables,)
    for path, table in tables(one)
    for name in type(table).model_fields
    if getattr(table, name) is None or isinstance(getattr(table, name), bool | int | date | str | Text)
]
BOOK = SHIPPED.clinics["example-harbor"].tables


def at(value, path):
    for key in path:
        if isinstance(value, Table):
            value = getattr(value, key)
        elif isinstance(value, tuple):
            value = value[key]
        else:
            value = next(inner for one, inner in value.items() if str(one) == key)
    return value


@given(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=6, unique=True))
def test_every_difference_is_told_where_it_is(paths):
    """However many values differ: each is under the path of a change, every change has words in both languages."""
    after = BOOK
    for path in paths:
        before = at(BOOK, path)
        new = (Text(en="new") if path[-1] == "note" else "x") if before is None else other(before)
        if before is None and path[-1] in (*PRICE_COLUMNS, "profiles"):
            continue
        after = altered(after, path, new)
    found = changes(BOOK, after)
    assert bool(found) == (after != BOOK)
    said = [path for change in found for path in change.paths]
    for path in paths:
        if at(after, path) != at(BOOK, path):
            assert any(path[: len(one)] == one or one[: len(path)] == path for one in said), path
    for change in found:
        for language in ("en", "es"):
            assert not re.search(r"ABSENT|%\(|: None|→ None", in_words(change, language=language))
    assert len(changes(after, BOOK)) == len(found)


@given(st.data())
def test_every_entry_that_comes_or_goes_is_told(data):
    section = data.draw(st.sampled_from([name for name in SECTIONS if getattr(BOOK, name)]))
    id_ = data.draw(st.sampled_from(sorted(getattr(BOOK, section))))
    rest = MappingProxyType({key: one for key, one in getattr(BOOK, section).items() if key != id_})
    less = BOOK.model_copy(update={section: rest})
    assert [(one.kind, one.path) for one in changes(BOOK, less)] == [("gone", (section, id_))]
    assert (changes(less, BOOK)[0].kind, changes(less, BOOK)[0].path) == ("new", (section, id_))


def test_two_shipped_books_are_told_apart_price_by_price():
    before, after = SHIPPED.national.tables, BOOK
    said = {change.path for change in changes(before, after) if change.kind == "price"}
    for id_, charge in after.charges.items():
        for column in PRICE_COLUMNS:
            old = (before.charges[id_].prices(column) if id_ in before.charges else None) or {}
            for start, price in (charge.prices(column) or {}).items():
                differs = start not in old or old[start].range != price.range
                assert (("charges", id_, column, str(start)) in said) == differs
    assert any(isinstance(one, Price) for _, one in tables(after))


# Words


def test_every_sentence_is_in_the_catalogue():
    """The words of this room pass through gettext, so `make messages` has to find them."""
    known = {str(message.id) for message in messages(extracted())}
    for words in (COLUMN_WORDS, key_words.KEY_WORDS, key_words.VALUE_WORDS):
        assert set(words.values()) <= known
    assert {"%(what)s: %(change)s from %(day)s", "price from %(day)s", "package of %(sessions)s"} <= known


def test_every_column_has_words():
    assert set(COLUMN_WORDS) == set(PRICE_COLUMNS)
