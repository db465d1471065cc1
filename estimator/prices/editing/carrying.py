"""
A change of one text made in another text of the same table, value by value: "what was corrected in this, also in that".

Lines would collide where a price of today and one of January stand side by side; values know their places.
"""

from estimator.prices.editing.slices import CannotSplice, become, read
from estimator.prices.editing.yaml_values import Tree
from estimator.prices.problems import KeyPath, dotted
from estimator.sentences import marked as _


def carried(before: bytes, after: bytes, into: bytes) -> bytes:
    """
    `into` with everything that `after` says otherwise than `before`; its comments stay.

    Raises `CannotSplice` where `into` says neither the one nor the other.
    """
    if into == before:
        return after
    wanted = _merged(read(before).plain(), read(after).plain(), read(into).plain(), ())
    return become(into, wanted or {})


def _merged(before: Tree | None, after: Tree | None, into: Tree | None, path: KeyPath) -> Tree | None:
    if after in (before, into):
        return into
    if into == before:
        return after
    if isinstance(after, dict) and isinstance(into, dict) and isinstance(before, dict | None):
        old = before or {}
        keys = [*into, *(key for key in after if key not in into)]
        found = {key: _merged(old.get(key), after.get(key), into.get(key), (*path, key)) for key in keys}
        return {key: value for key, value in found.items() if value is not None}
    raise CannotSplice(
        _("The two versions differ in this, so a change of it cannot be in both: %(where)s"), where=dotted(path)
    )
