"""
What a patient told us, and what we assume instead.

One list of names, `QUESTIONS`, serves the form's fields, the query string, the JSON API and the command line.
Values arrive as text; a bad one becomes a `FieldProblem`, a sentence for the person who typed it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from estimator.core.states import STATES
from estimator.money import dollars, parse_percent, parse_typed_amount
from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.schema import LANGUAGES, Line, Payer, Treatment

MOST_SESSIONS = 104
PRICE_PREFIX = "price."
"""``price.infusion=450``: a price the patient was told, in dollars, by the charge's name in the tables."""

DAYS_UNTIL_START = 14
EARLIEST, LATEST = date(2020, 1, 1), date(2090, 12, 31)

Language = Literal["en", "es"]


@dataclass(frozen=True, slots=True)
class Answers:
    """
    Every answer an estimate uses; None where a question is still open. Amounts are cents, `coinsurance` basis points.

    `given` names the questions that were answered, `assumed` those that apply and were not. `prices` are prices the
    patient was told, by charge.
    """

    treatment: str
    insurance: str
    sessions: int
    psychotherapy: str
    start: date
    psychotherapy_sessions: int = 0
    therapist_present: bool = False
    clinic: str = NATIONAL
    state: str | None = None
    dose: str | None = None
    network: str = "in"
    authorization: str = "approved"
    plan: str | None = None
    deductible: int | None = None
    deductible_remaining: int | None = None
    out_of_pocket_maximum: int | None = None
    out_of_pocket_remaining: int | None = None
    coinsurance: int | None = None
    copay: int | None = None
    plan_year_start: int = 1
    drug_benefit: str | None = None
    savings_program: bool = True
    accumulator: bool | None = None
    rides: bool = False
    lang: str = "en"
    prices: tuple[tuple[str, int], ...] = ()
    given: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()

    def query(self) -> list[tuple[str, str]]:
        """The answers as they stand in a link: what was answered, and always the start, in the form's order."""
        names = self.given | {"start"}
        answered = [(q.name, q.write(getattr(self, q.name))) for q in QUESTIONS if q.name in names]
        return answered + [(PRICE_PREFIX + charge, _write_amount(cents)) for charge, cents in self.prices]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A bad answer: which field, and a sentence made of a `template` and its values (so it can be translated)."""

    field: str
    template: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        return self.template.format(**dict(self.values))


class BadAnswers(ValueError):
    """Some answers cannot be used; `problems` says which and why, all of them at once."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems


class _Refused(ValueError):
    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template)
        self.template, self.values = template, tuple(values.items())


@dataclass(frozen=True, slots=True)
class Question:
    """One answer: its name, how its text is read, how it is written back, and to which courses it applies."""

    name: str
    read: Callable[[str, "_Context"], Any]
    write: Callable[[Any], str] = str
    applies: Callable[["_Context"], bool] = lambda _: True
    required: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known while the later answers are read: the tables, and the first answers where they were good."""

    book: PriceBook
    treatment: Treatment | None = None
    payer_name: str | None = None
    psychotherapy: str | None = None

    @property
    def payer(self) -> Payer | None:
        return self.book.tables.payers.get(self.payer_name or "")

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of one session that this payer would see."""
        treatment, payer = self.treatment, self.payer_name
        if treatment is None or payer is None:
            return ()
        return tuple(line for line in treatment.each_session + treatment.before if bills(line, payer))

    @property
    def charges(self) -> frozenset[str]:
        return frozenset(name for line in self.lines for name in (line.charge, line.lower_dose) if name)


def bills(line: Line, payer: str) -> bool:
    """Whether `line` is billed for patients of this payer."""
    return payer not in line.not_payers and (not line.payers or payer in line.payers)


def _choice(choices: Callable[[_Context], tuple[str, ...]]) -> Callable[[str, _Context], str]:
    def read(text: str, context: _Context) -> str:
        if text not in (allowed := choices(context)):
            raise _Refused("choose one of {choices}", choices=", ".join(allowed))
        return text

    return read


def _one_of(*choices: str) -> Callable[[str, _Context], str]:
    return _choice(lambda _: choices)


def _yes_no(text: str, _: _Context) -> bool:
    if text not in ("yes", "no"):
        raise _Refused("choose yes or no")
    return text == "yes"


def _number(low: int, high: int) -> Callable[[str, _Context], int]:
    def read(text: str, _: _Context) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
            raise _Refused("choose a number from {low} to {high}", low=str(low), high=str(high))
        return int(text)

    return read


def _amount(text: str, _: _Context) -> int:
    try:
        return parse_typed_amount(text)
    except ValueError:
        raise _Refused("write an amount in dollars, like 1500 or $1,500.00") from None


def _percent(text: str, _: _Context) -> int:
    try:
        return parse_percent(text.removesuffix("%").rstrip())
    except ValueError:
        raise _Refused("write a percentage from 0 to 100, like 20") from None


def _day(text: str, _: _Context) -> date:
    try:
        if (
            re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
            and EARLIEST <= (day := date.fromisoformat(text)) <= LATEST
        ):
            return day
    except ValueError:
        pass
    raise _Refused("write a date like 2027-01-31")


def _state(text: str, _: _Context) -> str:
    if text.upper() not in STATES:
        raise _Refused("write the two letters of a state, like CO")
    return text.upper()


def _write_yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _write_amount(cents: int) -> str:
    return dollars(cents).lstrip("$").replace(",", "").removesuffix(".00")


def _write_percent(points: int) -> str:
    return f"{points / 100:g}"


def _insured(c: _Context) -> bool:
    return bool(c.payer and c.payer.profiles)


def _programs_help(c: _Context) -> bool:
    return any(
        c.payer_name in program.payers and c.charges & set(program.charges)
        for program in c.book.tables.programs.values()
    )


def _needs_authorization(c: _Context) -> bool:
    coverages = (c.book.tables.charges[name].coverage.get(c.payer_name or "") for name in c.charges)
    return _insured(c) and any(coverage and coverage.status == "prior_authorization" for coverage in coverages)


def _has_pharmacy(c: _Context) -> bool:
    return _insured(c) and any(c.book.tables.charges[name].pharmacy_benefit for name in c.charges)


def offered_treatments(book: PriceBook) -> tuple[str, ...]:
    """The treatments of the tables that the clinic offers; all of them in the national book."""
    offers = book.tables.clinic.offers if book.tables.clinic else ()
    return tuple(name for name in book.tables.treatments if not offers or name in offers)


QUESTIONS: tuple[Question, ...] = (
    Question("treatment", _choice(lambda c: offered_treatments(c.book)), required=True),
    Question("insurance", _choice(lambda c: tuple(c.book.tables.payers)), required=True),
    Question("sessions", _number(1, MOST_SESSIONS), required=True),
    Question("psychotherapy", _one_of("none", "in_person", "virtual"), required=True),
    Question(
        "psychotherapy_sessions",
        _number(0, MOST_SESSIONS),
        applies=lambda c: c.psychotherapy in ("in_person", "virtual"),
    ),
    Question(
        "therapist_present",
        _yes_no,
        _write_yes_no,
        applies=lambda c: bool(c.treatment and c.treatment.therapist_present),
    ),
    Question("clinic", lambda text, _: text),
    Question("state", _state),
    Question("start", _day, date.isoformat),
    Question(
        "dose",
        _choice(lambda c: c.treatment.doses if c.treatment else ()),
        applies=lambda c: bool(c.treatment and c.treatment.doses),
    ),
    Question("network", _one_of("in", "out"), applies=lambda c: bool(c.payer and c.payer.out_of_network)),
    Question("authorization", _one_of("approved", "denied"), applies=_needs_authorization),
    Question("plan", _choice(lambda c: tuple(c.payer.profiles) if c.payer else ()), applies=_insured),
    Question("deductible", _amount, _write_amount, applies=_insured),
    Question("deductible_remaining", _amount, _write_amount, applies=_insured),
    Question("out_of_pocket_maximum", _amount, _write_amount, applies=_insured),
    Question("out_of_pocket_remaining", _amount, _write_amount, applies=_insured),
    Question("coinsurance", _percent, _write_percent, applies=_insured),
    Question("copay", _amount, _write_amount, applies=_insured),
    Question("plan_year_start", _number(1, 12), applies=_insured),
    Question("drug_benefit", _one_of("medical", "pharmacy"), applies=_has_pharmacy),
    Question("savings_program", _yes_no, _write_yes_no, applies=_programs_help),
    Question("accumulator", _yes_no, _write_yes_no, applies=_programs_help),
    Question("rides", _yes_no, _write_yes_no, applies=lambda c: bool(c.treatment and c.treatment.ride)),
    Question("lang", _one_of(*LANGUAGES)),
)

NAMES: tuple[str, ...] = tuple(question.name for question in QUESTIONS)
REQUIRED: tuple[str, ...] = tuple(question.name for question in QUESTIONS if question.required)

_LEFT_OF = {"deductible_remaining": "deductible", "out_of_pocket_remaining": "out_of_pocket_maximum"}


