"""
A clinic's price sheet as flat texts, field by field: what its file says on a day, and what somebody typed, read.

A field's name is its kind and its place: ``price-infusion``, ``package-infusion-0-days``, ``line-iv-1-label``. The text
is empty where nothing is said. A form, a pasted list and a spreadsheet all speak in these fields.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from estimator.money import parse_percent, parse_typed_amount, plain_amount
from estimator.prices.editing.sheet_rows import SheetGroup, SheetRow
from estimator.prices.editing.splicing import TypedPrice, as_price
from estimator.prices.nodes import Node
from estimator.prices.schema.basics import PriceColumn
from estimator.sentences import Sentence, say

Texts = dict[str, str]

LONGEST_LABEL = 100
YES = "yes"

PACKAGE = ("sessions", "price", "days")
OFFER = ("price", "sessions")
LINE = ("label", "label_es", "price", "when")
DISCOUNT = ("label", "label_es", "percent")

_BETWEEN = re.compile(r"\s*[-–—]\s*|\s+(?:to|a|hasta)\s+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    A clinic's file as its sheet shows it on a day: `texts` by field.

    `packages` says for a charge at which places of the file's list its packages stand that hold on that day;
    `discounts` are the names of those that the sheet can show.
    """

    groups: tuple[SheetGroup, ...]
    root: Node
    day: date
    texts: Texts
    packages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    discounts: tuple[str, ...] = ()

    @property
    def rows(self) -> list[SheetRow]:
        return [row for group in self.groups for row in group.rows]


def sheet_on(groups: tuple[SheetGroup, ...], root: Node, day: date) -> Sheet:
    """What a clinic's file says on `day`, in the fields of its sheet."""
    texts: Texts = {}
    packages: dict[str, tuple[int, ...]] = {}
    for group in groups:
        for row in group.rows:
            charge = _group(root.said(("charges", row.charge)))
            texts[f"price-{row.charge}"] = price_text(charge, "self_pay", day)
            texts[f"included-{row.charge}"] = YES if charge.get("included_in") else ""
            texts[f"credited-{row.charge}"] = YES if charge.get("credited_toward") else ""
            if row.insured:
                texts[f"insured-{row.charge}"] = price_text(charge, "insured_patient", day)
            if row.sells:
                packages[row.charge] = tuple(_holding(charge.get("packages"), day))
                texts |= _offers(row.charge, charge, packages[row.charge])
        if group.visit:
            added = _list(root.said(("adds", group.id)))
            texts[f"billed-{group.id}"] = YES if any(_group(one).get("charge") == group.visit for one in added) else ""
            texts[f"price-{group.visit}"] = price_text(_group(root.said(("charges", group.visit))), "self_pay", day)
        for place, name in enumerate(group.own):
            charge = _group(root.said(("charges", name)))
            added = [_group(one) for one in _list(root.said(("adds", group.id)))]
            when = next((one.get("only", "") for one in added if one.get("charge") == name), "")
            english, spanish = _words(charge.get("label"))
            said = (english, spanish, price_text(charge, "self_pay", day), when)
            texts |= {f"line-{group.id}-{place}-{key}": text for key, text in zip(LINE, said, strict=True)}
    discounts = {name: _group(one) for name, one in _group(root.said(("discounts",))).items()}
    shown = tuple(name for name, one in discounts.items() if "percent" in one)
    for place, name in enumerate(shown):
        said_of = (*_words(discounts[name].get("label")), str(discounts[name]["percent"]))
        texts |= {f"discount-{place}-{key}": text for key, text in zip(DISCOUNT, said_of, strict=True)}
    return Sheet(groups, root, day, texts, packages, shown)


def _offers(name: str, charge: Mapping[str, Any], holding: Iterable[int]) -> Iterator[tuple[str, str]]:
    for place, at in enumerate(holding):
        package = _group(charge["packages"][at])
        said = (package.get("sessions"), package.get("price"), package.get("within_days"))
        yield from ((f"package-{name}-{place}-{key}", str(one or "")) for key, one in zip(PACKAGE, said, strict=True))
    for kind, key, amount in (("first", "introductory", "price"), ("monthly", "subscription", "monthly")):
        offer = _group(charge.get(key))
        yield f"{kind}-{name}-price", str(offer.get(amount, ""))
        yield f"{kind}-{name}-sessions", str(offer.get("sessions", ""))


def price_text(charge: Mapping[str, Any], column: PriceColumn, day: date) -> str:
    """``450`` or ``400-500``: what a charge of the file asks in a column on `day`; empty where nothing has begun."""
    price = as_price(_in_force(charge.get(column), day))
    return amounts_text(price.low, price.typical, price.high) if price else ""


def amounts_text(low: int, typical: int, high: int) -> str:
    """An amount, or a range whose typical price goes without saying where it is the middle; in cents."""
    if low == high:
        return plain_amount(low)
    middle = _middle(low, high)
    return "-".join(plain_amount(one) for one in ((low, high) if typical == middle else (low, typical, high)))


def _in_force(dated: Any, day: date) -> Any:
    begun = [start for start in _group(dated) if start <= day.isoformat()]
    return dated[max(begun)] if begun else None


def _holding(packages: Any, day: date) -> Iterator[int]:
    for place, package in enumerate(map(_group, _list(packages))):
        starts, until = str(package.get("starts", "")), str(package.get("until", "9"))
        if starts <= day.isoformat() <= until:
            yield place


# What somebody typed


