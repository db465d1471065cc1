"""
Unknowns: everything an estimate does not know, each with a position between 0 and 1.

A position means: for a range, 0 low, 0.5 typical, 1 high; for a yes/no, "yes" below its chance; for the plan, which
of the payer's profiles, each holding a stretch as long as its weight. Independent of each other by assumption.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from estimator.money import WHOLE, CentsArray, Range, Weights, between, weights_at
from estimator.prices.schema.basics import Text, Whom
from estimator.prices.schema.wording import QuestionWording, UnknownWording

Positions = npt.NDArray[np.float64]
"""Shape (unknowns, scenarios): where each unknown stands in each scenario."""

Flags = npt.NDArray[np.bool_]

Group = Literal["asked", "helped", "allowed", "share", "limit", "relief"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """
    One unknown: its question, and the positions that matter when it alone is varied.

    `ends` give every extreme or alternative; `continuous` says that values between them exist too, else `edges` are
    where the alternatives' stretches end. `about` is what a yes/no is about, where its sides need the name.
    `answer` names the question of the form that settles it. `group` says what
    a range is to a search: a price asked, one allowed and `helped` by a savings program or only `allowed`, a `share`
    (deductible, coinsurance), a `limit` (the maximum, a copay), a `relief` (a program's year, other care).
    """

    id: str
    label: Text
    ask: Text
    whom: Whom
    answer: str | None = None
    ends: tuple[float, ...] = (0.0, 1.0)
    typical: float = 0.5
    continuous: bool = True
    edges: tuple[float, ...] = (0.0, 1.0)
    group: Group = "limit"
    about: Text | None = None

    @property
    def middles(self) -> tuple[float, ...]:
        """The middle of each alternative's stretch."""
        return tuple((low + high) / 2 for low, high in pairwise(self.edges))

    @property
    def shape(self) -> "Shape":
        """All that a search has to know about it."""
        return self.ends, self.typical, self.continuous, self.group


Shape = tuple[tuple[float, ...], float, bool, Group]


@dataclass(slots=True)
class Unknowns:
    """The unknowns of one estimate, in the order they were first met; each has one row of positions."""

    rows: dict[str, int] = field(default_factory=dict)
    all: list[Unknown] = field(default_factory=list)

    def __iter__(self) -> Iterator[Unknown]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def add(self, unknown: Unknown) -> None:
        """Register `unknown` unless one of its id is there already."""
        if unknown.id not in self.rows:
            self.rows[unknown.id] = len(self.all)
            self.all.append(unknown)

    def add_range(
        self,
        id_: str,
        wording: QuestionWording | UnknownWording,
        answer: str | None = None,
        group: Group = "limit",
    ) -> str:
        self.add(Unknown(id_, wording.label, wording.ask, wording.whom, answer, group=group))
        return id_

    def add_flag(
        self,
        id_: str,
        wording: QuestionWording | UnknownWording,
        chance: int,
        answer: str | None = None,
        about: Text | None = None,
    ) -> str:
        """A yes/no whose yes has a `chance` in basis points: unknown unless it is sure. "No" is typical when even."""
        if 0 < chance < WHOLE:
            edges = (0.0, chance / WHOLE, 1.0)
            self.add(
                Unknown(
                    id_, wording.label, wording.ask, wording.whom, answer, continuous=False, edges=edges, about=about
                )
            )
        return id_


@dataclass(frozen=True, slots=True)
class Scenarios:
    """For every unknown a position in each scenario. Turns ranges and chances into values, shape (scenarios,)."""

    rows: Mapping[str, int]
    positions: Positions
    _weights: dict[str, Weights] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return int(self.positions.shape[1])

    def of(self, unknown: str) -> Positions:
        return np.asarray(self.positions[self.rows[unknown]])

    def value(self, range_: Range, unknown: str | None) -> CentsArray:
        """The value of a range that moves with `unknown`; the typical one where that is no unknown of this estimate."""
        if unknown is None or unknown not in self.rows or range_.known:
            return self.number(range_.typical)
        return between(range_.low, range_.typical, range_.high, self.weights_of(unknown))

    def weights_of(self, unknown: str) -> Weights:
        """The `weights` of an unknown's positions."""
        if unknown not in self._weights:
            self._weights[unknown] = weights_at(self.of(unknown))
        return self._weights[unknown]

    def number(self, amount: int) -> CentsArray:
        """The same amount in every scenario."""
        return np.full(self.count, amount, dtype=np.int64)

    def is_yes(self, unknown: str, chance: int) -> Flags:
        """Where the yes/no `unknown` is yes; the likelier answer where it is no unknown of this estimate."""
        if unknown not in self.rows:
            return np.full(self.count, 2 * chance > WHOLE, dtype=np.bool_)
        return np.asarray(self.of(unknown) < chance / WHOLE, dtype=np.bool_)
