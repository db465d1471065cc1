"""The months as paper lists them: in a long course, equal months in a row share one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from estimator.core.results import Month

SINGLY = 24
"""Up to this many months with a payment, each keeps its line; more would take a third page."""

RUN = 3
"""Equal months from which a shared line saves room: it is two lines high."""


@dataclass(frozen=True, slots=True)
class PrintedMonth:
    """A month, and how many months its printed line stands for, the last being `until`; 0 where another's line does."""

    month: Month
    stands_for: int
    until: str


def printed_months(months: Sequence[Month]) -> list[PrintedMonth]:
    """
    Every month in order. A printed line says what is paid after rebates, so months that are equal in that are one run.

    Months without a payment are not printed: they neither end a run nor count as one of its months.
    """
    paid = [month for month in months if any(month.at_visit)]
    runs = _runs(paid) if len(paid) > SINGLY else [[month] for month in paid]
    lines = {month.month: (0 if place else len(run), run[-1].month) for run in runs for place, month in enumerate(run)}
    return [PrintedMonth(month, *lines.get(month.month, (1, month.month))) for month in months]


def _runs(months: Sequence[Month]) -> list[list[Month]]:
    """The months in order, in runs of at least `RUN` equal ones, the others by themselves."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][0].you_pay == month.you_pay:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [part for run in runs for part in ([run] if len(run) >= RUN else [[month] for month in run])]
