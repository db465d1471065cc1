"""The reference patients we ship: they can all be estimated, and they differ from each other."""

from datetime import date
from pathlib import Path

import pytest

from estimator.core.answers import NAMES, read_answers, unknown_names
from estimator.core.estimate import estimate
from estimator.core.price_change_effects import effects, largest_move, outcome_of
from estimator.core.reference_patients import made_for
from estimator.prices.book import NATIONAL
from estimator.prices.editing.splicing import TypedPrice, set_price
from estimator.prices.reading import read_books, read_files

PRICING = Path(__file__).parent.parent / "pricing"
BOOKS = read_books(PRICING).books
DAYS = (date(2026, 11, 22), date(2027, 6, 30))


def patients():
    for id_ in (NATIONAL, *BOOKS.clinics):
        book = BOOKS.get(id_)
        yield from (pytest.param(book, patient, id=f"{id_}-{name}")
                    for name, patient in book.tables.reference_patients.items())  # fmt: skip


@pytest.mark.parametrize(("book", "patient"), list(patients()))
def test_every_answer_is_read_and_none_is_passed_over(book, patient):
    """An answer that does not apply would be ignored in silence: everything written has to come back."""
    assert unknown_names(patient.answers, book) == ()
    answers = read_answers(patient.answers, book, DAYS[0])
    assert dict(answers.query()).items() >= patient.answers.items()


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize(("book", "patient"), list(patients()))
def test_everybody_can_be_estimated_with_every_price_known(book, patient, day):
    outcome, problems = outcome_of(patient, book, day)
    assert problems == ()
    assert outcome.missing == ()
    assert outcome.you_pay.typical > 0


def test_they_cover_every_treatment_and_the_ways_to_pay():
    answers = [dict(one.answers) for one in BOOKS.national.tables.reference_patients.values()]
    assert 8 <= len(answers) <= 10
    assert {one["treatment"] for one in answers} == set(BOOKS.national.tables.treatments)
    assert {"none", "commercial", "medicare"} <= {one["insurance"] for one in answers}
    assert {"none", "in_person", "virtual"} == {one["psychotherapy"] for one in answers}
    assert any(one.get("deductible_remaining") == "0" for one in answers)
    assert any(one.get("authorization") == "denied" for one in answers)
    assert all(set(one) <= set(NAMES) for one in answers)


def test_everybody_is_described_in_both_languages_and_nobody_twice():
    found = list(BOOKS.national.tables.reference_patients.values())
    assert all(one.label.es and one.label.es != one.label.en for one in found)
    assert (
        len({one.label.en for one in found}) == len({tuple(sorted(one.answers.items())) for one in found}) == len(found)
    )


def test_those_with_boosters_are_billed_boosters():
    patient = BOOKS.national.tables.reference_patients["iv_with_boosters"]
    found = estimate(read_answers(patient.answers, BOOKS.national, DAYS[0]), BOOKS.national)
    assert "infusion_booster" in [item.charge for item in found.items]


def test_a_clinic_has_only_those_whose_treatment_it_offers():
    clinic = BOOKS.clinics["example-harbor"].tables
    treatments = {one.answers["treatment"] for one in clinic.reference_patients.values()}
    assert treatments == set(clinic.treatments)


def test_the_office_managers_tuesday():
    """A new price of a single infusion moves the clinic's own patient; the others buy a package."""
    name = "clinics/example-harbor.yaml"
    files = {str(path.relative_to(PRICING)): path.read_bytes() for path in PRICING.glob("*/*.yaml")}
    later = date(2027, 1, 1)
    files[name] = set_price(files[name], "infusion", "self_pay", later, TypedPrice.exactly(480_00))
    after = read_files(files).books.clinics["example-harbor"]
    found = effects(BOOKS.clinics["example-harbor"], after, later)
    assert [effect.id for effect in found if effect.moves] == ["iv_four"]
    assert (found[0].id, found[0].difference) == ("iv_four", 4 * 40_00)


def harbor_with(old: bytes, new: bytes):
    """The shipped clinic with one thing changed in its file."""
    name = "clinics/example-harbor.yaml"
    files = {str(path.relative_to(PRICING)): path.read_bytes() for path in PRICING.glob("*/*.yaml")}
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    return read_files(files).books.clinics["example-harbor"]


def test_a_clinic_has_patients_of_its_own_for_everything_it_sells():
    """With and without each package, insured and not, with each discount; nobody twice, all can be estimated."""
    discount = b"adds:\n", b"discounts:\n  veterans: {label: Veterans, percent: 15}\nadds:\n"
    book = harbor_with(*discount)
    made = made_for(book.tables)
    assert made_for(BOOKS.national.tables) == {}
    asked = [dict(one.answers) for one in made.values()]
    assert {one["treatment"] for one in asked} == set(book.tables.treatments)
    assert {one["insurance"] for one in asked} == {"none", "commercial"}
    assert [one for one in asked if one.get("discount") == "veterans" and one["treatment"] == "iv"]
    said = [dict(one.answers) for one in book.tables.reference_patients.values()]
    assert not [one for one in asked if one in said]
    for patient in made.values():
        outcome, problems = outcome_of(patient, book, DAYS[0])
        assert problems == ()
        assert outcome.missing == ()
        assert patient.label.es != patient.label.en


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2026-01-01: 420", b"2026-01-01: 840"),
        (b"        price: 2200", b"        price: 1100"),
        (b"    insured_patient:\n      2026-01-01: 250", b"    insured_patient:\n      2026-01-01: 90"),
    ],
    ids=["one infusion", "the package", "with insurance"],
)
def test_no_price_moves_unseen(old, new):
    """Each of these moved nobody while every patient bought the package, or had no insurance."""
    before, after = BOOKS.clinics["example-harbor"], harbor_with(old, new)
    found = effects(before, after, DAYS[0], made_for(after.tables))
    assert largest_move(found) >= 2000
