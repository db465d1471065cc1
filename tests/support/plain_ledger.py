"""
A plain ledger: one scenario, one claim after the other, ordinary integers. Written for the tests.

It shares no code with the core; the two must agree to the cent. `adjudicate` takes what ``estimator adjudicate`` reads,
with amounts in cents, rates in basis points, days as dates, yes and no as booleans, and gives what it prints with
``--json``. Each step names its rule of the estimate model (0 to 7) and the source. What the model leaves open:

- The deductible comes before copay and coinsurance, line by line, each line by its own class; the copay is asked on the
  rest, never more than it (contracts: "when the allowed amount is less than the copayment, you are responsible for the
  lesser amount"). A copay "before the deductible" is a class with ``deductible: no``.
- A visit is a day and a `visit` name, or a day and a class. Each of its copay lines asks what the visit has not been
  asked yet of its own class's copay: where classes meet, the highest copay is paid once, in any order of lines
  (38 CFR 17.108(c); TRICARE: "copayments are per occurrence or per visit"). Coinsurance lines are not touched by it.
- A pharmacy's fill is its claim; `fill` joins the claims of several days to one fill.
- Rounding is half up to the cent, once per line.
- The first visits of a class are counted by plan year, in network, from zero on the day of the balances; on them the
  deductible is waived (Covered California, bronze: "copay is limited to the first three specialist visits. After three
  visits, future visits will be at full cost until the deductible is met").
- A drug deductible that is null means one deductible for both (CMS plan file: "integrated"); zero means none for drugs.
- A family's counters are full again when its year turns. A full family counter is never below a full person's, and only
  this person's claims are counted, so it binds no more (embedded limits, 45 CFR 156.130 and its preamble of 2015).
- Out of network, every class has the plan's one deductible and coinsurance there, and counters of its own.
- A maximizer sets the drug's share to a twelfth of the program's year in each calendar month and keeps it outside
  deductible and maximum (MMIT: "if a PAP pays $1,200 per year, cost sharing would be set at $100 per month").
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import floor

from estimator.core.results import LedgerRow, PlanTerms

PERSON = ("deductible", "family_deductible"), ("out_of_pocket", "family_out_of_pocket")
"""The counters of care in network: those of the deductible, those of the out-of-pocket maximum. The lowest counts."""

OUTSIDE = ("outside_deductible",), ("outside_out_of_pocket",)
"""The counters of care out of network."""


def adjudicate(file):
    """``{"rows": […], "totals": {"all": {…}, "2026-01-01": {…}}}`` for ``{"plan": {…}, "claims": […]}``."""
    claims = sorted(file["claims"], key=lambda claim: claim["date"])
    rows, totals = [], {"all": nothing()}
    if claims:
        ledger = PlainLedger(file["plan"], claims[0]["date"])
        for claim in claims:
            ledger.turn_to(claim["date"])
            row, parts = ledger.settle(claim)
            rows.append(row)
            for total in (totals["all"], totals.setdefault(ledger.period.isoformat(), nothing())):
                for name, amount in parts.items():
                    total[name] += amount
    return {"rows": rows, "totals": totals}


def nothing():
    names = "billed plan_pays program_pays you_pay deductible copay coinsurance not_allowed not_covered"
    return dict.fromkeys(names.split(), 0)


class PlainLedger:
    """What is left of everything on a day, and who pays the next claim."""

    def __init__(self, plan, first_day):
        """Rule 0: balances are of a day, and what they are the balances of has not turned yet."""
        self.plan = plan
        self.today = plan.get("as_of") or first_day
        self.terms = plan
        self.start_plan_year()
        self.period = self.plan_year_of(self.today)
        outside = plan.get("out_of_network") or {}
        for counter, told in (
            ("deductible", plan.get("deductible_remaining")),
            ("drug_deductible", plan.get("drug_deductible_remaining")),
            ("out_of_pocket", plan.get("out_of_pocket_remaining")),
            ("family_deductible", plan.get("family_deductible_remaining")),
            ("family_out_of_pocket", plan.get("family_out_of_pocket_remaining")),
            ("outside_deductible", outside.get("deductible_remaining")),
            ("outside_out_of_pocket", outside.get("out_of_pocket_remaining")),
        ):
            if told is not None:
                self.left[counter] = told
        self.start_calendar_year()
        for name, program in plan.get("programs", {}).items():
            if program.get("annual_remaining") is not None:
                self.program_left[name] = program["annual_remaining"]
        self.asked = {}

    # Rules 0 and 1: what turns

    def turn_to(self, day):
        """
        Rules 0 and 1: whatever turned since the last day turns first.

        Sources: Uniform Glossary (CMS), "deductible": "during a coverage period"; the programs' terms: "per calendar
        year"; after a change of plan progress does not carry over.
        """
        change = self.plan.get("new_plan_from")
        if change is not None and self.today < change <= day:
            self.terms = self.plan.get("new_plan") or self.plan
            self.start_plan_year()
            self.period = max(change, self.plan_year_of(day))
        elif self.plan_year_of(day) != self.plan_year_of(self.today):
            self.start_plan_year()
            self.period = self.plan_year_of(day)
        if day.year != self.today.year:
            self.start_calendar_year()
        self.today = day

    def start_plan_year(self):
        """Rule 1: full amounts. A family counter that is full binds nobody's own claims, so there is none."""
        outside = self.terms.get("out_of_network") or {}
        self.left = {
            "deductible": self.terms.get("deductible", 0),
            "drug_deductible": self.terms.get("drug_deductible"),
            "out_of_pocket": self.terms.get("out_of_pocket_maximum"),
            "family_deductible": None,
            "family_out_of_pocket": None,
            "outside_deductible": outside.get("deductible"),
            "outside_out_of_pocket": outside.get("out_of_pocket_maximum"),
        }
        self.first_visits = {}

    def start_calendar_year(self):
        """Rule 1: a savings program's annual maximum is a calendar year's."""
        programs = self.plan.get("programs", {})
        self.program_left = {name: program.get("annual_max") for name, program in programs.items()}
        self.month_left = {}

    def plan_year_of(self, day):
        """The first day of the plan year that `day` belongs to."""
        month = self.terms.get("plan_year_start") or 1
        return date(day.year if day.month >= month else day.year - 1, month, 1)

    # Rules 2 to 7: who pays

    def settle(self, claim):
        """The row of one claim, and the parts of it that the totals add up."""
        covered = claim.get("covered", True)
        outside = claim.get("network", "in") == "out"
        if not covered or (outside and self.terms.get("out_of_network") is None):
            return self.not_covered(claim)
        program = claim.get("program")
        if outside:
            return self.out_of_network(claim)
        if program and self.terms.get("accumulator") == "maximizer" and not self.program(program).get("rebate"):
            return self.maximized(claim)
        return self.in_network(claim)

    def not_covered(self, claim):
        """Rule 2: the patient pays the clinic's price; no counter moves; no savings program helps."""
        price = claim.get("charge", claim.get("allowed"))
        row = self.row(claim, PERSON, billed=price, covered=False, you_pay=price)
        return row, {"billed": price, "you_pay": price, "not_covered": price}

    def in_network(self, claim):
        """
        Rule 3: the bill is the allowed amount; deductible, then copay or coinsurance, under the maximum.

        Sources: Uniform Glossary, "deductible", "copayment", "coinsurance", "out-of-pocket limit".
        """
        benefit = self.terms["benefits"][claim["benefit"]]
        draws_on, copay = benefit["deductible"], benefit.get("copay")
        if self.is_first_visit(claim, benefit):
            draws_on, copay = False, benefit["first_visits"]["copay"]
        deductibles, maxima = self.counters_of(claim)
        deductible_part = min(self.least(deductibles), claim["allowed"]) if draws_on else 0
        rest = claim["allowed"] - deductible_part
        own_part = self.ask_copay(claim, copay, rest) if copay is not None else part(rest, benefit["coinsurance"])
        kind = "coinsurance" if copay is None else "copay"
        return self.paid(claim, claim["allowed"], deductible_part, own_part, kind, (deductibles, maxima))

    def counters_of(self, claim):
        """Rule 3: the counters of a class in network; a drug benefit may have a deductible of its own."""
        draws_on = self.terms["benefits"][claim["benefit"]]["deductible"]
        own = draws_on == "drug" and self.left["drug_deductible"] is not None
        return ("drug_deductible",) if own else PERSON[0], PERSON[1]

    def is_first_visit(self, claim, benefit):
        """Rule 3: the first n visits of a class in a plan year may have a copay of their own, deductible waived."""
        if not benefit.get("first_visits"):
            return False
        visits = self.first_visits.setdefault(claim["benefit"], [])
        visit = self.visit(claim)
        if visit not in visits and len(visits) < benefit["first_visits"]["number"]:
            visits.append(visit)
        return visit in visits

    def ask_copay(self, claim, copay, rest):
        """Rule 3: a copay is asked once per visit, a pharmacy's once per fill, and never above the rest of the bill."""
        visit = self.visit(claim)
        own_part = min(max(copay - self.asked.get(visit, 0), 0), rest)
        self.asked[visit] = self.asked.get(visit, 0) + own_part
        return own_part

    def visit(self, claim):
        """The visit or fill a claim belongs to."""
        if claim.get("fill"):
            return "fill", claim["fill"]
        if claim.get("visit"):
            return claim["date"], "visit", claim["visit"]
        return claim["date"], "class", claim["benefit"]

    def out_of_network(self, claim):
        """
        Rule 7: the patient pays the clinic's price, the plan gives back the allowed amount less the patient's share.

        Own deductible, coinsurance, maximum and counters. What is above the allowed amount counts toward nothing.
        Source: Uniform Glossary, "balance billing", "out-of-network coinsurance".
        """
        terms = self.terms["out_of_network"]
        billed = claim.get("charge", claim["allowed"])
        allowed = min(claim["allowed"], billed)
        deductible_part = min(self.least(OUTSIDE[0]), allowed)
        own_part = part(allowed - deductible_part, terms["coinsurance"])
        return self.paid(claim, billed, deductible_part, own_part, "coinsurance", OUTSIDE)

    def paid(self, claim, billed, deductible_part, own_part, kind, counters):
        """The end of rules 3 and 7, and rules 4 to 6: the maximum, a savings program, what counts."""
        deductibles, maxima = counters
        allowed = min(claim["allowed"], billed)
        # Rule 3: under what is left of the out-of-pocket maximum.
        share = least(deductible_part + own_part, self.least(maxima))
        # Rule 4: a savings program takes off what is above the patient's minimum.
        name = claim.get("program")
        help_ = 0
        if name:
            program = self.program(name)
            above_minimum = max(share - program["patient_pays"], 0)
            help_ = least(above_minimum, program.get("per_treatment_max"), self.program_left[name])
            self.program_left[name] = less(self.program_left[name], help_)
        # Rule 5: an accumulator (or, out of network, a maximizer) does not count the manufacturer's money.
        # Rule 6: a rebate comes back later; the plan never sees it.
        refuses = self.terms.get("accumulator", "no") != "no"
        credited = share - help_ if name and refuses and not self.program(name).get("rebate") else share
        for counter in deductibles:
            self.left[counter] = less(self.left[counter], min(deductible_part, credited))
        for counter in maxima:
            self.left[counter] = less(self.left[counter], credited)
        row = self.row(
            claim,
            counters,
            billed=billed,
            deductible_part=deductible_part,
            own_part=own_part,
            share=share,
            plan_pays=allowed - share,
            program_pays=help_,
            you_pay=share - help_ + billed - allowed,
            not_allowed=billed - allowed,
        )
        met = min(deductible_part, share)
        return row, {**paid_parts(row), "deductible": met, kind: share - met, "not_allowed": billed - allowed}

    def maximized(self, claim):
        """
        Rule 5, a maximizer: the patient pays the program's minimum, the program a twelfth of its year in each month.

        The drug is outside deductible and maximum. Source: MMIT, "What are copay maximizers?"; AIS Health: "distribute
        100% of available manufacturer copay offset funds over 12 months".
        """
        name, allowed = claim["program"], claim["allowed"]
        program, month = self.program(name), (name, self.today.month)
        minimum = min(program["patient_pays"], allowed)
        if month not in self.month_left and program.get("annual_max") is not None:
            self.month_left[month] = floor(Fraction(program["annual_max"], 12) + Fraction(1, 2))
        this_month, this_year = self.month_left.get(month), self.program_left[name]
        help_ = least(allowed - minimum, program.get("per_treatment_max"), this_month, this_year)
        self.month_left[month] = less(this_month, help_)
        self.program_left[name] = less(this_year, help_)
        share = minimum + help_
        amounts = {"own_part": share, "share": share, "plan_pays": allowed - share, "program_pays": help_}
        row = self.row(claim, self.counters_of(claim), billed=allowed, **amounts, you_pay=minimum)
        return row, {**paid_parts(row), "copay": share}

    def row(self, claim, counters, billed, covered=True, **amounts):
        """The published row, counters after the claim."""
        deductibles, maxima = counters
        blank = dict.fromkeys(("deductible_part", "own_part", "share", "plan_pays", "program_pays", "not_allowed"), 0)
        return {
            "date": claim["date"],
            "charge": claim.get("charge", claim.get("allowed")),
            "billed": billed,
            "benefit": claim.get("benefit"),
            "covered": covered,
            "program": claim.get("program") if covered else None,
            "deductible_left": self.least(deductibles),
            "out_of_pocket_left": self.least(maxima),
            **blank,
            **amounts,
        }

    def program(self, name):
        return self.plan["programs"][name]

    def least(self, counters):
        """What is left of several counters: of the lowest (rule 5); None where none has a limit."""
        return least(*(self.left[counter] for counter in counters))


