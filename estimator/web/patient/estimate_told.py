"""What the estimate's page says about what the patient was told: what each fact changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from estimator.core.results import Estimate
from estimator.core.told_effects import told_effects
from estimator.web.patient.forms import AnswersForm


@dataclass(frozen=True, slots=True)
class ToldLine:
    """What the patient was told, in words, and how many cents more they pay in the typical scenario because of it."""

    name: str
    label: str
    value: str
    more: int


def told_lines(estimate: Estimate, form: AnswersForm) -> Iterator[ToldLine]:
    """What each told fact changes, in the words of its question."""
    for effect in told_effects(estimate.answers, estimate.book):
        form.add_told([effect.name])
        yield ToldLine(
            effect.name, form.label(effect.name), form.answer_in_words(effect.name, effect.value), effect.more
        )
