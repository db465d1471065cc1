"""A table that another tool has read and saved says what it said."""

import pytest
from support.other_tools import SAVED_BY

from estimator.places import pricing_folder
from estimator.prices.comparing.changes import changes
from estimator.prices.reading import collect, read_files

SHIPPED, _ = collect(pricing_folder())


@pytest.mark.parametrize("way", SAVED_BY)
def test_the_shipped_tables_are_the_same_book_after_another_tool_has_saved_them(way):
    """Quoted days and numbers, zeros cut, true for yes, folded lines, flow style, JSON: all of it is read."""
    before = read_files(SHIPPED).books
    saved = {name: SAVED_BY[way](data) for name, data in SHIPPED.items()}
    assert saved != SHIPPED
    reading = read_files(saved)
    assert [str(problem) for problem in reading.errors] == []
    pairs = [(before.national, reading.books.national)]
    pairs += [(book, reading.books.clinics[id_]) for id_, book in before.clinics.items()]
    for old, new in pairs:
        assert new.tables == old.tables
        assert changes(old.tables, new.tables) == []
