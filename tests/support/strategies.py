"""Hypothesis strategies for the core: always valid answers, books whose prices and plans are anything sensible."""

from datetime import date, timedelta

from hypothesis import strategies as st

from estimator.core.answers import read_answers
from estimator.money import dollars
from estimator.prices.book import PriceBook
from estimator.prices.schema.files import Book

TODAY = date(2026, 11, 22)


def written(cents):
    """Cents as a table writes them."""
    return dollars(cents).lstrip("$").replace(",", "")


def amounts(most=2_000_00):
    return st.integers(0, most)


@st.composite
def ranges(draw, most=2_000_00, known=None):
    """``{low, typical, high}`` in dollars as text; one value when `known`."""
    if known if known is not None else draw(st.booleans()):
        value = written(draw(amounts(most)))
        return {"low": value, "typical": value, "high": value}
    low, typical, high = sorted(draw(st.lists(amounts(most), min_size=3, max_size=3)))
    return {"low": written(low), "typical": written(typical), "high": written(high)}


@st.composite
def percents(draw, known=None):
    if known if known is not None else draw(st.booleans()):
        return str(draw(st.integers(0, 100)))
    low, typical, high = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
    return {"low": str(low), "typical": str(typical), "high": str(high)}


@st.composite
def prices(draw, known=None):
    first = {"2020-01-01": draw(ranges(known=known))}
    if draw(st.booleans()):
        first["2027-01-01"] = draw(ranges(known=known))
    return first


def _question(words="?"):
    return {"label": words, "ask": words, "whom": "clinic"}


@st.composite
def charges(draw, benefit, known=None, coverage=None):
    status = coverage or draw(st.sampled_from(["covered", "prior_authorization", "varies", "not_covered"]))
    if known and status == "varies":
        status = "covered"
    verdict = {"status": status, "reason": "because"}
    if status == "varies":
        verdict["chance"] = str(draw(st.integers(1, 99)))
    charge = {
        "label": f"A {benefit} charge",
        "self_pay": draw(prices(known)),
        "commercial": draw(prices(known)),
        "coverage": {"commercial": verdict},
        "price_question": _question(),
        "coverage_question": _question(),
    }
    if benefit:
        charge["benefit"] = benefit
    return charge


@st.composite
def benefits(draw, known=None, more=()):
    terms = {"deductible": draw(st.sampled_from(["yes", "no"]))}
    if "drug" in more and draw(st.booleans()):
        terms["deductible"] = "drug"
    if "first_visits" in more and draw(st.booleans()):
        terms["first_visits"] = {"number": str(draw(st.integers(1, 4))), "copay": written(draw(amounts(60_00)))}
    if draw(st.booleans()):
        terms["copay"] = draw(ranges(most=100_00, known=known))
    else:
        terms["coinsurance"] = draw(percents(known))
    return terms


MORE = {
    "drug": ["drug", "first_visits"],
    "pharmacy": ["drug"],
    "procedure": [],
    "visit": ["first_visits"],
    "psychotherapy": ["first_visits"],
}
"""The benefit classes, and which of the rarer terms a plan may have for each."""


@st.composite
def profiles(draw, typical, known=None, told=False):
    """One plan; with `told` it may have a drug deductible, and first visits with terms of their own."""
    deductible = draw(ranges(most=5_000_00, known=known))
    room = draw(st.integers(0, 5_000_00))
    maximum = {end: written(round(float(amount) * 100) + room) for end, amount in deductible.items()}
    profile = {
        "label": "A plan",
        "weight": str(draw(st.integers(1, 50))),
        "typical": "yes" if typical else "no",
        "state_regulated": draw(st.sampled_from(["yes", "no"])),
        "deductible": deductible,
        "benefits": {name: draw(benefits(known, MORE[name] if told else ())) for name in MORE},
    }
    if told and draw(st.booleans()):
        profile["drug_deductible"] = draw(ranges(most=800_00, known=known))
    if draw(st.integers(0, 4)):
        profile["out_of_pocket_maximum"] = maximum
    return profile


