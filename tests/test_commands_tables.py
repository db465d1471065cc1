"""``estimator tables``: the national tables brought up to date, line by line, and never without being asked."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies_yaml import small_book

from estimator.cli import main
from estimator.prices.editing.deriving import derive
from estimator.prices.reading import read_books, read_national
from estimator.prices.samples import spread

PRICING = Path(__file__).resolve().parent.parent / "pricing"

CHARGES = """\
# A remark at the top.
defaults: {source: invented, checked: 2026-01-02}
charges:
  infusion:
    label: {en: Ketamine infusion, es: Infusión}
    self_pay:
      2026-01-01:
        low: 100  # somebody's guess
        typical: 200
        high: 300
        source: survey
        confidence: low
        note: {en: Long ones cost more., es: Las largas cuestan más.}
      2099-01-01: {low: 1, typical: 2, high: 3}
    coverage:
      commercial: {status: not_covered, reason: Off-label}
    price_question: {label: Price, ask: What is one infusion?, whom: clinic}
  # Another remark.
  booster:
    label: Booster
    self_pay:
      2026-01-01: {low: 375, typical: 500, high: 650}
    price_question: {label: Price, ask: What is one booster?, whom: clinic}
"""


def book(samples, charges=CHARGES):
    """The small book with these charges and samples, as files."""
    files = small_book()
    care = files["national/care.yaml"].decode()
    start, end = care.index("  infusion:\n    label"), care.index("  spray-56:\n    label")
    files["national/care.yaml"] = (care[:start] + care[end:]).encode()
    rows = "".join(f"  s{number}: {{provider: P{number}, {one}}}\n" for number, one in enumerate(samples))
    files["national/charges.yaml"] = charges.encode()
    files["national/samples.yaml"] = f"defaults: {{source: survey, checked: 2026-02-03}}\nsamples:\n{rows}".encode()
    return files


def prices(*amounts, of="infusion"):
    return [f"of: {of}, price: {amount}" for amount in amounts]


@pytest.fixture
def folder(tmp_path):
    """A function that writes files into a folder of tables; the folder."""

    def write(files):
        for name, data in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(data)
        return tmp_path

    return write


@pytest.fixture
def run(capsys):
    """A function that runs ``estimator tables`` and gives its status, stdout and stderr."""

    def call(*arguments):
        status = main(["tables", *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out, err

    return call


def said(place):
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*.yaml"))}


def infusion(place):
    return read_books(place).books.national.tables.charges["infusion"].self_pay


# From posted prices


def test_a_derived_range_is_shown_as_a_change_and_nothing_is_written(run, folder):
    place = folder(book(prices(300, 400, 450, 600)))
    before = said(place)
    status, out, err = run("derive", "--pricing", place)
    assert (status, said(place)) == (0, before)
    assert "infusion: $100 / $200 / $300 -> $300 / $425 / $600, from 4 posted prices" in err
    assert "--- national/charges.yaml\tnow" in out
    added = {line[1:].strip() for line in out.splitlines() if line.startswith("+") and not line.startswith("+++")}
    assert {"low: 300  # somebody's guess", "typical: 425", "high: 600", "checked: 2026-02-03"} <= added


def test_written_it_changes_the_prices_own_lines_and_no_other(run, folder):
    place = folder(book(prices(300, 400, 450, 600)))
    before = said(place)
    status, _, err = run("derive", "--write", "--pricing", place)
    assert status == 0
    assert f"{place / 'national/charges.yaml'} is changed." in err
    after = said(place)
    assert {name for name in after if after[name] != before[name]} == {"national/charges.yaml"}
    old, new = (one["national/charges.yaml"].decode().splitlines() for one in (before, after))
    there = [lines.index("      2099-01-01: {low: 1, typical: 2, high: 3}") for lines in (old, new)]
    assert (new[:7], new[there[1] :]) == (old[:7], old[there[0] :])
    assert new[7] == "        low: 300  # somebody's guess"
    price = infusion(place)[date(2026, 1, 1)]
    assert (price.range.low, price.range.typical, price.range.high) == (300_00, 425_00, 600_00)
    assert (price.checked, price.confidence, price.source) == (date(2026, 2, 3), "low", ("survey",))
    assert price.note.en == "From 4 posted prices, from the lowest to the highest. Long ones cost more."
    assert price.note.es == "De 4 precios publicados, del menor al mayor. Las largas cuestan más."
    assert infusion(place)[date(2099, 1, 1)].range.high == 300


def test_what_was_derived_once_is_not_proposed_again(run, folder):
    place = folder(book(prices(300, 400, 450, 600)))
    run("derive", "--write", "--pricing", place)
    status, out, err = run("derive", "--pricing", place)
    assert (status, out) == (0, "")
    assert "infusion: stays $300 / $425 / $600, from 4 posted prices\n" in err


def test_with_more_samples_the_sentence_about_their_number_is_replaced(run, folder):
    place = folder(book(prices(300, 400, 450, 600)))
    run("derive", "--write", "--pricing", place)
    rows = prices(300, 310, 400, 410, 420, 450, 600, 610, 650)
    (place / "national/samples.yaml").write_bytes(book(rows)["national/samples.yaml"])
    run("derive", "--write", "--pricing", place)
    note = infusion(place)[date(2026, 1, 1)].note
    assert note.en == "From 9 posted prices, without the cheapest and the dearest tenth. Long ones cost more."
    assert note.es == (
        "De 9 precios publicados, sin la décima parte más barata ni la más cara. Las largas cuestan más."
    )


def test_a_range_without_a_note_gets_the_sentence_alone(run, folder):
    place = folder(
        book(prices(300, 400, 450, 600), CHARGES.replace("        note: {en: Long ones", "        # {en: Lo"))
    )
    run("derive", "--write", "--pricing", place)
    assert infusion(place)[date(2026, 1, 1)].note.en == "From 4 posted prices, from the lowest to the highest."


def test_too_few_posted_prices_leave_a_range_as_somebody_judged_it(run, folder):
    """Prices that are shown and do not count make no difference."""
    left_out = [f"of: infusion, price: {amount}, left_out: press" for amount in (10, 20)]
    status, out, err = run("derive", "--pricing", folder(book(prices(300, 400, 450) + left_out)))
    assert (status, out) == (0, "")
    assert "infusion: stays $100 / $200 / $300; posted prices that count: 3, of 4 needed" in err
    assert "booster: stays $375 / $500 / $650; posted prices that count: 0, of 4 needed" in err


def test_services_that_are_no_charge_are_told_too(run, folder):
    files = book(prices(300, 400, 450, 600, of="pain"))
    files["national/samples.yaml"] += b"services: {pain: {label: Infusion for pain}}\n"
    _, out, err = run("derive", "--pricing", folder(files))
    assert out == ""
    assert "pain (no charge of the tables): $300 / $425 / $600, from 4 posted prices" in err


def test_broken_tables_are_told_and_left_alone(run, folder):
    place = folder(book(prices(300, 400, 450, "six")))
    before = said(place)
    status, out, err = run("derive", "--write", "--pricing", place)
    assert (status, out, said(place)) == (2, "", before)
    assert "national/samples.yaml:6: samples.s3.price: 'six' is not an amount" in err
    assert f"The national tables in {place} cannot be used." in err


def test_a_folder_without_tables_is_told(run, tmp_path):
    status, _, err = run("derive", "--pricing", tmp_path / "nowhere")
    assert status == 2
    assert "there are no national tables" in err


def test_a_file_that_cannot_be_written_is_told(run, folder, monkeypatch):
    place = folder(book(prices(300, 400, 450, 600)))

    def full(_path, _data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    status, _, err = run("derive", "--write", "--pricing", place)
    assert status == 1
    assert "charges.yaml cannot be written: No space left on device." in err


@given(st.lists(st.integers(0, 9_999).map(str), min_size=4, max_size=20))
def test_the_text_says_what_the_prices_say(amounts):
    files = {name: data for name, data in book(prices(*amounts)).items() if name.startswith("national/")}
    tables = read_national(files).tables
    changed, found = derive(files, tables, date(2026, 6, 1), str)
    price = read_national(changed).tables.charges["infusion"].self_pay[date(2026, 1, 1)]
    assert price.range == spread([int(amount) * 100 for amount in amounts])
    assert [one.number for one in found if one.charge == "infusion"] == [len(amounts)]


def test_the_shipped_tables_can_be_derived(run, tmp_path):
    """Whatever they say today: what is proposed is a price table, and proposed once."""
    place = tmp_path / "pricing"
    shutil.copytree(PRICING, place)
    assert run("derive", "--write", "--pricing", place)[0] == 0
    assert read_books(place).errors == ()
    assert run("derive", "--pricing", place)[1] == ""
