"""
Who pays what for given claims: published examples of real plans, worked examples, one file per rule of the ledger.

Every file of ``tests/conformance/`` is a test. Anybody can check one with a pencil; ``tests/support/plain_ledger.py``
says which rule decides what.
"""

import contextlib
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from support import given_claims, plain_ledger
from support.pages import Visitor

from estimator.commands.adjudicate import document
from estimator.core.adjudicate import adjudicate
from estimator.prices.reading_claims import read_claims
from estimator.web.patient.pages import PUBLISHED_EXAMPLES, REPRODUCED_EXAMPLES

FOLDER = Path(__file__).parent / "conformance"
FILES = sorted([*FOLDER.glob("rules/*.yaml"), *FOLDER.glob("examples/*.yaml")])
EXPECTATIONS = {"says", "source", "rule", "totals", "after_session", "program_after_session"}


def by_the_command(given):
    """What ``estimator adjudicate --json`` prints for the same, written to a file."""
    file, problems = read_claims(given_claims.as_yaml(given).encode(), "claims.yaml")
    assert not problems, problems
    found = document(adjudicate(file.plan, file.claims))
    for row in found["rows"]:
        row["date"] = date.fromisoformat(row["date"])
    return found


ADJUDICATORS = [plain_ledger.adjudicate, by_the_command]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
@pytest.mark.parametrize("who_pays", ADJUDICATORS, ids=["plain", "core"])
def test_every_claim_comes_out_as_the_file_says(path, who_pays):
    expected = given_claims.read(path)
    found = who_pays({"plan": expected.pop("plan"), "claims": expected.pop("claims")})
    rows, totals = found["rows"], found["totals"]
    for name in set(expected) - EXPECTATIONS:
        assert [row[name] for row in rows] == expected[name], name
    for period, parts in expected.get("totals", {}).items():
        assert {name: totals[period][name] for name in parts} == parts, period
    days = sorted({row["date"] for row in rows})
    for name, column in (("after_session", "you_pay"), ("program_after_session", "program_pays")):
        for session, amount in expected.get(name, {}).items():
            until = days[int(session) - 1]
            assert sum(row[column] for row in rows if row["date"] <= until) == amount, session
    assert_adds_up(found)


def assert_adds_up(found):
    """Every cent lands with someone, and the totals are those of the rows."""
    for row in found["rows"]:
        assert row["billed"] == row["plan_pays"] + row["program_pays"] + row["you_pay"]
        assert min(row["plan_pays"], row["program_pays"], row["you_pay"]) >= 0
    everything = found["totals"]["all"]
    for name in ("billed", "plan_pays", "program_pays", "you_pay", "not_allowed"):
        assert everything[name] == sum(row[name] for row in found["rows"])
    shares = everything["deductible"] + everything["copay"] + everything["coinsurance"]
    assert shares == sum(row["share"] for row in found["rows"])
    beside = everything["not_allowed"] + everything["not_covered"]
    assert shares + beside == everything["you_pay"] + everything["program_pays"]
    for name, amount in everything.items():
        assert amount == sum(parts[name] for period, parts in found["totals"].items() if period != "all")


def test_every_rule_has_its_files():
    assert {path.stem[0] for path in FOLDER.glob("rules/*.yaml")} == set("01234567")


# What real plans publish in their Summary of Benefits and Coverage

SCENARIOS = yaml.safe_load((FOLDER / "sbc" / "scenarios.yaml").read_text(encoding="utf-8"))["editions"]
PLANS = yaml.safe_load((FOLDER / "sbc" / "plans.yaml").read_text(encoding="utf-8"))["plans"]
PUBLISHED = [(plan, name) for plan in PLANS for name, one in plan["expected"].items() if one.get("checked")]
DRUGS = {"generic_drug"}


@pytest.mark.parametrize(("plan", "name"), PUBLISHED, ids=[f"{plan['id']}-{name}" for plan, name in PUBLISHED])
@pytest.mark.parametrize("who_pays", ADJUDICATORS, ids=["plain", "core"])
def test_published_examples_of_real_plans_are_reproduced(plan, name, who_pays):
    assert_reproduced(plan, name, who_pays)


def assert_reproduced(plan, name, who_pays):
    """The printed amounts, as their issuers round them; where the exact ones were worked out, those to the cent."""
    printed = plan["expected"][name]
    totals = who_pays(given_by(plan, printed.get("lines", name)))["totals"]["all"]
    limit = plan["oop_limit"]
    for part in printed["checked"]:
        if part == "total_is_oop_limit":
            assert totals["you_pay"] == limit * 100
            continue
        met = part == "deductible" and printed[part] == plan["deductible"]
        exactly = met or "amounts not rounded by the issuer" in plan["rules"]
        assert totals[part] == printed[part] * 100 if exactly else rounded(totals[part]) == printed[part], part
        if "unrounded" in printed:
            assert totals[part] == round(printed["unrounded"][part] * 100), part


def test_all_published_examples_are_judged():
    assert len(PLANS) == 41
    assert len(PUBLISHED) == PUBLISHED_EXAMPLES
    assert sum(len(plan["expected"][name]["checked"]) for plan, name in PUBLISHED) == 120


def test_the_method_page_says_how_many_of_them_come_out_as_published():
    """The numbers on the page are those of this run, in both languages."""
    right = 0
    for plan, name in PUBLISHED:
        with contextlib.suppress(AssertionError):
            assert_reproduced(plan, name, by_the_command)
            right += 1
    assert (right, len(PUBLISHED)) == (REPRODUCED_EXAMPLES, PUBLISHED_EXAMPLES)
    visitor = Visitor()
    assert f"It reproduces {right} of {len(PUBLISHED)}." in visitor.get("/method").text
    assert f"Reproduce {right} de {len(PUBLISHED)}." in visitor.get("/method?lang=es").text


def given_by(plan, lines):
    """The claims of one example under a plan's terms, a day apart so that each is a visit of its own."""
    lines = SCENARIOS[plan["edition"]][lines]["lines"]
    claims = []
    for line in lines:
        cents, visits = line["allowed"] * 100, line.get("visits") or 1
        assert cents % visits == 0
        for _ in range(visits):
            day = date(2026, 1, 1) + timedelta(days=len(claims))
            claims.append({"date": day, "benefit": line["category"], "allowed": cents // visits})
    terms = {
        "as_of": date(2026, 1, 1),
        "deductible": plan["deductible"] * 100,
        "drug_deductible": dollars(plan.get("drug_deductible")),
        "out_of_pocket_maximum": dollars(plan["oop_limit"]),
        "benefits": {line["category"]: benefit(plan["terms"], line["category"]) for line in lines},
    }
    return {"plan": terms, "claims": claims}


def benefit(terms, category):
    """A category's terms as the plan's own or its default ones."""
    one = terms.get(category, terms["default"])
    made = {"deductible": one["deductible"]}
    if one["deductible"] and category in DRUGS:
        made["deductible"] = "drug"
    if "copay" in one:
        return {**made, "copay": one["copay"] * 100}
    return {**made, "coinsurance": round(one.get("coinsurance", 0) * 10_000)}


def dollars(amount):
    return None if amount is None else amount * 100


def rounded(cents):
    """Dollars as issuers print them: 100 or more to the nearest hundred, below to the nearest ten, halves up."""
    step = 100_00 if cents >= 100_00 else 10_00
    return (cents + step // 2) // step * step // 100