@st.composite
def programs(draw, known=None):
    """A card for the drug and a rebate for the observation, or none."""
    if not draw(st.integers(0, 3)):
        return {}
    card = {
        "label": "Card",
        "charges": ["drug", "lower_drug"],
        "payers": ["commercial"],
        "patient_pays": written(draw(amounts(50_00))),
        "annual_max": draw(ranges(most=9_000_00, known=known)),
        "annual_max_question": _question(),
    }
    if draw(st.booleans()):
        card["per_treatment_max"] = draw(ranges(most=900_00, known=True))
    if not known and not draw(st.integers(0, 3)):
        card |= {"pays": str(draw(st.integers(1, 99))), "pays_question": _question()}
    rebate = {
        "label": "Rebate",
        "charges": ["observation"],
        "payers": ["commercial"],
        "patient_pays": "0",
        "rebate": "yes",
    }
    if not known:
        rebate |= {"pays": str(draw(st.integers(1, 99))), "pays_question": _question()}
    return {"card": card, "rebate": rebate}


@st.composite
def price_books(draw, known=False, savings=True, coverage=None, told=False):
    """
    A book with one treatment of drug, observation and psychotherapy.

    `known` makes every price and term one value; `savings` allows programs; `coverage` fixes every status; `told` is
    a book whose plans have every kind of terms, out of network too.
    """
    charge = {
        name: draw(charges(benefit, known or None, coverage))
        for name, benefit in (("drug", "drug"), ("lower_drug", "drug"), ("observation", "procedure"),
                              ("evaluation", "visit"), ("therapy", "psychotherapy"))
    }  # fmt: skip
    if told and draw(st.booleans()):
        # Two lines of one visit in one benefit class.
        charge["observation"]["benefit"] = "drug"
    # Both doses are one drug: covered alike.
    charge["lower_drug"]["coverage"] = charge["drug"]["coverage"]
    if draw(st.booleans()):
        charge["drug"]["pharmacy_benefit"] = "pharmacy"
        charge["lower_drug"]["pharmacy_benefit"] = "pharmacy"
    count = 1 if known else draw(st.integers(1, 3))
    commercial = {
        "label": "Commercial",
        "allowed": "commercial",
        "savings_programs": "yes",
        "profiles": {f"plan{i}": draw(profiles(i == 0, known or None, told)) for i in range(count)},
    }
    if told:
        commercial["out_of_network"] = {
            "chance": str(draw(st.sampled_from([1, 60, 99]))),
            "deductible": draw(ranges(most=3_000_00, known=True)),
            "out_of_pocket_maximum": written(draw(st.integers(3_000_00, 9_000_00))),
            "coinsurance": draw(percents(known or None)),
        }
    if not known and draw(st.booleans()):
        commercial["other_care"] = draw(ranges(most=3_000_00))
    unknown = {"label": "?", "ask": "?", "whom": "insurer"}
    tables = {
        "texts": {"notice": "Estimate only.", "why_notice": [{"text": "Because."}]},
        "sources": {"made-up": {"title": "Made up", "kind": "assumption"}},
        "treatments": {
            "drug": {
                "label": "Drug",
                "short": "Drug",
                "hint": "?",
                "regulatory": "?",
                "usual_sessions": "6",
                "phases": {
                    "first": {"label": "First", "sessions": "4", "gaps": ["3", "4"]},
                    "later": {"label": "Later", "gaps": [str(draw(st.integers(1, 60)))]},
                },
                "before": [{"charge": "evaluation"}],
                "each_session": [
                    {"charge": "lower_drug", "only": "first"},
                    {"charge": "drug", "only": "later", "lower_dose": "lower_drug"},
                    {"charge": "observation"},
                ],
                "doses": ["56", "84"],
                "psychotherapy": {"in_person": "therapy", "virtual": "therapy", "usual_sessions": "6"},
            }
        },
        "charges": charge,
        "payers": {"commercial": commercial, "none": {"label": "None"}},
        "programs": draw(programs(known or None)) if savings else {},
        "unknowns": {
            name: unknown | {"chance": "40"}
            for name in ("plan", "plan_terms", "other_care", "accumulator", "drug_benefit", "dose", "out_of_network")
        },
    }
    return PriceBook("national", Book.model_validate(tables), "test", TODAY)


@st.composite
def raw_answers(draw, book, insurance=None, everything=False):
    """Valid answers as text; with `everything` no question about the course or the plan is left open."""
    raw = {
        "treatment": "drug",
        "insurance": insurance or draw(st.sampled_from(["commercial", "none"])),
        "sessions": str(draw(st.integers(1, 30))),
        "psychotherapy": draw(st.sampled_from(["none", "in_person", "virtual"])),
        "start": (date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 700)))).isoformat(),
        "plan_year_start": str(draw(st.integers(1, 12))),
    }
    if everything or draw(st.booleans()):
        raw["dose"] = draw(st.sampled_from(["56", "84"]))
    if everything or draw(st.booleans()):
        raw["drug_benefit"] = draw(st.sampled_from(["medical", "pharmacy"]))
    if everything or draw(st.booleans()):
        raw["accumulator"] = draw(st.sampled_from(["yes", "no"]))
    if draw(st.booleans()):
        raw["authorization"] = draw(st.sampled_from(["approved", "denied"]))
    if draw(st.booleans()):
        raw["savings_program"] = draw(st.sampled_from(["yes", "no"]))
    return raw


