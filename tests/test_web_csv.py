"""The estimate as a table for a spreadsheet."""

import csv
import io
from decimal import Decimal

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor, check_headers
from support.tables_for_tests import shipped_without_price

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.places import pricing_folder
from estimator.prices.reading import read_books
from estimator.web.patient.download import PARTS
from estimator.web.responses import csv_response, safe

BOOK = read_books(pricing_folder()).books.national
QUERIES = [FOUR, SPRAVATO, {**SPRAVATO, "insurance": "medicare"}, {**FOUR, "rides": "yes", "sessions": "12"}]


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def downloaded(visitor, query):
    response = visitor.client.get("/estimate.csv", query_string=query)
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))


def blocks(rows):
    """Head, bill and calendar, parted by empty lines."""
    found = [[]]
    for row in rows:
        if row:
            found[-1].append(row)
        else:
            found.append([])
    return found


def cents(cells):
    assert all(len(cell.rpartition(".")[2]) == 2 for cell in cells), "dollars with cents"
    return [int(Decimal(cell) * 100) for cell in cells]


def test_the_notice_stands_in_the_first_line(visitor):
    text = visitor.client.get("/estimate.csv", query_string=FOUR).data.decode("utf-8-sig")
    assert BOOK.tables.texts.notice.en in text.splitlines()[0]
    assert downloaded(visitor, FOUR)[0] == [BOOK.tables.texts.notice.en]


def test_it_is_a_download_with_the_headers_of_every_page(visitor):
    response = visitor.client.get("/estimate.csv", query_string={**FOUR, "start": "2026-12-06"})
    check_headers(response)
    assert response.mimetype == "text/csv"
    disposition = response.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="ketamine-cost-estimate-iv-2026-12-06.csv"'


@pytest.mark.parametrize("query", QUERIES)
def test_every_line_is_the_estimates_to_the_cent(visitor, query):
    found = estimate(read_answers(query, BOOK, TODAY), BOOK)
    _head, (headings, *lines, total), (_, *months) = blocks(downloaded(visitor, query))
    assert len(lines) == len(found.items)
    assert {len(row) for row in (headings, *lines, total)} == {19}
    for row, item in zip(lines, found.items, strict=True):
        assert row[:3] == [item.label.en, str(item.quantity), " ".join(item.codes)]
        wanted = [amount for part in ("unit_price", *PARTS) for amount in getattr(item, part)]
        assert cents(row[4:]) == wanted
    assert cents(total[7:]) == [amount for part in PARTS for amount in getattr(found, part)]
    assert [row[0] for row in months] == [month.month for month in found.months]
    assert [cents(row[-3:]) for row in months] == [list(month.you_pay) for month in found.months]


@pytest.mark.parametrize("query", QUERIES)
def test_every_column_adds_up(visitor, query):
    _head, (_, *lines, total), (_, *months) = blocks(downloaded(visitor, query))
    for column in range(7, 19):
        assert sum(cents([row[column] for row in lines])) == cents([total[column]])[0]
    for column in (-3, -2, -1):
        assert sum(cents([row[column] for row in months])) == cents([total[column]])[0]


def test_a_missing_price_is_no_zero(tmp_path):
    visitor = Visitor(pricing=shipped_without_price(tmp_path / "pricing", "infusion"))
    _head, (_, *lines, total), _months = blocks(downloaded(visitor, FOUR))
    (missing,) = [row for row in lines if row[0] == BOOK.tables.charges["infusion"].label.en]
    assert set(missing[4:]) == {"not known"}
    assert total[0] == "In all, at least"


def test_bad_answers_bring_back_the_form(visitor):
    page = visitor.get("/estimate.csv", {**FOUR, "sessions": "0"}, status=400)
    assert page.control("sessions").attributes["value"] == "0"


def test_the_estimate_offers_it(visitor):
    address = visitor.get("/estimate", SPRAVATO).href("The same as a spreadsheet (CSV)")
    assert visitor.client.get(address).mimetype == "text/csv"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=HYPERLINK()", "\u2212 1"]
IN_OTHER_FORMS = [f"{sign}1+1" for sign in "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a"]
UNSEEN = list("\u200b\ufeff\u00ad\u2060\u180e\u202e\u00a0\u3000\u2028\x00\x1b\u3164\u115f\u2800\ufe0f\u0301")


@pytest.mark.parametrize("cell", FORMULAS + IN_OTHER_FORMS)
def test_no_cell_is_taken_for_a_formula(cell):
    for before in ("", *UNSEEN, "".join(UNSEEN)):
        assert safe(before + cell) == f"'{before}{cell}"


def test_no_cell_ends_where_another_countrys_spreadsheet_parts_lines():
    text = csv_response([["a;=1+1", "c"]], "x.csv").get_data(as_text=True).removeprefix("\ufeff")
    assert next(csv.reader(io.StringIO(text), delimiter=";")) == ['a;=1+1,"c"']
    assert next(csv.reader(io.StringIO(text))) == ["a;=1+1", "c"]


@pytest.mark.parametrize("cell", ["", "12.50", "IV infusion", "6 × $500", "90837 99214", "a=b", "\u200bx", "¿Qué?"])
def test_plain_cells_stay_as_they_are(cell):
    assert safe(cell) == cell
