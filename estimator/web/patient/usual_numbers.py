"""The usual numbers of sessions: in words beside the question, and as chips to choose one with a tap."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from estimator.core.billed_lines import offered_treatments
from estimator.prices.book import PriceBook
from estimator.prices.schema.treatments import Treatment, Usual

WITH_USUAL_NUMBER = ("sessions", "psychotherapy_sessions")
"""Questions whose hint is the usual number, which depends on the treatment."""


@dataclass(frozen=True, slots=True)
class Chip:
    """
    A number that is low, typical or high with some treatments, shown by the class `when`.

    It is called usual by the class `usual`, with those where it is typical; None where it never is.
    """

    number: str
    when: str
    usual: str | None


@dataclass(frozen=True, slots=True)
class Chips:
    """The chips of every question with a usual number, and the CSS that shows those of the treatment that is chosen."""

    of: dict[str, tuple[Chip, ...]]
    css: str


def usual(name: str, treatment: Treatment) -> Usual:
    """How many are usual with a treatment; `name` is the question."""
    return treatment.usual_sessions if name == "sessions" else treatment.psychotherapy.usual_sessions


@lru_cache(maxsize=16)
def chips(book: PriceBook) -> Chips:
    """For the treatments that `book` offers: the usual numbers first, then the others, each once."""
    treatments = {name: book.tables.treatments[name] for name in offered_treatments(book)}
    classes: dict[frozenset[str], str] = {}
    of = {name: tuple(_chips(name, treatments, classes)) for name in WITH_USUAL_NUMBER}
    rules = ["form:not(:has([name=treatment]:checked)) .usual{display:none}"]
    for with_it, class_ in classes.items():
        chosen = ",".join(f"#treatment-{name}:checked" for name in sorted(with_it))
        rules.append(f"form:not(:has({chosen})) .{class_}:not(:has(:checked)){{display:none}}")
    return Chips(of, "".join(rules))


def _chips(name: str, treatments: dict[str, Treatment], classes: dict[frozenset[str], str]) -> Iterator[Chip]:
    ranges = {treatment: usual(name, one) for treatment, one in treatments.items()}
    typical = dict.fromkeys(one.typical for one in ranges.values())
    others = sorted({number for one in ranges.values() for number in (one.low, one.high)}.difference(typical))

    def shown(with_it: frozenset[str]) -> str:
        return "" if len(with_it) == len(ranges) else classes.setdefault(with_it, f"u{len(classes) + 1}")

    for number in (*typical, *others):
        some = frozenset(name for name, one in ranges.items() if number in (one.low, one.typical, one.high))
        usual_with = frozenset(name for name, one in ranges.items() if one.typical == number)
        yield Chip(str(number), shown(some), shown(usual_with) if usual_with else None)
