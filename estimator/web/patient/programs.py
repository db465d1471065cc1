"""Savings programs in a sentence."""

from flask_babel import gettext as _

from estimator.core.results import Estimate, LineItem
from estimator.prices.schema.payers import Program
from estimator.web.filters import money


def program_of(estimate: Estimate, item: LineItem) -> Program | None:
    """The savings program that may help with this line."""
    payer = estimate.answers.insurance
    programs = estimate.book.tables.programs.values() if item.program else ()
    return next((one for one in programs if item.charge in one.charges and payer in one.payers), None)


def program_limits(program: Program) -> str:
    """What a savings program leaves to the patient, and how far it goes, in one sentence."""
    sure = program.pays is None
    parts = [
        _("With it you pay %(amount)s each time.", amount=money(program.patient_pays))
        if sure
        else _("If it pays your whole share, you pay %(amount)s each time.", amount=money(program.patient_pays))
    ]
    if each := program.per_treatment_max:
        parts.append(_("It gives at most %(amount)s each time.", amount=_between(each.low, each.high)))
    if year := program.annual_max:
        parts.append(_("It gives at most %(amount)s in a calendar year.", amount=_between(year.low, year.high)))
    if program.rebate:
        parts.append(_("You pay first; the money comes back later."))
    return " ".join(parts)


def _between(low: int, high: int) -> str:
    if low == high:
        return money(low)
    return str(_("%(low)s to %(high)s", low=money(low), high=money(high)))
