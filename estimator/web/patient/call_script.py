"""
The call to the insurer and to the clinic: what to say, in the language one calls in, what is worth most first.

Answers go into the link like any others. Who was spoken to, and when, is typed into boxes that are never sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from estimator.core.answers import Language
from estimator.core.results import AUTHORIZATION, Estimate
from estimator.prices.schema.basics import Text, Whom
from estimator.web.fields import Option, TextBox
from estimator.web.filters import words
from estimator.web.patient.estimate_questions import BUTTONS
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.sides import agreement_open
from estimator.web.site import catalogue, language, messages_in, site

CALL_LANGUAGE, CALLER = "call_language", "caller"
"""What a link carries besides the answers: the language of the call, and for whom somebody calls."""

ON_THE_PHONE = "on_the_phone"
"""Who gave the last answer: the next question of the same call stands open."""

WHOM: tuple[Whom, ...] = ("insurer", "clinic")
CALLERS = ("self", "son", "daughter", "other")

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CallSettings:
    """In which language somebody calls, and for whom."""

    language: Language
    caller: str

    @property
    def query(self) -> dict[str, str]:
        """As a link carries it: nothing where the page's own language is spoken, for oneself."""
        chosen = {CALL_LANGUAGE: self.language} if self.language != language() else {}
        return chosen | ({CALLER: self.caller} if self.caller != CALLERS[0] else {})


@dataclass(frozen=True, slots=True)
class CallQuestion:
    """
    One question of a call: `say` in the language of the call, `meaning` the same in the page's where that is another.

    Its answer moves the total from `low` to `high`, in cents; None where the total does not know it yet. The answer is
    the form's question `name`, chosen among `options` or typed as a `kind`; "" where no one question settles it.
    """

    label: str
    say: str
    meaning: str
    low: int | None
    high: int | None
    name: str
    field: str
    kind: str
    options: tuple[Option, ...]

    @property
    def worth(self) -> int | None:
        """By how much its answer may move the total, in cents to order by; the page says it as headlines do."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def listed(self) -> bool:
        """Whether its choices are too many for buttons; a list begins with the one of who is not sure."""
        return sum(1 for option in self.options if option.value) > BUTTONS


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer given during the call that cannot be counted: its question, what was typed, what is wrong."""

    name: str
    typed: str
    says: str


@dataclass(frozen=True, slots=True)
class Party:
    """Whom to call, what to say first, the codes they may ask for, and the questions in the order of their worth."""

    whom: Whom
    opening: tuple[str, ...]
    codes: tuple[str, ...]
    questions: tuple[CallQuestion, ...]


def call_settings(args: MultiDict[str, str]) -> CallSettings:
    """What a query says about the call; where it says nothing or nonsense, the page's language, for oneself."""
    spoken = next((one for one in site().languages if one == args.get(CALL_LANGUAGE)), language())
    caller = args.get(CALLER, "")
    return CallSettings(spoken, caller if caller in CALLERS else CALLERS[0])


def parties(estimate: Estimate, form: AnswersForm, settings: CallSettings) -> list[Party]:
    """Who is to be called, first where most is at stake; `estimate` is rounded."""
    codes = tuple(dict.fromkeys(code for item in estimate.items for code in item.codes))
    found = []
    for whom in WHOM:
        asked = tuple(sorted(_questions(whom, estimate, form, settings), key=_first))
        if asked:
            opening = tuple(_opening(whom, estimate, settings))
            found.append(Party(whom, opening, codes if whom == "insurer" else (), asked))
    return sorted(found, key=lambda party: _first(party.questions[0]))


def opened(found: Sequence[Party], args: MultiDict[str, str], wrong: Wrong | None) -> tuple[int, int]:
    """Which party's which question stands open: the wrong one, else the first of who is on the phone."""
    for place, party in enumerate(found):
        for number, question in enumerate(party.questions):
            if wrong is not None and question.name == wrong.name:
                return place, number
    return next((place for place, one in enumerate(found) if one.whom == args.get(ON_THE_PHONE)), 0), 0


def _first(question: CallQuestion) -> tuple[bool, int]:
    """What is not in the total at all comes before everything that moves it."""
    return question.worth is not None, -(question.worth or 0)


