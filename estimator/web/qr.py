"""A link as a QR code, for a phone's camera: as a picture inside a page, and as a file."""

import io

import segno
from markupsafe import Markup

QUIET_ZONE = 4
"""Light squares around the code that a camera needs, by ISO/IEC 18004."""

MASK = 3
"""The rule by which squares are turned over, so that no large area has one colour."""

MOST_BYTES = 2_953
"""The longest text that any code holds."""


def qr_svg(text: str, title: str) -> Markup:
    """
    `text` as a code for a page, dark on white in dark mode too, `title` being what a screen reader says.

    It has no size and no style of its own: give its parent one. Nothing where `text` is longer than `MOST_BYTES`.
    """
    if len(text.encode()) > MOST_BYTES:
        return Markup()
    drawn = _code(text).svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    named = Markup('<svg role="img" aria-label="{}" shape-rendering="crispEdges"').format(title)
    return named + Markup(drawn.removeprefix("<svg"))


def qr_png(text: str, squares: int = 8) -> bytes:
    """`text` as a PNG file, black on white, each square `squares` pixels wide. Raises ValueError above `MOST_BYTES`."""
    file = io.BytesIO()
    _code(text).save(file, kind="png", scale=squares, border=QUIET_ZONE, dark="#000", light="#fff")
    return file.getvalue()


def qr_svg_file(text: str, squares: int = 8) -> bytes:
    """The same as an SVG file, for a printer."""
    file = io.BytesIO()
    _code(text).save(file, kind="svg", scale=squares, border=QUIET_ZONE, dark="#000", light="#fff")
    return file.getvalue()


def _code(text: str) -> segno.QRCode:
    # Trying all eight masks for the calmest picture takes five times as long; a camera reads any of them.
    return segno.make_qr(text, error="l", mask=MASK)
