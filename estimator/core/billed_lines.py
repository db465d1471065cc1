"""Which lines of a treatment are billed, for whom, and since when their prices are known."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from estimator.prices.book import PriceBook
from estimator.prices.schema.basics import PriceColumn
from estimator.prices.schema.charges import Charge
from estimator.prices.schema.payers import Payer
from estimator.prices.schema.treatments import Arrangement, Line, Treatment

Present = Literal["no", "yes", "physician"]
"""Who sits with the patient through a session: nobody, a therapist or guide, a physician who leads it."""


def arrangements_of(treatment: Treatment) -> frozenset[Arrangement]:
    """The ways in which sessions of a treatment are sold with somebody in the room."""
    named = {one for line in (*treatment.before, *treatment.each_session) for one in line.therapist}
    if treatment.therapist_present:
        named.add("extra")
    return frozenset(named - {"none"})


def presences(treatment: Treatment) -> tuple[Present, ...]:
    """Who may sit with the patient through a session of this treatment."""
    offered = arrangements_of(treatment)
    there: dict[Present, bool] = {
        "no": True,
        "yes": bool(offered & {"extra", "inside"}),
        "physician": "physician" in offered,
    }
    return tuple(one for one, possible in there.items() if possible)


def arrangements_for(treatment: Treatment, present: str, inside: str | None) -> tuple[Arrangement, ...]:
    """Those that these answers leave open; two where nobody said if the therapist's time is inside the price."""
    offered = arrangements_of(treatment)
    if present == "physician" and "physician" in offered:
        return ("physician",)
    either = tuple(one for one in _OF_A_THERAPIST if one in offered)
    if present != "yes" or not either:
        return ("none",)
    told: Arrangement = "inside" if inside == "yes" else "extra"
    return either if inside is None or told not in either else (told,)


_OF_A_THERAPIST: tuple[Arrangement, ...] = ("extra", "inside")


def arranged(treatment: Treatment, values: Mapping[str, Any]) -> tuple[Arrangement, ...]:
    """The arrangements that these answers, by name, leave open."""
    return arrangements_for(treatment, values.get("therapist_present") or "no", values.get("therapist_inside"))


def lines_alongside(treatment: Treatment, values: Mapping[str, Any]) -> tuple[Line, ...]:
    """The lines that only some answers ask for: psychotherapy, somebody in the room, rides."""
    there = arranged(treatment, values)
    asked = []
    if values.get("psychotherapy", "none") != "none":
        asked.append(Line(charge=getattr(treatment.psychotherapy, values["psychotherapy"])))
    if "extra" in there and treatment.therapist_present:
        asked.append(Line(charge=treatment.therapist_present))
    if values.get("rides") and treatment.ride:
        asked.append(treatment.ride)
    return tuple(asked)


def charges_of(treatment: Treatment, payer: str, alongside: Mapping[str, Any]) -> tuple[str, ...]:
    """
    The charges that patients of this payer may be billed, each once, as the treatment's visits list them.

    `alongside` holds the answers about psychotherapy, a therapist in the room and rides, by name.
    """
    own = (*treatment.before, *treatment.each_session, *treatment.follow_ups)
    there = arranged(treatment, alongside)
    lines = (
        *(line for line in own if line.billed_to(payer) and line.sold(there)),
        *lines_alongside(treatment, alongside),
    )
    return tuple(dict.fromkeys(name for line in lines for name in (line.charge, line.lower_dose) if name))


def first_price(charge: Charge, payer: Payer) -> date | None:
    """The first day on which every price that this payer's patients may meet is known; None where there is none."""
    own: PriceColumn = "insured_patient" if payer.allowed == "commercial" and charge.insured_patient else "self_pay"
    columns: tuple[PriceColumn, ...] = (own, payer.allowed) if payer.allowed else (own,)
    return max((first for column in columns if (first := charge.first_day(column))), default=None)


def offered_treatments(book: PriceBook) -> tuple[str, ...]:
    """The treatments of the tables that the clinic offers; all of them in the national book."""
    offers = book.tables.clinic.offers if book.tables.clinic else ()
    return tuple(name for name in book.tables.treatments if not offers or name in offers)
