"""Where a lower dose costs the patient more than a higher one: it happens, and is hard to believe without a word."""

from dataclasses import replace

from estimator.core.estimate import estimate
from estimator.core.results import Estimate
from estimator.web.patient.estimate_rounding import rounded_estimate


def cheaper_at_higher_dose(exact: Estimate) -> tuple[str, int] | None:
    """
    The highest dose and its typical total as shown, where the answered dose is a lower one and still costs more.

    A savings program makes it so: its money for the dearer drug counts toward deductible and maximum, and
    the patient's other bills shrink. See `credited` in the ledger.
    """
    answers = exact.answers
    doses = exact.book.tables.treatments[answers.treatment].doses
    if answers.dose is None or answers.dose not in doses[:-1] or not exact.program_pays.typical:
        return None
    other = estimate(replace(answers, dose=doses[-1]), exact.book)
    return (
        (doses[-1], rounded_estimate(other).you_pay.typical) if other.you_pay.typical < exact.you_pay.typical else None
    )