def paid_parts(row):
    return {name: row[name] for name in ("billed", "plan_pays", "program_pays", "you_pay")}


def part(amount, basis_points):
    """A percentage of an amount, half a cent rounded up."""
    return floor(Fraction(amount * basis_points, 10_000) + Fraction(1, 2))


def least(*amounts):
    """The smallest of some amounts, of which None is no limit."""
    limits = [amount for amount in amounts if amount is not None]
    return min(limits) if limits else None


def less(amount, taken):
    return None if amount is None else amount - taken


# What an estimate publishes about one scenario, settled again

SETTLED = (
    *("deductible_part", "own_part", "share", "plan_pays", "program_pays", "you_pay"),
    *("deductible_left", "out_of_pocket_left"),
)


def settle(rows: Sequence[LedgerRow], plan: PlanTerms, shares=()) -> list[dict[str, int | None]]:
    """
    What each claim's `LedgerRow` must say about shares and counters, from its bill and the plan's terms alone.

    `shares` are the answers of that name: what the plan told about single charges, which goes before their class's
    terms. Such a charge is a class and a visit of its own. (The dose has to be known where one was told of the drug.)
    """
    if not rows:
        return []
    told = dict(shares)
    claims = [claim_of(row, number, row.charge in told) for number, row in enumerate(rows)]
    own = {(row.charge, row.benefit): told[row.charge] for row in rows if as_told(row, told)}
    settled = adjudicate({"plan": published(plan, own), "claims": claims})["rows"]
    return [{name: row[name] for name in SETTLED} for row in settled]


