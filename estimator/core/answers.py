"""
What a patient told us, and what we assume instead.

One list of names, `QUESTIONS`, serves the form's fields, the query string, the JSON API and the command line.
Values arrive as text; a bad one becomes a `FieldProblem`, a sentence for the person who typed it.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from estimator.core.answer_values import (
    MOST_SESSIONS,
    AnswerRefused,
    ToldPackage,
    ToldShare,
    number_reader,
    read_amount,
    read_day,
    read_maximum,
    read_package,
    read_percent,
    read_share,
    read_state,
    read_yes_no,
    write_amount,
    write_package,
    write_percent,
    write_share,
    write_yes_no,
)
from estimator.core.billed_lines import (
    Present,
    arranged,
    arrangements_of,
    first_price,
    lines_alongside,
    offered_treatments,
    presences,
)
from estimator.money import dollars
from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.schema.basics import LANGUAGES, NETWORK_CLASSES
from estimator.prices.schema.payers import Payer
from estimator.prices.schema.treatments import Arrangement, Line, Treatment
from estimator.sentences import marked as _

MOST_DAYS_BETWEEN = 90
MOST_MONTHS_AHEAD = 24
PRICE_PREFIX = "price."
"""``price.infusion=450``: a price the patient was told, in dollars, by the charge's name in the tables."""

DAYS_UNTIL_START = 14

Language = Literal["en", "es"]
Network = Literal["in", "out", "mixed"]

CopayAccumulator = Literal["yes", "no", "maximizer"]
"""What a plan does with a manufacturer's money: does not count it, counts it, or draws it evenly over the year."""


@dataclass(frozen=True, slots=True)
class Answers:
    """
    Every answer an estimate uses; None where a question is still open. Amounts are cents, `coinsurance` basis points.

    Told facts are pairs of a charge and a value: `prices` are what the clinic asks, `allowed_amounts` what the plan
    allows, `shares` what the patient pays while the plan covers it, `coverages` what the plan said it covers,
    `packages` what the clinic offered. `networks` are pairs of a benefit class and ``in`` or ``out``.
    `given` names the questions that were answered, `assumed` those that apply and were not.
    """

    treatment: str
    insurance: str
    sessions: int
    psychotherapy: str
    start: date
    psychotherapy_sessions: int = 0
    therapist_present: Present = "no"
    therapist_inside: str | None = None
    clinic: str = NATIONAL
    state: str | None = None
    setting: str | None = None
    stage: str = "new"
    every: int | None = None
    dose: str | None = None
    network: Network = "in"
    authorization: str = "approved"
    plan: str | None = None
    deductible: int | None = None
    deductible_remaining: int | None = None
    out_of_pocket_maximum: int | None = None
    out_of_pocket_remaining: int | None = None
    coinsurance: int | None = None
    copay: int | None = None
    pharmacy_copay: int | None = None
    first_visits: int | None = None
    first_visits_copay: int | None = None
    balances_as_of: date | None = None
    family_deductible_remaining: int | None = None
    family_out_of_pocket_remaining: int | None = None
    drug_deductible: int | None = None
    drug_deductible_remaining: int | None = None
    out_of_network_deductible: int | None = None
    out_of_network_deductible_remaining: int | None = None
    out_of_network_out_of_pocket_maximum: int | None = None
    out_of_network_out_of_pocket_remaining: int | None = None
    out_of_network_coinsurance: int | None = None
    plan_year_start: int = 1
    new_plan_from: date | None = None
    new_plan: str | None = None
    drug_benefit: str | None = None
    savings_program: bool = True
    savings_maximum: int | None = None
    savings_remaining: int | None = None
    accumulator: CopayAccumulator | None = None
    rides: bool = False
    discount: str | None = None
    lang: str = "en"
    prices: tuple[tuple[str, int], ...] = ()
    allowed_amounts: tuple[tuple[str, int], ...] = ()
    shares: tuple[tuple[str, ToldShare], ...] = ()
    coverages: tuple[tuple[str, str], ...] = ()
    packages: tuple[tuple[str, ToldPackage], ...] = ()
    networks: tuple[tuple[str, str], ...] = ()
    given: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()

    def query(self) -> list[tuple[str, str]]:
        """
        The answers as they stand in a link, in the form's order: what was answered, and always the days.

        A link opened on a later day means what it meant when it was made.
        """
        names = self.given | {"start"}
        answered = [(q.name, q.write(getattr(self, q.name))) for q in QUESTIONS if q.name in names]
        return answered + [
            (fact.prefix + name, fact.write(value)) for fact in TOLD_FACTS for name, value in getattr(self, fact.field)
        ]

    @property
    def network_open(self) -> bool:
        """Whether anything may be out of network."""
        return self.network != "in" or any(network == "out" for _, network in self.networks)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A bad answer: which field, and a sentence made of a `template` and its values (so it can be translated)."""

    field: str
    template: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        return self.said(str)

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that `translate` turns English sentences into."""
        return translate(self.template).format(**dict(self.values))


class BadAnswers(ValueError):
    """Some answers cannot be used; `problems` says which and why, all of them at once."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Question:
    """One answer: its name, how its text is read, how it is written back, and to which courses it applies."""

    name: str
    read: Callable[[str, "_Context"], Any]
    write: Callable[[Any], str] = str
    applies: Callable[["_Context"], bool] = lambda _: True
    required: bool = False


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A family of answers, one for each charge (or benefit class): ``price.infusion``, ``network.drug``."""

    prefix: str
    field: str
    names: Callable[[PriceBook], Iterable[str]]
    read: Callable[[str, "_Context"], Any]
    write: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known while the later answers are read: the tables, and the first answers where they were good."""

    book: PriceBook
    treatment: Treatment | None = None
    payer_name: str | None = None
    psychotherapy: str | None = None
    out_of_network: bool = False
    arrangements: tuple[Arrangement, ...] = ("none",)

    @property
    def payer(self) -> Payer | None:
        return self.book.tables.payers.get(self.payer_name or "")

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of one session that this payer would see."""
        treatment, payer = self.treatment, self.payer_name
        if treatment is None or payer is None:
            return ()
        every = treatment.each_session + treatment.before
        return tuple(line for line in every if line.billed_to(payer) and line.sold(self.arrangements))

    @property
    def charges(self) -> frozenset[str]:
        return frozenset(name for line in self.lines for name in (line.charge, line.lower_dose) if name)


def _choice(choices: Callable[[_Context], tuple[str, ...]]) -> Callable[[str, _Context], str]:
    def read(text: str, context: _Context) -> str:
        if text not in (allowed := choices(context)):
            raise AnswerRefused("choose one of {choices}", choices=", ".join(allowed))
        return text

    return read


def _one_of(*choices: str) -> Callable[[str, _Context], str]:
    return _choice(lambda _: choices)


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


def _talks_with_plan(c: _Context) -> bool:
    return _insured(c) and c.psychotherapy in ("in_person", "virtual")


def _has_pharmacy(c: _Context) -> bool:
    return _insured(c) and any(c.book.tables.charges[name].pharmacy_benefit for name in c.charges)


def _out_of_network(c: _Context) -> bool:
    return c.out_of_network and bool(c.payer and c.payer.out_of_network)


def _has_settings(c: _Context) -> bool:
    return any(line.setting for line in c.lines)


