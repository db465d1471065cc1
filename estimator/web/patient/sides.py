"""
The amounts of a headline: rounded to what is known, and one for each side where an either-or decides.

The insurer's open answer always has its two sides: an amount for one of them alone would leave out the largest risk.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from estimator.core.results import AUTHORIZATION, Branch, Estimate, YouPay
from estimator.core.words import AUTHORIZATION_SIDES
from estimator.prices.schema.basics import Text
from estimator.web.rounding import known


@dataclass(frozen=True, slots=True)
class ShownSide:
    """
    One of the cases that stand beside one another in place of a single amount, in cents as shown.

    `labels` name it in one or two parts; `answers` are what somebody adds to a link for whom it is this one;
    empty where no question settles it.
    """

    labels: tuple[Text, ...]
    you_pay: YouPay
    answers: Mapping[str, str]


def shown_amounts(you_pay: YouPay) -> YouPay:
    """
    Rounded to what is known: to $10 up to $1,000, to $50 above; exact where nothing is open.

    The ends go outward, so that the shown range holds every case.
    """
    if you_pay.low == you_pay.high:
        return you_pay
    low, high = known(you_pay.low, down=True), known(you_pay.high, up=True)
    likely = (max(low, known(you_pay.likely[0])), min(high, known(you_pay.likely[1])))
    return YouPay(low, known(you_pay.typical), high, likely)


def sides_of(estimate: Estimate) -> tuple[ShownSide, ...]:
    """The cases in the order they are shown; empty where one amount says it all. `estimate` may be rounded."""
    other = next((one for one in estimate.branches if one.unknown != AUTHORIZATION), None)
    if not agreement_open(estimate):
        return tuple(_of(other, estimate)) if other else ()
    agrees, refuses = AUTHORIZATION_SIDES
    approved, denied = {AUTHORIZATION: "approved"}, {AUTHORIZATION: "denied"}
    agreed = (
        [ShownSide((agrees, *one.labels), one.you_pay, approved | dict(one.answers)) for one in _of(other, estimate)]
        if other
        else [ShownSide((agrees,), shown_amounts(estimate.you_pay), approved)]
    )
    return (*agreed, ShownSide((refuses,), shown_amounts(estimate.if_not_covered), denied))


def agreement_open(estimate: Estimate) -> bool:
    """Whether the insurer has to agree, has not answered, and its answer changes the amount."""
    asked = estimate.authorization_applies and AUTHORIZATION in estimate.answers.assumed
    return asked and estimate.if_not_covered != estimate.you_pay


def _of(branch: Branch, estimate: Estimate) -> Iterator[ShownSide]:
    question = next((one.answer for one in estimate.drivers if one.unknown == branch.unknown), None)
    for one in branch.options:
        yield ShownSide((one.label,), shown_amounts(one.you_pay), {question: one.value} if question else {})
