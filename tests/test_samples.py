"""Posted prices: what counts, what low, typical and high are made of, and what deserves a look."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pages import Visitor
from support.strategies_yaml import small_book

from estimator.prices.comparing.change_words import in_words
from estimator.prices.comparing.changes import changes
from estimator.prices.key_words import INCLUDED_WORDS, LEFT_OUT_WORDS
from estimator.prices.reading import read_books, read_files
from estimator.prices.regions import REGION_OF
from estimator.prices.samples import ENOUGH_FOR_PERCENTILES, FEWEST, posted, spread
from estimator.prices.schema.sources import Included, LeftOut, Sample
from estimator.web.filters import money

PRICING = Path(__file__).resolve().parent.parent / "pricing"
SHIPPED = read_books(PRICING).books.national.tables
DOLLARS = st.integers(0, 5000).map(lambda dollars: dollars * 100)

HEAD = "defaults: {source: invented, checked: 2026-01-02}\n"


def tables(samples, services="pain: {label: Infusion for pain}"):
    """The small book's tables with samples, each a line of YAML."""
    lines = "".join(f"  s{number}: {{{one}}}\n" for number, one in enumerate(samples))
    text = f"{HEAD}services:\n  {services}\nsamples:\n{lines}" if samples else HEAD
    reading = read_files(small_book() | {"national/samples.yaml": text.encode()})
    assert reading.errors == ()
    return reading.books.national.tables


# One sample


@pytest.mark.parametrize(
    ("written", "value", "ends"),
    [
        ("price: 440", 440_00, (440_00, 440_00)),
        ("price: 0", 0, (0, 0)),
        ("low: 450, high: 500", 475_00, (450_00, 500_00)),
        ("price: 4500, units: 7", 642_86, (642_86, 642_86)),
        ("low: 2700, high: 3000, units: 6", 475_00, (450_00, 500_00)),
    ],
)
def test_what_counts_is_the_price_of_one_and_of_a_range_its_middle(written, value, ends):
    (one,) = tables([f"provider: A, of: pain, {written}"]).samples.values()
    assert (one.value, one.ends) == (value, ends)


def test_a_sample_of_two_charges_is_a_sample_of_each():
    book = tables(["provider: A, of: [evaluation, pain], price: 300"])
    assert [len(posted(book, name).counted) for name in ("evaluation", "pain", "infusion")] == [1, 1, 0]


def test_what_is_left_out_is_kept_and_does_not_count():
    book = tables([f"provider: A{price}, of: pain, price: {price}" for price in (100, 200, 300, 400)])
    assert posted(book, "pain").range is not None
    book = tables(
        [f"provider: A{price}, of: pain, price: {price}" for price in (100, 200, 300)]
        + ["provider: B, of: pain, price: 400, left_out: press"]
    )
    seen = posted(book, "pain")
    assert ([one.value for one in seen.counted], [one.value for one in seen.left_out]) == (
        [100_00, 200_00, 300_00],
        [400_00],
    )
    assert seen.range is None


@pytest.mark.parametrize(("kind", "worded"), [(Included, INCLUDED_WORDS), (LeftOut, LEFT_OUT_WORDS)])
def test_every_fixed_value_has_words(kind, worded):
    assert set(kind.__args__) == set(worded)


# Low, typical and high


@given(st.lists(DOLLARS, min_size=ENOUGH_FOR_PERCENTILES, max_size=40))
def test_from_eight_on_the_ends_are_the_tenth_and_the_ninetieth_percentile(values):
    """To the $5 or, from $500 on, the $25 to which they are rounded; the percentiles are numpy's."""
    for found, wanted in zip(spread(values), np.percentile(values, [10, 50, 90]), strict=True):
        step = 5_00 if wanted < 500_00 else 25_00
        assert abs(found - wanted) <= step / 2 + 1
        assert found % 5_00 == 0


@given(st.lists(DOLLARS, min_size=1, max_size=ENOUGH_FOR_PERCENTILES - 1))
def test_with_fewer_the_ends_are_the_prices_as_posted(values):
    found = spread(values)
    assert (found.low, found.high) == (min(values), max(values))
    assert found.low <= found.typical <= found.high
    assert abs(found.typical - np.median(values)) <= 12_50


@given(st.lists(DOLLARS, min_size=1, max_size=40))
def test_the_order_of_the_samples_makes_no_difference(values):
    assert spread(values) == spread(values[::-1]) == spread(sorted(values))
    low, typical, high = spread(values)
    assert low <= typical <= high


