"""Contrast of a clinic's colours against the page, as WCAG 2.2 measures it."""

PAPER, PAPER_DARK = "#fbfaf6", "#131a1a"
"""The page's background on light and on dark screens; the style sheet says the same, and a test compares them."""

ENOUGH = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA): text against its background."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours like ``#0b5d53``, from 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, "relative luminance"."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
