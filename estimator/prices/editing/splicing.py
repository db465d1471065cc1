"""
One price changed in the text of a table, and nothing else: what the form of the clinic's desk does to a draft.

Bytes in, bytes out. Every function raises CannotSplice, with a sentence, where a person has to edit the YAML instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from estimator.money import plain_amount
from estimator.prices.editing.slices import CannotSplice, needed, put, read, remove
from estimator.prices.editing.yaml_values import Tree
from estimator.prices.nodes import Node, read_tree
from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import Confidence, PriceColumn, Text
from estimator.prices.schema.dated_prices import Price
from estimator.sentences import marked as _

Group = dict[str, Tree]

_ENDS = ("low", "typical", "high")


@dataclass(frozen=True, slots=True)
class TypedPrice:
    """
    A price as somebody types it into a form: amounts in cents, and what is said about them in the file itself.

    What is left out (no `source`, None) comes from the file's ``defaults``.
    """

    low: int
    typical: int
    high: int
    source: tuple[str, ...] = ()
    checked: date | None = None
    confidence: Confidence | None = None
    note: Text | None = None

    @classmethod
    def exactly(cls, cents: int, **others: Any) -> "TypedPrice":
        """One exact price."""
        return cls(cents, cents, cents, **others)

    @property
    def amounts(self) -> tuple[int, int, int]:
        return self.low, self.typical, self.high

    @property
    def exact(self) -> bool:
        return self.low == self.typical == self.high


def price_path(charge: str, column: PriceColumn, start: date) -> KeyPath:
    """Where a table says a price."""
    return ("charges", charge, column, start.isoformat())


def set_price(data: bytes, charge: str, column: PriceColumn, start: date, price: TypedPrice) -> bytes:
    """`data` with `price` as the price of `charge` in `column` from `start` on; what was not there yet is added."""
    path = price_path(charge, column, start)
    return put(data, path, as_written(price, read(data).said(path)))


def remove_price(data: bytes, charge: str, column: PriceColumn, start: date) -> bytes:
    """`data` without that price, and without the column, charge and section that would hold nothing any more."""
    return remove(data, price_path(charge, column, start))


def mark_checked(data: bytes, charge: str, column: PriceColumn, start: date, day: date) -> bytes:
    """`data` with `day` as the day on which somebody last looked at that price; its numbers stay as they are."""
    path = price_path(charge, column, start)
    return put(data, path, _as_group(needed(read(data), path)) | {"checked": day.isoformat()})


def add_source(data: bytes, id_: str, title: Text, url: str | None = None, kind: str | None = None) -> bytes:
    """`data` with one more entry of ``sources``; raises CannotSplice where the file has one of this name."""
    if read(data).find(("sources", id_)) is not None:
        raise CannotSplice(_("The file already has a source with the name %(name)s. Choose another name."), name=id_)
    said = {"title": _words(title), "url": url, "kind": kind}
    return put(data, ("sources", id_), {key: value for key, value in said.items() if value})


def price_in(root: Node, charge: str, column: PriceColumn, start: date) -> TypedPrice | None:
    """
    That price as a file itself says it, without its ``defaults``; what a form begins with.

    None where the file has no such price, or none whose amounts and note can be read.
    """
    return as_price(root.said(price_path(charge, column, start)))


def sources_of(root: Node) -> dict[str, str]:
    """The sources that a file itself defines: name -> title in English."""
    titles = {id_: root.said(("sources", id_, "title")) for id_ in _as_group(root.said(("sources",)))}
    english = {id_: title.get("en") if isinstance(title, dict) else title for id_, title in titles.items()}
    return {id_: words if isinstance(words, str) else id_ for id_, words in english.items()}


def file_of(files: Mapping[str, bytes], path: KeyPath) -> str | None:
    """Which of the files holds `path`, such as ``("charges", "infusion")``; None where none does."""
    roots = ((name, read_tree(files[name], name)[0]) for name in sorted(files))
    return next((name for name, root in roots if root is not None and root.find(path) is not None), None)


def _as_group(written: Tree | None) -> Group:
    """A price as a group of keys, also where it is one number."""
    return {"price": written} if isinstance(written, str) else dict(written) if isinstance(written, dict) else {}


def as_price(written: Tree | None) -> TypedPrice | None:
    """The price that a file says, without a source, day or confidence that cannot be read."""
    group = _as_group(written)
    try:
        price = Price.model_validate(group)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        if not wrong or not wrong.isdisjoint((*_ENDS, "note")):
            return None
        price = Price.model_validate({key: value for key, value in group.items() if key not in wrong})
    note = price.note and Text(en=price.note.en.strip(), es=price.note.es.strip() if price.note.es else None)
    return TypedPrice(price.low, price.typical, price.high, price.source, price.checked, price.confidence, note)


def as_written(price: TypedPrice, written: Tree | None) -> Tree:
    """`price` as a value of the file, in the words of `written` wherever those say the same."""
    group, before = _as_group(written), as_price(written)
    said = {key: value for key, value in group.items() if key not in ("price", *_ENDS)}
    new: Group = {
        "source": price.source[0] if len(price.source) == 1 else [*price.source],
        "checked": price.checked.isoformat() if price.checked else "",
        "confidence": price.confidence or "",
        "note": _words(price.note),
    }
    for key, value in new.items():
        if before is None or getattr(before, key) != getattr(price, key):
            said[key] = value
    said = {key: value for key, value in said.items() if value}
    numbers = _numbers(price, before, group)
    return numbers | said if said or isinstance(written, dict) else numbers.get("price", numbers)


def _numbers(price: TypedPrice, before: TypedPrice | None, group: Group) -> Group:
    """The keys that hold the amounts: those of `group` where they say the same, so that ``75.00`` stays as it is."""
    new = {end: plain_amount(getattr(price, end)) for end in _ENDS}
    same = [end for end in _ENDS if before and getattr(before, end) == getattr(price, end)]
    if len(same) == len(new):
        return {key: group[key] for key in ("price", *_ENDS) if key in group}
    if price.exact:
        return {"price": new["typical"]}
    return new | {end: group.get(end) or group["price"] for end in same}


def _words(text: Text | None) -> Tree:
    if text is None:
        return ""
    return {"en": text.en.strip(), "es": text.es.strip()} if text.es else text.en.strip()
