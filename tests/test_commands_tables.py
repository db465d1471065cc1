"""``estimator tables``: the national tables brought up to date, line by line, and never without being asked."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies_yaml import small_book

from estimator.cli import main
from estimator.money import Range
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


# From the files that CMS publishes


CMS = Path(__file__).parent / "cms_files"

MEDICARE = """\
defaults: {source: invented, checked: 2026-01-02}
charges:
  visit:
    label: Follow-up visit
    codes: ["99214"]
    benefit: visit
    medicare:
      # What the fee schedule says.
      2025-01-01:
        low: 100
        typical: 130
        high: 150
        source: [cms-fee-schedule-2025, locality-range, survey]
        confidence: high
        note:
          en: National amount; by area, from 94 % to 121 % of it, Alaska aside. A visit.
          es: Monto nacional; según la zona, del 94 % al 121 % de él, sin contar Alaska. Una consulta.
    military:
      2025-01-01: {low: 100, typical: 130, high: 150, note: {en: Stands in., es: Sustituye.}}
    medicaid:
      2025-01-01: {low: 20, typical: 30, high: 40}
    commercial:
      2025-01-01: {low: 110, typical: 130, high: 180, note: "85 %, 100 % and 140 % of Medicare's $130.00."}
    price_question: {label: Price, ask: What is it?, whom: clinic}
fee_schedule:
  # By code.
  "99214":
    2025-01-01: {work: 1.00, practice_office: 1.50, malpractice: 0.10, conversion_factor: 50}
hospital_payments:
  G2082:
    2025-01-01: 1000
areas:
  CA:
    "05":
      name: SAN FRANCISCO
      also_in: [NV]  # kept by hand
      factors:
        2024-01-01: {work: 1.1, practice: 1.4, malpractice: 0.5}
"""


@pytest.fixture
def tables(folder):
    """The small book with a fee schedule of 2025; its folder."""
    files = small_book() | {"national/medicare.yaml": MEDICARE.encode()}
    money = files["national/money.yaml"].decode()
    sources = "sources:\n  cms-fee-schedule-2025: {title: Of 2025, kind: assumption}\n"
    sources += "  locality-range: {title: Range, kind: assumption}\n"
    files["national/money.yaml"] = money.replace("sources:\n", sources, 1).encode()
    return folder(files)


def medicare(run, place, *more, rvu=CMS / "PPRRVU2026_JAN.csv", gpci=CMS / "GPCI2025.csv"):
    return run("medicare", "--rvu", rvu, "--gpci", gpci, "--pricing", place, *more)


def book_of(place):
    return read_books(place).books.national.tables


def test_a_new_year_of_medicare_is_shown_and_not_written(run, tables):
    before = said(tables)
    status, out, err = medicare(run, tables)
    assert (status, said(tables)) == (0, before)
    assert "visit, medicare: $100 / $130 / $150 -> $124.64 / $135.61 / $166.65" in err
    assert "visit, military: $100 / $130 / $150 -> $124.64 / $135.61 / $166.65" in err
    assert "visit, commercial: its note names $130.00, which has moved; work the price out again" in err
    assert "medicaid" not in err
    assert "2026 National Physician Fee Schedule" in err
    assert "from 2026-01-01, $33.4009 a unit" in err
    assert "7 areas in 6 states" in err
    assert "+++ national/medicare.yaml\tproposed" in out


def test_written_the_new_year_begins_on_its_day_and_the_old_one_stays(run, tables):
    assert medicare(run, tables, "--write", "--opps", CMS / "AddendumB2026.csv")[0] == 0
    book, new = book_of(tables), date(2026, 1, 1)
    prices = book.charges["visit"].medicare
    assert list(prices) == [date(2025, 1, 1), new]
    assert tuple(prices[date(2025, 1, 1)].range) == (100_00, 130_00, 150_00)
    assert tuple(prices[new].range) == (124_64, 135_61, 166_65)
    assert prices[new].source == ("cms-fee-schedule-2026", "cms-gpci-2025", "survey")
    assert prices[new].confidence == "high"
    assert prices[new].note.en == "National amount; by area, from 92 % to 123 % of it, Alaska aside. A visit."
    assert prices[new].note.es.startswith("Monto nacional; según la zona, del 92 % al 123 % de él, sin contar Alaska.")
    assert book.charges["visit"].military[new].note.en == "Stands in."
    assert list(book.charges["visit"].medicaid) == [date(2025, 1, 1)]
    assert book.fee_schedule["99214"][new].conversion_factor == Decimal("33.4009")
    assert book.hospital_payments["G2082"][new].typical == 1050_50
    area = book.areas["CA"]["05"]
    assert (area.name, area.also_in, list(area.factors)) == (
        "SAN FRANCISCO",
        ("NV",),
        [date(2024, 1, 1), date(2025, 1, 1)],
    )
    assert book.areas["MS"]["00"].factors[date(2025, 1, 1)].practice == Decimal("0.852")
    assert "PPRRVU2026_JAN.csv ($33.4009 a unit)" in book.sources["cms-fee-schedule-2026"].title.en
    text = (tables / "national/medicare.yaml").read_text()
    assert "# What the fee schedule says." in text
    assert "also_in: [NV]  # kept by hand" in text


HOSPITAL = """\
charges:
  session_at_a_hospital:
    label: Session at a hospital
    codes: [G2082]
    benefit: visit
    medicare:
      2025-01-01: {price: 1000, source: [cms-opps-2025, survey], checked: 2026-01-02}
  physician_at_a_hospital:
    label: The physician's part
    codes: [G2082]
    benefit: visit
    medicare:
      2025-01-01: {price: 46.50, by_area: facility, source: survey, checked: 2026-01-02}
    price_question: {label: Price, ask: What is it?, whom: clinic}
