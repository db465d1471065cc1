"""The rules about what tables say: each is tried by a table that breaks it, and by books that do not."""

from datetime import date

import pytest
from support.tables_for_tests import BAD_TABLES, changed

from estimator.prices import alerts, checks
from estimator.prices.alerts import ALERTS
from estimator.prices.checks import BOOK_CHECKS, CHECKS, OWN_CHECKS
from estimator.prices.reading import read_files
from estimator.prices.schema.wording import UNKNOWNS

TODAY = date(2026, 3, 1)


def told(files, today=TODAY):
    return [(problem.where, problem.says) for problem in read_files(files, today).problems]


def price(low, typical=None, high=None, **others):
    numbers = {"low": low, "typical": typical or low, "high": high or low}
    return {**{key: str(number) for key, number in numbers.items()}, **others}


@pytest.mark.parametrize("check", [*CHECKS, *ALERTS], ids=lambda check: check.__name__)
def test_every_rule_is_tried_by_a_table_that_breaks_it(check):
    name = check.__name__.replace("_", "-")
    assert name in {path.stem.partition("--")[0] for path in BAD_TABLES}


@pytest.mark.parametrize(("module", "listed"), [(checks, CHECKS), (alerts, ALERTS)])
def test_no_rule_is_written_and_never_applied(module, listed):
    written = {
        function
        for name, function in vars(module).items()
        if callable(function) and getattr(function, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert written == set(listed)
    assert len(OWN_CHECKS) + len(BOOK_CHECKS) == len(CHECKS)


def test_no_rule_finds_fault_with_the_small_book():
    assert told(changed(["defaults", "confidence"], "high")) == []


@pytest.mark.parametrize("name", UNKNOWNS)
def test_every_core_unknown_is_needed(name):
    files = changed(["unknowns", name], None, "national/money.yaml")
    assert told(files) == [(f"unknowns.{name}", f"the question about '{name}' is missing")]


@pytest.mark.parametrize("section", ["texts", "sources", "treatments", "charges", "payers", "unknowns"])
def test_every_section_is_needed(section):
    file = "national/care.yaml" if section in ("treatments", "charges") else "national/money.yaml"
    reading = read_files(changed([section], None, file))
    assert reading.books is None
    assert (section, f"no file has any {section}") in [(problem.where, problem.says) for problem in reading.problems]


def test_a_book_without_programs_is_a_book():
    assert told(changed(["programs"], None, "national/money.yaml")) == []


# Prices and questions


def test_a_known_price_needs_no_question():
    files = changed(["charges", "therapy", "self_pay"], {"2026-01-01": "150", "2027-01-01": "160"})
    assert told(files) == []


def test_a_price_that_moves_with_another_is_asked_there():
    where = [where for where, _ in told(changed(["charges", "spray-84", "price_question"], None))]
    assert where == ["charges.spray-56.price_question", "charges.spray-84.price_question"]


def test_what_is_included_elsewhere_has_no_price_to_ask_for():
    files = changed(["charges", "spray-84", "included_in"], "observation")
    assert told(files) == []


@pytest.mark.parametrize("prices", [{"2026-01-01": "300"}, {"2026-01-01": "300", "2027-01-01": "310"}])
def test_a_package_needs_one_price_per_start_date(prices):
    assert told(changed(["charges", "therapy", "self_pay"], prices)) == []


def test_a_package_without_a_single_price_is_told():
    (finding,) = told(changed(["charges", "therapy", "self_pay"], None))
    assert "exact self_pay price" in finding[1]


# Charges that exclude one another


def together(first, second, **treatment):
    """What is told when these two lines stand in every Spravato session, of two charges that exclude each other."""
    lines = [{"charge": "observation", **first}, {"charge": "therapy", **second}]
    files = changed(["treatments", "spravato", "each_session"], lines)
    return [says for _, says in told(files)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"payers": ["none"]}, {"not_payers": ["none"]}),
        ({"phase": "induction"}, {"phase": "maintenance"}),
        ({"only": "first"}, {"only": "later"}),
        ({"only": "first"}, {"phase": "maintenance"}),
        ({"payers": ["none"]}, {"payers": ["commercial"]}),
    ],
)
def test_lines_that_never_meet_may_exclude_each_other(first, second):
    assert together(first, second) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"phase": "induction"}, {"only": "first"}),
        ({"phase": "induction"}, {"only": "later"}),
        ({"payers": ["none", "commercial"]}, {"payers": ["commercial"]}),
        ({"not_payers": ["none"]}, {"phase": "maintenance"}),
    ],
)
def test_lines_that_meet_once_must_not_exclude_each_other(first, second):
    (says,) = together(first, second)
    assert "'observation' and 'therapy' exclude each other" in says


