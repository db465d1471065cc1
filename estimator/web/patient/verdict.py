"""Which treatment costs least, and on what that hangs: decided on the amounts that the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Contender:
    """
    A treatment's typical amounts as shown, cents: from `low` to `high` over the cases that may apply, mostly one.

    `refused` is what the insurer's no would make of it, None where nobody waits for its answer.
    """

    name: str
    low: int
    high: int
    refused: int | None = None


Kind = Literal["least", "same", "if_agreed", "open"]
"""
One surely costs least; two or more cost the same and least; one does if its insurer agrees, and another if not; or that
hangs on which case applies.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    `least` are who costs least, the first alone except where the kind is ``same`` or ``open``; `most` who costs most.

    `waiting` is whose insurer has yet to answer; `otherwise` who costs least if it says no, and `refused_is_most`
    whether the refused treatment then costs most of all.
    """

    kind: Kind
    least: tuple[Contender, ...]
    most: Contender | None = None
    waiting: Contender | None = None
    otherwise: Contender | None = None
    refused_is_most: bool = False


def verdict(contenders: Sequence[Contender]) -> Verdict | None:
    """None where there are not two to compare."""
    if len(contenders) < 2:
        return None
    least, *others = sorted(contenders, key=lambda one: (one.low, one.high))
    waiting = next((one for one in contenders if one.refused is not None and one.refused > one.high), None)
    rivals = [one for one in others if one.low < least.high]
    if rivals:
        return Verdict("open", (least, *rivals), waiting=waiting)
    same = [one for one in others if least.low == least.high == one.low == one.high]
    most = max(others, key=lambda one: one.low)
    surely_most = most if all(one.high < most.low for one in (least, *others) if one is not most) else None
    if waiting is None or waiting.refused is None:
        return Verdict("same" if same else "least", (least, *same), surely_most)
    refused_is_most = all(one.high < waiting.refused for one in contenders if one is not waiting)
    if waiting is least and waiting.refused > others[0].low:
        sure = all(others[0].high <= one.low for one in others[1:])
        return Verdict("if_agreed", (least,), None, waiting, others[0] if sure else None, refused_is_most)
    return Verdict("same" if same else "least", (least, *same), None, waiting, None, refused_is_most)
