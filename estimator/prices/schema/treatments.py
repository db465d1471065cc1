"""Treatments: when the visits are, and which charges are billed at each."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from estimator.prices.schema.basics import CountRange, Provenance, Setting, Table, Text
from estimator.prices.schema.scalars import Code, Count, Frozen, Name, YesNo
from estimator.prices.schema.wording import Criterion

Arrangement = Literal["none", "extra", "inside", "physician"]
"""
How a treatment session is sold: nobody sits with the patient; a therapist's time costs extra; it is inside the price of
the session; a physician leads the session, in one price.
"""


class Phase(Table):
    """
    A stretch of the course. `gaps` are the days from one session to the next, repeated in turn.

    `week` is the week of the course, from 1, in which the phase begins; left out, it begins after its first gap.
    """

    label: Text
    sessions: Annotated[Count, Field(ge=1)] | None = None
    gaps: Annotated[tuple[Annotated[Count, Field(ge=1)], ...], Field(min_length=1)]
    week: Annotated[Count, Field(ge=1)] | None = None


class Line(Table):
    """
    One charge of a visit.

    `phase` limits it to one phase (by name), `only` to the first or the later sessions, `payers` and
    `not_payers` to some payers, `setting` to one place, `therapist` to some ways in which a session is sold. With
    `if_told` it is billed only where the patient was told something about the charge. `lower_dose` is the charge billed
    instead when the dose is the lower one.
    """

    charge: Name
    label: Text | None = None
    lower_dose: Name | None = None
    phase: Name | None = None
    only: Literal["first", "later"] | None = None
    payers: tuple[Name, ...] = ()
    not_payers: tuple[Name, ...] = ()
    setting: Setting | None = None
    therapist: tuple[Arrangement, ...] = ()
    if_told: YesNo = False
    units: Annotated[Count, Field(ge=1, le=100)] = 1
    days_before: Annotated[Count, Field(le=365)] = 7
    after: Annotated[Count, Field(ge=1)] | None = None

    def billed_to(self, payer: str) -> bool:
        """Whether patients of this payer are billed it."""
        return payer not in self.not_payers and (not self.payers or payer in self.payers)

    def sold(self, arrangements: Iterable[Arrangement]) -> bool:
        """Whether it is billed in one of these ways in which a session may be sold."""
        return not self.therapist or not set(self.therapist).isdisjoint(arrangements)


class Usual(CountRange, Provenance):
    """A usual number, with its source."""


class Psychotherapy(Table):
    """Which charges psychotherapy alongside is billed as, and how many sessions are usual."""

    in_person: Name
    virtual: Name
    usual_sessions: Usual


class Treatment(Provenance):
    """
    A treatment: its schedule and the charges of each visit, in the order they are billed.

    `therapist_present` is billed besides where a therapist in the room costs extra. `criteria` are what decides whether
    an insurer agrees; older tables say it in one text, `authorization`.
    """

    label: Text
    short: Text
    hint: Text
    regulatory: Text
    usual_sessions: Usual
    minutes: Usual | None = None
    phases: Annotated[Frozen[Name, Phase], Field(min_length=1)]
    before: tuple[Line, ...] = ()
    each_session: Annotated[tuple[Line, ...], Field(min_length=1)]
    follow_ups: tuple[Line, ...] = ()
    psychotherapy: Psychotherapy
    therapist_present: Name | None = None
    ride: Line | None = None
    doses: tuple[Code, ...] = ()
    authorization: Text | None = None
    criteria: tuple[Criterion, ...] = ()
    not_included: tuple[Text, ...] = ()
