"""A clinic's own name, word mark and colours on the pages about its prices; the notice stays as it is everywhere."""

from markupsafe import Markup

from estimator.prices.book import PriceBook
from estimator.web.filters import words

# Colours are checked when the tables are read: six hex digits, enough contrast on both papers.
_ACCENT = "--accent:{0};--mid:color-mix(in srgb,{0} 50%,var(--paper));--tint:color-mix(in srgb,{0} 10%,var(--paper))"


def colours_of(book: PriceBook) -> str:
    """Style rules for the clinic's colours on screens, light and dark; nothing for a clinic without colours."""
    colours = book.tables.clinic.colours if book.tables.clinic else None
    if colours is None:
        return ""
    light, dark = _ACCENT.format(colours.accent), _ACCENT.format(colours.accent_dark)
    return f"@media screen{{:root{{{light}}}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def logo_of(book: PriceBook) -> Markup | None:
    """The clinic's word mark, else its name; None on pages about the whole nation."""
    clinic = book.tables.clinic
    return Markup.escape(clinic.logo or words(clinic.name)) if clinic else None
