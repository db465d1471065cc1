"""
Which lines a clinic's price sheet has: everything that it charges itself, by treatment offered.

They follow from the national treatments and from what the clinic's file offers and adds; what is billed only to
Medicare, or by a hospital, and is not the clinic's already, is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from estimator.prices.nodes import Node
from estimator.prices.schema.basics import Text
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.files import Book
from estimator.prices.schema.treatments import Line, Treatment

Part = Literal["before", "session", "follow_up", "therapy", "own"]

ALONGSIDE = "alongside"
"""The id of the group of what belongs to no single treatment: psychotherapy."""

PATIENTS = ("none", "commercial")
"""A line that is billed for neither of these is none of the clinic's prices."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """
    A charge on the sheet. `main` is the charge that a session of its treatment is priced by: into its price another may
    be included, toward it an evaluation credited.

    `sells`: there may be packages, an introductory price, a monthly plan. `insured`: the clinic may ask less where it
    bills the plan. `model` is the charge whose price it takes where it has none. `seldom` ones are folded away.
    """

    charge: str
    label: Text
    part: Part
    main: str
    sells: bool = False
    insured: bool = False
    model: str | None = None
    seldom: bool = False


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """The rows of one treatment; `visit` is the charge that it may bill to plans on the day of a session."""

    id: str
    label: Text
    rows: tuple[SheetRow, ...]
    own: tuple[str, ...] = ()
    """The charges of the clinic's own lines, in the order in which they are billed."""
    visit: str | None = None

    @property
    def main(self) -> str:
        return self.rows[0].main if self.rows else ""


def sheet_groups(national: Book, root: Node) -> tuple[SheetGroup, ...]:
    """The groups of the sheet of a clinic whose file is `root`."""
    offers = _list(root.said(("clinic", "offers"))) or list(national.treatments)
    own = {name: charge for name, charge in _group(root.said(("charges",))).items() if isinstance(charge, dict)}
    seen: set[str] = set()
    groups = []
    for name, treatment in national.treatments.items():
        if name in offers:
            found = {row.charge: row for row in _rows(national, treatment, own)}
            rows = tuple(row for charge, row in found.items() if charge not in seen)
            seen |= {row.charge for row in rows}
            added = [line.get("charge") for line in _list(root.said(("adds", name))) if isinstance(line, dict)]
            lines = tuple(
                charge
                for charge in added
                if isinstance(charge, str) and charge in own and charge not in national.charges
            )
            groups.append(SheetGroup(name, treatment.label, rows, lines, _visit(treatment)))
    offered = [national.treatments[group.id] for group in groups]
    named = (name for one in offered for name in (one.psychotherapy.in_person, one.psychotherapy.virtual))
    therapies = tuple(name for name in dict.fromkeys(named) if name not in seen)
    if therapies:
        label = Text(en="Psychotherapy alongside", es="Psicoterapia")
        rows = tuple(_therapy(national.charges[name], name, therapies[0]) for name in therapies)
        groups.append(SheetGroup(ALONGSIDE, label, rows))
    return tuple(groups)


def _rows(national: Book, treatment: Treatment, own: dict[str, Any]) -> Iterator[SheetRow]:
    main = _main(national, treatment)
    for line in treatment.before:
        yield _row(national, line, "before", main)
    for line in treatment.each_session:
        if _is_clinics(line) or (line.charge in own and not line.if_told):
            yield _row(national, line, "session", main)
    for line in treatment.follow_ups:
        yield _row(national, line, "follow_up", main)
    if treatment.therapist_present:
        charge = national.charges[treatment.therapist_present]
        yield SheetRow(treatment.therapist_present, charge.label, "session", main, seldom=True)


def _row(national: Book, line: Line, part: Part, main: str) -> SheetRow:
    charge = national.charges[line.charge]
    seldom = bool(line.therapist and "none" not in line.therapist) or line.setting == "hospital"
    return SheetRow(
        charge=line.charge,
        label=charge.label,
        part=part,
        main=main,
        sells=part == "session" and charge.same_as is None and charge.benefit != "drug",
        insured=line.charge == main and _never_covered(charge),
        model=charge.same_as,
        seldom=seldom,
    )


def _therapy(charge: Charge, name: str, first: str) -> SheetRow:
    return SheetRow(name, charge.label, "therapy", first, sells=charge.same_as is None, model=charge.same_as)


def _is_clinics(line: Line) -> bool:
    """Whether a line is billed for somebody who pays it, or whose commercial plan may, in an office."""
    meets = not line.payers or bool(set(line.payers) & set(PATIENTS))
    return meets and not set(PATIENTS) <= set(line.not_payers) and not line.if_told and line.setting != "hospital"


def _main(national: Book, treatment: Treatment) -> str:
    usual = [line.charge for line in treatment.each_session if _is_clinics(line)]
    return next((name for name in usual if national.charges[name].benefit != "drug"), usual[0] if usual else "")


def _visit(treatment: Treatment) -> str | None:
    told = [line.charge for line in treatment.each_session if line.if_told and "commercial" in line.payers]
    return told[0] if told else None


def _never_covered(charge: Charge) -> bool:
    commercial = charge.coverage.get("commercial")
    return commercial is None or commercial.status == "not_covered"


def _group(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []
