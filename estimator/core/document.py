"""The JSON document of an estimate, amounts in whole US cents; other programs rely on its names."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from estimator.core.answers import NAMES, TOLD_FACTS, Answers, FieldProblem
from estimator.core.results import (
    NOTHING,
    SCENARIOS,
    Amounts,
    Branch,
    Driver,
    Estimate,
    LedgerRow,
    LineItem,
    PlanTerms,
    YouPay,
)
from estimator.money import Range

ROW = (
    "date", "charge", "billed", "benefit", "covered", "deductible_part", "own_part", "share", "plan_pays", "program",
    "program_pays", "you_pay", "deductible_left", "out_of_pocket_left",
)  # fmt: skip
"""What a row of the ledger says in the document."""

PLAN = (
    "profile", "deductible_remaining", "deductible", "out_of_pocket_remaining", "out_of_pocket_maximum",
    "plan_year_start", "accumulator",
)  # fmt: skip
BENEFIT = ("deductible_applies", "coinsurance_bp", "copay")
PROGRAM = ("patient_pays", "per_treatment_max", "annual_max", "rebate")
"""What the plan's terms, its benefits and its programs say in the document."""

ITEM_AMOUNTS = ("unit_price", "billed", "plan_pays", "program_pays", "you_pay")


def document(estimate: Estimate, language: str = "en") -> dict[str, Any]:
    """What ``GET /api/v1/estimate`` and ``estimator estimate --json`` answer; words in `language`."""
    book = estimate.book
    return {
        "notice": book.tables.texts.notice.get(language),
        "currency": "USD",
        "unit": "cents",
        "price_book": {"clinic": book.id, "version": book.version, "as_of": book.as_of.isoformat()},
        "answers": _answers(estimate.answers),
        "assumed": sorted(estimate.answers.assumed),
        "you_pay": _you_pay(estimate.you_pay),
        "billed": _amounts(estimate.billed),
        "plan_pays": _amounts(estimate.plan_pays),
        "program_pays": _amounts(estimate.program_pays),
        "missing": list(estimate.missing),
        "items": [_item(item, language) for item in estimate.items],
        "months": [{"month": month.month, "you_pay": _amounts(month.you_pay)} for month in estimate.months],
        "drivers": [_driver(driver, language) for driver in estimate.drivers],
        "if_not_covered": {"you_pay": _you_pay(estimate.if_not_covered)},
        "branches": [_branch(branch, language) for branch in estimate.branches],
        "resets": [
            {"date": one.date.isoformat(), "what": one.what, "before_first_claim": one.before_first_claim}
            for one in estimate.resets
        ],
        "ledger": {
            scenario: [_row(row) for row in rows] for scenario, rows in zip(SCENARIOS, estimate.ledger, strict=True)
        },
        "plan": {scenario: _plan(terms) for scenario, terms in zip(SCENARIOS, estimate.plan, strict=True)},
    }


def problems_document(problems: tuple[FieldProblem, ...], translate: Callable[[str], str] = str) -> dict[str, Any]:
    """What a refused request is answered with: every bad field and why, in the language of `translate`."""
    return {"errors": [{"field": problem.field, "message": problem.said(translate)} for problem in problems]}


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {"low": amounts.low, "typical": amounts.typical, "high": amounts.high}


def _you_pay(amounts: YouPay) -> dict[str, Any]:
    return {**_amounts(amounts), "likely": list(amounts.likely)}


def _answers(answers: Answers) -> dict[str, Any]:
    told = {
        fact.prefix + name: value if isinstance(value, int) else fact.write(value)
        for fact in TOLD_FACTS
        for name, value in getattr(answers, fact.field)
    }
    return {name: _answer(name, getattr(answers, name)) for name in NAMES} | told


def _answer(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return value / 100 if name.endswith("coinsurance") and value is not None else value


def _driver(driver: Driver, language: str) -> dict[str, Any]:
    return {
        "unknown": driver.unknown,
        "label": driver.label.get(language),
        "low": driver.low,
        "high": driver.high,
        "swing": driver.swing,
        "ask": driver.ask.get(language),
        "whom": driver.whom,
    }


def _branch(branch: Branch, language: str) -> dict[str, Any]:
    return {
        "unknown": branch.unknown,
        "label": branch.label.get(language),
        "options": [
            {"value": one.value, "label": one.label.get(language), "you_pay": _you_pay(one.you_pay)}
            for one in branch.options
        ],
    }


def _item(item: LineItem, language: str) -> dict[str, Any]:
    return {
        "charge": item.charge,
        "label": item.label.get(language),
        "quantity": item.quantity,
        "codes": list(item.codes),
        **{name: _unless_missing(item, getattr(item, name)) for name in ITEM_AMOUNTS},
        "asked": _range(item.asked),
        "allowed": _range(item.allowed),
        "notes": [note.get(language) for note in item.notes],
        "coverage": {"status": item.coverage, "reason": item.coverage_reason.get(language)},
        "sources": [
            {
                "title": source.title.get(language),
                "url": source.url,
                "checked": source.checked.isoformat() if source.checked else None,
            }
            for source in item.sources
        ],
    }


def _range(range_: Range | None) -> dict[str, int] | None:
    return None if range_ is None else dict(zip(SCENARIOS, range_, strict=True))


def _unless_missing(item: LineItem, amounts: Amounts) -> dict[str, int | None]:
    """A price that is not in the tables is null, never 0."""
    unpriced = item.missing and item.billed == NOTHING
    return dict.fromkeys(SCENARIOS) if unpriced else {**_amounts(amounts)}


def _row(row: LedgerRow) -> dict[str, Any]:
    return _only(ROW, row) | {"date": row.date.isoformat()}


def _plan(terms: PlanTerms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in PLAN} | {
        "benefits": {name: _only(BENEFIT, one) for name, one in terms.benefits.items()},
        "programs": {name: _only(PROGRAM, one) for name, one in terms.programs.items()},
    }


def _only(names: Sequence[str], record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
