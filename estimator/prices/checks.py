"""
Whether what the tables say makes sense: one small function per rule, all of them in `CHECKS`.

Each yields what it found; none stops at the first. `OWN_CHECKS` look at one entry alone and can run on a book of which
a part could not be read; `BOOK_CHECKS` compare entries and need the whole.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from estimator.prices.book_walks import all_lines, as_written, figures, prices, tables
from estimator.prices.colours import ENOUGH, PAPER, PAPER_DARK, contrast
from estimator.prices.findings import Finding, nearest
from estimator.prices.medicare import national_amount
from estimator.prices.naming import all_advice, charge_names, lists_of_charges, payer_names, visits
from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import PRICE_COLUMNS, AmountRange, CountRange, PercentRange
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.files import Book
from estimator.prices.schema.sources import kinds_without_address
from estimator.prices.schema.wording import MORE_UNKNOWNS, UNKNOWNS
from estimator.sentences import Sentence, say

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
                    says = say(
                        "%(below)s (%(small)s) is above %(above)s (%(large)s)",
                        below=below,
                        small=as_written(table, small),
                        above=above,
                        large=as_written(table, large),
                    )
                    yield Finding((*path, below), says)


def every_figure_has_a_source(book: Book) -> Iterator[Finding]:
    for path, figure in figures(book):
        if not figure.source:
            fix = say("add source: …, or defaults to the file")
            yield Finding((*path, "source"), say("a source is missing here"), fix)


def every_figure_has_been_checked(book: Book) -> Iterator[Finding]:
    for path, figure in figures(book):
        if figure.checked is None:
            fix = say("add checked: the day somebody last looked at the source")
            yield Finding((*path, "checked"), say("the date of the last check is missing"), fix)


def sources_can_be_visited(book: Book) -> Iterator[Finding]:
    without = kinds_without_address(book.clinic is not None)
    for id_, source in book.sources.items():
        if source.url is None and source.kind not in without:
            fix = say("add url: …, or kind: derived or kind: assumption with a note")
            yield Finding(("sources", id_), say("the address of this source is missing"), fix)


def what_varies_has_a_chance(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        for payer, coverage in charge.coverage.items():
            path: KeyPath = ("charges", id_, "coverage", payer)
            if coverage.status == "varies" and coverage.chance is None:
                says = say("coverage that varies needs its chance")
                yield Finding((*path, "chance"), says, say("add chance: percent covered"))
            if coverage.status == "varies" and charge.coverage_question is None:
                says = say("coverage that varies needs a coverage_question")
                yield Finding(("charges", id_, "coverage_question"), says, _add_question())
            if coverage.status != "varies" and coverage.chance is not None:
                yield Finding((*path, "chance"), say("only coverage that varies has a chance"), say("remove it"))


def insured_charges_have_a_benefit_class(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        payers = [payer for payer, coverage in charge.coverage.items() if coverage.status != "not_covered"]
        if payers and charge.benefit is None:
            says = say("covered by %(payers)s, so a benefit class is needed", payers=", ".join(payers))
            fix = say("add benefit: drug, procedure, visit or psychotherapy")
            yield Finding(("charges", id_, "benefit"), says, fix)


def prices_not_known_have_a_question(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        dated = [charge.prices(column) or {} for column in PRICE_COLUMNS]
        unknown = any(not price.range.known for prices in dated for price in prices.values())
        leader = book.charges.get(charge.moves_with or "", charge)
        if unknown and not (charge.included_in or charge.price_question or leader.price_question):
            says = say("a price with a range needs a price_question")
            yield Finding(("charges", id_, "price_question"), says, _add_question())


def prices_that_may_be_nothing_have_a_question(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        if charge.free_question is None and any(price.free for price in (charge.self_pay or {}).values()):
            says = say("a price with free needs a free_question")
            yield Finding(("charges", id_, "free_question"), says, _add_question())


def packages_have_a_single_price(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        singles = (charge.self_pay or {}).values()
        if charge.packages and not (singles and all(price.range.known for price in singles)):
            says = say("a package needs the exact self_pay price of one session beside it")
            yield Finding(("charges", id_, "packages"), says, say("add self_pay with one number per start date"))


def only_the_last_phase_is_open(book: Book) -> Iterator[Finding]:
    for id_, treatment in book.treatments.items():
        for name, phase in list(treatment.phases.items())[:-1]:
            if phase.sessions is None:
                says = say("only the last phase may leave out how many sessions it has")
                yield Finding(
                    ("treatments", id_, "phases", name, "sessions"), says, say("add %(key)s: …", key="sessions")
                )


def lower_doses_have_two_doses(book: Book) -> Iterator[Finding]:
    for path, treatment, line in all_lines(book):
        if line.lower_dose is not None and len(treatment.doses) != 2:
            says = say("a line with lower_dose needs the treatment's two doses")
            yield Finding((*path, "lower_dose"), says, say("add doses: [lower, higher] to the treatment"))


def lines_name_their_phases(book: Book) -> Iterator[Finding]:
    for path, treatment, line in all_lines(book):
        if line.phase is not None and line.phase not in treatment.phases:
            says = say("'%(name)s' is no phase of this treatment", name=line.phase)
            yield Finding((*path, "phase"), says, nearest(line.phase, treatment.phases))


def one_profile_is_typical(book: Book) -> Iterator[Finding]:
    for id_, payer in book.payers.items():
        typical = [name for name, profile in payer.profiles.items() if profile.typical]
        path: KeyPath = ("payers", id_, "profiles")
        if payer.profiles and not typical:
            yield Finding(path, say("no profile is the typical one"), say("add typical: yes to one of them"))
        for name in typical[1:]:
            says = say("'%(one)s' and '%(other)s' are both typical", one=typical[0], other=name)
            yield Finding((*path, name, "typical"), says, say("keep typical: yes on one of them"))


def insurers_say_what_they_allow(book: Book) -> Iterator[Finding]:
    for id_, payer in book.payers.items():
        if payer.profiles and payer.allowed is None:
            says = say("a payer with profiles needs the price column it allows")
            yield Finding(("payers", id_, "allowed"), says, say("add allowed: commercial, or another column"))


def maximums_are_not_below_deductibles(book: Book) -> Iterator[Finding]:
    for id_, payer in book.payers.items():
        terms: list[tuple[KeyPath, AmountRange, AmountRange | None]] = [
            (("profiles", name), profile.deductible, profile.out_of_pocket_maximum)
            for name, profile in payer.profiles.items()
        ]
        if payer.out_of_network is not None:
            out = payer.out_of_network
            terms.append((("out_of_network",), out.deductible, out.out_of_pocket_maximum))
        for path, deductible, maximum in terms:
            if maximum and any(most < first for most, first in zip(maximum.range, deductible.range, strict=True)):
                says = say("the out-of-pocket maximum is below the deductible")
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
                what = key.removesuffix("_question")
                says = say("%(what)s is not known for sure, so %(key)s is needed", what=what, key=key)
                yield Finding(("programs", id_, key), says, _add_question())
        if program.excluded_states and program.resident is None:
            says = say("with excluded_states, the chance to live in one of the others is needed")
            yield Finding(("programs", id_, "resident"), says, say("add resident: percent"))


def _add_question() -> Sentence:
    return say("add what the patient should ask, and whom")


# Across the book


def sources_are_known(book: Book) -> Iterator[Finding]:
    for path, figure in figures(book):
        for name in figure.source:
            if name not in book.sources:
                says = say("'%(name)s' is not among the sources", name=name)
                yield Finding((*path, "source"), says, nearest(name, book.sources))


def charges_are_known(book: Book) -> Iterator[Finding]:
    for path, name in charge_names(book):
        if name not in book.charges:
            yield Finding(path, say("'%(name)s' is no charge", name=name), nearest(name, book.charges))


def samples_are_of_charges_or_services(book: Book) -> Iterator[Finding]:
    known = (*book.charges, *book.services)
    for id_, sample in book.samples.items():
        for position, name in enumerate(sample.of):
            if name not in known:
                says = say("'%(name)s' is neither a charge nor a service", name=name)
                yield Finding(("samples", id_, "of", position), says, nearest(name, known))


def services_are_no_charges(book: Book) -> Iterator[Finding]:
    for id_ in book.services:
        if id_ in book.charges:
            fix = say("remove the service: its samples are then those of the charge")
            yield Finding(("services", id_), say("'%(name)s' is a charge already", name=id_), fix)


def providers_count_once(book: Book) -> Iterator[Finding]:
    """A provider with many prices of one thing would weigh more than others."""
    first: dict[tuple[str, str], str] = {}
    for id_, sample in book.samples.items():
        for name in sample.of if sample.left_out is None else ():
            other = first.setdefault((name, sample.provider.en), id_)
            if other != id_:
                says = say(
                    "'%(other)s' is already a price of %(provider)s for '%(name)s'",
                    other=other,
                    provider=sample.provider.en,
                    name=name,
                )
                yield Finding(("samples", id_), says, say("add left_out: repeated to one of them"))


def what_differs_by_area_has_an_amount_of_medicares(book: Book) -> Iterator[Finding]:
    for path, charge, _column, dated in prices(book):
        for start, price in dated.items():
            if price.by_area is not None and national_amount(book, charge.codes, start, price.by_area) is None:
                says = say("the fee schedule has no amount for these codes on this day, so it cannot differ by area")
                fix = say("remove by_area, or add the codes to fee_schedule")
                yield Finding((*path, start.isoformat(), "by_area"), says, fix)


def payers_are_known(book: Book) -> Iterator[Finding]:
    for path, name in payer_names(book):
        if name not in book.payers:
            yield Finding(path, _no_payer(name), nearest(name, book.payers))


def programs_help_where_payers_let_them(book: Book) -> Iterator[Finding]:
    """A program for patients of Medicare is likely a slip: federal law keeps manufacturers' cards from them."""
    for id_, program in book.programs.items():
        for position, name in enumerate(program.payers):
            if name in book.payers and not book.payers[name].savings_programs:
                says = say("savings programs do not help patients of '%(payer)s'", payer=name)
                fix = say("remove it, or add savings_programs: yes to the payer")
                yield Finding(("programs", id_, "payers", position), says, fix)


def advice_is_for_known_treatments(book: Book) -> Iterator[Finding]:
    # A clinic may leave out a treatment; advice about it then waits for nobody.
    for path, advice in all_advice(book) if book.clinic is None else ():
        for position, name in enumerate(advice.treatments):
            if name not in book.treatments:
                yield Finding((*path, "treatments", position), _no_treatment(name), nearest(name, book.treatments))


def reference_patients_have_a_treatment_and_a_payer(book: Book) -> Iterator[Finding]:
    """Whether their other answers can be read, only the estimate can say; the effects of a change list who cannot."""
    for id_, patient in book.reference_patients.items():
        asked = (("treatment", book.treatments, _no_treatment), ("insurance", book.payers, _no_payer))
        for key, known, unknown in asked:
            path: KeyPath = ("reference_patients", id_, "answers", key)
            name = patient.answers.get(key)
            if name is None:
                fix = say("add %(key)s: …; %(hint)s", key=key, hint=nearest("", known))
                yield Finding(path, say("the answer %(key)s is missing", key=key), fix)
            elif name not in known:
                yield Finding(path, unknown(name), nearest(name, known))


def _no_treatment(name: str) -> Sentence:
    return say("'%(name)s' is no treatment", name=name)


def _no_payer(name: str) -> Sentence:
    return say("'%(name)s' is no payer", name=name)