def _questions(whom: Whom, estimate: Estimate, form: AnswersForm, settings: CallSettings) -> Iterator[CallQuestion]:
    if whom == "clinic":
        yield from (_missing(name, estimate, form, settings) for name in estimate.missing)
    for driver in estimate.drivers:
        if driver.whom == whom:
            yield CallQuestion(
                words(driver.label),
                driver.ask.get(settings.language),
                _meaning(driver.ask, settings),
                driver.low,
                driver.high,
                *_answer(driver.answer or "", form),
            )
    if whom == "insurer" and agreement_open(estimate):
        yield _agreement(estimate, form, settings)


def _missing(charge_name: str, estimate: Estimate, form: AnswersForm, settings: CallSettings) -> CallQuestion:
    """A price that the tables do not have."""
    charge = estimate.book.tables.charges[charge_name]
    ask = Text(en="What does this cost?", es="¿Cuánto cuesta esto?")
    if charge.price_question is not None:
        ask = charge.price_question.of_patient(_insured(estimate)).ask
    said, meaning = ask.get(settings.language), _meaning(ask, settings)
    return CallQuestion(words(charge.label), said, meaning, None, None, *_answer(f"price.{charge_name}", form))


def _agreement(estimate: Estimate, form: AnswersForm, settings: CallSettings) -> CallQuestion:
    treatment = estimate.book.tables.treatments[estimate.answers.treatment].short

    def asked(_: Say, spoken: Language) -> str:
        question = _("Have you approved %(treatment)s for me at this clinic, for how many sessions, and until when?")
        return question % {"treatment": treatment.get(spoken)}

    _ = catalogue().ugettext
    said = asked(messages_in(settings.language).ugettext, settings.language)
    meaning = "" if settings.language == language() else asked(_, language())
    low, high = sorted((estimate.you_pay.typical, estimate.if_not_covered.typical))
    label = _("Whether your insurer agrees to pay")
    return CallQuestion(label, said, meaning, low, high, *_answer(AUTHORIZATION, form))


def _answer(name: str, form: AnswersForm) -> tuple[str, str, str, tuple[Option, ...]]:
    """The form's question: its name, its words, the kind of what is typed, its choices, unsure among them."""
    if not name:
        return "", "", "", ()
    form.add_told([name])
    field = form[name]
    if isinstance(field, TextBox):
        return name, str(field.label.text), field.kind, ()
    mine = ("", f"p-{form.raw['insurance']}")
    return name, str(field.label.text), "", tuple(one for one in field.choices if one.when in mine)


def _meaning(text: Text, settings: CallSettings) -> str:
    return "" if settings.language == language() else words(text)


def _insured(estimate: Estimate) -> bool:
    return bool(estimate.book.tables.payers[estimate.answers.insurance].profiles)


def _opening(whom: Whom, estimate: Estimate, settings: CallSettings) -> Iterator[str]:
    """The first sentences, in the language of the call."""
    _ = messages_in(settings.language).ugettext
    answers, spoken = estimate.answers, settings.language
    treatment = estimate.book.tables.treatments[answers.treatment].short.get(spoken)
    values = {"treatment": treatment, "sessions": answers.sessions}
    begins: Mapping[str, str] = {
        "self": _("Hello. I am calling for myself."),
        "son": _("Hello. I am calling for my son. He is here with me. When I say “I” or “my”, I mean him."),
        "daughter": _("Hello. I am calling for my daughter. She is here with me. When I say “I” or “my”, I mean her."),
        "other": _(
            "Hello. I am calling for somebody else, who is here with me. When I say “I” or “my”, I mean that person."
        ),
    }
    yield begins[settings.caller]
    if whom == "insurer":
        yield _("I want to start this treatment: %(treatment)s. I would like to know what my plan pays.") % values
    elif _insured(estimate):
        yield _("I may come for this treatment: %(treatment)s. I have insurance and would like to know the costs.") % (
            values
        )
    else:
        yield (
            _("I may come for this treatment: %(treatment)s. I would pay myself, and like to know the costs.") % values
        )
    yield _("May I write down your name, and is there a reference number for this call?")