QUESTIONS: tuple[Question, ...] = (
    Question("treatment", _choice(lambda c: offered_treatments(c.book)), required=True),
    Question("insurance", _choice(lambda c: tuple(c.book.tables.payers)), required=True),
    Question("sessions", number_reader(1, MOST_SESSIONS), required=True),
    Question("psychotherapy", _one_of("none", "in_person", "virtual"), required=True),
    Question(
        "psychotherapy_sessions",
        number_reader(0, MOST_SESSIONS),
        applies=lambda c: c.psychotherapy in ("in_person", "virtual"),
    ),
    Question(
        "therapist_present",
        _choice(lambda c: presences(c.treatment) if c.treatment else ()),
        applies=lambda c: bool(c.treatment and arrangements_of(c.treatment)),
    ),
    Question(
        "therapist_inside",
        _one_of("yes", "no"),
        applies=lambda c: bool(c.treatment and arrangements_of(c.treatment) >= {"extra", "inside"}),
    ),
    Question("clinic", lambda text, _: text),
    Question("state", read_state),
    Question("setting", _one_of("office", "hospital"), applies=_has_settings),
    Question("start", read_day, date.isoformat),
    Question("stage", _one_of("new", "continuing")),
    Question("every", number_reader(1, MOST_DAYS_BETWEEN)),
    Question(
        "dose",
        _choice(lambda c: c.treatment.doses if c.treatment else ()),
        applies=lambda c: bool(c.treatment and c.treatment.doses),
    ),
    Question("network", _one_of("in", "out", "mixed"), applies=lambda c: bool(c.payer and c.payer.out_of_network)),
    Question("authorization", _one_of("approved", "denied"), applies=_needs_authorization),
    Question("plan", _choice(lambda c: tuple(c.payer.profiles) if c.payer else ()), applies=_insured),
    Question("deductible", read_amount, write_amount, applies=_insured),
    Question("deductible_remaining", read_amount, write_amount, applies=_insured),
    Question("out_of_pocket_maximum", read_maximum, write_amount, applies=_insured),
    Question("out_of_pocket_remaining", read_amount, write_amount, applies=_insured),
    Question("coinsurance", read_percent, write_percent, applies=_insured),
    Question("copay", read_amount, write_amount, applies=_insured),
    Question("pharmacy_copay", read_amount, write_amount, applies=_has_pharmacy),
    Question("first_visits", number_reader(1, MOST_SESSIONS), applies=_talks_with_plan),
    Question("first_visits_copay", read_amount, write_amount, applies=_talks_with_plan),
    Question("balances_as_of", read_day, date.isoformat, applies=_insured),
    Question("family_deductible_remaining", read_amount, write_amount, applies=_insured),
    Question("family_out_of_pocket_remaining", read_amount, write_amount, applies=_insured),
    Question("drug_deductible", read_amount, write_amount, applies=_insured),
    Question("drug_deductible_remaining", read_amount, write_amount, applies=_insured),
    Question("out_of_network_deductible", read_amount, write_amount, applies=_out_of_network),
    Question("out_of_network_deductible_remaining", read_amount, write_amount, applies=_out_of_network),
    Question("out_of_network_out_of_pocket_maximum", read_maximum, write_amount, applies=_out_of_network),
    Question("out_of_network_out_of_pocket_remaining", read_amount, write_amount, applies=_out_of_network),
    Question("out_of_network_coinsurance", read_percent, write_percent, applies=_out_of_network),
    Question("plan_year_start", number_reader(1, 12), applies=_insured),
    Question("new_plan_from", read_day, date.isoformat, applies=_insured),
    Question("new_plan", _choice(lambda c: tuple(c.payer.profiles) if c.payer else ()), applies=_insured),
    Question("drug_benefit", _one_of("medical", "pharmacy"), applies=_has_pharmacy),
    Question("savings_program", read_yes_no, write_yes_no, applies=_programs_help),
    Question("savings_maximum", read_amount, write_amount, applies=_programs_help),
    Question("savings_remaining", read_amount, write_amount, applies=_programs_help),
    Question("accumulator", _one_of("yes", "no", "maximizer"), applies=_programs_help),
    Question("rides", read_yes_no, write_yes_no, applies=lambda c: bool(c.treatment and c.treatment.ride)),
    Question(
        "discount",
        _choice(lambda c: tuple(c.book.tables.discounts)),
        applies=lambda c: bool(c.book.tables.discounts),
    ),
    Question("lang", _one_of(*LANGUAGES)),
)

NAMES: tuple[str, ...] = tuple(question.name for question in QUESTIONS)
REQUIRED: tuple[str, ...] = tuple(question.name for question in QUESTIONS if question.required)

UNTOLD = frozenset(
    (
        "stage",
        "every",
        "therapist_inside",
        "pharmacy_copay",
        "first_visits",
        "first_visits_copay",
        "family_deductible_remaining",
        "family_out_of_pocket_remaining",
        "drug_deductible",
        "drug_deductible_remaining",
        "out_of_network_deductible",
        "out_of_network_deductible_remaining",
        "out_of_network_out_of_pocket_maximum",
        "out_of_network_out_of_pocket_remaining",
        "out_of_network_coinsurance",
        "new_plan_from",
        "new_plan",
        "savings_maximum",
        "savings_remaining",
        "discount",
    )
)
"""Questions of which most people have nothing to tell: left open they say nothing that is worth a line."""


def _charges(book: PriceBook) -> Iterable[str]:
    return book.tables.charges


TOLD_FACTS: tuple[ToldFact, ...] = (
    ToldFact(PRICE_PREFIX, "prices", _charges, read_amount, write_amount),
    ToldFact("allowed.", "allowed_amounts", _charges, read_amount, write_amount),
    ToldFact("share.", "shares", _charges, read_share, write_share),
    ToldFact("coverage.", "coverages", _charges, _one_of("covered", "not_covered")),
    ToldFact("package.", "packages", _charges, read_package, write_package),
    ToldFact("network.", "networks", lambda _: NETWORK_CLASSES, _one_of("in", "out")),
)
"""Three prices, never one: what the clinic asks, what the plan allows and what the patient pays are told apart."""