def as_told(row, told):
    return row.charge in told and row.covered and row.network == "in"


def claim_of(row, number, told):
    """A published row as a claim. A pharmacy's drug is of a fill, everything else of the day's visit at its place."""
    claim = {"date": row.date, "charge": row.billed, "allowed": row.allowed, "covered": row.covered}
    claim |= {"network": row.network, "program": row.program, "benefit": row.benefit, "visit": row.visit}
    if row.benefit == "pharmacy":
        claim["fill"] = row.fill
    if told:
        claim |= {"benefit": f"{row.charge} as told, {row.benefit}", "visit": f"line {number}", "fill": None}
    return claim


def published(plan: PlanTerms, told=None):
    """The terms of one scenario as `adjudicate` takes them, their balances those of the first claim's day."""
    told = told or {}
    outside = plan.out_of_network
    return {
        "plan_year_start": plan.plan_year_start,
        "deductible": plan.deductible,
        "deductible_remaining": plan.deductible_remaining,
        "drug_deductible": plan.drug_deductible,
        "drug_deductible_remaining": plan.drug_deductible_remaining,
        "out_of_pocket_maximum": plan.out_of_pocket_maximum,
        "out_of_pocket_remaining": plan.out_of_pocket_remaining,
        "family_deductible_remaining": plan.family_deductible_remaining,
        "family_out_of_pocket_remaining": plan.family_out_of_pocket_remaining,
        "accumulator": "maximizer" if plan.maximizer else "yes" if plan.accumulator else "no",
        "out_of_network": outside
        and {
            "deductible": outside.deductible,
            "deductible_remaining": outside.deductible_remaining,
            "coinsurance": outside.coinsurance_bp,
            "out_of_pocket_maximum": outside.out_of_pocket_maximum,
            "out_of_pocket_remaining": outside.out_of_pocket_remaining,
        },
        "benefits": {name: benefit_of(one) for name, one in plan.benefits.items()}
        | {f"{charge} as told, {name}": told_benefit(plan.benefits[name], one) for (charge, name), one in told.items()},
        "programs": {
            name: {
                "patient_pays": program.patient_pays,
                "per_treatment_max": program.per_treatment_max,
                "annual_max": program.annual_max,
                "annual_remaining": program.annual_remaining,
                "rebate": program.rebate,
            }
            for name, program in plan.programs.items()
        },
        "new_plan_from": plan.new_plan and date.fromisoformat(plan.new_plan[0]),
        "new_plan": plan.new_plan and published(plan.new_plan[1], told),
    }


def benefit_of(one):
    benefit = {"deductible": deductible_of(one), "coinsurance": one.coinsurance_bp, "copay": one.copay}
    if one.first_visits:
        benefit["first_visits"] = {"number": one.first_visits, "copay": one.first_copay}
    return benefit


def told_benefit(one, share):
    """A told amount is all that is paid while the plan covers the charge; a told percentage follows the deductible."""
    if share.amount is not None:
        return {"deductible": False, "copay": share.amount}
    return {"deductible": "drug" if one.drug_deductible else True, "coinsurance": share.coinsurance}


def deductible_of(one):
    return "drug" if one.drug_deductible else one.deductible_applies


def year_of(day, start_month):
    """The plan year of a day, as the number of plan years begun since year 0."""
    return (day.year * 12 + day.month - start_month) // 12
