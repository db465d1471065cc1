"""docs/architecture.md shows the rooms as the imports are: about a dozen, in one direction."""

from graphlib import CycleError

import pytest
from support import architecture


def test_the_page_is_drawn_from_the_imports_as_they_are():
    page = architecture.PAGE.read_text(encoding="utf-8")
    assert architecture.drawn(page) == page, "`make architecture` draws it anew"


def test_every_arrow_of_the_picture_points_down_and_every_import_is_in_the_table():
    found = architecture.rooms()
    names = [room.name for room in found]
    assert 10 <= len(names) <= 18
    for room in found:
        assert room.words, f"say what {room.name} is for, in its docstring"
        assert all(names.index(other) > names.index(room.name) for other in room.imports)
    core = next(room for room in found if room.name == "core")
    assert core.imports == ("prices", "prices/schema", "ground")


def test_an_arrow_that_other_arrows_imply_is_left_out():
    floors = [("top", ("middle", "low")), ("middle", ("low",)), ("low", ())]
    drawn = architecture.picture([architecture.Room(name, name, imports) for name, imports in floors])
    assert [line.strip() for line in drawn.splitlines() if "-->" in line] == ["top --> middle", "middle --> low"]


def test_imports_in_a_circle_cannot_be_drawn(monkeypatch):
    """Where the desk's pages stood in one room with what they share, each would import the other."""
    monkeypatch.setitem(architecture.ELSEWHERE, "estimator.web.desk.app", "web/desk")
    with pytest.raises(CycleError):
        architecture.rooms()