_LEFT_OF = {
    "deductible_remaining": "deductible",
    "out_of_pocket_remaining": "out_of_pocket_maximum",
    "drug_deductible_remaining": "drug_deductible",
    "out_of_network_deductible_remaining": "out_of_network_deductible",
    "out_of_network_out_of_pocket_remaining": "out_of_network_out_of_pocket_maximum",
    "savings_remaining": "savings_maximum",
}
_DEDUCTIBLES_BELOW = {
    "out_of_pocket_maximum": ("deductible", "deductible_remaining"),
    "out_of_network_out_of_pocket_maximum": (
        "out_of_network_deductible",
        "out_of_network_deductible_remaining",
    ),
}


def every_name(book: PriceBook) -> tuple[str, ...]:
    """Every name an answer may have with these tables, the told facts of each charge included."""
    return NAMES + tuple(fact.prefix + name for fact in TOLD_FACTS for name in fact.names(book))


def unknown_names(raw: Mapping[str, str], book: PriceBook) -> tuple[FieldProblem, ...]:
    """A problem for every name that is no question; the API and the command line refuse these."""
    known = set(every_name(book))
    return tuple(FieldProblem(name, "there is no answer of this name") for name in raw if name not in known)


def book_for(raw: Mapping[str, str], books: PriceBooks) -> PriceBook:
    """The price book of the clinic that `raw` names, else the national one; raises BadAnswers for a strange name."""
    book = books.get(raw.get("clinic", "").strip() or NATIONAL)
    if book is None:
        choices = ", ".join([NATIONAL, *books.clinics])
        raise BadAnswers((FieldProblem("clinic", "choose one of {choices}", (("choices", choices),)),))
    return book


def applicable(
    treatment: str, insurance: str, psychotherapy: str, book: PriceBook, out_of_network: bool = False
) -> frozenset[str]:
    """The names of the questions that matter for these first answers, and where some care may be `out_of_network`."""
    context = _Context(book, book.tables.treatments.get(treatment), insurance, psychotherapy, out_of_network)
    return frozenset(question.name for question in QUESTIONS if question.applies(context))


def read_answers(raw: Mapping[str, str], book: PriceBook, today: date) -> Answers:
    """
    The answers in `raw` (name to text), blanks left open, answers that do not apply ignored.

    Raises BadAnswers with every problem found. `today` decides only the start that is assumed.
    """
    texts = {name: text.strip() for name, text in raw.items() if name in NAMES and text.strip()}
    problems: list[FieldProblem] = []
    context = _Context(book)
    told = {fact.field: _told(fact, raw, context, problems) for fact in TOLD_FACTS}
    elsewhere = texts.get("network") in ("out", "mixed") or any(network == "out" for _, network in told["networks"])
    context = replace(context, out_of_network=elsewhere)
    values: dict[str, Any] = {}
    for question in QUESTIONS:
        if question.name not in texts:
            if question.required:
                problems.append(FieldProblem(question.name, "this question needs an answer"))
            continue
        if not question.applies(context):
            continue
        try:
            values[question.name] = question.read(texts[question.name], context)
        except AnswerRefused as refused:
            problems.append(FieldProblem(question.name, refused.template, refused.values))
        context = _narrowed(context, values)
    problems.extend(_contradictions(values))
    problems.extend(_impossible_days(values, context, today))
    if problems:
        raise BadAnswers(tuple(problems))
    if book.id != NATIONAL:
        values["clinic"] = book.id
    return _completed(values | told, context, today)


def _told(
    fact: ToldFact, raw: Mapping[str, str], context: _Context, problems: list[FieldProblem]
) -> tuple[tuple[str, Any], ...]:
    """The facts of one family that the patient was told, in the tables' order."""
    told = []
    for name in fact.names(context.book):
        text = raw.get(fact.prefix + name, "").strip()
        if not text:
            continue
        try:
            told.append((name, fact.read(text, context)))
        except AnswerRefused as refused:
            problems.append(FieldProblem(fact.prefix + name, refused.template, refused.values))
    return tuple(told)


def _narrowed(context: _Context, values: Mapping[str, Any]) -> _Context:
    treatment = context.book.tables.treatments.get(values.get("treatment", ""))
    return replace(
        context,
        arrangements=arranged(treatment, values) if treatment else ("none",),
        treatment=treatment,
        payer_name=values.get("insurance"),
        psychotherapy=values.get("psychotherapy"),
    )