fee_schedule:
  G2082:
    2025-01-01:
      {work: 0.70, practice_office: 20, practice_facility: 0.16, malpractice: 0.07, conversion_factor: 50,
       source: survey, checked: 2026-01-02}
"""


def test_what_a_hospital_gets_and_its_physician_have_their_new_amounts(run, tables):
    """$1,050.50 of the hospital's list; 0.70 + 0.16 + 0.07 units at $33.4009 are $31.06, and still differ by area."""
    (tables / "national/hospital.yaml").write_text(HOSPITAL)
    money = tables / "national/money.yaml"
    source = "sources:\n  cms-opps-2025: {title: Of 2025, kind: assumption}\n"
    money.write_text(money.read_text().replace("sources:\n", source, 1))
    status, _, err = medicare(run, tables, "--write", "--opps", CMS / "AddendumB2026.csv")
    assert status == 0, err
    book, new = book_of(tables), date(2026, 1, 1)
    hospital = book.charges["session_at_a_hospital"].medicare[new]
    assert hospital.range == Range.exactly(1050_50)
    assert hospital.source == ("cms-opps-2026", "survey")
    physician = book.charges["physician_at_a_hospital"].medicare[new]
    assert (physician.typical, physician.by_area) == (31_06, "facility")
    assert physician.source == ("cms-fee-schedule-2026", "cms-gpci-2025", "survey")


def test_what_was_put_in_once_is_not_proposed_again(run, tables):
    medicare(run, tables, "--write")
    status, out, err = medicare(run, tables)
    assert (status, out) == (0, "")
    assert "No price moves." in err


def test_a_price_that_only_the_areas_move_cites_both_files(run, tables, tmp_path):
    medicare(run, tables, "--write")
    gpci = tmp_path / "gpci.csv"
    text = (CMS / "GPCI2025.csv").read_bytes().replace(b"CY 2025", b"CY 2027").replace(b"0.852", b"0.851")
    gpci.write_bytes(text)
    assert medicare(run, tables, "--write", "--from", "2027-01-01", gpci=gpci)[0] == 0
    book = book_of(tables)
    assert list(book.fee_schedule["99214"]) == [date(2025, 1, 1), date(2026, 1, 1)]
    assert list(book.areas["MS"]["00"].factors) == [date(2025, 1, 1), date(2027, 1, 1)]
    assert list(book.areas["CA"]["75"].factors) == [date(2025, 1, 1)]
    price = book.charges["visit"].medicare[date(2027, 1, 1)]
    assert price.source == ("cms-fee-schedule-2027", "cms-gpci-2027", "survey")


