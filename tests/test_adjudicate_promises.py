"""The promises of the ledger for any plan and any claims, and that the core keeps to the plain ledger cent by cent."""

import itertools
from copy import deepcopy
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from support import given_claims, plain_ledger
from support.strategies_claims import CLASSES, amounts, claims_files
from test_conformance import assert_adds_up, by_the_command

SIMPLE = False
"""Whether the core is held to files that its ledger can settle today (see `NOT_YET`), or to all."""


@given(claims_files(simple=SIMPLE))
def test_the_core_agrees_with_the_plain_ledger_cent_by_cent(file):
    assert by_the_command(file) == plain_ledger.adjudicate(file)


@given(claims_files())
def test_a_file_says_what_was_meant(file):
    """What the tests write is what they read; so a pencil example means the same to both ledgers."""
    text = given_claims.as_yaml(file)
    assert given_claims.parsed(text) == file


@given(claims_files())
def test_every_cent_lands_with_someone_and_everything_adds_up(file):
    assert_adds_up(plain_ledger.adjudicate(file))


@given(claims_files())
def test_counters_never_fall_below_nothing_and_never_rise_within_a_year(file):
    for rows in by_counter(file):
        for before, after in itertools.pairwise(rows):
            for left in ("deductible_left", "out_of_pocket_left"):
                if before[left] is not None:
                    assert 0 <= after[left] <= before[left]


def by_counter(file):
    """Rows of one plan year that draw on the same counters: a class in network, or everything out of network."""
    found = plain_ledger.adjudicate(file)
    claims = sorted(file["claims"], key=lambda claim: claim["date"])
    years, groups = sorted(date.fromisoformat(year) for year in found["totals"] if year != "all"), {}
    for claim, row in zip(claims, found["rows"], strict=True):
        year = max(year for year in years if year <= max(claim["date"], years[0]))
        maximized = row["program"] and file["plan"]["accumulator"] == "maximizer"
        if row["covered"] and not maximized:
            outside = claim.get("network") == "out"
            groups.setdefault((year, outside or claim["benefit"]), []).append(row)
    return groups.values()


@given(claims_files(savings=False))
def test_shares_of_a_year_stay_under_the_maximum(file):
    found = plain_ledger.adjudicate(file)
    plan = file["plan"]
    assume(plan.get("new_plan") is None)
    inside = plan["out_of_pocket_maximum"]
    outside = (plan["out_of_network"] or {}).get("out_of_pocket_maximum", 0)
    if inside is not None and outside is not None:
        for year, total in found["totals"].items():
            if year != "all":
                assert total["deductible"] + total["copay"] + total["coinsurance"] <= inside + outside


@given(claims_files())
def test_help_of_a_calendar_year_stays_under_the_programs_maximum(file):
    helped = {}
    for row in plain_ledger.adjudicate(file)["rows"]:
        key = (row["program"], row["date"].year)
        helped[key] = helped.get(key, 0) + row["program_pays"]
    for (name, _year), help_ in helped.items():
        annual = file["plan"]["programs"][name]["annual_max"] if name else 0
        assert annual is None or help_ <= annual


@given(claims_files(), st.data())
def test_balances_of_an_earlier_plan_year_are_full_balances_on_the_first_day_of_the_claims_year(file, data):
    """Whatever was left of last year's amounts, and whoever of the family had used them, has turned."""
    assume(file["claims"])
    plan = file["plan"]
    plan.pop("new_plan_from", None)
    for program in plan["programs"].values():
        program["annual_remaining"] = None
    first = min(claim["date"] for claim in file["claims"])
    month = plan["plan_year_start"]
    begins = date(first.year if first.month >= month else first.year - 1, month, 1)
    plan["as_of"] = begins - timedelta(days=data.draw(st.integers(1, 300)))
    full = deepcopy(file)
    full["plan"]["as_of"] = begins
    for terms in (full["plan"], full["plan"]["out_of_network"] or {}):
        for name in [name for name in terms if name.endswith("_remaining")]:
            del terms[name]
    assert plain_ledger.adjudicate(file) == plain_ledger.adjudicate(full)


@given(claims_files())
def test_a_plan_that_asks_nothing_costs_nothing_for_what_it_covers_in_network(file):
    assume(file["plan"]["accumulator"] != "maximizer")
    plan = file["plan"]
    plan |= {"deductible": 0, "deductible_remaining": 0, "drug_deductible": None, "drug_deductible_remaining": None}
    plan["benefits"] = {name: {"deductible": True, "coinsurance": 0} for name in CLASSES}
    plan["new_plan_from"] = plan["new_plan"] = None
    claims = sorted(file["claims"], key=lambda claim: claim["date"])
    for claim, row in zip(claims, plain_ledger.adjudicate(file)["rows"], strict=True):
        if claim.get("covered", True) and claim.get("network") != "out":
            assert row["you_pay"] == row["program_pays"] == 0


@given(claims_files(savings=False), amounts(), st.data())
def test_without_a_program_a_dearer_bill_never_costs_less(file, more, data):
    """Not so with a savings program: the estimate model tells why."""
    assume(file["claims"])
    dearer = deepcopy(file)
    claim = data.draw(st.sampled_from(dearer["claims"]))
    outside = claim.get("network") == "out" or not claim.get("covered", True)
    name = "charge" if outside and "charge" in claim else "allowed"
    assume(not outside or name == "charge")
    claim[name] += more
    before, after = (plain_ledger.adjudicate(one)["totals"]["all"]["you_pay"] for one in (file, dearer))
    assert after >= before
