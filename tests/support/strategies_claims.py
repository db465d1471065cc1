"""
Hypothesis strategies for given claims: always valid files, as `given_claims` reads them.

They begin at `plan` and `claims`; amounts are cents. With `simple`, nothing but what one network, one counter of each
kind and a copay per line can settle.
"""

from datetime import date, timedelta

from hypothesis import strategies as st

FIRST = date(2026, 1, 1)
CLASSES = ("drug", "procedure", "visit", "therapy")


def amounts(most=2_000_00):
    """Anything, and often what makes counters meet exactly."""
    return st.sampled_from([0, 1, 10_00, 45_00, 100_00, 500_00]) | st.integers(0, most)


def rates():
    return st.sampled_from([0, 1, 10_00, 12_50, 20_00, 50_00, 100_00]) | st.integers(0, 100_00)


def wholes_and_rests(most):
    """An amount or None for no limit, and what is left of it or None for all."""
    return (st.none() | amounts(most)).flatmap(
        lambda whole: st.tuples(st.just(whole), st.none() if whole is None else st.none() | st.integers(0, whole))
    )


@st.composite
def benefits(draw, simple=False):
    benefit = {"deductible": draw(st.sampled_from([True, False] if simple else [True, False, "drug"]))}
    if draw(st.booleans()):
        benefit["copay"] = draw(amounts(100_00))
    else:
        benefit["coinsurance"] = draw(rates())
    if not simple and not draw(st.integers(0, 3)):
        benefit["first_visits"] = {"number": draw(st.integers(1, 3)), "copay": draw(amounts(60_00))}
    return benefit


@st.composite
def terms(draw, simple=False):
    """One plan without balances."""
    made = {
        "plan_year_start": draw(st.integers(1, 12)),
        "deductible": draw(amounts(3_000_00)),
        "out_of_pocket_maximum": draw(st.none() | amounts(6_000_00)),
        "accumulator": draw(st.sampled_from(["yes", "no"] if simple else ["yes", "no", "maximizer"])),
        "benefits": {name: draw(benefits(simple)) for name in CLASSES},
    }
    if not simple:
        made["drug_deductible"] = draw(st.none() | amounts(800_00))
        made["out_of_network"] = draw(st.none() | out_of_network_terms())
    return made


@st.composite
def out_of_network_terms(draw):
    maximum, left = draw(wholes_and_rests(8_000_00))
    deductible = draw(amounts(3_000_00))
    return {
        "deductible": deductible,
        "deductible_remaining": draw(st.none() | st.integers(0, deductible)),
        "coinsurance": draw(rates()),
        "out_of_pocket_maximum": maximum,
        "out_of_pocket_remaining": left,
    }


@st.composite
def programs(draw, simple=False):
    annual, left = draw(wholes_and_rests(3_000_00))
    return {
        "patient_pays": draw(amounts(50_00)),
        "per_treatment_max": draw(st.none() | amounts(600_00)),
        "annual_max": annual,
        "annual_remaining": None if simple else left,
        "rebate": draw(st.booleans()),
    }


@st.composite
def plans(draw, simple=False, savings=True):
    """A plan, the balances of a day, programs, and often a change of plan."""
    plan = draw(terms(simple))
    plan["as_of"] = draw(st.dates(FIRST, FIRST + timedelta(days=200)))
    balances = [("deductible", "deductible_remaining"), ("out_of_pocket_maximum", "out_of_pocket_remaining")]
    if not simple:
        balances.append(("drug_deductible", "drug_deductible_remaining"))
    for whole, rest in balances:
        if plan[whole] is not None and draw(st.booleans()):
            plan[rest] = draw(st.integers(0, plan[whole]))
    if savings:
        plan["programs"] = {name: draw(programs(simple)) for name in ("card", "rebate")}
    if not simple:
        for counter, most in (("family_deductible_remaining", 4_000_00), ("family_out_of_pocket_remaining", 8_000_00)):
            plan[counter] = draw(st.none() | amounts(most))
        if not draw(st.integers(0, 3)):
            plan["new_plan_from"] = plan["as_of"] + timedelta(days=draw(st.integers(1, 500)))
            if draw(st.booleans()):
                plan["new_plan"] = draw(terms())
    return plan


@st.composite
def claims(draw, plan, simple=False):
    """One claim that the plan can adjudicate."""
    claim = {
        "date": plan["as_of"] + timedelta(days=draw(st.integers(0, 12) | st.integers(0, 600))),
        "benefit": draw(st.sampled_from(CLASSES)),
        "allowed": draw(amounts()),
    }
    if not draw(st.integers(0, 4)):
        claim["covered"] = False
    if draw(st.booleans()):
        claim["charge"] = draw(amounts(3_000_00))
    if plan.get("programs") and draw(st.booleans()):
        claim["program"] = draw(st.sampled_from(["card", "rebate"]))
    if simple:
        return claim
    if not draw(st.integers(0, 3)):
        claim["network"] = "out"
    joins = draw(st.sampled_from([None, None, "visit", "fill"]))
    if joins:
        claim[joins] = draw(st.sampled_from(["first", "second"]))
    return claim


@st.composite
def claims_files(draw, simple=False, savings=True):
    """``{"plan": …, "claims": […]}``. In a simple one no two claims of a class share a day."""
    plan = draw(plans(simple, savings))
    drawn = draw(st.lists(claims(plan, simple), max_size=14))
    if simple:
        drawn = list({(claim["date"], claim["benefit"]): claim for claim in drawn}.values())
    return {"plan": plan, "claims": drawn}
