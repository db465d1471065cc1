"""How the plan was counted in the typical case, in sentences: whatever is not plain from deductible and percent."""

from collections import Counter
from collections.abc import Callable, Iterator

from estimator.core.billing import FILL_DAYS
from estimator.core.results import BenefitRecord, Estimate, LedgerRow
from estimator.money import Cents
from estimator.sentences import Sentence, say

PHARMACY = "pharmacy"

Wording = Callable[[Cents], str]
"""An amount as its reader is shown it: to the cent or rounded."""


def plan_notes(estimate: Estimate, amount: Wording) -> Iterator[Sentence]:
    """
    Each rule of the plan that these bills meet, once.

    A value of a sentence that is a sentence itself is a word of the glossary, by its name there.
    """
    plan = estimate.plan[1]
    rows = [row for row in estimate.ledger[1] if row.covered and row.network == "in"]
    used = {row.benefit: plan.benefits[row.benefit] for row in rows if row.benefit and row.benefit in plan.benefits}
    yield from _copays(rows, used, told=estimate.answers.copay is not None)
    for benefit in used.values():
        if benefit.first_copay is not None:
            yield _first_visits(benefit.first_visits, amount(benefit.first_copay))
    if plan.maximizer and any(row.program_pays for row in rows):
        yield say(
            "Your plan draws the card's money evenly over the year (a %(maximizer)s). "
            "None of it counts toward your deductible or your yearly maximum.",
            maximizer=say("maximizer"),
        )
    yield from _limits(estimate, used, amount)


def _first_visits(number: int, copay: str) -> Sentence:
    if number == 1:
        return say("The first visit of a kind in a plan year costs you %(copay)s, without the deductible.", copay=copay)
    return say(
        "The first %(num)d visits of a kind in a plan year cost you %(copay)s each, without the deductible.",
        num=number,
        copay=copay,
    )


def _copays(rows: list[LedgerRow], used: dict[str, BenefitRecord], told: bool) -> Iterator[Sentence]:
    asked = [row for row in rows if row.benefit and row.benefit in used and used[row.benefit].copay]
    visits = Counter((row.date, row.visit) for row in asked if row.benefit != PHARMACY)
    if any(number > 1 or told for number in visits.values()):
        yield say("Your plan asks one copay for each visit, whatever is billed on it.")
    if any(row.benefit == PHARMACY for row in asked):
        yield say(
            "Your plan asks one copay each time the pharmacy fills the drug. "
            "We count a %(pharmacy_fill)s for every %(num)d days.",
            pharmacy_fill=say("fill"),
            num=FILL_DAYS,
        )


def _limits(estimate: Estimate, used: dict[str, BenefitRecord], amount: Wording) -> Iterator[Sentence]:
    plan = estimate.plan[1]
    if plan.drug_deductible is not None and any(benefit.drug_deductible for benefit in used.values()):
        yield say(
            "Drugs have a deductible of their own: %(left)s of %(whole)s is left at your first visit.",
            left=amount(plan.drug_deductible_remaining or 0),
            whole=amount(plan.drug_deductible),
        )
    family, own = plan.family_deductible_remaining, plan.deductible_remaining
    if family is not None and own is not None and family < own:
        yield say("Your family's deductible has less left than your own, so it counts: %(left)s.", left=amount(family))
    family, own = plan.family_out_of_pocket_remaining, plan.out_of_pocket_remaining
    if family is not None and (own is None or family < own):
        yield say(
            "Your family's yearly maximum has less left than your own, so it counts: %(left)s.", left=amount(family)
        )
