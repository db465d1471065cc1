"""
Where lines, labels and ticks stand in a chart: across in percent of its width, down in pixels of its height.

So a chart is as wide as its page and its letters never shrink. Zero stands at the bottom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from estimator.money import divided

HEIGHT = 220
HEAD = 20
"""Room above the scale, for a label of a line that leaves it."""
LETTERS = 17
"""Labels stand at least so far apart, in pixels."""
EDGE = 33
"""Nearer to the edge, in percent, a label has no room beside its mark on a phone."""
MOST_TICKS = 5
SECOND_AT_LEAST = 0.4
"""Where the second highest line reaches less of the highest, the highest may leave the chart."""


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A line of amounts in cents, evenly spaced; `kind` is its class, `label` stands at its end."""

    label: str
    kind: str
    amounts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as a path; its label stands at its end, or where it `leaves` the chart (percent); `last` is in cents."""

    path: str
    kind: str
    label: str
    y: float
    leaves: float | None
    last: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A point worth a dot; its label stands to the `left` or to the right, with its foot at `label_y`."""

    x: float
    y: float
    label: str
    left: bool
    label_y: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """Everything that the macro draws; `ticks` are amounts in cents with where they stand."""

    lines: tuple[Drawn, ...]
    ticks: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]


def ticks(most: int) -> list[int]:
    """Round amounts from 0 to `most` cents, at most `MOST_TICKS` steps of 1, 2 or 5 times a power of ten."""
    step = next(
        digit * 10**power for power in range(2, 12) for digit in (1, 2, 5) if most <= MOST_TICKS * digit * 10**power
    )
    return list(range(0, most + 1, step))


def scale_of(lines: Sequence[ChartLine]) -> int:
    """The highest amount that the chart has room for, in cents: one line far above all others may leave it."""
    ends = sorted((max(one.amounts) for one in lines), reverse=True) or [0]
    if len(ends) > 1 and 0 < ends[1] < SECOND_AT_LEAST * ends[0]:
        return divided(ends[1] * 5, 4)
    return max(ends[0], 1)


def line_chart(
    lines: Sequence[ChartLine], marks: Sequence[tuple[int, int, str]] = (), stepped: bool = False
) -> LineChart:
    """
    The lines on one scale; `marks` are a point's place, its amount and its label.

    Straight from point to point, or in steps, each point then holding its own stretch.
    """
    top = scale_of(lines)
    points = max((len(one.amounts) for one in lines), default=1)
    ends = iter(_apart([_down(one.amounts[-1], top) + 5 for one in lines if one.amounts[-1] <= top]))
    drawn = []
    for one in lines:
        leaves = next((_across(at, points, stepped) for at, cents in enumerate(one.amounts) if cents > top), None)
        y = 14.0 if one.amounts[-1] > top else next(ends)
        drawn.append(Drawn(_path(one.amounts, top, stepped), one.kind, one.label, y, leaves, one.amounts[-1]))
    return LineChart(
        tuple(drawn),
        tuple((cents, _down(cents, top)) for cents in ticks(top)),
        tuple(
            _mark(_across(at, points, stepped), _down(cents, top), label, _falls(lines, at, cents))
            for at, cents, label in marks
        ),
    )


def _falls(lines: Sequence[ChartLine], at: int, cents: int) -> bool:
    """Whether a line comes down to this point."""
    return at > 0 and any(one.amounts[at - 1] > cents == one.amounts[at] for one in lines)


def _mark(x: float, y: float, label: str, falls: bool) -> Mark:
    """Its label where the line is not: above, on the side from which it comes up; at that edge, below on the other."""
    left = not falls
    above = x >= EDGE if left else x <= 100 - EDGE
    return Mark(x, y, label, left == above, y - 9 if above else min(y + 20, HEIGHT - 4))


def _down(cents: int, top: int) -> float:
    return round(HEAD + (HEIGHT - HEAD) * (1 - cents / top), 1)


def _across(at: int, points: int, stepped: bool) -> float:
    return round(100 * at / (points if stepped else max(points - 1, 1)), 2)


def _path(amounts: Sequence[int], top: int, stepped: bool) -> str:
    """In a box of 100 by `HEIGHT`; what leaves it is cut off there."""
    parts: list[str] = []
    for at, cents in enumerate(amounts):
        x, y = _across(at, len(amounts), stepped), _down(cents, top)
        if stepped:
            parts.append(f"{'V' if parts else f'M{x:g} '}{y:g}H{_across(at + 1, len(amounts), True):g}")
        else:
            parts.append(f"{'L' if parts else 'M'}{x:g} {y:g}")
    return "".join(parts)


def _apart(wanted: Sequence[float]) -> list[float]:
    """Labels moved up where they would stand on one another, the lowest first."""
    places = list(wanted)
    below = float(HEIGHT)
    for at in sorted(range(len(wanted)), key=lambda one: -wanted[one]):
        places[at] = round(min(wanted[at], below), 1)
        below = places[at] - LETTERS
    return places