def test_charges_of_different_visits_may_exclude_each_other():
    lines = [{"charge": "observation"}]
    assert told(changed(["treatments", "iv", "before"], lines)) == []
    files = changed(["treatments", "iv", "before"], [*lines, {"charge": "therapy", "days_before": "3"}])
    assert told(files) == []
    files = changed(["treatments", "iv", "before"], [*lines, {"charge": "therapy"}])
    assert len(told(files)) == 1


def test_a_therapist_in_the_room_is_billed_in_the_session():
    (finding,) = told(changed(["treatments", "spravato", "therapist_present"], "therapy"))
    assert finding[0] == "treatments.spravato.therapist_present"


def test_follow_ups_after_every_second_and_every_third_session_meet():
    lines = [{"charge": "observation", "after": "2"}, {"charge": "therapy", "after": "3"}]
    assert len(told(changed(["treatments", "iv", "follow_ups"], lines))) == 1


# Alerts


def checked(day):
    return changed(["charges", "observation", "self_pay"], {"2026-01-01": {"price": "250", "checked": day}})


@pytest.mark.parametrize(
    ("day", "alerts"), [("2025-03-01", 0), ("2025-02-28", 1), ("2026-03-01", 0), ("2026-03-02", 1)]
)
def test_twelve_months_and_today_are_the_limits_of_a_check(day, alerts):
    reading = read_files(checked(day), TODAY)
    assert not reading.errors
    assert len(reading.alerts) == alerts
    assert all(problem.alert for problem in reading.alerts)
    assert reading.books is not None


def test_a_check_on_a_leap_day_is_fresh_for_a_year():
    said = [says for _, says in told(checked("2024-02-29"), date(2025, 3, 1))]
    assert any("2024-02-29" in one for one in said)
    said = [says for _, says in told(checked("2024-02-29"), date(2025, 2, 28))]
    assert not any("2024-02-29" in one for one in said)


def test_without_a_day_nothing_is_out_of_date():
    assert told(checked("1999-01-01"), today=None) == []


def test_a_stale_default_is_told_once():
    files = changed(["defaults", "checked"], "2024-01-01")
    assert told(files) == [("defaults.checked", "last checked on 2024-01-01, more than 12 months ago")]


@pytest.mark.parametrize(("then", "alerts"), [("150", 0), ("151", 1), ("50", 0), ("49", 1)])
def test_a_price_may_change_by_half(then, alerts):
    files = changed(["charges", "observation", "self_pay"], {"2027-01-01": then, "2026-01-01": "100"})
    assert len(told(files)) == alerts


def test_a_range_that_begins_at_nothing_is_no_free_price():
    assert told(changed(["charges", "spray-84", "self_pay"], {"2026-01-01": price("0", "500", "900")})) == []


def test_free_is_fine_where_another_charge_includes_it():
    free = {"2026-01-01": "0"}
    (finding,) = told(changed(["charges", "observation", "self_pay"], free))
    assert "really free" in finding[1]


def test_a_package_is_compared_with_everything_it_covers_at_the_price_of_the_day():
    packages = [{"sessions": "10", "price": "1600"}]
    assert len(told(changed(["charges", "therapy", "packages"], packages))) == 1
    with_evaluation = [{**packages[0], "also_covers": ["observation"]}]
    assert told(changed(["charges", "therapy", "packages"], with_evaluation)) == []
    dearer_soon = changed(["charges", "therapy", "self_pay"], {"2026-01-01": "130", "2026-06-01": "140"})
    assert len(told(dearer_soon, date(2026, 3, 1))) == 1
    assert [says for _, says in told(dearer_soon, date(2026, 7, 1))] == []
