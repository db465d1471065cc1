"""The sources that a page names, as paper needs them: by address, or by number."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from estimator.core.results import Estimate
from estimator.prices.schema.basics import Provenance
from estimator.prices.schema.files import Book
from estimator.web.filters import typed_address


def source_addresses(estimate: Estimate) -> list[str]:
    """The addresses of the sources of the bill, the notice and the notes, each once, as somebody would type them."""
    tables = estimate.book.tables
    texts = (*tables.texts.why_notice, *tables.texts.payer_notes)
    notes = (note for note in texts if note.applies_to(estimate.answers.insurance))
    why = (tables.sources[name].url for note in notes for name in note.source)
    bill = (note.url for item in estimate.items for note in item.sources)
    return [typed_address(url) for url in dict.fromkeys((*bill, *why)) if url]


def numbered_sources(tables: Book, *backed: Iterable[Provenance], first: Iterable[str] = ()) -> dict[str, int]:
    """
    The sources with an address that a page names, numbered in that order as paper lists them.

    `backed` is what the page backs with its sources, from top to bottom; `first` are names that stand above all that.
    """
    names = dict.fromkeys((*first, *(name for some in backed for one in some for name in one.source)))
    return {name: number for number, name in enumerate((name for name in names if tables.sources[name].url), 1)}


def usual_day(*backed: Iterable[Provenance]) -> date | None:
    """The day on which most of what a page backs was last checked: paper says it once. None where nothing was."""
    days = Counter(one.checked for some in backed for one in some if one.checked)
    return max(days, key=lambda day: (days[day], day), default=None)
