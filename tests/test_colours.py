"""A clinic's colours are checked for contrast as WCAG measures it."""

from pathlib import Path

import pytest

from estimator.prices.colours import PAPER, PAPER_DARK, contrast

CSS = Path(__file__).parent.parent / "estimator" / "web" / "static" / "base.css"


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)]
)
def test_contrast_is_the_one_of_wcag(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_the_papers_are_the_style_sheets():
    text = CSS.read_text(encoding="utf-8")
    assert [text.split("--paper: ")[i][:7] for i in (1, 2)] == [PAPER, PAPER_DARK]
