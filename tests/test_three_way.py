"""Merging two people's texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from estimator.versions.three_way import three_way

BASE = b"a: 1\nb: 2\nc: 3\nd: 4\n"

texts = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"d\n", b"\n"]), max_size=8).map(b"".join)


def test_lines_that_do_not_collide_are_both_taken() -> None:
    """One person's first line and the other's last line stand together."""
    merged = three_way(BASE, BASE.replace(b"1", b"10"), BASE.replace(b"4", b"40"))
    assert merged.text == b"a: 10\nb: 2\nc: 3\nd: 40\n"
    assert not merged.collisions


def test_lines_that_collide_are_shown_with_both_sides() -> None:
    """Nothing is chosen for anybody: ours stands until a person decides."""
    ours, theirs = BASE.replace(b"2", b"20"), BASE.replace(b"2", b"21")
    merged = three_way(BASE, ours, theirs)
    (collision,) = merged.collisions
    assert (collision.line, collision.base, collision.ours, collision.theirs) == (2, b"b: 2\n", b"b: 20\n", b"b: 21\n")
    assert merged.text == ours
    assert three_way(BASE, ours, theirs, {0: "theirs"}) == three_way(BASE, theirs, theirs)
    assert not three_way(BASE, ours, theirs, {0: "ours"}).collisions


@given(texts, texts)
def test_a_side_that_changed_nothing_gives_way(base: bytes, changed: bytes) -> None:
    """What one person did alone is the result, byte for byte."""
    assert three_way(base, base, changed).text == changed
    assert three_way(base, changed, base).text == changed
    assert three_way(base, changed, changed).text == changed
    assert not three_way(base, changed, changed).collisions


@given(texts, texts, texts)
def test_every_collision_can_be_decided(base: bytes, ours: bytes, theirs: bytes) -> None:
    """With every collision decided for one side none is left, and ours everywhere is what stands before."""
    merged = three_way(base, ours, theirs)
    decided = three_way(base, ours, theirs, dict.fromkeys(range(len(merged.collisions)), "ours"))
    assert decided.text == merged.text
    assert not decided.collisions
