"""The price list as a file: what is taken along comes back, nothing in it comes alive, and what is wrong is said."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook
from support.desk_priced import CLINIC, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import leads_to

from estimator.prices.editing.spreadsheets import MOST_ROWS, BadSpreadsheet, cells_of, column_name
from estimator.web.responses import safe

LIST = f"/admin/{CLINIC}/list"
FIELD, YOURS = "Field (leave it as it is)", "Yours"


def taken(desk: PricedDesk, kind: str = "csv", lang: str = "en") -> bytes:
    answer = desk.visiting("Eve").client.get(f"{LIST}.{kind}?lang={lang}")
    assert answer.status_code == 200
    assert f'filename="{CLINIC}-prices-2026-11-22.{kind}"' in answer.headers["Content-Disposition"]
    return answer.data


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def as_csv(rows: list[list[str]], separator: str = ",", code: str = "utf-8-sig") -> bytes:
    table = io.StringIO()
    csv.writer(table, delimiter=separator).writerows(rows)
    return table.getvalue().encode(code)


def as_xlsx(rows: list[list[object]], shapes: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, shape in (shapes or {}).items():
        book.active[cell].number_format = shape
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(desk: PricedDesk, data: bytes, status: int = 302, start: str = "2026-11-22"):
    return desk.visiting("Eve").post(LIST, {"file": (io.BytesIO(data), "list"), "start": start}, status)


def with_value(rows: list[list[str]], field: str, text: str) -> list[list[str]]:
    assert field in [row[4] for row in rows]
    return [[*row[:2], text, *row[3:]] if row[4] == field else row for row in rows]


# Taken along and sent again


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_taken_along_changes_nothing_when_it_comes_back(desk: PricedDesk, kind: str, lang: str) -> None:
    page = send(desk, taken(desk, kind, lang))
    assert leads_to(page) == LIST
    assert desk.desk.work(CLINIC).draft is None


def test_it_holds_every_field_with_words_and_what_is_usual(desk: PricedDesk) -> None:
    rows = rows_of(taken(desk))
    assert (rows[0][2], rows[0][4]) == (YOURS, FIELD)
    by_field = {row[4]: row for row in rows}
    assert by_field["price-infusion"][2] == "450"
    assert by_field["package-infusion-0-sessions"][2] == "6"
    assert by_field["package-infusion-0-price"][2] == "2400"
    assert "$" in by_field["price-infusion"][3]
    assert all(row[1] for row in rows)
    assert len(by_field) == len(rows)
    sheet = load_workbook(io.BytesIO(taken(desk, "xlsx"))).active
    assert [cell.value for cell in sheet[1]] == rows[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_changed_cells_go_into_the_draft_and_the_preview_says_them_in_words(desk: PricedDesk) -> None:
    rows = rows_of(taken(desk))
    rows = with_value(rows, "price-infusion", "$475")
    rows = with_value(rows, "package-infusion-0-price", "2,500")
    page = send(desk, as_csv(rows, ";"))
    assert leads_to(page) == f"/admin/{CLINIC}/preview"
    visitor = desk.visiting("Eve")
    assert "2026-11-22: " in desk.text
    words = visitor.get(f"/admin/{CLINIC}/preview").text
    assert "$475" in words
    assert "$2,500" in words
    assert desk.text.count("475") == 1


def test_a_row_that_is_missing_changes_nothing_and_an_emptied_one_takes_away(desk: PricedDesk) -> None:
    rows = rows_of(taken(desk))
    send(desk, as_csv([rows[0], *(row for row in rows if row[4] == "package-infusion-0-days")]))
    assert desk.desk.work(CLINIC).draft is None
    for part in ("sessions", "price"):
        rows = with_value(rows, f"package-infusion-0-{part}", "")
    send(desk, as_csv(rows))
    assert "packages" not in desk.text
    assert "2026-02-01: 450" in desk.text


def test_excels_own_kinds_of_cells_are_understood(desk: PricedDesk) -> None:
    """Numbers with cents, a percentage as Excel keeps it, a tick as a truth value."""
    cells = [
        ["What", YOURS, FIELD],
        ["x", 475.5, "price-infusion"],
        ["x", True, "included-evaluation"],
        ["x", "Veterans", "discount-0-label"],
        ["x", 0.15, "discount-0-percent"],
    ]
    send(desk, as_xlsx(cells, {"B5": "0%"}))
    assert "475.50" in desk.text
    assert "percent: 15\n" in desk.text


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_whatever_a_spreadsheet_program_saves_is_read(code: str) -> None:
    assert cells_of("Prices é\nInfusión,475".encode(code)) == [["Prices é"], ["Infusión", "475"]]


def test_any_list_of_names_and_prices_is_read_as_if_pasted(desk: PricedDesk) -> None:
    page = send(desk, as_csv([["Our prices", "2027"], [], ["Ketamine infusion", "$480"]]), 400)
    assert "A1 'Our prices' is not on the sheet" in page.text
    send(desk, as_csv([["Our prices", ""], [], ["Ketamine infusion", "$480"]]))
    assert "480" in desk.text


# Nothing comes alive


ALIVE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", " =1+1", "\u200b=1+1", "\u2800=1", "=\u200b1"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "\u22121", "\r=1"),
]


@pytest.mark.parametrize("text", ALIVE)
def test_no_cell_of_a_file_that_is_taken_along_is_a_formula(desk: PricedDesk, text: str) -> None:
    label = " ".join(text.split()) or text
    desk.edit(
        "charges:", f"discounts:\n  odd: {{label: {json.dumps(label, ensure_ascii=False)}, percent: 10}}\ncharges:"
    )
    rows = rows_of(taken(desk))
    (cell,) = [row[2] for row in rows if row[4] == "discount-0-label"]
    assert cell == safe(label)
    sheet = load_workbook(io.BytesIO(taken(desk, "xlsx"))).active
    assert {one.data_type for row in sheet.iter_rows() for one in row if one.value} == {"s"}
    before = desk.text
    send(desk, taken(desk))
    if label.isprintable():
        assert desk.text == before, "and it comes back as it was"
    else:
        assert desk.desk.check(CLINIC, desk.desk.work(CLINIC).files).book, "but for what nobody can see"


def test_a_formula_in_a_file_that_is_sent_is_refused_where_it_stands(desk: PricedDesk) -> None:
    page = send(desk, as_xlsx([["What", YOURS, FIELD], ["x", "=400+75", "price-infusion"]]), 400)
    assert "Cell B2 holds a formula." in page.text
    page = send(desk, as_csv([["What", YOURS, FIELD], ["x", "=400+75", "price-infusion"]]), 400)
    assert "B2 '=400+75' is not an amount" in page.text
    assert desk.desk.work(CLINIC).draft is None


# What is wrong is said


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("price-infusion", "fourhundred", "'fourhundred' is not an amount such as 450"),
        ("package-infusion-0-sessions", "1", "Write a whole number from 2 to 104."),
        ("package-infusion-0-price", "", "Write what the whole package costs."),
        ("included-evaluation", "maybe", "'maybe' is neither yes nor no."),
        ("price-infusion", "500-400", "Write the lower amount first"),
    ],
)
def test_a_slip_names_its_cell(desk: PricedDesk, field: str, text: str, sentence: str) -> None:
    rows = with_value(rows_of(taken(desk)), field, text)
    number = [row[4] for row in rows].index(field) + 1
    page = send(desk, as_csv(rows), 400)
    assert f"C{number} {sentence}" in page.text
    assert page.control("start").attributes["value"] == "2026-11-22"
    assert desk.desk.work(CLINIC).draft is None


def test_strange_and_doubled_fields_are_said(desk: PricedDesk) -> None:
    rows = [["What", YOURS, FIELD], ["x", "1", "price-nothing"], ["x", "1", "price-infusion"]]
    rows += [["x", "2", "price-infusion"], ["x", "3", ""]]
    text = send(desk, as_csv(rows), 400).text
    assert "B2 The sheet of this clinic has no field 'price-nothing'." in text
    assert "B4 'price-infusion' stands in cell B3 already." in text
    assert "B5 The field of this row is missing in column C." in text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose the file first."),
        (b" \n ", "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "This is an old Excel file"),
        (b"PK\x03\x04 and nothing more", "The XLSX file is damaged"),
        (b"\x00\x01\x02\x03", "neither a CSV nor an XLSX file"),
        (b"Hello", "There is no price in this file"),
        (b"x" * 1_000_001, "The file is too large"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(desk: PricedDesk, data: bytes, sentence: str) -> None:
    assert sentence in send(desk, data, 400).text
    assert desk.desk.work(CLINIC).draft is None


def test_a_day_that_is_none_is_said_beside_its_field(desk: PricedDesk) -> None:
    page = send(desk, taken(desk), 400, "soon")
    assert "Choose the day, like 2027-01-31." in page.text


def test_without_a_file_or_with_a_text_in_its_place_nothing_breaks(desk: PricedDesk) -> None:
    visitor = desk.visiting("Eve")
    assert "Choose the file first." in visitor.post(LIST, {"start": "2026-11-22"}, 400).text
    assert "Choose the file first." in visitor.post(LIST, {"file": "text", "start": "2026-11-22"}, 400).text


# Bombs


def zipped(ending: str = ".xml", **parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/") + ending, content)
    return file.getvalue()


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(xl__workbook=b"0" * 300_000_000)
    assert len(bomb) < 1_000_000
    began = time.process_time()
    with pytest.raises(BadSpreadsheet, match="unpacks to too much"):
        cells_of(bomb)
    assert time.process_time() - began < 1


def test_many_parts_and_declared_entities_are_refused() -> None:
    with pytest.raises(BadSpreadsheet, match="unpacks to too much"):
        cells_of(zipped(**{f"part{number}": b"" for number in range(300)}))
    for code in ("utf-8", "utf-16"):
        declared = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><x>&a;</x>'.encode(code)
        with pytest.raises(BadSpreadsheet, match="declares what no price list needs"):
            cells_of(zipped(xl__workbook=declared))
        with pytest.raises(BadSpreadsheet, match="declares what no price list needs"):
            cells_of(zipped(".bin", xl__workbook=declared))


def test_rows_columns_and_cells_have_an_end() -> None:
    with pytest.raises(BadSpreadsheet, match="more than 1,000 rows"):
        cells_of(b"a,1\n" * (MOST_ROWS + 1))
    with pytest.raises(BadSpreadsheet, match="Row 1 has more than 30 columns"):
        cells_of(b"," * 40 + b"x")
    with pytest.raises(BadSpreadsheet, match="Cell B1 is longer"):
        cells_of(b"a," + b"x" * 501)
    with pytest.raises(BadSpreadsheet, match="more than 1,000 rows"):
        cells_of(as_xlsx([["a", 1]] * (MOST_ROWS + 1)))
    assert cells_of(b"a,1\n" + b",\n" * 5000) == [["a", "1"]]


def test_kinds_of_cells_become_plain_texts() -> None:
    row = [450, 450.5, 0.1 + 0.2, True, False, None, datetime(2027, 1, 2, 3), date(2027, 1, 2), "  x ", 1e6]
    assert cells_of(as_xlsx([row])) == [
        ["450", "450.5", "0.3", "yes", "", "", "2027-01-02", "2027-01-02", "x", "1000000"]
    ]
    assert [column_name(one) for one in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]
