"""The sources that a page names, as paper needs them: each once, or by number."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from estimator.core.results import Estimate, SourceNote
from estimator.prices.schema.basics import Provenance
from estimator.prices.schema.files import Book


def sources_named(estimate: Estimate) -> list[SourceNote]:
    """The sources of the bill, each once, in its order."""
    notes = (note for item in estimate.items for note in item.sources)
    return list({note.title.en: note for note in notes}.values())


def numbered_sources(tables: Book, *backed: Iterable[Provenance], first: Iterable[str] = ()) -> dict[str, int]:
    """
    The sources with an address that a page names, numbered in that order as paper lists them.

    `backed` is what the page backs with its sources, from top to bottom; `first` are names that stand above all that.
    """
    names = dict.fromkeys((*first, *(name for some in backed for one in some for name in one.source)))
    return {name: number for number, name in enumerate((name for name in names if tables.sources[name].url), 1)}


def usual_day(*backed: Iterable[Provenance | SourceNote]) -> date | None:
    """The day on which most of what a page backs was last checked: paper says it once. None where nothing was."""
    days = Counter(one.checked for some in backed for one in some if one.checked)
    return max(days, key=lambda day: (days[day], day), default=None)
