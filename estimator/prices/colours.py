"""Contrast of a clinic's colours against the page, as WCAG 2.2 measures it."""

PAPER, PAPER_DARK = "#fbfaf6", "#131a1a"
"""The page's background on light and on dark screens; the style sheet says the same, and a test compares them."""

ENOUGH = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA): text against its background."""

STEPS = 40
"""In how many steps a colour is mixed with black or white until it can be read."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours like ``#0b5d53``, from 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, paper: str) -> str:
    """The colour nearest to `colour` that can be read on `paper`: darker on a light paper, lighter on a dark one."""
    towards = 0 if _luminance(paper) > 0.5 else 255
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    mixed = (
        "#" + "".join(f"{part + (towards - part) * step // STEPS:02x}" for part in parts) for step in range(STEPS + 1)
    )
    return next(one for one in mixed if contrast(one, paper) >= ENOUGH)


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, "relative luminance"."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
