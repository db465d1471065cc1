"""
Reference patients of a clinic's own, made from what it sells: with and without each package, insured and not.

Nobody has to write them down, and no change of a price goes by them: somebody with one session buys no package,
somebody else gets each discount.
"""

from collections.abc import Iterator, Mapping

from estimator.prices.schema.basics import Text
from estimator.prices.schema.files import Book, ReferencePatient
from estimator.prices.schema.treatments import Treatment

MOST_COUNTS = 5
"""So many numbers of sessions for a treatment at most."""

_PLAIN = {"treatment", "insurance", "sessions", "psychotherapy"}
"""All that is answered for these, but for a discount."""

_PAID = {
    "none": Text(en="no insurance", es="sin seguro"),
    "commercial": Text(en="commercial insurance", es="seguro comercial"),
}
"""How these pay, in fewer words than the form has for it."""


def made_for(tables: Book) -> Mapping[str, ReferencePatient]:
    """The reference patients that a clinic's tables ask for, by name; none for the national ones."""
    if tables.clinic is None:
        return {}
    said = [dict(one.answers) for one in tables.reference_patients.values()]
    found = {id_: one for name in tables.treatments for id_, one in _of_treatment(tables, name)}
    return {id_: one for id_, one in found.items() if dict(one.answers) not in said}


def who_pay_cash(tables: Book) -> dict[str, ReferencePatient]:
    """A clinic's reference patients without insurance and without extras, who come for the usual number first."""
    every = {**tables.reference_patients, **made_for(tables)}
    plain = {id_: one for id_, one in every.items() if _pays_cash(one)}
    usual = {name: str(one.usual_sessions.typical) for name, one in tables.treatments.items()}
    return dict(
        sorted(plain.items(), key=lambda item: usual.get(item[1].answers["treatment"]) != item[1].answers["sessions"])
    )


def _pays_cash(patient: ReferencePatient) -> bool:
    said = dict(patient.answers)
    return said.keys() == _PLAIN and said["insurance"] == said["psychotherapy"] == "none"


def _of_treatment(tables: Book, name: str) -> Iterator[tuple[str, ReferencePatient]]:
    treatment = tables.treatments[name]
    usual = treatment.usual_sessions.typical
    for sessions in _counts(tables, treatment):
        yield from _patient(tables, name, sessions, "none")
        if sessions in (1, usual):
            yield from _patient(tables, name, sessions, "commercial")
    for discount in tables.discounts:
        yield from _patient(tables, name, usual, "none", discount)


def _counts(tables: Book, treatment: Treatment) -> list[int]:
    """How many sessions: one, the usual number, as many as each package holds, and where first ones cost less, more."""
    charges = [tables.charges[line.charge] for line in treatment.each_session]
    sizes = {package.sessions for charge in charges for package in charge.packages}
    first = {charge.introductory.sessions + 1 for charge in charges if charge.introductory}
    return sorted({1, treatment.usual_sessions.typical, *sizes, *first})[:MOST_COUNTS]


def _patient(
    tables: Book, name: str, sessions: int, payer: str, discount: str | None = None
) -> Iterator[tuple[str, ReferencePatient]]:
    if payer not in tables.payers:
        return
    answers = {"treatment": name, "insurance": payer, "sessions": str(sessions), "psychotherapy": "none"}
    treatment, paid = tables.treatments[name].short, _PAID.get(payer, tables.payers[payer].label)
    parts = [treatment, _sessions(sessions), paid]
    if discount:
        answers["discount"] = discount
        parts.append(tables.discounts[discount].label)
    label = Text(en=", ".join(part.get("en") for part in parts), es=", ".join(part.get("es") for part in parts))
    id_ = "-".join(("made", name, str(sessions), payer, *([discount] if discount else [])))
    yield id_, ReferencePatient.model_construct(label=label, answers=answers)


def _sessions(number: int) -> Text:
    if number == 1:
        return Text(en="1 session", es="1 sesión")
    return Text(en=f"{number} sessions", es=f"{number} sesiones")
