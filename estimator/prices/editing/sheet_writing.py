"""
What somebody typed into a clinic's price sheet, written into its file: form values in, a text out.

`written` is pure. It changes only what the changed fields say, from one start day on, and keeps comments; it raises
`CannotSplice` where a person has to edit the YAML instead.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from estimator.money import plain_amount
from estimator.prices.editing.sheet_rows import SheetGroup, SheetRow
from estimator.prices.editing.sheet_texts import (
    DISCOUNT,
    LINE,
    PACKAGE,
    Sheet,
    places,
    read_amounts,
    typed_price,
)
from estimator.prices.editing.slices import become
from estimator.prices.editing.splicing import as_price, as_written
from estimator.prices.editing.whole_list import look_at_shape
from estimator.prices.schema.basics import PRICE_COLUMNS, PriceColumn

DISCOUNTS_IN_SPANISH = {
    "veterans": "Veteranos",
    "students": "Estudiantes",
    "first responders": "Personal de emergencias",
    "members": "Socios",
    "low income": "Ingresos bajos",
    "seniors": "Personas mayores",
    "teachers": "Docentes",
    "health care workers": "Personal de salud",
}
"""Usual groups, so that nobody has to translate them."""


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """
    The changed fields of a sheet (`mine`), as prices from `start` on, looked at on the day `checked`.

    `base` is what is published, as a tree, empty where nothing is. Prices that the draft alone has from the day `began`
    on move to `start` with the others.
    """

    mine: Mapping[str, str]
    start: date
    checked: date
    base: Mapping[str, Any]
    began: date | None = None


def written(data: bytes, sheet: Sheet, edit: SheetEdit) -> bytes:
    """`data`, of which `sheet` is the sheet, with `edit` made; fields without mistakes (`problems_in`)."""
    tree = deepcopy(sheet.root.plain())
    look_at_shape(tree)
    writer = _Writer(tree, sheet, edit)
    writer.move()
    for group in sheet.groups:
        for row in group.rows:
            writer.row(row)
        writer.insured(group)
        writer.lines(group)
    writer.discounts()
    return become(data, writer.tree)


@dataclass(slots=True)
class _Writer:
    tree: dict[str, Any]
    sheet: Sheet
    edit: SheetEdit

    @property
    def texts(self) -> Mapping[str, str]:
        return self.sheet.texts | dict(self.edit.mine)

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def typed(self, *names: str) -> bool:
        """Whether somebody typed something else into one of these fields."""
        return any(name in self.edit.mine for name in names)

    # Prices

    def charge(self, name: str) -> dict[str, Any]:
        charge: dict[str, Any] = self.tree.setdefault("charges", {}).setdefault(name, {})
        return charge

    def row(self, row: SheetRow) -> None:
        price, included = f"price-{row.charge}", f"included-{row.charge}"
        if self.typed(included) and self.text(included):
            self.charge(row.charge)["included_in"] = row.main
            self.drop(row.charge, "self_pay")
        elif self.typed(price, included):
            self.drop(row.charge, "included_in")
            self.price(row.charge, "self_pay", price)
        if self.typed(f"credited-{row.charge}"):
            if self.text(f"credited-{row.charge}"):
                self.charge(row.charge)["credited_toward"] = row.main
            else:
                self.drop(row.charge, "credited_toward")
        if row.sells:
            self.packages(row.charge)
            self.offer(row.charge, "first", "introductory", "price")
            self.offer(row.charge, "monthly", "subscription", "monthly")

    def price(self, charge: str, column: PriceColumn, field: str) -> None:
        """A typed price from the start day on; an emptied field takes the column away."""
        if not self.typed(field):
            return
        if not self.text(field):
            self.drop(charge, column)
            return
        dated = self.charge(charge).setdefault(column, {})
        start = self.edit.start.isoformat()
        usual = str(_group(self.tree.get("defaults")).get("checked", ""))
        checked = None if usual == self.edit.checked.isoformat() else self.edit.checked
        new = typed_price(self.text(field), checked)
        before = as_price(dated.get(max((day for day in dated if day < start), default="")))
        published = start in _group(_at(self.edit.base, "charges", charge, column))
        if before and not published and before.amounts == new.amounts:
            # Back at what holds already: the draft's own start day has nothing to say.
            dated.pop(start, None)
            return
        dated[start] = as_written(new, dated.get(start))

    def drop(self, charge: str, key: str) -> None:
        charges = self.tree.get("charges", {})
        if charge in charges:
            charges[charge].pop(key, None)
            if not charges[charge]:
                del charges[charge]
            if not charges:
                del self.tree["charges"]

    def move(self) -> None:
        """What the draft alone has from an earlier choice of the start day begins on the new one."""
        began, start = self.edit.began, self.edit.start
        if began is None or began == start:
            return
        for name, charge in _group(self.tree.get("charges")).items():
            published = _group(_at(self.edit.base, "charges", name))
            for column in PRICE_COLUMNS:
                dated = charge.get(column)
                drafted = began.isoformat() in _group(dated).keys() - _group(published.get(column)).keys()
                if dated and drafted:
                    dated.setdefault(start.isoformat(), dated[began.isoformat()])
                    del dated[began.isoformat()]
            for package in _list(charge.get("packages")):
                if package.get("starts") == began.isoformat() and package not in _list(published.get("packages")):
                    package |= self.from_start()
                    if not self.later:
                        package.pop("starts", None)

    # Offers

    @property
    def later(self) -> bool:
        """Whether something published holds until the start day, so that what is sold from then on says when."""
        return bool(self.edit.base) and self.edit.start > self.edit.checked

    def from_start(self) -> dict[str, str]:
        return {"starts": self.edit.start.isoformat()} if self.later else {}

    def packages(self, name: str) -> None:
        number = places(self.texts, f"package-{name}")
        fields = [[f"package-{name}-{place}-{key}" for key in PACKAGE] for place in range(number)]
        if not self.typed(*(field for group in fields for field in group)):
            return
        charge = self.charge(name)
        packages = charge.setdefault("packages", [])
        published = _list(_at(self.edit.base, "charges", name, "packages"))
        places_in_file = self.sheet.packages.get(name, ())
        gone, new = [], []
        for place, group in enumerate(fields):
            if not self.typed(*group):
                continue
            sessions, price, days = (self.text(field) for field in group)
            said = {"sessions": sessions, "price": _amount(price), "within_days": days}
            said = {key: text for key, text in said.items() if text}
            old = packages[places_in_file[place]] if place < len(places_in_file) else None
            if old is None or (self.later and old in published):
                if old is not None:
                    old["until"] = (self.edit.start - timedelta(days=1)).isoformat()
                new += [said | self.from_start()] if said else []
            elif said:
                rest = {key: value for key, value in old.items() if key not in ("sessions", "price", "within_days")}
                packages[places_in_file[place]] = said | rest
            else:
                gone.append(places_in_file[place])
        charge["packages"] = [one for place, one in enumerate(packages) if place not in gone] + new
        if not charge["packages"]:
            self.drop(name, "packages")

    def offer(self, name: str, kind: str, key: str, amount: str) -> None:
        fields = (f"{kind}-{name}-price", f"{kind}-{name}-sessions")
        if not self.typed(*fields):
            return
        price, sessions = (self.text(field) for field in fields)
        if not price:
            self.drop(name, key)
            return
        charge = self.charge(name)
        first = {} if key in charge else self.from_start()
        rest = {kept: value for kept, value in _group(charge.get(key)).items() if kept not in (amount, "sessions")}
        charge[key] = ({"sessions": sessions} if sessions else {}) | {amount: _amount(price)} | rest | first

    # With insurance

    def insured(self, group: SheetGroup) -> None:
        for row in group.rows:
            if row.insured:
                self.price(row.charge, "insured_patient", f"insured-{row.charge}")
        if group.visit is None:
            return
        billed, visit = f"billed-{group.id}", f"price-{group.visit}"
        if self.typed(billed):
            self.bill(group.id, {"charge": group.visit, "payers": ["commercial"]}, bool(self.text(billed)))
        self.price(group.visit, "self_pay", visit)
        if self.text(billed) and not self.text(visit) and self.typed(billed, f"insured-{group.main}"):
            rest = self.rest_of(group.main)
            if rest:
                dated = self.charge(group.visit).setdefault("self_pay", {})
                dated[self.edit.start.isoformat()] = rest

    def rest_of(self, main: str) -> str:
        """What a session costs without insurance more than with it; empty where that is no one amount."""
        try:
            (low, _typical, high), (fee, _middle, most) = (
                read_amounts(self.text(f"{kind}-{main}")) for kind in ("price", "insured")
            )
        except ValueError:
            return ""
        return plain_amount(low - fee) if low == high and fee == most < low else ""

    def bill(self, treatment: str, line: dict[str, Any], wanted: bool) -> None:
        """One more line at each session of a treatment, or none of this charge."""
        adds = self.tree.setdefault("adds", {})
        kept = [one for one in _list(adds.get(treatment)) if _group(one).get("charge") != line["charge"]]
        adds[treatment] = kept + ([line] if wanted else [])
        self.tree["adds"] = {name: lines for name, lines in adds.items() if lines}
        if not self.tree["adds"]:
            del self.tree["adds"]

    def lines(self, group: SheetGroup) -> None:
        """The clinic's own lines: a charge of its own, and where it is billed."""
        for place in range(places(self.texts, f"line-{group.id}")):
            fields = [f"line-{group.id}-{place}-{key}" for key in LINE]
            if not self.typed(*fields):
                continue
            label, spanish, price, when = (self.text(field) for field in fields)
            name = group.own[place] if place < len(group.own) else None
            if not label and not price:
                if name:
                    self.bill(group.id, {"charge": name}, False)
                    self.tree["charges"].pop(name, None)
                continue
            if name is None:
                name = free_name(label, (*self.tree.get("charges", {}), *(row.charge for row in self.sheet.rows)))
            charge = self.charge(name)
            charge["label"] = _label(label, spanish)
            if not _is_exact(price):
                ask = {"label": _label(label, spanish), "ask": f"What do you charge for this: {label}?"}
                charge.setdefault("price_question", ask | {"whom": "clinic"})
            self.price(name, "self_pay", fields[2])
            self.bill(group.id, {"charge": name} | ({"only": when} if when else {}), True)

    def discounts(self) -> None:
        for place in range(places(self.texts, "discount")):
            fields = [f"discount-{place}-{key}" for key in DISCOUNT]
            if not self.typed(*fields):
                continue
            label, spanish, percent = (self.text(field) for field in fields)
            said = self.tree.setdefault("discounts", {})
            name = self.sheet.discounts[place] if place < len(self.sheet.discounts) else None
            if not label:
                said.pop(name, None)
            else:
                spanish = spanish or DISCOUNTS_IN_SPANISH.get(label.casefold(), "")
                name = name or free_name(label, said)
                said[name] = _group(said.get(name)) | {
                    "label": _label(label, spanish),
                    "percent": percent.replace("%", "").strip(),
                }
            if not said:
                del self.tree["discounts"]


def free_name(label: str, taken: Iterable[str]) -> str:
    """A name for something new made of its words, such as ``nausea_medicine``, that nothing else has."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:40].rstrip("_") or "line"
    taken = set(taken)
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _label(english: str, spanish: str) -> Any:
    return {"en": english, "es": spanish} if spanish and spanish != english else english


def _amount(text: str) -> str:
    return plain_amount(read_amounts(text)[0]) if text else ""


def _is_exact(text: str) -> bool:
    low, _typical, high = read_amounts(text)
    return low == high


def _at(tree: Any, *path: str) -> Any:
    for key in path:
        tree = _group(tree).get(key)
    return tree


def _group(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []
