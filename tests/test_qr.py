"""A link as a QR code: the squares a camera needs, in the page's picture and in the file."""

import io
import re
from xml.etree import ElementTree

import pytest
import segno
from PIL import Image

from estimator.web.qr import MASK, MOST_BYTES, QUIET_ZONE, qr_png, qr_svg

LINK = "https://estimates.example.org/estimate?treatment=spravato&insurance=commercial&sessions=12&psychotherapy=none"


def squares(text):
    """What the library says is dark, with the quiet zone around it."""
    return [list(row) for row in segno.make_qr(text, error="l", mask=MASK).matrix_iter(border=QUIET_ZONE)]


def drawn(svg):
    """The squares that an SVG paints: its white ground, then strokes one square high."""
    root = ElementTree.fromstring(svg)
    _x, _y, wide, high = map(int, root.attrib["viewBox"].split())
    ground, lines = root.findall("path")
    assert ground.attrib == {"fill": "#fff", "d": f"M0 0h{wide}v{high}h-{wide}z"}
    assert lines.attrib["stroke"] == "#000"
    painted = [[0] * wide for _ in range(high)]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", lines.attrib["d"]):
        first, *second = map(float, numbers.split())
        if command == "h":
            for column in range(int(x), int(x + first)):
                painted[int(y)][column] = 1
            x += first
        else:
            x, y = (first, *second) if command == "M" else (x + first, y + second[0])
    return painted


def test_the_picture_in_a_page_has_the_squares_of_the_code_and_a_quiet_zone():
    svg = qr_svg(LINK, "The link")
    assert drawn(svg) == squares(LINK)
    assert all(not any(row) for row in drawn(svg)[:QUIET_ZONE])


@pytest.mark.parametrize("title", ["Your estimate's link", 'A <b> & a "quote"'])
def test_the_picture_says_what_it_is_and_brings_no_style(title):
    svg = qr_svg(LINK, title)
    assert ElementTree.fromstring(svg).attrib["aria-label"] == title
    assert 'role="img"' in svg
    assert not re.search("style|class|http", svg)


def test_the_file_has_the_same_squares():
    with Image.open(io.BytesIO(qr_png(LINK, squares=3))) as picture:
        grey = picture.convert("L")
        wide = grey.width // 3
        assert grey.size == (3 * wide, 3 * wide)
        found = [[int(grey.getpixel((3 * x + 1, 3 * y + 1)) == 0) for x in range(wide)] for y in range(wide)]
    assert found == squares(LINK)


def test_what_no_code_holds_is_left_out_of_the_page_and_refused_as_a_file():
    assert qr_svg("x" * MOST_BYTES, "The link")
    assert qr_svg("x" * (MOST_BYTES + 1), "The link") == ""
    with pytest.raises(segno.DataOverflowError):
        qr_png("x" * (MOST_BYTES + 1))