def read_amounts(text: str) -> tuple[int, int, int]:
    """
    Low, typical and high in cents of ``450``, ``$400 - $500`` or ``400-430-500``; the middle is typical.

    Raises ValueError with a `Sentence`.
    """
    parts = [_amount(part) for part in _BETWEEN.split(text.strip())]
    if len(parts) > 3:
        raise ValueError(say("Write one amount such as 450, or a range such as 400-500."))
    if parts != sorted(parts):
        raise ValueError(say("Write the lower amount first, such as 400-500."))
    low, high = parts[0], parts[-1]
    return low, parts[1] if len(parts) == 3 else _middle(low, high), high


def _middle(low: int, high: int) -> int:
    """The middle of two amounts, in whole dollars where both are."""
    step = 200 if low % 100 == high % 100 == 0 else 2
    return (low + high) // step * (step // 2)


def _amount(text: str) -> int:
    try:
        cents = parse_typed_amount(text)
    except ValueError:
        if re.fullmatch(r"\$?\s*[0-9,]{8,}(?:\.[0-9]{1,2})?", text.strip()):
            raise ValueError(say("This is too large: the most is %(most)s.", most="$9,999,999")) from None
        raise ValueError(
            say("'%(text)s' is not an amount such as 450, or a range such as 400-500.", text=text[:40])
        ) from None
    return cents


def _count(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not least <= int(text) <= most:
        raise ValueError(say("Write a whole number from %(least)s to %(most)s.", least=least, most=most))
    return int(text)


def _percent(text: str) -> int:
    try:
        points = parse_percent(text.replace("%", "").strip())
    except ValueError:
        raise ValueError(say("'%(text)s' is not a percentage such as 15.", text=text[:40])) from None
    if not points:
        raise ValueError(say("'%(text)s' is not a percentage such as 15.", text=text[:40]))
    return points


def problems_in(sheet: Sheet, texts: Mapping[str, str], mine: Iterable[str]) -> dict[str, Sentence]:
    """What is wrong with the `texts` of all fields, by field; `mine` are those that somebody typed now."""
    return dict(reversed([*_problems(sheet, texts, frozenset(mine))]))


def _problems(sheet: Sheet, texts: Mapping[str, str], mine: frozenset[str]) -> Iterator[tuple[str, Sentence]]:
    for name in sorted(mine):
        kind, *_rest, last = name.split("-")
        try:
            if last in ("label", "label_es") and len(texts[name]) > LONGEST_LABEL:
                raise ValueError(say("Use at most %(most)s letters.", most=LONGEST_LABEL))
            if not texts[name] or kind in ("included", "credited", "billed") or last in ("label", "label_es", "when"):
                continue
            if kind in ("price", "insured"):
                read_amounts(texts[name])
            elif last == "percent":
                _percent(texts[name])
            elif last == "days":
                _count(texts[name], 1, 1095)
            elif last == "sessions":
                _count(texts[name], 2 if kind == "package" else 1, 104)
            elif kind == "line":
                read_amounts(texts[name])
            else:
                _amount(texts[name])
        except ValueError as error:
            yield name, error.args[0]
    for row in sheet.rows:
        yield from _row_problems(row, texts, mine)
    for group in sheet.groups:
        for place in range(places(texts, f"line-{group.id}")):
            label, _spanish, price, _when = (texts.get(f"line-{group.id}-{place}-{key}", "") for key in LINE)
            if price and not label:
                yield f"line-{group.id}-{place}-label", say("Say what this line is called.")
            if label and not price:
                yield f"line-{group.id}-{place}-price", say("Write its price.")
    for place in range(places(texts, "discount")):
        label, spanish, percent = (texts.get(f"discount-{place}-{key}", "") for key in DISCOUNT)
        if (percent or spanish) and not label:
            yield f"discount-{place}-label", say("Say whom it is for, such as: veterans.")
        if label and not percent:
            yield f"discount-{place}-percent", say("Write how many percent less.")


def _row_problems(row: SheetRow, texts: Mapping[str, str], mine: frozenset[str]) -> Iterator[tuple[str, Sentence]]:
    price, included = f"price-{row.charge}", f"included-{row.charge}"
    if texts.get(included) and texts.get(price) and {price, included} <= mine:
        yield price, say("Either a price or included: empty the price, or take the tick away.")
    offers = False
    for place in range(places(texts, f"package-{row.charge}")):
        sessions, amount, days = (texts.get(f"package-{row.charge}-{place}-{key}", "") for key in PACKAGE)
        offers = offers or bool(sessions or amount)
        if (amount or days) and not sessions:
            yield f"package-{row.charge}-{place}-sessions", say("Say how many sessions the package has.")
        if (sessions or days) and not amount:
            yield f"package-{row.charge}-{place}-price", say("Write what the whole package costs.")
    for kind in ("first", "monthly"):
        if texts.get(f"{kind}-{row.charge}-sessions") and not texts.get(f"{kind}-{row.charge}-price"):
            yield f"{kind}-{row.charge}-price", say("Write its price.")
    if offers and not _exact(texts.get(price, "")):
        yield price, say("A package needs the exact price of one session here, such as 450.")


def _exact(text: str) -> bool:
    try:
        low, _typical, high = read_amounts(text)
    except ValueError:
        # What cannot be read is said already.
        return bool(text)
    return low == high


def places(texts: Mapping[str, str], start: str) -> int:
    """How many entries of a list the fields speak of, such as ``package-infusion``."""
    found = (re.fullmatch(rf"{re.escape(start)}-([0-9]{{1,2}})-[a-z_]+", name) for name in texts)
    return max((int(match[1]) + 1 for match in found if match), default=0)


def typed_price(text: str, checked: date | None) -> TypedPrice:
    """The price of a field without mistakes."""
    return TypedPrice(*read_amounts(text), checked=checked)


def _words(label: Any) -> tuple[str, str]:
    return (str(label.get("en", "")), str(label.get("es", ""))) if isinstance(label, dict) else (str(label or ""), "")


def _group(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []
