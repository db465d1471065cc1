"""
From what to what an answer has moved an estimate, and why, in a few words.

The form of a question sends along what the estimate said before: ``was=16000-109000-648500``, low, typical and high in
cents, the middle one left out where it was nobody's bill; and ``answered``, the name of the question.
"""

import re
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from estimator.core.results import AUTHORIZATION, Estimate, YouPay
from estimator.web.filters import money
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.sides import shown_amounts

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
    reason = _reason(name, form.raw.get(name, ""), form) if name in form.raw and name in form else ""
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
    """The answer as the reason of a change."""
    if name == "deductible_remaining":
        met = value.strip(" $0.,") == ""
        return str(_("your deductible is met")) if met else str(_("your deductible is not met yet"))
    plain = {
        (AUTHORIZATION, "approved"): _("your insurer agreed"),
        (AUTHORIZATION, "denied"): _("your insurer said no"),
        ("network", "in"): _("the clinic is in your plan's network"),
        ("network", "out"): _("the clinic is out of network"),
        ("setting", "hospital"): _("in a hospital clinic"),
        ("setting", "office"): _("in a doctor's office"),
    }
    return plain.get((name, value)) or f"{form.label(name)}: {form.answer_in_words(name, value)}"
