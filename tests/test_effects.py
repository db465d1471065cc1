"""What a change of prices does to the reference patients: exact, complete, and sorted by who feels it most."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies_yaml import plain, small_book
from support.tables_for_tests import changed

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.core.price_change_effects import MOST_MOVE, Effect, Outcome, effects, largest_move
from estimator.core.results import YouPay
from estimator.prices.reading import read_files
from estimator.prices.schema.basics import Text

DAY = date(2026, 3, 1)

IV = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none"}
SPRAVATO = {"treatment": "spravato", "insurance": "commercial", "sessions": "12", "psychotherapy": "none"}
PATIENTS = {
    "iv": {"label": "Six infusions", "answers": IV},
    "spravato": {"label": "Twelve sprays", "answers": SPRAVATO},
}


def books(files=None, patients=PATIENTS):
    files = dict(files or small_book())
    files["national/patients.yaml"] = json.dumps({"reference_patients": patients}).encode()
    reading = read_files(files)
    assert not reading.errors, [str(problem) for problem in reading.errors]
    return reading.books


BEFORE = books().national


def dearer(price="600"):
    return changed(["charges", "infusion", "self_pay"], {"2026-01-01": price})


def test_a_dearer_infusion_moves_those_who_pay_for_infusions():
    first, second = effects(BEFORE, books(dearer("600.50")).national, DAY)
    assert (first.id, second.id) == ("iv", "spravato")
    assert first.label.en == "Six infusions"
    assert dict(first.answers) == IV
    assert first.before.you_pay.typical == 6 * 500_00 + 200_00 + 200_00
    assert (first.difference, first.basis_points) == (6 * 100_50, 1774)
    assert (second.difference, second.basis_points, second.moves) == (0, 0, False)
    assert largest_move([first, second]) == 1774


@given(st.integers(0, 2_000_00), st.sampled_from(sorted(PATIENTS)))
def test_before_and_after_are_what_the_estimates_say(cents, id_):
    after = books(dearer(f"{cents / 100:.2f}")).national
    found = next(effect for effect in effects(BEFORE, after, DAY) if effect.id == id_)
    for book, outcome in ((BEFORE, found.before), (after, found.after)):
        expected = estimate(read_answers(PATIENTS[id_]["answers"], book, DAY), book)
        assert outcome == Outcome(expected.you_pay, expected.missing)
    back = next(effect for effect in effects(after, BEFORE, DAY) if effect.id == id_)
    assert (back.before, back.after, back.difference) == (found.after, found.before, -found.difference)


def test_the_same_prices_move_nobody():
    found = effects(BEFORE, books().national, DAY)
    assert [effect.moves for effect in found] == [False, False]
    assert largest_move(found) == 0


def test_a_change_of_the_ends_alone_is_a_move_of_no_size():
    wider = {"low": "375", "typical": "500", "high": "900"}
    (first, *_) = effects(
        BEFORE, books(changed(["charges", "infusion", "self_pay"], {"2026-01-01": wider})).national, DAY
    )
    assert (first.moves, first.basis_points) == (True, 0)


def test_the_day_decides_which_prices_hold():
    files = changed(["charges", "infusion", "self_pay"], {"2026-01-01": "500", "2027-01-01": "700"})
    after = books(files).national
    assert largest_move(effects(BEFORE, after, DAY)) == 0
    assert largest_move(effects(BEFORE, after, date(2027, 1, 1))) > 0


def test_a_price_that_is_gone_makes_the_amount_a_floor():
    found = effects(BEFORE, books(changed(["charges", "infusion", "self_pay"], None)).national, DAY)
    assert found[0].id == "iv"
    assert (found[0].before.missing, found[0].after.missing) == ((), ("infusion",))


def test_a_clinic_that_stops_a_treatment_drops_nobody():
    """Who cannot be estimated any more is listed last, with the reason."""
    files = small_book()
    text = (
        files["clinics/riverbend.yaml"].partition(b"adds:")[0].replace(b"  state: NO", b"  state: NO\n  offers: [iv]")
    )
    after = books(files | {"clinics/riverbend.yaml": text})
    assert list(after.clinics["riverbend"].tables.reference_patients) == ["iv"]
    found = effects(books().clinics["riverbend"], after.clinics["riverbend"], DAY)
    assert [effect.id for effect in found] == ["iv", "spravato"]
    assert (found[1].after, found[1].difference, found[1].basis_points) == (None, None, None)
    assert [(problem.field, problem.message) for problem in found[1].not_after] == [("treatment", "choose one of iv")]
    assert found[1].not_before == ()
    back = effects(after.clinics["riverbend"], books().clinics["riverbend"], DAY)[1]
    assert (back.before, back.not_before) == (None, found[1].not_after)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({**IV, "sessions": "many"}, "sessions"),
        ({"treatment": "iv", "insurance": "none"}, "sessions"),
        ({**IV, "sesions": "6"}, "sesions"),
        ({**SPRAVATO, "deductible": "-5"}, "deductible"),
    ],
)
def test_answers_that_cannot_be_read_are_told(answers, field):
    patients = {"odd": {"label": "Odd", "answers": answers}}
    (found,) = effects(books(patients=patients).national, books(patients=patients).national, DAY)
    assert (found.before, found.after) == (None, None)
    assert field in [problem.field for problem in found.not_after]
    assert all(problem.message for problem in found.not_after)
    assert largest_move([found]) == 0


def test_patients_of_one_book_only_are_estimated_with_both():
    only_iv, only_spravato = ({id_: PATIENTS[id_]} for id_ in ("iv", "spravato"))
    found = effects(books(patients=only_iv).national, books(patients=only_spravato).national, DAY)
    assert {effect.id for effect in found} == {"iv", "spravato"}
    assert all(effect.before and effect.after for effect in found)


def test_where_both_have_a_patient_the_answers_afterwards_count():
    longer = {"iv": {"label": "Eight infusions", "answers": {**IV, "sessions": "8"}}}
    (found,) = effects(books(patients={"iv": PATIENTS["iv"]}).national, books(patients=longer).national, DAY)
    assert (found.label.en, found.difference) == ("Eight infusions", 0)


def test_a_clinic_replaces_a_national_patient_and_adds_its_own():
    own = {
        "iv": {"label": "Our six", "answers": {**IV, "sessions": "4"}},
        "ours": {"label": "Ours", "answers": IV},
    }
    files = small_book()
    text = files["clinics/riverbend.yaml"] + b"reference_patients: " + json.dumps(own).encode() + b"\n"
    patients = books(files | {"clinics/riverbend.yaml": text}).clinics["riverbend"].tables.reference_patients
    assert {id_: patient.label.en for id_, patient in patients.items()} == {
        "iv": "Our six",
        "spravato": "Twelve sprays",
        "ours": "Ours",
    }


def outcome(typical):
    return Outcome(YouPay(typical, typical, typical, (typical, typical)), ())


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        (100, 110, 1000),
        (100, 90, -1000),
        (300, 301, 33),
        (300, 299, -33),
        (0, 0, 0),
        (0, 1, MOST_MOVE),
        (7, 0, -10_000),
    ],
)
def test_moves_are_in_basis_points_of_what_was_paid_before(before, after, points):
    effect = Effect("a", Text(en="A"), (), outcome(before), outcome(after))
    assert effect.basis_points == points
    assert largest_move([effect]) == abs(points)


def test_nobody_moves_where_there_is_nobody():
    assert effects(books(patients={}).national, books(patients={}).national, DAY) == []
    assert plain(small_book()["national/care.yaml"]).get("reference_patients") is None
