"""The form's questions in groups, those first that are worth most for the treatment and payer that were chosen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from estimator.core.answers import read_answers
from estimator.core.billed_lines import offered_treatments
from estimator.core.estimate import estimate
from estimator.core.results import AUTHORIZATION
from estimator.prices.book import PriceBook
from estimator.web.rounding import known

GROUPS = (
    (
        _l("Your plan, and what is left of it"),
        (
            "plan",
            "deductible_remaining",
            "deductible",
            "out_of_pocket_remaining",
            "out_of_pocket_maximum",
            "balances_as_of",
        ),
    ),
    (_l("Whether the plan pays"), ("authorization", "network", "drug_benefit")),
    (_l("Your part of each bill"), ("coinsurance", "copay")),
    (_l("Your treatment"), ("stage", "dose", "psychotherapy_sessions")),
    (_l("When and where"), ("start", "state", "clinic")),
)
"""The questions that narrow the range most, by heading, the plan first; the required ones come before them."""


@dataclass(frozen=True, slots=True)
class Group:
    """
    Questions under one heading. `worth` is how many cents one of them may move the total of the usual course, as shown;
    0 where that is not known. `opened`: something of it was answered, or is wrong.
    """

    heading: str
    names: tuple[str, ...]
    worth: int
    opened: bool


def groups(raw: Mapping[str, str], book: PriceBook, today: date, wrong: Collection[str]) -> tuple[Group, ...]:
    """The plan's group first, then the others by their worth."""
    treatment, payer = raw.get("treatment", ""), raw.get("insurance", "")
    chosen = treatment in offered_treatments(book) and payer in book.tables.payers
    worth = worth_of(treatment, payer, book, today) if chosen else {}
    # A clinic's own page names the clinic, and nobody has answered anything yet.
    touched = {*raw, *wrong} - {"clinic"}
    made = [
        Group(str(heading), names, max(worth.get(name, 0) for name in names), not touched.isdisjoint(names))
        for heading, names in GROUPS
    ]
    return (made[0], *sorted(made[1:], key=lambda one: -one.worth))


@lru_cache(maxsize=128)
def worth_of(treatment: str, payer: str, book: PriceBook, today: date) -> Mapping[str, int]:
    """
    By how many cents each question moves the total of the usual course, without psychotherapy; nothing left out is 0.

    An estimate takes longer than a form, so each treatment and payer is worked out once a day. Nothing of a reader is
    in it.
    """
    sessions = str(book.tables.treatments[treatment].usual_sessions.typical)
    raw = {"treatment": treatment, "insurance": payer, "sessions": sessions, "psychotherapy": "none"}
    if book.tables.clinic:
        raw["clinic"] = book.id
    usual = estimate(read_answers(raw, book, today), book)
    found = {one.answer: known(one.swing) for one in usual.drivers if one.answer}
    if usual.authorization_applies:
        found[AUTHORIZATION] = known(abs(usual.if_not_covered.typical - usual.you_pay.typical))
    return MappingProxyType(found)
