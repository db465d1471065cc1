"""What stands at the foot of every printed page: the notice, and of when and which version the prices are."""

from flask_babel import gettext as _

from estimator.prices.book import PriceBook
from estimator.web.filters import day, words


def print_footer(book: PriceBook) -> str:
    """A style rule that prints the first sentence of the notice, the tables' date and version on each page."""
    notice = words(book.tables.texts.notice).partition(". ")[0].rstrip(".") + "."
    dated = _("Price tables of %(day)s, version %(version)s.", day=day(book.as_of), version=book.version)
    return f"@page{{@bottom-left{{content:{_quoted(f'{notice} {dated}')};font:8.5pt Arial,sans-serif}}}}"


def _quoted(text: str) -> str:
    """`text` as a CSS string: everything but plain letters and digits is escaped, so no text can leave it."""
    return '"' + "".join(c if c.isascii() and (c.isalnum() or c in " .,:") else f"\\{ord(c):x} " for c in text) + '"'
