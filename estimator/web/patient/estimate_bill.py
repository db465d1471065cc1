"""The bill as the estimate's page lists it: line by line in three cases, and claim by claim in the typical one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from estimator.core.results import Amounts, Estimate, LedgerRow, LineItem
from estimator.prices.schema.basics import Text
from estimator.prices.schema.payers import Program
from estimator.web.filters import words
from estimator.web.patient.posted_prices import SeenInRegion, seen_in_region
from estimator.web.patient.programs import program_limits, program_of

SHORT = 60
"""Up to this many letters a sentence is said again on paper; referring to it would take as much room."""


@dataclass(frozen=True, slots=True, eq=False)
class BillLine:
    """
    One line of the bill.

    `reason_above` is the label of the line that has said the coverage reason already, `limits_above` whether another
    line has said the program's limits: a screen says both again, paper refers to them. `notes_above` are the notes, in
    English, that another line has said: paper says them once. `outside`: in the typical
    scenario all of it is out of network, so the clinic is paid first. `seen` is what clinics of the patient's region
    post.
    """

    item: LineItem
    reason_above: Text | None
    program: Program | None
    limits: str
    limits_above: bool
    notes_above: frozenset[str]
    outside: bool
    seen: SeenInRegion | None

    @property
    def two_prices(self) -> bool:
        """Whether what the clinic asks and what the plan allows are different facts about it."""
        item = self.item
        return item.asked is not None and item.allowed is not None and item.asked != item.allowed

    @property
    def unknown(self) -> bool:
        """Whether no case has a price for it."""
        return self.item.missing and not any(self.item.billed)

    @property
    def shared(self) -> bool:
        """Whether somebody else pays a part in the typical scenario."""
        return bool(self.item.plan_pays.typical or self.item.program_pays.typical)


Column = Literal[
    "billed",
    "toward_deductible",
    "own_share",
    "plan_pays",
    "program_pays",
    "you_pay",
    "deductible_left",
    "out_of_pocket_left",
]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One claim of the typical scenario; `cents` by column, None where the plan has no such limit."""

    date: date
    charge: Text
    cents: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """Every claim of the typical scenario, to the cent, in the columns that say something; and their `totals`."""

    columns: tuple[Column, ...]
    lines: tuple[LedgerLine, ...]
    totals: tuple[int | None, ...]


def bill_lines(estimate: Estimate) -> Iterator[BillLine]:
    """The lines in order, each knowing what the ones above it have said."""
    reasons: dict[str, Text] = {}
    programs: set[str] = set()
    notes: set[str] = set()
    inside = {row.charge for row in estimate.ledger[1] if row.covered and row.network == "in"}
    outside = {row.charge for row in estimate.ledger[1] if row.covered and row.network == "out"} - inside
    for item in (one for one in estimate.items if not one.idle):
        reason, program = words(item.coverage_reason), program_of(estimate, item)
        label, limits = (words(program.label), program_limits(program)) if program else ("", "")
        yield BillLine(
            item,
            reason_above=reasons.get(reason) if len(reason) > SHORT else None,
            program=program,
            limits=limits,
            limits_above=label in programs and len(limits) > SHORT,
            notes_above=frozenset(note.en for note in item.notes if note.en in notes),
            outside=item.charge in outside,
            seen=seen_in_region(estimate.book.tables, item.charge, estimate.answers.state) if item.asked else None,
        )
        reasons.setdefault(reason, item.label)
        programs.add(label)
        notes.update(note.en for note in item.notes)


def session_charges(estimate: Estimate) -> frozenset[str]:
    """The charges of the treatment sessions themselves, in whatever dose."""
    lines = estimate.book.tables.treatments[estimate.answers.treatment].each_session
    return frozenset(name for line in lines for name in (line.charge, line.lower_dose) if name)


def ledger_table(estimate: Estimate, totals: Estimate, insured: bool, helped: bool) -> LedgerTable:
    """The typical scenario's claims; `totals` is the estimate to the cent. Empty columns are left out."""
    rows, charges = estimate.ledger[1], estimate.book.tables.charges
    columns = tuple(_columns(estimate, insured, helped))
    lines = tuple(
        LedgerLine(row.date, charges[row.charge].label, tuple(_cents(row, column) for column in columns))
        for row in rows
    )
    return LedgerTable(columns, lines, tuple(_total(totals, column) for column in columns))


def _columns(estimate: Estimate, insured: bool, helped: bool) -> Iterator[Column]:
    deductible = insured and bool(estimate.plan[1].deductible)
    limited = any(row.out_of_pocket_left is not None for row in estimate.ledger[1])
    wanted: tuple[tuple[Column, bool], ...] = (
        ("billed", True),
        ("toward_deductible", deductible),
        ("own_share", insured),
        ("plan_pays", insured),
        ("program_pays", helped),
        ("you_pay", True),
        ("deductible_left", deductible),
        ("out_of_pocket_left", limited),
    )
    return (column for column, shown in wanted if shown)


def _cents(row: LedgerRow, column: Column) -> int | None:
    """The patient's share counts toward the deductible first; the rest of it is copay or coinsurance."""
    toward = min(row.deductible_part, row.share)
    if column == "toward_deductible":
        return toward
    cents: int | None = row.share - toward if column == "own_share" else getattr(row, column)
    return cents


def _total(estimate: Estimate, column: Column) -> int | None:
    if column not in ("billed", "plan_pays", "program_pays", "you_pay"):
        return None
    amounts: Amounts = getattr(estimate, column)
    return amounts.typical