def charges_do_not_point_in_circles(book: Book) -> Iterator[Finding]:
    """`moves_with`, `same_as` and `included_in` name a charge that stands for itself, not one that points on."""
    for id_, charge in book.charges.items():
        for key in ("moves_with", "same_as", "included_in"):
            name = getattr(charge, key)
            target = book.charges.get(name) if name != id_ else None
            further = getattr(target, key) if target is not None else None
            if name == id_:
                yield Finding(("charges", id_, key), _names_itself(), say("remove it, or name another charge"))
            elif further is not None and not (further == id_ and id_ < name):
                says = say("'%(name)s' itself has %(key)s: %(further)s", name=name, key=key, further=further)
                directly = say("name %(name)s directly", name=further)
                fix = say("remove one of the two") if further == id_ else directly
                yield Finding(("charges", id_, key), says, fix)


def lists_do_not_name_their_own_charge(book: Book) -> Iterator[Finding]:
    for id_, charge in book.charges.items():
        for path, name in lists_of_charges(charge):
            if name == id_:
                yield Finding(("charges", id_, *path), _names_itself(), say("remove it"))
    for path, _, line in all_lines(book):
        if line.lower_dose == line.charge:
            says = say("the lower dose is billed as the same charge")
            yield Finding((*path, "lower_dose"), says, say("remove it, or name another charge"))


def _names_itself() -> Sentence:
    return say("a charge cannot name itself")


