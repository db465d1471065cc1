"""
Which questions matter beside which first answers, as CSS: no script decides what is shown.

A question is hidden while the first answers do not call for it. Browsers without ``:has()`` ignore the rules and
show every question; the server ignores answers that do not apply.

Questions that are called for by the same first answers share a class, and a book's rules are kept with the book itself
as the key: 4 ms once instead of with every form. A book that somebody changed in place would keep its old rules; books
are frozen, and a new version is another object.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from estimator.core.answers import applicable
from estimator.prices.book import PriceBook

PSYCHOTHERAPY = ("none", "in_person", "virtual")

First = tuple[str, str, str]
"""Treatment, insurance and psychotherapy, as they are chosen together."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The class of every question that is not always shown, and the rules that hide those classes."""

    classes: Mapping[str, str]
    css: str

    def of_heading(self, names: Iterable[str]) -> str:
        """The class for a heading over `names`; empty when one of them is always shown."""
        return "" if any(name not in self.classes for name in names) else self.classes[_heading(names)]


def _heading(names: Iterable[str]) -> str:
    return "+".join(names)


@lru_cache(maxsize=8)
def visibility(book: PriceBook, headings: tuple[tuple[str, ...], ...]) -> Visibility:
    """The rules for the questions of a page, by headings; a heading is shown with any question under it."""
    tables = book.tables
    firsts = tuple(product(tables.treatments, tables.payers, PSYCHOTHERAPY))
    apply = {first: applicable(*first, book) for first in firsts}
    shown_for = {
        name: frozenset(first for first in firsts if name in apply[first]) for names in headings for name in names
    }
    shown_for |= {_heading(names): frozenset().union(*(shown_for[name] for name in names)) for names in headings}
    sets = dict.fromkeys(some for some in shown_for.values() if len(some) < len(firsts))
    numbers = {some: f"g{number}" for number, some in enumerate(sets, 1)}
    rules = [f"form:not({_called_for(some, firsts)}) .{number}{{display:none}}" for some, number in numbers.items()]
    rules += [
        f"form:has([name=treatment]:checked):not(:has(#treatment-{name}:checked)) .t-{name}{{display:none}}"
        for name in tables.treatments
    ]
    rules += [_only_with("insurance", name, f"p-{name}") for name in tables.payers]
    return Visibility({name: numbers[some] for name, some in shown_for.items() if some in numbers}, "".join(rules))


def _only_with(question: str, value: str, class_: str) -> str:
    return f"form:not(:has(#{question}-{value}:checked)) .{class_}{{display:none}}"


def _called_for(some: frozenset[First], firsts: tuple[First, ...]) -> str:
    """A selector list that matches the form when one of `some` is chosen; what behaves alike stands together."""
    every = [frozenset(axis) for axis in zip(*firsts, strict=True)]
    payers: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for payer in dict.fromkeys(payer for _, payer, _ in firsts):
        mine: dict[str, list[str]] = {}
        for treatment, _, psychotherapy in (first for first in some if first[1] == payer):
            mine.setdefault(treatment, []).append(psychotherapy)
        alike: dict[frozenset[str], list[str]] = {}
        for treatment, psychotherapies in mine.items():
            alike.setdefault(frozenset(psychotherapies), []).append(treatment)
        for same, treatments in alike.items():
            payers.setdefault((frozenset(treatments), same), []).append(payer)
    selectors = []
    for (given, alongside), who in payers.items():
        wanted = (("treatment", given), ("insurance", frozenset(who)), ("psychotherapy", alongside))
        parts = [
            f":has({_checked(question, values)})"
            for (question, values), all_values in zip(wanted, every, strict=True)
            if values != all_values
        ]
        selectors.append("".join(parts))
    # A question that never applies is never shown.
    return ",".join(sorted(selectors)) or ":root"


def _checked(question: str, values: Iterable[str]) -> str:
    return ",".join(f"#{question}-{value}:checked" for value in sorted(values))