def unknown_names(raw: Mapping[str, str], book: PriceBook) -> tuple[FieldProblem, ...]:
    """A problem for every name that is no question; the API and the command line refuse these."""
    known = {*NAMES, *(PRICE_PREFIX + charge for charge in book.tables.charges)}
    return tuple(FieldProblem(name, "there is no answer of this name") for name in raw if name not in known)


def book_for(raw: Mapping[str, str], books: PriceBooks) -> PriceBook:
    """The price book of the clinic that `raw` names, else the national one; raises BadAnswers for a strange name."""
    book = books.get(raw.get("clinic", "").strip() or NATIONAL)
    if book is None:
        choices = ", ".join([NATIONAL, *books.clinics])
        raise BadAnswers((FieldProblem("clinic", "choose one of {choices}", (("choices", choices),)),))
    return book


def applicable(treatment: str, insurance: str, psychotherapy: str, book: PriceBook) -> frozenset[str]:
    """The names of the questions that matter for these first answers."""
    context = _Context(book, book.tables.treatments.get(treatment), insurance, psychotherapy)
    return frozenset(question.name for question in QUESTIONS if question.applies(context))


def read_answers(raw: Mapping[str, str], book: PriceBook, today: date) -> Answers:
    """
    The answers in `raw` (name to text), blanks left open, answers that do not apply ignored.

    Raises BadAnswers with every problem found. `today` decides only the start that is assumed.
    """
    texts = {name: text.strip() for name, text in raw.items() if name in NAMES and text.strip()}
    context = _Context(book)
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for question in QUESTIONS:
        if question.name not in texts:
            if question.required:
                problems.append(FieldProblem(question.name, "this question needs an answer"))
            continue
        if not question.applies(context):
            continue
        try:
            values[question.name] = question.read(texts[question.name], context)
        except _Refused as refused:
            problems.append(FieldProblem(question.name, refused.template, refused.values))
        context = _narrowed(context, values)
    problems.extend(_contradictions(values))
    values["prices"] = _prices(raw, context, problems)
    if problems:
        raise BadAnswers(tuple(problems))
    if book.id != NATIONAL:
        values["clinic"] = book.id
    return _completed(values, context, today)


def _prices(raw: Mapping[str, str], context: _Context, problems: list[FieldProblem]) -> tuple[tuple[str, int], ...]:
    """The prices the patient was told, in the tables' order."""
    told = []
    for charge in context.book.tables.charges:
        text = raw.get(PRICE_PREFIX + charge, "").strip()
        if not text:
            continue
        try:
            told.append((charge, _amount(text, context)))
        except _Refused as refused:
            problems.append(FieldProblem(PRICE_PREFIX + charge, refused.template, refused.values))
    return tuple(told)


def _narrowed(context: _Context, values: Mapping[str, Any]) -> _Context:
    treatment = context.book.tables.treatments.get(values.get("treatment", ""))
    return _Context(context.book, treatment, values.get("insurance"), values.get("psychotherapy"))


def _contradictions(values: Mapping[str, Any]) -> list[FieldProblem]:
    """Plan terms that cannot be true together: remaining ≤ deductible ≤ out-of-pocket maximum."""
    found = []
    for left, whole in _LEFT_OF.items():
        if left in values and whole in values and values[left] > values[whole]:
            amount = dollars(values[whole])
            found.append(
                FieldProblem(left, "this is more than the whole amount you gave ({whole})", (("whole", amount),))
            )
    deductible = max(values.get("deductible", 0), values.get("deductible_remaining", 0))
    if "out_of_pocket_maximum" in values and deductible > values["out_of_pocket_maximum"]:
        name = "deductible" if "deductible" in values else "deductible_remaining"
        maximum = dollars(values["out_of_pocket_maximum"])
        found.append(
            FieldProblem(
                name, "a deductible is never above the out-of-pocket maximum ({maximum})", (("maximum", maximum),)
            )
        )
    return found


def _completed(values: dict[str, Any], context: _Context, today: date) -> Answers:
    given = frozenset(name for name in values if name != "prices")
    assumed = frozenset(q.name for q in QUESTIONS if q.name not in values and q.applies(context))
    values.setdefault("start", today + timedelta(days=DAYS_UNTIL_START))
    if context.treatment is not None and values["psychotherapy"] != "none":
        values.setdefault("psychotherapy_sessions", context.treatment.psychotherapy.usual_sessions.typical)
    return Answers(**values, given=given, assumed=assumed - {"lang", "clinic"})
