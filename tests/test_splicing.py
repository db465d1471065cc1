"""One price changes in a table's text, and every other line stays as somebody wrote it."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.strategies_yaml import charge_tables, names, plain, small_book, trees, words, writings

from estimator.prices.editing.slices import CannotSplice, hash_at, put, read, remove
from estimator.prices.editing.splicing import (
    TypedPrice,
    add_source,
    file_of,
    mark_checked,
    price_in,
    remove_price,
    set_price,
    sources_of,
)
from estimator.prices.reading import collect, read_files
from estimator.prices.schema.basics import PRICE_COLUMNS, Text
from estimator.prices.schema.charges import ClinicCharge

PRICING = Path(__file__).parent.parent / "pricing"
SHIPPED, _ = collect(PRICING)
DAY = date(2026, 11, 23)
START = date(2026, 1, 1)

CLINIC = b"""\
# Our list.
clinic: {name: Riverbend}

charges:

  infusion:
    self_pay:
      # Told on the phone.
      2026-01-01: 420  # until spring
      2027-01-01: 440
    # Prepaid.
    packages:
      - sessions: 6
        price: 2200

  observation:
    self_pay: {2026-01-01: "75.00"}

adds:
  iv:
    - charge: visit
"""


def lines(data):
    return data.splitlines(keepends=True)


def gone_and_new(before, after):
    """The lines of `before` that `after` lacks, and the other way round; the rest keeps its order."""
    old, new = lines(before), lines(after)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return [line.decode().strip() for line in old[head : len(old) - tail]], [
        line.decode().strip() for line in new[head : len(new) - tail]
    ]


def price_of(data, charge, column, start):
    """The price as the reader takes it."""
    return ClinicCharge.model_validate(plain(data)["charges"][charge]).prices(column)[start]


# One price


def test_a_new_number_changes_one_line():
    after = set_price(CLINIC, "infusion", "self_pay", START, TypedPrice.exactly(425_50))
    assert gone_and_new(CLINIC, after) == (["2026-01-01: 420  # until spring"], ["2026-01-01: 425.50  # until spring"])


def test_the_same_price_changes_nothing():
    assert set_price(CLINIC, "infusion", "self_pay", START, TypedPrice.exactly(420_00)) == CLINIC
    assert set_price(CLINIC, "observation", "self_pay", START, TypedPrice.exactly(75_00)) == CLINIC


@pytest.mark.parametrize(
    ("start", "above"), [(date(2025, 1, 1), 7), (date(2026, 7, 1), 9), (date(2027, 7, 1), 10)], ids=str
)
def test_a_new_period_is_one_line_in_date_order(start, above):
    """A remark above the first price stays above it."""
    after = set_price(CLINIC, "infusion", "self_pay", start, TypedPrice.exactly(430_00))
    assert lines(after)[above] == f"      {start}: 430\n".encode()
    assert lines(after)[:above] + lines(after)[above + 1 :] == lines(CLINIC)


def test_a_new_column_stands_where_columns_stand():
    after = set_price(CLINIC, "infusion", "insured_patient", START, TypedPrice.exactly(250_00))
    assert gone_and_new(CLINIC, after) == ([], ["insured_patient:", "2026-01-01: 250"])
    assert list(plain(after)["charges"]["infusion"]) == ["self_pay", "insured_patient", "packages"]


def test_a_charge_that_was_inherited_so_far_is_added_at_the_end_of_the_charges():
    after = set_price(CLINIC, "injection", "self_pay", START, TypedPrice.exactly(300_00))
    assert gone_and_new(CLINIC, after) == ([], ["injection:", "self_pay:", "2026-01-01: 300", ""])
    assert list(plain(after)["charges"]) == ["infusion", "observation", "injection"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\ncharges:\n", b"\ncharges: {}\n", b"\ncharges:  # none yet\n"])
def test_a_file_without_charges_gets_them(end):
    before = b"clinic:\n  name: A" + end
    after = set_price(before, "infusion", "self_pay", START, TypedPrice.exactly(300_00))
    assert price_of(after, "infusion", "self_pay", START).typical == 300_00
    assert (b"# none yet" in before) == (b"# none yet" in after)
    with_returns = set_price(before.replace(b"\n", b"\r\n"), "infusion", "self_pay", START, TypedPrice.exactly(300_00))
    assert with_returns == after.replace(b"\n", b"\r\n")


def test_source_day_and_note_make_a_number_a_group():
    typed = TypedPrice.exactly(420_00, source=("our-list",), checked=DAY)
    after = set_price(CLINIC, "infusion", "self_pay", START, typed)
    assert gone_and_new(CLINIC, after)[1] == [
        "2026-01-01: {price: 420, source: our-list, checked: 2026-11-23}  # until spring"
    ]


def test_a_long_note_goes_on_lines_of_its_own_and_keeps_the_remark():
    note = Text(en="It holds: the medicine, the nurse, the room. " * 4, es="Con medicamento")
    after = set_price(CLINIC, "infusion", "self_pay", START, TypedPrice.exactly(420_00, note=note))
    assert b"2026-01-01:  # until spring\n        price: 420\n        note:\n          en: >-\n" in after
    assert max(map(len, after.decode().splitlines())) <= 120
    assert price_of(after, "infusion", "self_pay", START).note == Text(en=note.en.strip(), es=note.es)


def test_an_exact_price_in_place_of_a_range_and_back():
    typed = TypedPrice(300_00, 400_00, 500_00, confidence="low")
    ranged = set_price(CLINIC, "infusion", "self_pay", START, typed)
    assert b"2026-01-01: {low: 300, typical: 400, high: 500, confidence: low}  # until spring" in ranged
    exact = set_price(ranged, "infusion", "self_pay", START, TypedPrice.exactly(410_00))
    assert b"2026-01-01: {price: 410}  # until spring" in exact


def test_one_end_of_a_range_is_one_line():
    before = b"charges: {a: {self_pay: {2026-01-01:\n  {low: 5.00,\n  typical: 6.00,\n  high: 7.00}}}}\n"
    after = set_price(before, "a", "self_pay", START, TypedPrice(5_00, 6_50, 7_00))
    assert gone_and_new(before, after) == (["typical: 6.00,"], ["typical: 6.50,"])
    dearer = set_price(CLINIC, "infusion", "self_pay", START, TypedPrice(420_00, 430_00, 440_00))
    assert b"2026-01-01: {low: 420, typical: 430, high: 440}  # until spring" in dearer


def test_a_list_of_sources_grows_by_a_line():
    before = b"charges:\n  a:\n    self_pay:\n      2026-01-01:\n        price: 5\n"
    before += b"        source:\n        - one\n        - two # new\n"
    typed = price_in(read(before), "a", "self_pay", START)
    assert typed.source == ("one", "two")
    grown = set_price(before, "a", "self_pay", START, TypedPrice.exactly(5_00, source=("one", "two", "three")))
    assert gone_and_new(before, grown) == ([], ["- three"])
    shrunk = set_price(before, "a", "self_pay", START, TypedPrice.exactly(5_00, source=("two",)))
    assert shrunk.endswith(b"        source: two # new\n")
    assert price_of(shrunk, "a", "self_pay", START).source == ("two",)


# Checked


def test_a_number_that_is_still_right_keeps_its_text():
    after = mark_checked(CLINIC, "infusion", "self_pay", START, DAY)
    assert gone_and_new(CLINIC, after)[1] == ["2026-01-01: {price: 420, checked: 2026-11-23}  # until spring"]
    quoted = mark_checked(CLINIC, "observation", "self_pay", START, DAY)
    assert b"self_pay: {2026-01-01: {price: 75.00, checked: 2026-11-23}}" in quoted
    assert b"checked: 2026-11-24}  # until" in mark_checked(after, "infusion", "self_pay", START, date(2026, 11, 24))


def test_a_price_that_the_file_does_not_say_cannot_be_checked_there():
    with pytest.raises(CannotSplice, match=r"charges\.infusion\.self_pay\.2026-02-01"):
        mark_checked(CLINIC, "infusion", "self_pay", date(2026, 2, 1), DAY)


# Removing


def test_a_removed_period_is_one_line_less():
    after = remove_price(CLINIC, "infusion", "self_pay", date(2027, 1, 1))
    assert gone_and_new(CLINIC, after) == (["2027-01-01: 440"], [])


def test_the_last_price_takes_its_column_charge_and_section_with_it():
    after = remove_price(CLINIC, "observation", "self_pay", START)
    assert gone_and_new(CLINIC, after) == (["observation:", 'self_pay: {2026-01-01: "75.00"}', ""], [])
    alone = b"clinic: {name: A}\ncharges:\n  a:\n    self_pay:\n      2026-01-01: 5\n"
    assert remove_price(alone, "a", "self_pay", START) == b"clinic: {name: A}\n"


def test_what_is_not_there_cannot_be_removed():
    with pytest.raises(CannotSplice):
        remove_price(CLINIC, "infusion", "medicare", START)


def test_a_remark_behind_a_price_goes_with_it_and_every_other_one_stays():
    after = remove_price(CLINIC, "infusion", "self_pay", START)
    assert gone_and_new(CLINIC, after) == (["2026-01-01: 420  # until spring"], [])
    alone = remove_price(after, "observation", "self_pay", START)
    with pytest.raises(CannotSplice, match="comment"):
        remove_price(alone, "infusion", "self_pay", date(2027, 1, 1))


# Other values


def test_one_value_anywhere_is_changed_or_added():
    path = ("clinic", "name")
    assert b"clinic: {name: Riverbend Clinic}\n" in put(CLINIC, path, "Riverbend Clinic")
    assert b'clinic: {name: "A, B: {c}"}\n' in put(CLINIC, path, "A, B: {c}")
    assert b"clinic: {name: Riverbend, city: Salem}\n" in put(CLINIC, ("clinic", "city"), "Salem")
    assert b"        price: 2300\n" in put(CLINIC, ("charges", "infusion", "packages", 0, "price"), "2300")
    with pytest.raises(CannotSplice, match="no item 2"):
        put(CLINIC, ("charges", "infusion", "packages", 1, "price"), "2300")


def test_a_list_can_grow_and_shrink_anywhere():
    path = ("charges", "infusion", "packages")
    more = put(CLINIC, path, [{"sessions": "2", "price": "800"}, {"sessions": "6", "price": "2200"}])
    assert gone_and_new(CLINIC, more) == ([], ["- sessions: 2", "price: 800"])
    assert put(more, path, [{"sessions": "6", "price": "2200"}]) == CLINIC
    assert gone_and_new(CLINIC, remove(CLINIC, (*path, 0)))[0] == ["packages:", "- sessions: 6", "price: 2200"]


def test_a_list_keeps_the_remarks_of_what_stays():
    """A package more or less, or another price of one: what stands beside the others is not touched."""
    path = ("charges", "infusion", "packages")
    before = CLINIC.replace(
        b"price: 2200\n", b"price: 2200 # from the leaflet\n      - {sessions: 10, price: 3500} # new\n"
    )
    six, ten = {"sessions": "6", "price": "2200"}, {"sessions": "10", "price": "3500"}
    assert put(before, path, [six, ten]) == before
    assert gone_and_new(before, put(before, path, [six, ten, {"sessions": "12", "price": "4000"}]))[0] == []
    dearer = put(before, path, [six, ten | {"price": "3600"}])
    assert gone_and_new(before, dearer)[1] == ["- {sessions: 10, price: 3600} # new"]
    assert gone_and_new(before, put(before, path, [six])) == (["- {sessions: 10, price: 3500} # new"], [])


def test_a_first_section_goes_below_the_line_that_names_the_schema():
    before = b"# yaml-language-server: $schema=../schema/national.json\ncharges:\n  a:\n    per: visit\n"
    after = put(before, ("sources", "list", "title"), "A list")
    assert after == before.replace(b"charges:", b"sources:\n  list:\n    title: A list\ncharges:")


def test_a_source_is_added_once():
    title = Text(en="Our list", es="Nuestra lista")
    after = add_source(CLINIC, "our-list", title, "https://example.org/?a=b#c", "price-list")
    assert sources_of(read(after)) == {"our-list": "Our list"}
    with pytest.raises(CannotSplice, match="already"):
        add_source(after, "our-list", title)


def test_the_file_that_holds_a_charge_is_found():
    files = {**small_book(), "national/bent.yaml": b"a: [b"}
    assert file_of(files, ("charges", "infusion")) == "clinics/riverbend.yaml"
    assert file_of(files, ("treatments", "iv")) == "national/care.yaml"
    assert file_of(files, ("treatments", "none")) is None


# Refusing


@pytest.mark.parametrize("broken", [b"a: [b", b"a: 1\na: 2\n", b"\xff", b"", b"- a\n"])
def test_what_cannot_be_read_cannot_be_changed_and_the_line_is_told(broken):
    with pytest.raises(CannotSplice, match="mistake on line"):
        put(broken, ("clinic", "name"), "A")


@pytest.mark.parametrize(
    "before",
    [
        b"a:\n  b:\n    - 1 # why\n    - 2\n",
        b"a:\n  b: >- # why\n    one\n    two\n",
        b"a: {b: [1, # why\n 2], c: 3}\n",
    ],
)
def test_a_remark_inside_what_would_be_replaced_is_not_lost(before):
    with pytest.raises(CannotSplice, match="comment"):
        put(before, ("a", "b"), "3")
    assert b"# why" in put(before, ("a", "d"), "4")


def test_what_somebody_saw_is_known_again_by_its_hash():
    """Another price in the same file, or a remark, is no change of this one."""
    column = ("charges", "infusion", "self_pay")
    seen = hash_at(read(CLINIC), column)
    assert hash_at(read(CLINIC.replace(b"2200", b"2300").replace(b"until spring", b"for now")), column) == seen
    assert hash_at(read(CLINIC.replace(b"420", b"430")), column) != seen
    assert hash_at(read(CLINIC), ("charges", "infusion", "medicare")) != seen


@pytest.mark.parametrize("text", ["a\u202eb", "\ud800", "x" * 6000])
def test_what_no_table_may_hold_is_refused(text):
    with pytest.raises(CannotSplice):
        put(CLINIC, ("clinic", "name"), text)


def test_a_refusal_can_be_translated():
    with pytest.raises(CannotSplice) as refused:
        remove(CLINIC, ("clinic", "city"))
    assert refused.value.sentence == str(refused.value)
    assert "%(where)s" in refused.value.sentence.template


# Every shipped price


def shipped_prices():
    for name, data in SHIPPED.items():
        for charge, keys in plain(data).get("charges", {}).items():
            for column in PRICE_COLUMNS:
                for start in keys.get(column, {}):
                    yield name, charge, column, date.fromisoformat(start)


@pytest.mark.parametrize("place", list(shipped_prices()), ids=lambda place: "-".join(map(str, place[:3])))
def test_every_shipped_price_can_be_changed_checked_followed_and_removed(place):
    """Only lines of that price change, and the rest of the file says what it said."""
    name, *where = place
    data = SHIPPED[name]
    charge, column, start = where
    typed = price_in(read(data), *where)
    assert set_price(data, *where, typed) == data
    dearer = TypedPrice(
        typed.low + 7, typed.typical + 7, typed.high + 7, typed.source, typed.checked, typed.confidence, typed.note
    )
    after = set_price(data, *where, dearer)
    gone, new = gone_and_new(data, after)
    assert len(gone) == len(new) <= 3
    assert price_in(read(after), *where) == dearer
    checked = mark_checked(data, *where, DAY)
    assert len(gone_and_new(data, checked)[0]) <= 1
    assert price_in(read(checked), *where).checked == DAY
    next_year = date(start.year + 1, 1, 2)
    followed = set_price(data, charge, column, next_year, dearer)
    assert gone_and_new(data, followed)[0] == []
    assert remove_price(followed, charge, column, next_year) == data
    tree = plain(remove_price(data, *where))
    assert str(start) not in tree["charges"].get(charge, {}).get(column, {})


def test_a_shipped_clinic_with_a_new_price_is_still_a_book():
    name = "clinics/example-harbor.yaml"
    after = set_price(SHIPPED[name], "evaluation", "self_pay", date(2027, 2, 1), TypedPrice.exactly(175_00))
    reading = read_files(SHIPPED | {name: after})
    assert reading.problems == read_files(SHIPPED).problems
    assert reading.books.clinics["example-harbor"].tables.charges["evaluation"].self_pay[date(2027, 2, 1)].low == 175_00


# Any table


def typed_prices():
    amounts = st.integers(0, 999_999_999)
    notes = st.builds(Text, en=words(200), es=st.none() | words())
    ends = st.lists(amounts, min_size=3, max_size=3).map(sorted) | amounts.map(lambda cents: [cents] * 3)
    return st.builds(
        lambda ends, **others: TypedPrice(*ends, **others),
        ends,
        source=st.lists(names(), max_size=3, unique=True).map(tuple),
        checked=st.none() | st.dates(),
        confidence=st.none() | st.sampled_from(["high", "medium", "low"]),
        note=st.none() | notes,
    )


@st.composite
def commented(draw, data):
    """`data` with remarks between its lines."""
    text = data.decode("utf-8-sig")
    if "\n  " not in text or any(sign in text for sign in "\"'"):
        return data
    kept = lines(data)
    for place in draw(st.lists(st.integers(1, len(kept)), max_size=3)):
        kept.insert(place, draw(st.sampled_from([b"# a remark\n", b"  # another: [\n", b"\n"])))
    joined = b"".join(kept)
    try:
        return joined if plain(joined) == plain(data) else data
    except Exception:
        return data


@given(st.data(), charge_tables(), typed_prices())
def test_any_price_of_any_table_is_set_and_every_other_line_stays(data, tables, typed):
    """However the table is written: the new price is read back, nothing else is said otherwise, comments stay."""
    assume(tables["charges"])
    before = data.draw(writings(tables).flatmap(commented))
    charge = data.draw(st.sampled_from(list(tables["charges"])) | names())
    column = data.draw(st.sampled_from(PRICE_COLUMNS))
    known = list(tables["charges"].get(charge, {}).get(column, {}))
    start = data.draw((st.sampled_from(known).map(date.fromisoformat) if known else st.nothing()) | st.dates())
    after = set_price(before, charge, column, start, typed)
    said = price_in(read(after), charge, column, start)
    assert said == TypedPrice(
        typed.low, typed.typical, typed.high, typed.source, typed.checked, typed.confidence, typed.note
    )
    old, new = plain(before), plain(after)
    new["charges"][charge][column].pop(str(start))
    old["charges"].get(charge, {}).get(column, {}).pop(str(start), None)
    assert without_empty(new) == without_empty(old)
    gone, _ = gone_and_new(before, after)
    if str(start) not in known and b"{" not in before:
        assert gone == []
    assert before.count(b"# a") == after.count(b"# a")
    assert (b"\r\n" in before) == (b"\r\n" in after) or len(lines(before)) == 1
    assert before.startswith(b"\xef\xbb\xbf") == after.startswith(b"\xef\xbb\xbf")
    assert set_price(after, charge, column, start, typed) == after


def without_empty(tree):
    if not isinstance(tree, dict):
        return tree
    return {key: kept for key, value in tree.items() if (kept := without_empty(value)) != {}}


@given(st.data(), trees(), trees())
def test_any_tree_without_remarks_can_be_made_any_other(data, tree, other):
    """However it is written; and a text is never made to say something else than asked for."""
    assert plain(put(data.draw(writings(tree)), (), other)) == other


@given(st.data(), trees())
def test_a_file_written_as_json_stays_a_table(data, tree):
    before = json.dumps(tree, ensure_ascii=False).encode()
    name = data.draw(names())
    assert plain(put(before, (name,), "new")) == tree | {name: "new"}