CLASSES = ("drug", "procedure", "visit", "psychotherapy")
CHARGES = ("drug", "observation", "evaluation", "therapy")


@st.composite
def told_answers(draw, charges=CHARGES, profiles=("plan0",), today=TODAY):
    """
    What an insured patient may know beyond the first questions: balances of a day, networks, told prices and shares.

    Valid together by construction: what is left is no more than the whole, a deductible no more than the maximum.
    """
    raw = {}

    def maybe(name, values, odds=4):
        if not draw(st.integers(0, odds - 1)):
            raw[name] = draw(values)

    def limits(prefix, most):
        """Some of a deductible, a maximum and what is left of both."""
        deductible, room = draw(amounts(most)), draw(st.integers(1, most))
        left, maximum_left = draw(st.integers(0, deductible)), draw(st.integers(0, deductible + room))
        maybe(f"{prefix}deductible", st.just(written(deductible)), 3)
        maybe(f"{prefix}out_of_pocket_maximum", st.just(written(deductible + room)), 3)
        maybe(f"{prefix}deductible_remaining", st.just(written(left)), 3)
        maybe(f"{prefix}out_of_pocket_remaining", st.just(written(maximum_left)), 3)

    network = draw(st.sampled_from(["in", "in", "out", "mixed"]))
    raw["network"] = network
    for name in CLASSES:
        maybe(f"network.{name}", st.sampled_from(["in", "out"]), 6)
    limits("", 3_000_00)
    if network != "in":
        limits("out_of_network_", 4_000_00)
        maybe("out_of_network_coinsurance", st.integers(0, 100).map(str))
    drug = draw(amounts(800_00))
    maybe("drug_deductible", st.just(written(drug)))
    maybe("drug_deductible_remaining", st.integers(0, drug).map(written))
    maybe("coinsurance", st.integers(0, 100).map(str))
    maybe("copay", amounts(100_00).map(written))
    maybe("pharmacy_copay", amounts(100_00).map(written))
    maybe("first_visits", st.integers(1, 6).map(str))
    if "first_visits" in raw:
        raw["first_visits_copay"] = written(draw(amounts(60_00)))
    maybe("family_deductible_remaining", amounts(3_000_00).map(written))
    maybe("family_out_of_pocket_remaining", amounts(6_000_00).map(written))
    maybe("balances_as_of", st.integers(0, 500).map(lambda days: (today - timedelta(days=days)).isoformat()), 2)
    card = draw(amounts(9_000_00))
    maybe("savings_maximum", st.just(written(card)))
    maybe("savings_remaining", st.integers(0, card).map(written))
    maybe("accumulator", st.sampled_from(["yes", "no", "maximizer"]), 2)
    if not draw(st.integers(0, 2)):
        raw["new_plan_from"] = (today + timedelta(days=draw(st.integers(-100, 400)))).isoformat()
        maybe("new_plan", st.sampled_from(profiles), 2)
    maybe("stage", st.sampled_from(["new", "continuing"]))
    maybe("every", st.integers(1, 90).map(str))
    for charge in charges:
        maybe(f"price.{charge}", amounts().map(written), 6)
        maybe(f"allowed.{charge}", amounts().map(written), 6)
        maybe(f"coverage.{charge}", st.sampled_from(["covered", "not_covered"]), 8)
        maybe(f"share.{charge}", amounts(300_00).map(written) | st.integers(0, 100).map("{}%".format), 6)
    return raw


@st.composite
def cases(draw, insurance=None, everything=False, told=False, **book_options):
    """A price book and answers for it; with `told` also whatever else a patient with a plan may know."""
    book = draw(price_books(told=told, **book_options))
    raw = draw(raw_answers(book, insurance, everything))
    if told:
        raw |= draw(told_answers(profiles=tuple(book.tables.payers["commercial"].profiles)))
        if "share.drug" in raw:
            raw.setdefault("dose", "56")
    return read_answers(raw, book, TODAY), book