def test_ends_as_posted_are_not_rounded_past_the_middle():
    assert tuple(spread([129_00] * 5)) == (129_00, 129_00, 129_00)


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("infusion", 18, (375, 500, 675)),
        ("therapist_session", 4, (400, 460, 500)),
        ("ketamine_preparation", 7, (175, 200, 300)),
        ("infusion_pain_4h", 4, (1000, 1500, 1650)),
    ],
)
def test_the_shipped_samples_say_what_the_research_says(name, number, said):
    """clinic-prices-2026-11-28, section 2, and ketamine-prices-2, section 2c."""
    seen = posted(SHIPPED, name)
    assert len(seen.counted) == number
    assert tuple(cents // 100 for cents in seen.range) == said


def test_the_range_of_an_infusion_is_what_its_samples_say():
    (price,) = SHIPPED.charges["infusion"].self_pay.values()
    assert price.range == posted(SHIPPED, "infusion").range


# Regions


def test_every_state_is_in_one_region():
    assert len(REGION_OF) == 51
    counts = {region: list(REGION_OF.values()).count(region) for region in set(REGION_OF.values())}
    assert counts == {"northeast": 9, "midwest": 12, "south": 17, "west": 13}


def test_a_region_is_told_where_four_clinics_were_seen():
    rows = [f"provider: {state}, state: {state}, of: pain, price: {price}00" for price, state in
            enumerate(("TX", "GA", "MD", "DC", "OR", "CA", "WA", "PR"), 3)]  # fmt: skip
    (region,) = posted(tables(rows), "pain").regions.items()
    assert (region[0], [one.state for one in region[1].counted]) == ("south", ["TX", "GA", "MD", "DC"])
    assert len(region[1].counted) == FEWEST


# Changes and alerts


def test_a_change_of_a_sample_is_said_in_words():
    before = tables(["provider: Riverbend, of: pain, price: 700, includes: [guide]"])
    after = tables(["provider: Riverbend, of: pain, price: 750, includes: [guide, kit], left_out: withdrawn"])
    assert [in_words(change) for change in changes(before, after)] == [
        "Riverbend, price: $700 → $750",
        "Riverbend, included: kit is added",
        "Riverbend, why it does not count: no longer offered is new",
    ]


def test_a_clinics_own_price_may_be_far_from_what_others_post():
    """The samples are no measure of a clinic's own price."""
    rows = [f"provider: A{price}, of: infusion, price: {price}" for price in (375, 480, 520, 650)]
    text = f"{HEAD}samples:\n" + "".join(f"  s{number}: {{{one}}}\n" for number, one in enumerate(rows))
    own = b"clinic: {name: A}\ndefaults: {source: invented, checked: 2026-01-02}\n"
    own += b"charges: {infusion: {self_pay: {2026-01-01: 90}}}\n"
    files = small_book() | {"national/samples.yaml": text.encode(), "clinics/a.yaml": own}
    assert read_files(files).problems == ()


# The price list


@pytest.fixture(scope="module")
def visitor():
    return Visitor(pricing=PRICING)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_price_list_shows_every_sample_with_its_source(visitor, lang):
    page = visitor.get("/prices", {"lang": lang})
    text = " ".join(page.text.split())
    for one in SHIPPED.samples.values():
        low, high = (money((cents + 50) // 100 * 100) for cents in one.ends)
        amount = low if low == high else f"{low} to {high}" if lang == "en" else f"{low} a {high}"
        assert f"{amount} {one.provider.get(lang)}" in text
        assert page.root.all("li", id=f"source-{one.source[0]}")


def test_the_dots_are_the_prices_that_count(visitor):
    """As many as the list below names, each at its place on a scale from zero."""
    page = visitor.get("/prices")
    for name in SHIPPED.charges:
        seen = posted(SHIPPED, name)
        section = page.root.one("section", id=f"charge-{name}")
        assert len(section.all("circle")) == len(seen.counted)
        if seen.counted:
            (strip,) = section.all("svg", class_="dots")
            assert strip.attributes["aria-hidden"] == "true"
            places = [float(one.attributes["cx"].rstrip("%")) for one in section.all("circle")]
            scale = max(seen.counted[-1].value, next(iter(SHIPPED.charges[name].self_pay.values())).high)
            for place, one in zip(places, seen.counted, strict=True):
                assert place == pytest.approx(1.5 + 97 * one.value / scale, abs=0.06)
            spots = [(one.attributes["cx"], one.attributes["cy"]) for one in section.all("circle")]
            assert len(set(spots)) == len(spots)
            assert len(section.one("details", class_="seen").all("li")) == len(seen.counted) + len(seen.left_out)


def test_the_price_list_says_how_many_were_seen_and_where(visitor):
    text = visitor.get("/prices").root.one("section", id="charge-infusion").text
    assert "18 posted prices, $365 to $850" in text
    assert "Seen: 4 clinics in the South, $365 to $475." in text
    assert "Seen: 8 clinics in the West, $375 to $850." in text
    assert "in the Midwest" not in text


def test_a_clinics_own_list_shows_nobody_elses_prices(visitor):
    page = visitor.get("/prices", {"clinic": "example-harbor"})
    assert page.root.all("circle") == []
    assert "Rewired Ketamine, Aventura" not in page.root.one("section", id="charge-infusion").text


def test_a_sample_is_a_row_of_figures():
    """No row carries sentences of its own: what is said about it are fixed words, in both languages."""
    for one in SHIPPED.samples.values():
        assert isinstance(one, Sample)
        assert one.note is None
        assert one.checked
        assert one.confidence
        assert one.seen == "copy"
