"""
From what to what an answer has moved an estimate, and why, in a few words.

The form of a question sends along what the estimate said before: ``was=16000-109000-648500``, low, typical and high in
cents, the middle one left out where it was nobody's bill; and ``answered``, the name of the question.
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from estimator.core.answer_values import parse_day
from estimator.core.estimate import estimate as estimated
from estimator.core.results import AUTHORIZATION, Estimate, YouPay
from estimator.web.filters import money, short_day
from estimator.web.patient.choices import DAYS
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.sides import shown_amounts
from estimator.web.rounding import known

LEFT = "deductible_remaining"

ANSWERED = "answered"
"""The name of what a link carries beside the answers: the question that was answered last."""

AMOUNTS = re.compile(r"([0-9]{1,10})-([0-9]{1,10})?-([0-9]{1,10})")

Change = Literal["up", "down", "range", "none"]
"""The amount itself, else only its range, else nothing one can see."""


@dataclass(frozen=True, slots=True)
class Moved:
    """
    What was said before and what is said now, as shown: an amount, or a range where one amount would be nobody's bill.

    `reason` is the answer in a few words, "" where nobody knows which one it was.
    """

    before: str
    after: str
    reason: str
    change: Change


def moved(args: MultiDict[str, str], estimate: Estimate, form: AnswersForm) -> Moved | None:
    """What the last answer has moved; None for a page that no answer led to. Nonsense in a link says nothing."""
    found = AMOUNTS.fullmatch(args.get("was", ""))
    if args.get("prices", "").strip() or not found:
        return None
    low, typical, high = (int(text) if text else None for text in found.groups())
    if low is None or high is None or not low <= (low if typical is None else typical) <= high:
        return None
    one = not other_sides(estimate)
    then = shown_amounts(YouPay(low, typical or low, high, (low, high)))
    now = shown_amounts(estimate.you_pay)
    before, after = _said(then, typical is not None), _said(now, one)
    name = args.get(ANSWERED, "")
    reason = ""
    if name in form.raw and name in form:
        value = form.raw.get(name, "")
        reason = _reason(name, value, form)
        if value and name in ("deductible", LEFT):
            reason = _deductible_reason(name, typical, estimate, reason)
    change: Change = "none" if (then.low, then.high) == (now.low, now.high) else "range"
    if before != after and one and typical is not None:
        change = "up" if now.typical > then.typical else "down"
    return Moved(before, after, reason, change)


def amounts_before(estimate: Estimate) -> str:
    """What the next answer's form sends along as ``was``; `estimate` is to the cent."""
    low, typical, high = estimate.you_pay
    return f"{low}-{'' if other_sides(estimate) else typical}-{high}"


def other_sides(estimate: Estimate) -> bool:
    """Whether an either-or besides the insurer's answer decides, so that the typical amount is nobody's bill."""
    return any(branch.unknown != AUTHORIZATION for branch in estimate.branches)


def _said(amounts: YouPay, one: bool) -> str:
    if one or amounts.low == amounts.high:
        return money(amounts.typical)
    return f"{money(amounts.low)}–{money(amounts.high)}"


def _reason(name: str, value: str, form: AnswersForm) -> str:
    """The answer in a few words; a question's own words stand before it only where it would say nothing without."""
    if said := _in_few_words(name, value):
        return said
    label, answer = form.label(name), form.answer_in_words(name, value)
    if name in DAYS and (day := parse_day(value)):
        answer = short_day(day)
    if not label.endswith("?"):
        return f"{label}: {answer}"
    return f"{label} {answer}" if value in ("yes", "no") else answer


def _in_few_words(name: str, value: str) -> str:
    if name == "start" and (day := parse_day(value)):
        return str(_("Start: %(day)s", day=short_day(day)))
    return {
        (AUTHORIZATION, "approved"): _("your insurer agreed"),
        (AUTHORIZATION, "denied"): _("your insurer said no"),
        ("accumulator", "no"): _("your plan counts the card's money"),
        ("accumulator", "yes"): _("your plan does not count the card's money"),
        ("accumulator", "maximizer"): _("your plan spreads the card's money over the year"),
        ("network", "in"): _("the clinic is in your plan's network"),
        ("network", "out"): _("the clinic is out of network"),
        ("savings_program", "yes"): _("with the maker's savings card"),
        ("savings_program", "no"): _("without the maker's savings card"),
        ("setting", "hospital"): _("in a hospital clinic"),
        ("setting", "office"): _("in a doctor's office"),
    }.get((name, value), "")


def _deductible_reason(name: str, was: int | None, estimate: Estimate, said: str) -> str:
    """
    Why an answer about the deductible moved it from `was`, in cents: only what can be shown to be the reason.

    `said` is the answer in words. A larger deductible can cost less where a savings card pays it; so the estimate is
    compared with the one without this answer, where that is the one before.
    """
    left = estimate.plan[1].deductible_remaining or 0
    unanswered: dict[str, Any] = {name: None}
    without = estimated(replace(estimate.answers, **unanswered), estimate.book)
    now, before = known(estimate.you_pay.typical), known(without.you_pay.typical)
    if name == LEFT:
        begun = [one.date for one in estimate.resets if one.before_first_claim and one.what != "calendar_year"]
        if begun and now == before:
            return str(_("what is left today no longer counts from %(day)s on", day=short_day(max(begun))))
        # Before a new year, as much as is left today is the least that the plan's deductible can be.
        least = _("deductible of the year at least %(amount)s", amount=money(left))
        still_left = _("%(amount)s of deductible left", amount=money(left)) if left else _("your deductible is met")
        said = str(least if begun else still_left)
    if was is None or known(was) != before:
        return said
    more = left - (without.plan[1].deductible_remaining or 0)
    paid = estimate.program_pays.typical - without.program_pays.typical
    if now < before and more > 0:
        return str(_("the savings card pays more before the deductible is met")) if paid > 0 else ""
    if now > before and more < 0:
        return str(_("the savings card pays less once the deductible is met")) if paid < 0 else ""
    return str(_("your deductible is not met yet")) if more > 0 and name == LEFT and not begun else said
