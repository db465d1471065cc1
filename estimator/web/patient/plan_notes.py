"""How the plan was counted in the typical case, in sentences: whatever is not plain from deductible and percent."""

from collections import Counter
from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from estimator.core.billing import FILL_DAYS
from estimator.core.results import BenefitRecord, Estimate, LedgerRow
from estimator.web.filters import money
from estimator.web.patient.glossary import term

PHARMACY = "pharmacy"


def plan_notes(estimate: Estimate) -> Iterator[str]:
    """Each rule of the plan that these bills meet, once."""
    plan = estimate.plan[1]
    rows = [row for row in estimate.ledger[1] if row.covered and row.network == "in"]
    used = {row.benefit: plan.benefits[row.benefit] for row in rows if row.benefit and row.benefit in plan.benefits}
    yield from _copays(rows, used, told=estimate.answers.copay is not None)
    for benefit in used.values():
        if benefit.first_copay is not None:
            yield ngettext(
                "The first visit of a kind in a plan year costs you %(copay)s, without the deductible.",
                "The first %(num)d visits of a kind in a plan year cost you %(copay)s each, without the deductible.",
                benefit.first_visits,
                copay=money(benefit.first_copay),
            )
    if plan.maximizer and any(row.program_pays for row in rows):
        sentence = _(
            "Your plan draws the card's money evenly over the year (a %(maximizer)s). "
            "None of it counts toward your deductible or your yearly maximum."
        )
        yield Markup(sentence) % {"maximizer": term("maximizer", _("maximizer"))}
    yield from _limits(estimate, used)


def _copays(rows: list[LedgerRow], used: dict[str, BenefitRecord], told: bool) -> Iterator[str]:
    asked = [row for row in rows if row.benefit and row.benefit in used and used[row.benefit].copay]
    visits = Counter((row.date, row.visit) for row in asked if row.benefit != PHARMACY)
    if any(number > 1 or told for number in visits.values()):
        yield _("Your plan asks one copay for each visit, whatever is billed on it.")
    if any(row.benefit == PHARMACY for row in asked):
        sentence = _(
            "Your plan asks one copay each time the pharmacy fills the drug. "
            "We count a %(fill)s for every %(num)d days."
        )
        yield Markup(sentence) % {"fill": term("pharmacy_fill", _("fill")), "num": FILL_DAYS}


def _limits(estimate: Estimate, used: dict[str, BenefitRecord]) -> Iterator[str]:
    plan = estimate.plan[1]
    if plan.drug_deductible is not None and any(benefit.drug_deductible for benefit in used.values()):
        yield _(
            "Drugs have a deductible of their own: %(left)s of %(whole)s is left at your first visit.",
            left=money(plan.drug_deductible_remaining or 0),
            whole=money(plan.drug_deductible),
        )
    family, own = plan.family_deductible_remaining, plan.deductible_remaining
    if family is not None and own is not None and family < own:
        yield _("Your family's deductible has less left than your own, so it counts: %(left)s.", left=money(family))
    family, own = plan.family_out_of_pocket_remaining, plan.out_of_pocket_remaining
    if family is not None and (own is None or family < own):
        yield _("Your family's yearly maximum has less left than your own, so it counts: %(left)s.", left=money(family))
