"""Files in the shape of those that CMS publishes about Medicare: read as they come, or refused with their place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from estimator.prices.cms_files import read_areas, read_fee_schedule, read_hospital

FOLDER = Path(__file__).parent / "cms_files"
CODES = {"90837", "93000", "99214", "G0463", "G2082", "G2083"}


def data(name):
    return (FOLDER / name).read_bytes()


def schedule(content, name="rvu.csv", codes=CODES):
    return read_fee_schedule(content, name, codes)


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_the_files_say_that_they_are_made_up(path):
    assert b"MADE UP FOR TESTS" in path.read_bytes()


# As they come


@pytest.mark.parametrize("name", ["PPRRVU2026_JAN.csv", "PPRRVU2026_JAN.txt"])
def test_relative_values_are_found_below_a_split_header_or_in_columns_of_fixed_width(name):
    found, problems = schedule(data(name), name)
    assert problems == []
    assert (found.start, found.unpaid) == (date(2026, 1, 1), {"G0463": "X"})
    assert "2026 National Physician Fee Schedule" in found.title
    assert set(found.codes) == CODES - {"G0463"}
    units = found.codes["G2082"]
    assert (units.work, units.office, units.facility, units.malpractice, units.conversion_factor) == tuple(
        map(Decimal, ("0.70", "27.75", "0.16", "0.07", "33.4009"))
    )


@pytest.mark.parametrize("name", ["PPRRVU2026_JAN.csv", "PPRRVU2026_JAN.txt"])
def test_a_setting_marked_na_is_not_paid_and_rows_with_a_modifier_are_others(name):
    """93000 has a row of its own for the reading alone (26), with other values."""
    found, _ = schedule(data(name), name)
    assert (found.codes["93000"].office, found.codes["93000"].facility) == (Decimal("0.23"), None)


@pytest.mark.parametrize("name", ["GPCI2025.csv", "GPCI2025.txt"])
def test_areas_are_found_between_title_and_footnotes(name):
    found, problems = read_areas(data(name), name)
    assert problems == []
    assert found.start == date(2025, 1, 1)
    assert [(area.state, area.number, area.name) for area in found.areas] == [
        ("AK", "01", "ALASKA"),
        ("CA", "05", "SAN FRANCISCO-OAKLAND-BERKELEY"),
        ("CA", "75", "REST OF CALIFORNIA"),
        ("DC", "01", "DC + MD/VA SUBURBS"),
        ("HI", "01", "HAWAII, GUAM"),
        ("MS", "00", "MISSISSIPPI"),
        ("WY", "21", "WYOMING"),
    ]
    assert [found.areas[1].work, found.areas[1].practice, found.areas[1].malpractice] == list(
        map(Decimal, ("1.088", "1.419", "0.445"))
    )


@pytest.mark.parametrize("name", ["AddendumB2026.csv", "AddendumB2026.txt"])
def test_hospital_amounts_are_found_with_commas_tabs_dollar_signs_and_a_byte_order_mark(name):
    found, problems = read_hospital(data(name), name, CODES)
    assert problems == []
    assert found.start == date(2026, 1, 1)
    assert found.amounts == {"G0463": 136_02, "G2082": 1050_50, "G2083": 1650_50}


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_lines_may_end_in_any_way(end):
    content = data("PPRRVU2026_JAN.csv").replace(b"\r\n", end)
    assert schedule(content)[0].codes["G2083"].line == 20


def test_of_work_factors_with_and_without_the_floor_those_with_it_are_taken():
    content = data("GPCI2025.csv").replace(
        b"2025 PW GPCI (with", b"2025 PW GPCI (without 1.0 Floor),2025 PW GPCI (with"
    )
    content = content.replace(b"MISSISSIPPI,1,", b"MISSISSIPPI,0.95,1,").replace(b"FLORIDA,1,", b"FLORIDA,0.9,1,")
    lines = content.splitlines(keepends=True)
    kept = b"".join(line for line in lines if not line[:5].strip(b",").isdigit() or b"MISSISSIPPI" in line)
    ((area,), problems) = read_areas(kept, "gpci.csv")[0].areas, read_areas(kept, "gpci.csv")[1]
    assert (area.work, area.practice, problems) == (Decimal(1), Decimal("0.852"), [])


def test_a_title_without_a_year_leaves_the_day_open():
    found, problems = schedule(data("PPRRVU2026_JAN.csv").replace(b"2026 National", b"National"))
    assert (found.start, problems) == (None, [])


# Malformed


def told(problems):
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b",0.70,27.75,", b",0.70,27.7x,", "rvu.csv:19: column G (NON-FAC PE RVU): '27.7x' is not a number"),
        (b",0.70,27.75,", b",0.70,27.755,", "rvu.csv:19: column G (NON-FAC PE RVU): '27.755' is not a number"),
        (b",0.70,27.75,", b",,27.75,", "rvu.csv:19: column F (WORK RVU): '' is not a number"),
        (b",28.52,", b",28.53,", "rvu.csv:19: column L (NON-FACILITY TOTAL): the parts add up to 28.52, and the total"),
        (b"28.52,0.93,", b"28.52,0.94,", "rvu.csv:19: column M (FACILITY TOTAL): the parts add up to 0.93"),
        (b"more than 56 mg", b"more, than 56 mg", None),
        (b"33.4009", b"0.0000", "rvu.csv:11: column Y (CONV FACTOR): the conversion factor is 0"),
        (b"33.4009", b"$33.4009", "rvu.csv:11: column Y (CONV FACTOR): '$33.4009' is not a number"),
        (b"G2083,,", b"G2082,,", "rvu.csv:20: column A (HCPCS): code G2082 stands in the file twice"),
        (
            b"HCPCS,MOD,",
            b"CODE,MOD,",
            "rvu.csv: no line of this file is a header with the columns HCPCS, MOD. Fix: name",
        ),
        (b",CONV,", b",CNV,", "rvu.csv:9: the header has no column CONV FACTOR"),
        (b",MP,NON-FAC", b",,NON-FAC", "rvu.csv:9: the header has no column MP RVU"),
        (b'"Psych eval', b'"Psych" eval', "rvu.csv:10: this line cannot be split into cells"),
    ],
)
def test_a_relative_value_file_that_cannot_be_believed_is_refused_with_its_place(old, new, says):
    content = data("PPRRVU2026_JAN.csv")
    assert old in content
    found, problems = schedule(content.replace(old, new))
    if says is None:
        assert problems == []
        return
    assert found is None
    assert told(problems)[0].startswith(says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"0.852", b"O.852", "gpci.csv:9: column F (2025 PE GPCI): 'O.852' is not a number"),
        (b"0.852", b"8.52", "gpci.csv:9: column F (2025 PE GPCI): a factor of 8.52 cannot be right"),
        (b"MS,0,", b"Miss.,0,", "gpci.csv:9: column B (State): 'Miss.' is not a state's two capital letters"),
        (b"MS,0,", b"MS,?,", "gpci.csv:9: column C (Locality Number): '?' is not the number of an area like 05"),
        (b"CA,75,", b"CA,5,", "gpci.csv:6: column C (Locality Number): area 05 of CA stands in the file twice"),
        (b"2025 MP GPCI", b"2025 MP", "gpci.csv:3: the header has no column MP GPCI"),
        (b",State,", b",St.,", "gpci.csv: no line of this file is a header with the columns State, Locality Number"),
    ],
)
def test_an_area_file_that_cannot_be_believed_is_refused_with_its_place(old, new, says):
    content = data("GPCI2025.csv")
    assert old in content
    found, problems = read_areas(content.replace(old, new), "gpci.csv")
    assert found is None
    assert told(problems)[0].startswith(says)


def test_an_area_file_without_areas_is_refused():
    content = b"".join(data("GPCI2025.csv").splitlines(keepends=True)[:3])
    found, problems = read_areas(content, "gpci.csv")
    assert (found, told(problems)) == (None, ["gpci.csv:3: no area stands below the header"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"$1,050.50", b"1050,50", "opps.csv:7: column F (Payment Rate): '1050,50' is not a dollar amount"),
        (b"G2083,", b"G2082,", "opps.csv:8: column A (HCPCS Code): code G2082 stands in the file twice"),
        (b"Payment Rate", b"Rate", "opps.csv: no line of this file is a header with the columns HCPCS Code, Payment"),
    ],
)
def test_a_hospital_file_that_cannot_be_believed_is_refused_with_its_place(old, new, says):
    content = data("AddendumB2026.csv")
    assert old in content
    found, problems = read_hospital(content.replace(old, new), "opps.csv", CODES)
    assert found is None
    assert told(problems)[0].startswith(says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "x: the file is empty"),
        (b" \r\n ", "x: the file is empty"),
        (b"PK\x03\x04 rest", "x: this is a ZIP archive or an Excel file. Fix: unpack it"),
        (b"\xff\xfeH\0C\0", "x: this is no text file. Fix: name the CSV or TXT file"),
        (b"<html><body>Not found</body></html>", "x: no line of this file is a header"),
    ],
)
@pytest.mark.parametrize("read", [schedule, read_areas, lambda content, name: read_hospital(content, name, CODES)])
def test_what_is_no_such_file_is_told(content, says, read):
    found, problems = read(content, "x")
    assert found is None
    assert told(problems)[0].startswith(says)


def test_every_mistake_of_a_file_is_told_at_once():
    content = data("GPCI2025.csv").replace(b"0.852", b"x").replace(b"1.419", b"y")
    _, problems = read_areas(content, "gpci.csv")
    assert [problem.line for problem in problems] == [5, 9]