def _contradictions(values: Mapping[str, Any]) -> list[FieldProblem]:
    """Terms that cannot be true together: remaining ≤ deductible ≤ out-of-pocket maximum."""
    found = []
    for left, whole in _LEFT_OF.items():
        if left in values and whole in values and values[left] > values[whole]:
            template = _MORE_THAN_WHOLE_FAMILY if left in _FAMILY_BOX else _MORE_THAN_WHOLE
            found.append(FieldProblem(left, template, (("whole", dollars(values[whole])),)))
    for maximum, names in _DEDUCTIBLES_BELOW.items():
        if maximum not in values:
            continue
        above = next((name for name in names if values.get(name, 0) > values[maximum]), None)
        if above is not None:
            found.append(FieldProblem(above, _ABOVE_MAXIMUM, (("maximum", dollars(values[maximum])),)))
    if "new_plan" in values and "new_plan_from" not in values:
        found.append(FieldProblem("new_plan_from", "say from which day your new plan holds"))
    if ("first_visits" in values) != ("first_visits_copay" in values):
        missing = "first_visits_copay" if "first_visits" in values else "first_visits"
        found.append(FieldProblem(missing, _FIRST_VISITS[missing]))
    return found


_FIRST_VISITS = {
    "first_visits": _("say for how many visits this copay holds"),
    "first_visits_copay": _("say what each of these first visits costs you, like 20; write 0 if they are free"),
}


_FAMILY_BOX = ("deductible_remaining", "out_of_pocket_remaining")
_MORE_THAN_WHOLE = _("this is more than the whole amount you gave ({whole})")
_MORE_THAN_WHOLE_FAMILY = _(
    "this is more than the whole amount you gave ({whole}); if it is the whole family's, write it in the family's box"
)
_ABOVE_MAXIMUM = _(
    "a deductible is never above the out-of-pocket maximum ({maximum}); if one of them is the whole family's, "
    "write what counts for you alone"
)


def _impossible_days(values: Mapping[str, Any], context: _Context, today: date) -> Iterator[FieldProblem]:
    """Days of which nothing is known: before the tables' prices begin, or too far ahead."""
    if "start" in values:
        if values["start"] > (latest := months_later(today, MOST_MONTHS_AHEAD)):
            yield FieldProblem("start", "choose a day up to {day}", (("day", latest.isoformat()),))
        first = _first_possible_start(context, values)
        if first is not None and values["start"] < first:
            template = _("choose a day from {day} on: earlier prices are not known")
            yield FieldProblem("start", template, (("day", first.isoformat()),))
    if values.get("balances_as_of", today) > today:
        yield FieldProblem("balances_as_of", "this day has not come yet; write the day on which you read the amounts")


def possible_starts(first: Mapping[str, str], book: PriceBook, today: date) -> tuple[date | None, date]:
    """The first and the last day on which a course with these `first` answers may begin; None where any day may."""
    return _first_possible_start(_narrowed(_Context(book), first), first), months_later(today, MOST_MONTHS_AHEAD)


def _first_possible_start(context: _Context, values: Mapping[str, Any]) -> date | None:
    """The first day on which the course can begin with a price known for each of its bills; None for any day."""
    treatment, payer = context.treatment, context.payer
    if treatment is None or payer is None:
        return None
    needed = [
        first + timedelta(days=line.days_before if line in treatment.before else 0)
        for line in context.lines + lines_alongside(treatment, values)
        for name in (line.charge, line.lower_dose)
        if name and (first := first_price(context.book.tables.charges[name], payer)) is not None
    ]
    return max(needed, default=None)


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _completed(values: dict[str, Any], context: _Context, today: date) -> Answers:
    if any(q.name == "balances_as_of" and q.applies(context) for q in QUESTIONS):
        # The day of asking stands in every link, so that it means the same on a later day.
        values.setdefault("balances_as_of", today)
    given = frozenset(name for name in values if name in NAMES)
    assumed = frozenset(q.name for q in QUESTIONS if q.name not in values and q.applies(context))
    values.setdefault("start", today + timedelta(days=DAYS_UNTIL_START))
    if context.treatment is not None and values["psychotherapy"] != "none":
        values.setdefault("psychotherapy_sessions", context.treatment.psychotherapy.usual_sessions.typical)
    return Answers(**values, given=given, assumed=assumed - {"lang", "clinic"})
