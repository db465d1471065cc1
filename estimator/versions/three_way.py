"""Two people changed the same text: what both did together, line by line, and where their lines collide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from merge3 import Merge3

Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Collision:
    """Lines that both sides changed differently; `line` is where it begins in our text, from 1."""

    line: int
    base: bytes
    ours: bytes
    theirs: bytes


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text, in which every collision that nobody has decided stands as ours; and those collisions."""

    text: bytes
    collisions: tuple[Collision, ...]


def three_way(base: bytes, ours: bytes, theirs: bytes, decided: Mapping[int, Side] | None = None) -> Merged:
    """
    What `ours` and `theirs` both changed in `base`.

    The same change on both sides does not collide. `decided` says for a collision's position, from 0, whose lines
    stand; it is then no longer among the collisions.
    """
    texts = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    merge = Merge3(texts[0], texts[1], texts[2])
    text: list[bytes] = []
    collisions: list[Collision] = []
    position = 0
    for kind, *bounds in merge.merge_regions():
        if kind != "conflict":
            text.extend(_region(texts, kind, bounds))
            continue
        parts = [texts[side][bounds[2 * side] : bounds[2 * side + 1]] for side in range(3)]
        side = (decided or {}).get(position)
        if side is None:
            collisions.append(Collision(bounds[2] + 1, *(b"".join(part) for part in parts)))
        text.extend(parts[2] if side == "theirs" else parts[1])
        position += 1
    return Merged(b"".join(text), tuple(collisions))


def _region(texts: Sequence[list[bytes]], kind: str, bounds: Sequence[int]) -> list[bytes]:
    source = {"unchanged": 0, "same": 1, "a": 1, "b": 2}[kind]
    return texts[source][bounds[0] : bounds[1]]
