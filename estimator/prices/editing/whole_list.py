"""A clinic's file as a whole: its shape, the one day on which a draft's prices begin, every price looked at."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from estimator.prices.editing.slices import CannotSplice, become
from estimator.prices.problems import KeyPath, dotted
from estimator.prices.schema.basics import PRICE_COLUMNS
from estimator.sentences import marked as _


def all_checked(data: bytes, tree: Mapping[str, Any], day: date) -> bytes:
    """`data`, whose tree is `tree`, as a list of which every price in it was looked at on `day`."""
    changed: dict[str, Any] = deepcopy(dict(tree))
    changed.setdefault("defaults", {})["checked"] = day.isoformat()
    for charge in _group(changed.get("charges")).values():
        for column in PRICE_COLUMNS:
            for start, price in _group(charge.get(column)).items():
                if isinstance(price, dict) and "checked" in price:
                    del price["checked"]
                    # One amount that says nothing more is one number again.
                    charge[column][start] = price["price"] if price.keys() == {"price"} else price
        offers = [
            *_list(charge.get("packages")),
            _group(charge.get("introductory")),
            _group(charge.get("subscription")),
        ]
        for offer in offers:
            offer.pop("checked", None)
    return become(data, changed)


def start_of(sheet_root: Mapping[str, Any], base: Mapping[str, Any]) -> date | None:
    """The one day on which every price begins that a draft alone has; None where there is none, or more than one."""
    days = {
        day
        for name, charge in _group(sheet_root.get("charges")).items()
        for column in PRICE_COLUMNS
        for day in _group(_group(charge).get(column))
        if day not in _group(_group(_group(_group(base).get("charges")).get(name)).get(column))
    }
    try:
        return date.fromisoformat(days.pop()) if len(days) == 1 else None
    except ValueError:
        return None


def look_at_shape(tree: Any) -> None:
    """Raises `CannotSplice` where a group or a list of the file is something else, so that a person has to look."""
    charges = _group(tree.get("charges"))
    groups: list[tuple[KeyPath, Any]] = [
        ((key,), tree.get(key)) for key in ("charges", "adds", "discounts", "defaults")
    ]
    groups += [(("charges", name), charge) for name, charge in charges.items()]
    groups += [
        (("charges", name, key), _group(charge).get(key))
        for name, charge in charges.items()
        for key in (*PRICE_COLUMNS, "introductory", "subscription")
    ]
    for path, value in groups:
        if value is not None and not isinstance(value, dict):
            raise CannotSplice(
                _("This cannot be read, so put it right in the YAML first: %(where)s"), where=dotted(path)
            )
    lists: list[tuple[KeyPath, Any]] = [
        (("charges", name, "packages"), _group(charge).get("packages")) for name, charge in charges.items()
    ]
    lists += [(("adds", name), lines) for name, lines in _group(tree.get("adds")).items()]
    for path, value in lists:
        if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            raise CannotSplice(
                _("This cannot be read, so put it right in the YAML first: %(where)s"), where=dotted(path)
            )


def _group(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []
