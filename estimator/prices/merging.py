"""
Files -> one book: national files side by side, a clinic's own figures in place of the national ones.

Books are put together without validating them again (`model_construct`, `model_copy`): each part was read and checked
in its own file, and the schema reads text, which these values no longer are. A value made up here would go unchecked.

Beside each book stand its places: which file and line a path of the book comes from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from estimator.prices.findings import Finding, nearest
from estimator.prices.nodes import Node
from estimator.prices.problems import KeyPath, Problem, dotted
from estimator.prices.schema.basics import PRICE_COLUMNS, Provenance, Table
from estimator.prices.schema.charges import Charge, ClinicCharge
from estimator.prices.schema.files import Book, ClinicFile, Defaults, NationalFile, ReferencePatient
from estimator.prices.schema.treatments import Treatment
from estimator.sentences import say

T = TypeVar("T", NationalFile, ClinicFile)
V = TypeVar("V")

SECTIONS = (
    *("sources", "treatments", "charges", "payers", "programs", "unknowns", "glossary", "reference_patients"),
    *("discounts", "services", "samples", "fee_schedule", "hospital_payments", "areas"),
)
"""What any national file may hold a part of; `texts` stands in one of them."""

_FROM_DEFAULTS = ("source", "checked", "confidence")


@dataclass(frozen=True, slots=True, eq=False)
class TableFile(Generic[T]):
    """One file that was read: its name, its tree with the lines, and what it says."""

    name: str
    root: Node
    table: T

    def line_of(self, path: KeyPath) -> str:
        """``national/charges.yaml:8`` of the key at `path`."""
        return f"{self.name}:{self.root.nearest(path)[0].key_line}"

    def place(self, path: KeyPath, says: str, fix: str = "", alert: bool = False) -> Problem:
        """A problem at `path` of this file, or as near to it as the file goes."""
        node, rest = self.root.nearest(path)
        if rest and path[-1] in _FROM_DEFAULTS and self.root.find(("defaults", path[-1])) is not None:
            return self.place(("defaults", path[-1]), says, fix, alert)
        return Problem(self.name, node.line, node.column, dotted(path), says, fix, alert)


@dataclass(frozen=True, slots=True, eq=False)
class NationalPlaces:
    """Which of the national files each entry of the book stands in."""

    files: Sequence[TableFile[NationalFile]]

    def problem(self, finding: Finding, alert: bool = False) -> Problem:
        """`finding` with its file and line."""
        file = self.holder(finding.path[:2]) or self.holder(finding.path[:1])
        if file is None:
            return Problem("national", 0, 0, dotted(finding.path), finding.says, finding.fix, alert)
        return file.place(finding.path, finding.says, finding.fix, alert)

    def holder(self, path: KeyPath) -> TableFile[NationalFile] | None:
        return next((file for file in self.files if file.root.find(path) is not None), None)


@dataclass(frozen=True, slots=True, eq=False)
class ClinicPlaces:
    """Where in a clinic's file the paths of its book come from."""

    file: TableFile[ClinicFile]
    copied: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Charge and column whose prices come from another charge of the clinic, by ``same_as``."""
    national_lines: Mapping[str, int] = field(default_factory=dict)
    """How many lines each treatment has at each session before the clinic adds its own."""

    def problem(self, finding: Finding, alert: bool = False) -> Problem:
        """`finding` with its line in the clinic's file, or as near to it as the file goes."""
        return self.file.place(self.own_path(finding.path), finding.says, finding.fix, alert)

    def own_path(self, path: KeyPath) -> KeyPath:
        match path:
            case ("charges", str(charge), str(column), *rest) if (charge, column) in self.copied:
                return ("charges", self.copied[charge, column], column, *rest)
            case ("treatments", str(treatment), "each_session", int(position), *rest):
                added = position - self.national_lines.get(treatment, 0)
                if added >= 0:
                    return ("adds", treatment, added, *rest)
        return path


def with_defaults(value: V, defaults: Defaults | None) -> V:
    """`value` with the source, day and confidence of `defaults` in every figure that lacks its own."""
    return cast(V, _filled(value, defaults)) if defaults is not None else value


def _filled(value: Any, defaults: Defaults) -> Any:
    if isinstance(value, Table) and not isinstance(value, Defaults):
        changed: dict[str, Any] = {}
        for name in type(value).model_fields:
            old = getattr(value, name)
            new = _filled(old, defaults)
            if isinstance(value, Provenance) and name in _FROM_DEFAULTS and not old:
                new = getattr(defaults, name)
            if new is not old:
                changed[name] = new
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, Mapping):
        items = {key: _filled(item, defaults) for key, item in value.items()}
        same = all(items[key] is item for key, item in value.items())
        return value if same else MappingProxyType(items)
    if isinstance(value, tuple):
        filled = tuple(_filled(item, defaults) for item in value)
        return value if all(new is old for new, old in zip(filled, value, strict=True)) else filled
    return value


def merge_national(files: Sequence[TableFile[NationalFile]]) -> tuple[Book, list[Problem]]:
    """
    The sections of all national files put together, and what cannot be.

    With problems the book is incomplete: good for checks that look at one entry alone, for nothing else.
    """
    merged: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    holders: dict[tuple[str, str], TableFile[NationalFile]] = {}
    problems: list[Problem] = []
    book: dict[str, Any] = {"texts": None}
    for file in files:
        table = with_defaults(file.table, file.table.defaults)
        if table.texts is not None and book["texts"] is not None:
            says = say("texts are already in %(place)s", place=holders["texts", ""].line_of(("texts",)))
            problems.append(file.place(("texts",), says, say("keep them in one file")))
        elif table.texts is not None:
            book["texts"], holders["texts", ""] = table.texts, file
        for section in SECTIONS:
            for id_, entry in (getattr(table, section) or {}).items():
                if id_ in merged[section]:
                    place = holders[section, id_].line_of((section, id_))
                    says = say("'%(name)s' is already defined in %(place)s", name=id_, place=place)
                    problems.append(file.place((section, id_), says, say("remove one of them")))
                else:
                    merged[section][id_] = entry
                    holders[section, id_] = file
    book.update({section: MappingProxyType(entries) for section, entries in merged.items()})
    for name in ("texts", "sources", "treatments", "charges", "payers", "unknowns"):
        if not book.get(name):
            says = say("no file has any %(key)s", key=name)
            problems.append(Problem("national", 0, 0, name, says, say("add %(key)s: …", key=name)))
    return Book.model_construct(**book), problems


def merge_clinic(national: Book, file: TableFile[ClinicFile]) -> tuple[Book, ClinicPlaces, list[Problem]]:
    """
    The national book with a clinic's own figures in place, and what cannot be put in place.

    A charge's keys are replaced one by one, each as a whole. A charge that is ``same_as`` another one takes the
    clinic's prices of that one, column by column, unless the clinic prices it itself.
    """
    table = with_defaults(file.table, file.table.defaults)
    problems = list(_misplaced(national, file))
    charges = dict(national.charges)
    own = table.charges or {}
    for id_, charge in own.items():
        changes = {key: getattr(charge, key) for key in charge.model_fields_set}
        if changes.keys() & set(PRICE_COLUMNS):
            # What the clinic asks money for is not included in another charge, unless the clinic says so.
            changes.setdefault("included_in", None)
        if id_ in charges:
            charges[id_] = charges[id_].model_copy(update=changes).after_national(national.charges[id_])
        elif charge.label is not None:
            charges[id_] = Charge.model_construct(**changes)
    copied = dict(_same_prices(charges, own))
    for (id_, column), model in copied.items():
        copy = charges[id_].model_copy(update={column: getattr(own[model], column)})
        charges[id_] = copy.after_national(national.charges[id_])
    treatments = dict(national.treatments)
    for id_, lines in (table.adds or {}).items():
        if id_ in treatments:
            each_session = treatments[id_].each_session + lines
            treatments[id_] = treatments[id_].model_copy(update={"each_session": each_session})
    if table.clinic.offers:
        treatments = {id_: treatment for id_, treatment in treatments.items() if id_ in table.clinic.offers}
    places = ClinicPlaces(file, copied, {id_: len(entry.each_session) for id_, entry in national.treatments.items()})
    changes = {
        "charges": MappingProxyType(charges),
        "treatments": MappingProxyType(treatments),
        "sources": MappingProxyType({**(table.sources or {}), **national.sources}),
        "discounts": MappingProxyType({**national.discounts, **(table.discounts or {})}),
        "reference_patients": MappingProxyType(_reference_patients(national, table, treatments)),
        "clinic": table.clinic,
    }
    priced = {*PRICE_COLUMNS, "included_in"}
    mine = {id_ for id_, charge in own.items() if charge.model_fields_set & priced} | {id_ for id_, _ in copied}
    return national.model_copy(update=changes).with_own_charges(mine), places, problems


def _reference_patients(
    national: Book, table: ClinicFile, treatments: Mapping[str, Treatment]
) -> dict[str, ReferencePatient]:
    """The national ones whose treatment the clinic offers, and the clinic's own."""
    offered = {
        id_: patient
        for id_, patient in national.reference_patients.items()
        if patient.answers.get("treatment") in treatments
    }
    return offered | dict(table.reference_patients or {})


def _same_prices(
    charges: Mapping[str, Charge], own: Mapping[str, ClinicCharge]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Charges and columns that take the clinic's prices of the charge they are the same as."""
    for id_, charge in charges.items():
        model = charge.same_as
        if model is None or model not in own or model == id_:
            continue
        for column in PRICE_COLUMNS:
            if column in own[model].model_fields_set and (id_ not in own or column not in own[id_].model_fields_set):
                yield (id_, column), model


def _misplaced(national: Book, file: TableFile[ClinicFile]) -> Iterator[Problem]:
    """What a clinic says about things that the national tables do not have, or have already."""
    for id_, charge in (file.table.charges or {}).items():
        if id_ not in national.charges and charge.label is None:
            fix = say("add a label if the charge is new; %(hint)s", hint=nearest(id_, national.charges))
            yield file.place(("charges", id_), say("'%(name)s' is no charge of the national tables", name=id_), fix)
    for id_ in file.table.adds or {}:
        if id_ not in national.treatments:
            yield _no_treatment(national, file, ("adds", id_), id_)
    for position, id_ in enumerate(file.table.clinic.offers):
        if id_ not in national.treatments:
            yield _no_treatment(national, file, ("clinic", "offers", position), id_)
    for id_ in file.table.sources or {}:
        if id_ in national.sources:
            says = say("'%(name)s' is already a source of the national tables", name=id_)
            yield file.place(("sources", id_), says, say("give it another name, or use the national one"))


def _no_treatment(national: Book, file: TableFile[ClinicFile], path: KeyPath, id_: str) -> Problem:
    return file.place(path, say("'%(name)s' is no treatment", name=id_), nearest(id_, national.treatments))