def profiles_have_every_benefit_class(book: Book) -> Iterator[Finding]:
    """A profile says how it shares the cost of every class that its payer covers something of."""
    for id_, payer in book.payers.items():
        needed = _benefits_paid(book, id_)
        for name, profile in payer.profiles.items():
            for benefit in sorted(needed - profile.benefits.keys()):
                says = say(
                    "the benefit class %(benefit)s is missing, and a charge this payer covers needs it", benefit=benefit
                )
                yield Finding(("payers", id_, "profiles", name, "benefits", benefit), says)


def core_unknowns_are_worded(book: Book) -> Iterator[Finding]:
    for name in UNKNOWNS:
        unknown = book.unknowns.get(name)
        if unknown is None:
            says = say("the question about '%(name)s' is missing", name=name)
            yield Finding(("unknowns", name), says, say("add label, ask and whom"))
        elif unknown.chance is None and name in YES_NO_UNKNOWNS:
            says = say("a question with two answers needs the chance of the first")
            yield Finding(("unknowns", name, "chance"), says, say("add chance: percent"))
    for name in book.unknowns:
        if name not in (*UNKNOWNS, *MORE_UNKNOWNS):
            says = say("'%(name)s' is not asked anywhere", name=name)
            yield Finding(("unknowns", name), says, nearest(name, (*UNKNOWNS, *MORE_UNKNOWNS)))


def charges_that_exclude_each_other_are_not_billed_together(book: Book) -> Iterator[Finding]:
    for id_, treatment in book.treatments.items():
        found: set[KeyPath] = set()
        for payer in book.payers:
            for visit in visits(treatment, payer):
                for (_, one), (path, other) in combinations(visit, 2):
                    if path not in found and _exclude_each_other(book, one, other):
                        found.add(path)
                        says = say(
                            "'%(one)s' and '%(other)s' exclude each other, and are billed in one visit (%(payer)s)",
                            one=one,
                            other=other,
                            payer=payer,
                        )
                        fix = say("limit one of the lines: payers, not_payers, phase or only")
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


def time_zones_are_known(book: Book) -> Iterator[Finding]:
    zone = book.clinic.time_zone if book.clinic else None
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, OSError, ValueError):
        says = say("'%(text)s' is not a time zone like America/Denver", text=zone or "")
        yield Finding(("clinic", "time_zone"), says)


def colours_can_be_read(book: Book) -> Iterator[Finding]:
    colours = book.clinic.colours if book.clinic else None
    for key, paper in (("accent", PAPER), ("accent_dark", PAPER_DARK)) if colours else ():
        colour = getattr(colours, key)
        if (ratio := contrast(colour, paper)) < ENOUGH:
            says = say(
                "%(colour)s on the page's %(paper)s has a contrast of %(ratio)s; people need %(enough)s",
                colour=colour,
                paper=paper,
                ratio=f"{ratio:.1f}",
                enough=ENOUGH,
            )
            yield Finding(("clinic", "colours", key), says, say("darken accent, or lighten accent_dark"))


OWN_CHECKS: tuple[Check, ...] = (
    low_typical_and_high_are_in_order,
    every_figure_has_a_source,
    every_figure_has_been_checked,
    sources_can_be_visited,
    what_varies_has_a_chance,
    insured_charges_have_a_benefit_class,
    prices_not_known_have_a_question,
    prices_that_may_be_nothing_have_a_question,
    packages_have_a_single_price,
    only_the_last_phase_is_open,
    lower_doses_have_two_doses,
    lines_name_their_phases,
    one_profile_is_typical,
    colours_can_be_read,
    time_zones_are_known,
    insurers_say_what_they_allow,
    maximums_are_not_below_deductibles,
    programs_word_what_is_not_known,
)

BOOK_CHECKS: tuple[Check, ...] = (
    sources_are_known,
    charges_are_known,
    samples_are_of_charges_or_services,
    services_are_no_charges,
    providers_count_once,
    what_differs_by_area_has_an_amount_of_medicares,
    payers_are_known,
    programs_help_where_payers_let_them,
    advice_is_for_known_treatments,
    reference_patients_have_a_treatment_and_a_payer,
    charges_do_not_point_in_circles,
    lists_do_not_name_their_own_charge,
    profiles_have_every_benefit_class,
    core_unknowns_are_worded,
    charges_that_exclude_each_other_are_not_billed_together,
)

CHECKS: tuple[Check, ...] = OWN_CHECKS + BOOK_CHECKS
