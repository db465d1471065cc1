"""
One price changed in the text of a table, and nothing else: what the form of the clinic's desk does to a draft.

Bytes in, bytes out. Every function raises CannotSplice, with a sentence, where a person has to edit the YAML instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from estimator.money import parse_amount, plain_amount
from estimator.prices.editing.rewriting import CannotSplice as CannotSplice
from estimator.prices.editing.rewriting import rewrite, tree_of
from estimator.prices.editing.written import Tree
from estimator.prices.problems import KeyPath
from estimator.prices.schema import Confidence, PriceColumn, Text
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
    def exact(self) -> bool:
        return self.low == self.typical == self.high


def set_price(data: bytes, charge: str, column: PriceColumn, start: date, price: TypedPrice) -> bytes:
    """`data` with `price` as the price of `charge` in `column` from `start` on; what was not there yet is added."""
    path = _price_path(charge, column, start)
    tree = tree_of(data)
    return rewrite(data, _with(tree, path, _wanted(price, _find(tree, path))))


def remove_price(data: bytes, charge: str, column: PriceColumn, start: date) -> bytes:
    """`data` without that price, and without the column, charge and section that would hold nothing any more."""
    path = _price_path(charge, column, start)
    tree = tree_of(data)
    _needed(tree, path)
    return rewrite(data, _without(tree, path))


def mark_checked(data: bytes, charge: str, column: PriceColumn, start: date, day: date) -> bytes:
    """`data` with `day` as the day on which somebody last looked at that price; its numbers stay as they are."""
    path = _price_path(charge, column, start)
    tree = tree_of(data)
    written = _needed(tree, path)
    price: Group = dict(written) if isinstance(written, dict) else {"price": written}
    return rewrite(data, _with(tree, path, price | {"checked": day.isoformat()}))


def set_scalar(data: bytes, path: KeyPath, text: str) -> bytes:
    """`data` with `text` as the value at `path`; a key that is missing there is added."""
    return rewrite(data, _with(tree_of(data), path, text))


def set_value(data: bytes, path: KeyPath, value: Tree) -> bytes:
    """The same for any value: text, a list, or a group of keys."""
    return rewrite(data, _with(tree_of(data), path, value))


def remove(data: bytes, path: KeyPath) -> bytes:
    """`data` without the value at `path`, and without groups that would hold nothing any more."""
    tree = tree_of(data)
    _needed(tree, path)
    return rewrite(data, _without(tree, path))


def add_source(data: bytes, id_: str, title: Text, url: str | None = None, kind: str | None = None) -> bytes:
    """`data` with one more entry of ``sources``; raises CannotSplice where the file has one of this name."""
    tree = tree_of(data)
    if _find(tree, ("sources", id_)) is not None:
        raise CannotSplice(_("The file already has a source with the name %(name)s. Choose another name."), name=id_)
    said = {"title": _words(title), "url": url, "kind": kind}
    entry: Group = {key: value for key, value in said.items() if value}
    return rewrite(data, _with(tree, ("sources", id_), entry))


def price_in(data: bytes, charge: str, column: PriceColumn, start: date) -> TypedPrice | None:
    """
    That price as this file itself says it, without its ``defaults``; what a form begins with.

    None where the file has no such price, or none that can be read.
    """
    written = _find(tree_of(data), _price_path(charge, column, start))
    amounts = _amounts(written)
    if written is None or amounts is None:
        return None
    said = written if isinstance(written, dict) else {}
    note = said.get("note")
    return TypedPrice(
        *amounts,
        source=_names(said.get("source")),
        checked=_day(said.get("checked")),
        confidence=_confidence(said.get("confidence")),
        note=Text.model_validate(note) if note else None,
    )


def sources_of(data: bytes) -> dict[str, str]:
    """The sources that this file itself defines: name -> title in English."""
    sources = _find(tree_of(data), ("sources",))
    entries = sources.items() if isinstance(sources, dict) else ()
    titles = {id_: entry.get("title", id_) for id_, entry in entries if isinstance(entry, dict)}
    return {id_: title if isinstance(title, str) else _english(title, id_) for id_, title in titles.items()}


def file_of(files: Mapping[str, bytes], path: KeyPath) -> str | None:
    """Which of the files holds `path`, such as ``("charges", "infusion")``; None where none does."""
    for name in sorted(files):
        try:
            if _find(tree_of(files[name]), path) is not None:
                return name
        except CannotSplice:
            continue
    return None


# What a price should say


def _wanted(price: TypedPrice, written: Tree | None) -> Tree:
    """`price` as a value of the file, in the words of `written` wherever those say the same."""
    group = dict(written) if isinstance(written, dict) else {}
    said = {key: value for key, value in group.items() if key not in ("price", *_ENDS)}
    keys: tuple[tuple[str, Tree | None, bool], ...] = (
        ("source", _one_or_list(price.source), _names(group.get("source")) == price.source),
        ("checked", price.checked.isoformat() if price.checked else None, group.get("checked") == str(price.checked)),
        ("confidence", price.confidence, group.get("confidence") == price.confidence),
        ("note", _words(price.note), _same_words(group.get("note"), price.note)),
    )
    for key, value, is_said in keys:
        if not value:
            said.pop(key, None)
        elif not is_said:
            said[key] = value
    numbers = _numbers(price, written)
    return numbers["price"] if not (said or group) and "price" in numbers else numbers | said


def _numbers(price: TypedPrice, written: Tree | None) -> Group:
    """The keys that hold the amounts: those of `written` where they can stay, else the shortest that say them."""
    old: Group = {"price": written} if isinstance(written, str) else dict(written) if isinstance(written, dict) else {}
    before = _amounts(written)
    one = before is not None and len(set(before)) == 1
    if price.exact and not (one and "price" not in old):
        return {"price": _amount(price.typical, old.get("price"))}
    amounts = zip(_ENDS, (price.low, price.typical, price.high), strict=True)
    return {end: _amount(cents, old.get(end)) for end, cents in amounts}


def _amount(cents: int, written: Tree | None) -> Tree:
    """`written` where it is the same amount, so that ``75.00`` stays as it is."""
    return written if written is not None and _cents(written) == cents else plain_amount(cents)


def _amounts(written: Tree | None) -> tuple[int, int, int] | None:
    """Low, typical and high in cents; None where there are none that can be read."""
    if isinstance(written, dict) and "price" not in written:
        ends = [_cents(written.get(end)) for end in _ENDS]
    else:
        ends = [_cents(written["price"] if isinstance(written, dict) else written)] * 3
    return None if None in ends else cast(tuple[int, int, int], tuple(ends))


def _cents(text: Tree | None) -> int | None:
    try:
        return parse_amount(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _words(text: Text | None) -> Tree | None:
    if text is None:
        return None
    return {"en": text.en.strip(), "es": text.es.strip()} if text.es else text.en.strip()


def _same_words(written: Tree | None, text: Text | None) -> bool:
    """Whether the file says these words; spaces around them, as forms take them away, make no difference."""
    old = {"en": written} if isinstance(written, str) else written if isinstance(written, dict) else {}
    new = {} if text is None else {"en": text.en} | ({"es": text.es} if text.es else {})
    return {key: str(words).strip() for key, words in old.items()} == {key: words.strip() for key, words in new.items()}


def _one_or_list(names: tuple[str, ...]) -> Tree:
    return names[0] if len(names) == 1 else [*names]


def _names(written: Tree | None) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(str(name) for name in written or ())


def _day(written: Tree | None) -> date | None:
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _confidence(written: Tree | None) -> Confidence | None:
    return cast(Confidence, written) if written in ("high", "medium", "low") else None


def _english(title: Tree, otherwise: str) -> str:
    words = title.get("en") if isinstance(title, dict) else None
    return words if isinstance(words, str) else otherwise


# Trees


def _price_path(charge: str, column: PriceColumn, start: date) -> KeyPath:
    return ("charges", charge, column, start.isoformat())


def _find(tree: Tree, path: KeyPath) -> Tree | None:
    here: Tree | None = tree
    for key in path:
        if isinstance(here, dict):
            here = here.get(str(key))
        elif isinstance(here, list) and isinstance(key, int) and key < len(here):
            here = here[key]
        else:
            return None
    return here


def _needed(tree: Tree, path: KeyPath) -> Tree:
    found = _find(tree, path)
    if found is None:
        where = ".".join(str(key) for key in path)
        raise CannotSplice(_("The file itself does not say this, so it cannot be changed here: %(where)s"), where=where)
    return found


def _with(tree: Tree, path: KeyPath, value: Tree) -> Any:
    """`tree` with `value` at `path`; groups on the way there are added."""
    if not path:
        return value
    key, *rest = path
    if isinstance(tree, list):
        if not isinstance(key, int) or key >= len(tree):
            raise CannotSplice(_("There is no item %(number)s in this list."), number=str(key))
        return [_with(one, tuple(rest), value) if place == key else one for place, one in enumerate(tree)]
    group = tree if isinstance(tree, dict) else {}
    return group | {str(key): _with(group.get(str(key), {}), tuple(rest), value)}


def _without(tree: Tree, path: KeyPath) -> Any:
    """`tree` without what is at `path`, and without what that leaves empty."""
    key, *rest = path
    if isinstance(tree, list):
        items = [_without(one, tuple(rest)) if place == key and rest else one for place, one in enumerate(tree)]
        return [one for place, one in enumerate(items) if place != key or (rest and one)]
    group = dict(cast(Group, tree))
    inner = _without(group[str(key)], tuple(rest)) if rest else None
    if inner:
        group[str(key)] = inner
    else:
        del group[str(key)]
    return group