def test_the_text_with_columns_of_fixed_width_says_the_same(run, tables):
    _, one, _ = medicare(run, tables)
    _, other, _ = medicare(run, tables, rvu=CMS / "PPRRVU2026_JAN.txt", gpci=CMS / "GPCI2025.txt")
    assert other.replace(".txt", ".csv").replace("1.000", "1").replace("1.500", "1.5").replace("0.560", "0.56") == one


def test_a_day_may_be_given_and_more_codes_kept(run, tables):
    assert "90837" not in medicare(run, tables)[1]
    medicare(run, tables, "--write", "--from", "2026-04-01", "--code", "90837")
    book = book_of(tables)
    assert list(book.charges["visit"].medicare)[-1] == date(2026, 4, 1)
    assert "90837" in book.fee_schedule


def test_mistakes_of_all_files_are_told_and_nothing_is_changed(run, tables, tmp_path):
    before = said(tables)
    rvu, gpci = tmp_path / "rvu.csv", tmp_path / "gpci.csv"
    rvu.write_bytes((CMS / "PPRRVU2026_JAN.csv").read_bytes().replace(b",1.92,", b",1.9O,"))
    gpci.write_bytes((CMS / "GPCI2025.csv").read_bytes().replace(b"0.852", b"852"))
    status, out, err = medicare(run, tables, "--write", rvu=rvu, gpci=gpci)
    assert (status, out) == (2, "")
    assert "rvu.csv:14: column F (WORK RVU): '1.9O' is not a number" in err
    assert "gpci.csv:9: column F (2025 PE GPCI): a factor of 852 cannot be right" in err
    assert said(tables) == before


def test_a_code_that_the_tables_need_and_the_file_lacks_is_told(run, tables, tmp_path):
    rvu = tmp_path / "rvu.csv"
    for old, status in ((b"99214,,", "99214 (not in it)"), (b"Office visit,A,,1.92", "99214 (X)")):
        new = old.replace(b"99214", b"99999").replace(b",A,", b",X,")
        rvu.write_bytes((CMS / "PPRRVU2026_JAN.csv").read_bytes().replace(old, new))
        code, _, err = medicare(run, tables, rvu=rvu)
        assert code == 2
        assert f"rvu.csv: no amount for {status}, which the tables need." in err


def test_a_file_whose_title_names_no_year_needs_a_day(run, tables, tmp_path):
    rvu = tmp_path / "rvu.csv"
    rvu.write_bytes((CMS / "PPRRVU2026_JAN.csv").read_bytes().replace(b"2026 National", b"National"))
    status, _, err = medicare(run, tables, rvu=rvu)
    assert status == 2
    assert "rvu.csv: its title names no year and quarter. Say --from DATE." in err
    assert medicare(run, tables, "--from", "2026-01-01", rvu=rvu)[0] == 0


def test_a_file_that_is_not_there_is_told(run, tables, tmp_path):
    status, _, err = medicare(run, tables, rvu=tmp_path / "nowhere.csv")
    assert status == 2
    assert "nowhere.csv cannot be read: No such file or directory." in err


def test_tables_without_a_place_for_it_are_told(run, folder):
    files = small_book()
    files["national/care.yaml"] = files["national/care.yaml"].replace(
        b"  infusion:\n    label", b'  infusion:\n    codes: ["99214"]\n    label', 1
    )
    status, _, err = medicare(run, folder(files))
    assert status == 1
    assert "No file has a section fee_schedule. Add it to one first." in err


def test_an_area_that_is_no_longer_named_is_told_and_stays(run, tables, tmp_path):
    gpci = tmp_path / "gpci.csv"
    lines = (CMS / "GPCI2025.csv").read_bytes().splitlines(keepends=True)
    gpci.write_bytes(b"".join(line for line in lines if b"SAN FRANCISCO" not in line))
    _, _, err = medicare(run, tables, "--write", gpci=gpci)
    assert "gpci.csv: no longer names CA 05; their factors stay as they are" in err
    assert list(book_of(tables).areas["CA"]["05"].factors) == [date(2024, 1, 1)]
