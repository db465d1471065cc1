"""
Whether what the tables say makes sense: one small function per rule, all of them in `CHECKS`.

Each yields what it found; none stops at the first. `OWN_CHECKS` look at one entry alone and can run on a book of which
a part could not be read; `BOOK_CHECKS` compare entries and need the whole.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

from estimator.prices.alerts import ALERTS as ALERTS
from estimator.prices.colours import ENOUGH, PAPER, PAPER_DARK, contrast
from estimator.prices.figures import all_lines, as_written, figures, tables
from estimator.prices.findings import Finding, nearest
from estimator.prices.naming import all_advice, charge_names, lists_of_charges, payer_names, visits
from estimator.prices.problems import Path
from estimator.prices.schema import (
    PRICE_COLUMNS,
    UNKNOWNS,
    AmountRange,
    Book,
    CountRange,
    PercentRange,
    Price,
)

YES_NO_UNKNOWNS = ("accumulator", "drug_benefit", "dose")
"""Core unknowns with two answers, which need the chance of the first."""

Check = Callable[[Book], Iterator[Finding]]

# Each entry alone


def low_typical_and_high_are_in_order(book: Book) -> Iterator[Finding]:
    for path, table in tables(book):
        if isinstance(table, Price | AmountRange | PercentRange | CountRange):
            for below, above in (("low", "typical"), ("typical", "high")):
                small, large = getattr(table, below), getattr(table, above)
                if small > large:
                    says = f"{below} ({as_written(table, small)}) is above {above} ({as_written(table, large)})"
                    yield Finding((*path, below), says)


def every_figure_has_a_source(book: Book) -> Iterator[Finding]:
    for path, figure in figures(book):
        if not figure.source:
            yield Finding((*path, "source"), "a source is missing here", "add source: …, or defaults to the file")


def every_figure_has_been_checked(book: Book) -> Iterator[Finding]:
    for path, figure in figures(book):
        if figure.checked is None:
            fix = "add checked: the day somebody last looked at the source"
            yield Finding((*path, "checked"), "the date of the last check is missing", fix)


def sources_can_be_visited(book: Book) -> Iterator[Finding]:
    for id_, source in book.sources.items():
        if source.url is None and source.kind not in ("derived", "assumption"):
            fix = "add url: …, or kind: derived or kind: assumption with a note"
            yield Finding(("sources", id_), "the address of this source is missing", fix)


def what_varies_has_a_chance(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        for payer, coverage in charge.coverage.items():
            path: Path = ("charges", id_, "coverage", payer)
            if coverage.status == "varies" and coverage.chance is None:
                yield Finding((*path, "chance"), "coverage that varies needs its chance", "add chance: percent covered")
            if coverage.status == "varies" and charge.coverage_question is None:
                says = "coverage that varies needs a coverage_question"
                yield Finding(("charges", id_, "coverage_question"), says, "add what the patient should ask, and whom")
            if coverage.status != "varies" and coverage.chance is not None:
                yield Finding((*path, "chance"), "only coverage that varies has a chance", "remove it")


def insured_charges_have_a_benefit_class(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        payers = [payer for payer, coverage in charge.coverage.items() if coverage.status != "not_covered"]
        if payers and charge.benefit is None:
            says = f"covered by {', '.join(payers)}, so a benefit class is needed"
            yield Finding(("charges", id_, "benefit"), says, "add benefit: drug, procedure, visit or psychotherapy")


def prices_not_known_have_a_question(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        dated = [charge.prices(column) or {} for column in PRICE_COLUMNS]
        unknown = any(not price.range.known for prices in dated for price in prices.values())
        leader = book.charges.get(charge.moves_with or "", charge)
        if unknown and not (charge.included_in or charge.price_question or leader.price_question):
            says = "a price with a range needs a price_question"
            yield Finding(("charges", id_, "price_question"), says, "add what the patient should ask, and whom")


def packages_have_a_single_price(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        singles = (charge.self_pay or {}).values()
        if charge.packages and not (singles and all(price.range.known for price in singles)):
            says = "a package needs the exact self_pay price of one session beside it"
            yield Finding(("charges", id_, "packages"), says, "add self_pay with one number per start date")


def only_the_last_phase_is_open(book: Book) -> Iterator[Finding]:
    for id_, treatment in book.treatments.items():
        for name, phase in list(treatment.phases.items())[:-1]:
            if phase.sessions is None:
                says = "only the last phase may leave out how many sessions it has"
                yield Finding(("treatments", id_, "phases", name, "sessions"), says, "add sessions: …")


def lower_doses_have_two_doses(book: Book) -> Iterator[Finding]:
    for path, treatment, line in all_lines(book):
        if line.lower_dose is not None and len(treatment.doses) != 2:
            says = "a line with lower_dose needs the treatment's two doses"
            yield Finding((*path, "lower_dose"), says, "add doses: [lower, higher] to the treatment")


def lines_name_their_phases(book: Book) -> Iterator[Finding]:
    for path, treatment, line in all_lines(book):
        if line.phase is not None and line.phase not in treatment.phases:
            says = f"'{line.phase}' is no phase of this treatment"
            yield Finding((*path, "phase"), says, nearest(line.phase, treatment.phases))


def one_profile_is_typical(book: Book) -> Iterator[Finding]:
    for id_, payer in book.payers.items():
        typical = [name for name, profile in payer.profiles.items() if profile.typical]
        path: Path = ("payers", id_, "profiles")
        if payer.profiles and not typical:
            yield Finding(path, "no profile is the typical one", "add typical: yes to one of them")
        for name in typical[1:]:
            says = f"'{typical[0]}' and '{name}' are both typical"
            yield Finding((*path, name, "typical"), says, "keep typical: yes on one of them")


def insurers_say_what_they_allow(book: Book) -> Iterator[Finding]:
    for id_, payer in book.payers.items():
        if payer.profiles and payer.allowed is None:
            says = "a payer with profiles needs the price column it allows"
            yield Finding(("payers", id_, "allowed"), says, "add allowed: commercial, or another column")


def maximums_are_not_below_deductibles(book: Book) -> Iterator[Finding]:
    for id_, payer in book.payers.items():
        terms: list[tuple[Path, AmountRange, AmountRange | None]] = [
            (("profiles", name), profile.deductible, profile.out_of_pocket_maximum)
            for name, profile in payer.profiles.items()
        ]
        if payer.out_of_network is not None:
            out = payer.out_of_network
            terms.append((("out_of_network",), out.deductible, out.out_of_pocket_maximum))
        for path, deductible, maximum in terms:
            if maximum and any(most < first for most, first in zip(maximum.range, deductible.range, strict=True)):
                says = "the out-of-pocket maximum is below the deductible"
                yield Finding(("payers", id_, *path, "out_of_pocket_maximum"), says)


def programs_word_what_is_not_known(book: Book) -> Iterator[Finding]:
    for id_, program in book.programs.items():
        limits = program.annual_max
        needed = {
            "annual_max_question": limits is not None and not limits.range.known,
            "pays_question": program.pays not in (None, 0, 10_000),
            "resident_question": program.resident not in (None, 0, 10_000),
        }
        for key, is_needed in needed.items():
            if is_needed and getattr(program, key) is None:
                says = f"{key.removesuffix('_question')} is not known for sure, so {key} is needed"
                yield Finding(("programs", id_, key), says, "add what the patient should ask, and whom")
        if program.excluded_states and program.resident is None:
            says = "with excluded_states, the chance to live in one of the others is needed"
            yield Finding(("programs", id_, "resident"), says, "add resident: percent")


# Across the book


def sources_are_known(book: Book) -> Iterator[Finding]:
    for path, figure in figures(book):
        for name in figure.source:
            if name not in book.sources:
                yield Finding((*path, "source"), f"'{name}' is not among the sources", nearest(name, book.sources))


def charges_are_known(book: Book) -> Iterator[Finding]:
    for path, name in charge_names(book):
        if name not in book.charges:
            yield Finding(path, f"'{name}' is no charge", nearest(name, book.charges))


def payers_are_known(book: Book) -> Iterator[Finding]:
    for path, name in payer_names(book):
        if name not in book.payers:
            yield Finding(path, f"'{name}' is no payer", nearest(name, book.payers))


def advice_is_for_known_treatments(book: Book) -> Iterator[Finding]:
    # A clinic may leave out a treatment; advice about it then waits for nobody.
    for path, advice in all_advice(book) if book.clinic is None else ():
        for position, name in enumerate(advice.treatments):
            if name not in book.treatments:
                fix = nearest(name, book.treatments)
                yield Finding((*path, "treatments", position), f"'{name}' is no treatment", fix)


def reference_patients_have_a_treatment_and_a_payer(book: Book) -> Iterator[Finding]:
    """Whether their other answers can be read, only the estimate can say; the effects of a change list who cannot."""
    for id_, patient in book.reference_patients.items():
        for key, known, noun in (("treatment", book.treatments, "treatment"), ("insurance", book.payers, "payer")):
            path: Path = ("reference_patients", id_, "answers", key)
            name = patient.answers.get(key)
            if name is None:
                yield Finding(path, f"the answer {key} is missing", f"add {key}: …; {nearest('', known)}")
            elif name not in known:
                yield Finding(path, f"'{name}' is no {noun}", nearest(name, known))


def charges_do_not_point_in_circles(book: Book) -> Iterator[Finding]:
    """`moves_with`, `same_as` and `included_in` name a charge that stands for itself, not one that points on."""
    for id_, charge in book.charges.items():
        for key in ("moves_with", "same_as", "included_in"):
            name = getattr(charge, key)
            target = book.charges.get(name) if name != id_ else None
            further = getattr(target, key) if target is not None else None
            if name == id_:
                yield Finding(("charges", id_, key), "a charge cannot name itself", "remove it, or name another charge")
            elif further is not None and not (further == id_ and id_ < name):
                says = f"'{name}' itself has {key}: {further}"
                fix = "remove one of the two" if further == id_ else f"name {further} directly"
                yield Finding(("charges", id_, key), says, fix)


def lists_do_not_name_their_own_charge(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        for path, name in lists_of_charges(charge):
            if name == id_:
                yield Finding(("charges", id_, *path), "a charge cannot name itself", "remove it")
    for path, _, line in all_lines(book):
        if line.lower_dose == line.charge:
            says = "the lower dose is billed as the same charge"
            yield Finding((*path, "lower_dose"), says, "remove it, or name another charge")


def profiles_have_every_benefit_class(book: Book) -> Iterator[Finding]:
    """A profile says how it shares the cost of every class that its payer covers something of."""
    for id_, payer in book.payers.items():
        needed = _benefits_paid(book, id_)
        for name, profile in payer.profiles.items():
            for benefit in sorted(needed - profile.benefits.keys()):
                says = f"the benefit class {benefit} is missing, and a charge this payer covers needs it"
                yield Finding(("payers", id_, "profiles", name, "benefits", benefit), says)


def core_unknowns_are_worded(book: Book) -> Iterator[Finding]:
    for name in UNKNOWNS:
        unknown = book.unknowns.get(name)
        if unknown is None:
            yield Finding(("unknowns", name), f"the question about '{name}' is missing", "add label, ask and whom")
        elif unknown.chance is None and name in YES_NO_UNKNOWNS:
            says = "a question with two answers needs the chance of the first"
            yield Finding(("unknowns", name, "chance"), says, "add chance: percent")
    for name in book.unknowns:
        if name not in UNKNOWNS:
            yield Finding(("unknowns", name), f"'{name}' is not asked anywhere", nearest(name, UNKNOWNS))


def charges_that_exclude_each_other_are_not_billed_together(book: Book) -> Iterator[Finding]:
    for id_, treatment in book.treatments.items():
        found: set[Path] = set()
        for payer in book.payers:
            for visit in visits(treatment, payer):
                for (_, one), (path, other) in combinations(visit, 2):
                    if path not in found and _exclude_each_other(book, one, other):
                        found.add(path)
                        says = f"'{one}' and '{other}' exclude each other, and are billed in one visit ({payer})"
                        fix = "limit one of the lines: payers, not_payers, phase or only"
                        yield Finding(("treatments", id_, *path), says, fix)


def _benefits_paid(book: Book, payer: str) -> set[str]:
    """The benefit classes of the charges that `payer` covers."""
    paid: set[str] = set()
    for charge in book.charges.values():
        coverage = charge.coverage.get(payer)
        if coverage is not None and coverage.status != "not_covered":
            paid.update(benefit for benefit in (charge.benefit, charge.pharmacy_benefit) if benefit is not None)
    return paid


def _exclude_each_other(book: Book, one: str, other: str) -> bool:
    first, second = book.charges.get(one), book.charges.get(other)
    return first is not None and second is not None and (other in first.never_with or one in second.never_with)


def colours_can_be_read(book: Book) -> Iterator[Finding]:
    colours = book.clinic.colours if book.clinic else None
    for key, paper in (("accent", PAPER), ("accent_dark", PAPER_DARK)) if colours else ():
        colour = getattr(colours, key)
        if (ratio := contrast(colour, paper)) < ENOUGH:
            says = f"{colour} on the page's {paper} has a contrast of {ratio:.1f}; people need {ENOUGH}"
            yield Finding(("clinic", "colours", key), says, "darken accent, or lighten accent_dark")


OWN_CHECKS: tuple[Check, ...] = (
    low_typical_and_high_are_in_order,
    every_figure_has_a_source,
    every_figure_has_been_checked,
    sources_can_be_visited,
    what_varies_has_a_chance,
    insured_charges_have_a_benefit_class,
    prices_not_known_have_a_question,
    packages_have_a_single_price,
    only_the_last_phase_is_open,
    lower_doses_have_two_doses,
    lines_name_their_phases,
    one_profile_is_typical,
    colours_can_be_read,
    insurers_say_what_they_allow,
    maximums_are_not_below_deductibles,
    programs_word_what_is_not_known,
)

BOOK_CHECKS: tuple[Check, ...] = (
    sources_are_known,
    charges_are_known,
    payers_are_known,
    advice_is_for_known_treatments,
    reference_patients_have_a_treatment_and_a_payer,
    charges_do_not_point_in_circles,
    lists_do_not_name_their_own_charge,
    profiles_have_every_benefit_class,
    core_unknowns_are_worded,
    charges_that_exclude_each_other_are_not_billed_together,
)

CHECKS: tuple[Check, ...] = OWN_CHECKS + BOOK_CHECKS
