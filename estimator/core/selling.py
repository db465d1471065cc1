"""
How clinics sell: an introductory price, discounts, packages, a monthly subscription, an evaluation credited.

All of it changes what a patient is asked who pays the clinic's own price; what a plan pays is another matter. Each rule
takes the course's claims in date order and gives them back with what is sold in their place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from estimator.core.answer_values import ToldPackage
from estimator.core.answers import Answers, months_later
from estimator.core.claims import Claim, CoverageDetermination, PriceInPlay
from estimator.core.packages import SingleSession, cheapest_mix
from estimator.money import WHOLE, Range, part_of
from estimator.prices.schema.basics import Provenance, Text
from estimator.prices.schema.files import Book
from estimator.prices.schema.offers import Discount, Package, Subscription


class Rows(Protocol):
    """Where claims get their line items and their kinds from."""

    def row(
        self, name: str, label: Text, coverage: CoverageDetermination, program: str | None, coded: bool = True
    ) -> int: ...

    def next_kind(self) -> int: ...


def as_sold(claims: list[Claim], answers: Answers, tables: Book, rows: Rows) -> list[Claim]:
    """The claims as this patient is sold them, in date order."""
    if not _self_pay(claims):
        return claims
    told = dict(answers.packages)
    discount = tables.discounts.get(answers.discount or "")
    if answers.stage == "new":
        claims = introduced(claims, tables, rows)
    if discount is not None:
        claims = discounted(claims, discount, tables, rows)
    for name, charge in tables.charges.items():
        if charge.included_in:
            continue
        packages = (_told_package(told[name]),) if name in told else charge.packages
        if packages:
            claims = packaged(claims, name, packages, tables, rows)
        if charge.subscription is not None and name not in told:
            claims = subscribed(claims, name, charge.subscription, tables, rows)
    return credited(claims, tables, rows)


def _told_package(told: ToldPackage) -> Package:
    return Package.model_construct(sessions=told.sessions, price=told.price, source=())


def _self_pay(claims: Iterable[Claim], charges: Iterable[str] | None = None) -> list[Claim]:
    """The claims that the patient pays at the clinic's own price."""
    mine = None if charges is None else frozenset(charges)
    return [
        claim
        for claim in claims
        if claim.coverage.covered == "no"
        and claim.asked is not None
        and claim.asked.column == "self_pay"
        and not claim.coverage.included
        and (mine is None or claim.charge in mine)
    ]


def _single(claim: Claim) -> int:
    """What the claim costs by itself in the typical scenario, in cents."""
    return claim.asked.range.typical * claim.units if claim.asked else 0


def _exchanged(claims: Sequence[Claim], replaced: dict[int, Claim | None]) -> list[Claim]:
    """The claims with some in another's place, by id; None takes one out."""
    return [kept for claim in claims if (kept := replaced.get(id(claim), claim)) is not None]


def _sold(
    first: Claim,
    price: int,
    stated: Provenance | None,
    words: Text,
    rows: Rows,
    payments: int = 1,
    coded: bool = True,
) -> Claim:
    """Something sold in place of a claim, on its own line; `coded` where it is billed by the claim's codes."""
    return first._replace(
        row=rows.row(first.charge, words, first.coverage, None, coded),
        units=1,
        asked=PriceInPlay(stated, "self_pay", Range.exactly(price), None),
        lower_charge=None,
        payments=payments,
        kind=rows.next_kind(),
    )


def _words(label: Text, en: str, es: str) -> Text:
    return Text(en=en.format(label.get("en")), es=es.format(label.get("es")))


def introduced(claims: list[Claim], tables: Book, rows: Rows) -> list[Claim]:
    """A new patient's first sessions at their introductory price."""
    replaced: dict[int, Claim | None] = {}
    for name, charge in tables.charges.items():
        offer = charge.introductory
        if offer is None or charge.included_in:
            continue
        words = _words(charge.label, "{}: introductory price", "{}: precio de introducción")
        for claim in _self_pay(claims, [name])[: offer.sessions]:
            if offer.holds(claim.day):
                replaced[id(claim)] = _sold(claim, offer.price, offer, words, rows)
    return _exchanged(claims, replaced)


def discounted(claims: list[Claim], discount: Discount, tables: Book, rows: Rows) -> list[Claim]:
    """Less for a group of people; members pay their fee every month of the course."""
    mine = _self_pay(claims, discount.prices or discount.charges or None)
    lowered: dict[int, PriceInPlay] = {}
    replaced: dict[int, Claim | None] = {}
    kinds: dict[int, int] = {}
    for claim in mine:
        assert claim.asked is not None, "self-pay claims have a price"
        if id(claim.asked) not in lowered:
            lowered[id(claim.asked)] = _lower(claim.asked, claim.charge, discount)
        kinds.setdefault(claim.kind, rows.next_kind())
        replaced[id(claim)] = claim._replace(asked=lowered[id(claim.asked)], kind=kinds[claim.kind])
    kept = _exchanged(claims, replaced)
    if discount.monthly and mine:
        words = Text(en=f"Membership: {discount.label.get('en')}", es=f"Membresía: {discount.label.get('es')}")
        fees = [_sold(mine[0], discount.monthly, discount, words, rows, coded=False)]
        for month in range(1, _months_between(mine[0].day, mine[-1].day) + 1):
            fees.append(fees[0]._replace(day=months_later(mine[0].day, month)))
        kept = sorted([*fees, *kept], key=lambda claim: claim.day)
    return kept


def _lower(asked: PriceInPlay, charge: str, discount: Discount) -> PriceInPlay:
    if charge in discount.prices:
        return PriceInPlay(discount, "self_pay", Range.exactly(discount.prices[charge]), None)
    rest = WHOLE - (discount.percent or 0)
    return replace(asked, range=Range(*(part_of(amount, rest) for amount in asked.range)))


def _months_between(first: date, last: date) -> int:
    """How many times a month has gone by between two days."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (months_later(first, months) > last)


def packaged(claims: list[Claim], name: str, packages: Sequence[Package], tables: Book, rows: Rows) -> list[Claim]:
    """The cheapest mix of prepaid packages in place of single sessions; what a package includes is paid with it."""
    covered = {name}.union(*(package.also_covers for package in packages))
    singles = _self_pay(claims, covered)
    others = {id(package): _included(claims, package) for package in packages}
    worth = {id_: sum(map(_single, included)) for id_, included in others.items()}
    bought = cheapest_mix([SingleSession(c.charge, _single(c), c.day) for c in singles], name, packages, worth)
    replaced: dict[int, Claim | None] = {}
    for first, (package, count) in bought.items():
        replaced |= {id(one): None for one in singles[first : first + count]}
        # What is included is paid once, with the first package of its kind.
        replaced |= {id(one): None for one in others[id(package)]}
        words = _package_words(tables.charges[name].label, package, tables)
        stated = package if package.source else None
        replaced[id(singles[first])] = _sold(singles[first], package.price, stated, words, rows, package.payments)
    return _exchanged(claims, replaced)


def _package_words(label: Text, package: Package, tables: Book) -> Text:
    """What a package is: how many of what, what else is inside, in how many payments."""
    en, es = f"{{}}: package of {package.sessions}", f"{{}}: paquete de {package.sessions}"
    for name, count in package.includes.items():
        inside = tables.charges[name].label
        en, es = f"{en}, with {count} × {inside.get('en')}", f"{es}, con {count} × {inside.get('es')}"
    if package.payments > 1:
        en, es = f"{en}, in {package.payments} monthly payments", f"{es}, en {package.payments} pagos mensuales"
    return _words(label, en, es)


def _included(claims: Sequence[Claim], package: Package) -> list[Claim]:
    """The claims of other charges that a package's price holds: the first ones of each."""
    return [one for name, count in package.includes.items() for one in _self_pay(claims, [name])[:count]]


def subscribed(claims: list[Claim], name: str, subscription: Subscription, tables: Book, rows: Rows) -> list[Claim]:
    """A monthly subscription in place of single sessions, where the course costs less by it or is sold no other way."""
    mine = _self_pay(claims, [name])
    if not mine or not all(subscription.holds(claim.day) for claim in mine):
        return claims
    months: dict[int, list[Claim]] = {}
    for claim in mine:
        months.setdefault(_months_between(mine[0].day, claim.day), []).append(claim)
    most = subscription.sessions
    beyond = [claim for own in months.values() for claim in (own[most:] if most is not None else [])]
    if len(months) * subscription.monthly + sum(map(_single, beyond)) >= sum(map(_single, mine)):
        return claims
    words = _words(tables.charges[name].label, "{}: a month's subscription", "{}: suscripción de un mes")
    replaced: dict[int, Claim | None] = {}
    for own in months.values():
        replaced |= {id(claim): None for claim in (own[:most] if most is not None else own)}
        replaced[id(own[0])] = _sold(own[0], subscription.monthly, subscription, words, rows)
    return _exchanged(claims, replaced)


def credited(claims: list[Claim], tables: Book, rows: Rows) -> list[Claim]:
    """What was paid for one charge, such as an evaluation, comes off the first claim of another one after it."""
    replaced: dict[int, Claim | None] = {}
    for name, charge in tables.charges.items():
        if charge.credited_toward is None:
            continue
        paid = _self_pay(claims, [name])
        toward = [one for one in _self_pay(claims, [charge.credited_toward]) if paid and one.day >= paid[0].day]
        if not toward or toward[0].asked is None:
            continue
        first = toward[0]
        label = tables.charges[first.charge].label
        words = _words(label, "{}: first one, your evaluation credited", "{}: la primera, con la evaluación abonada")
        replaced[id(first)] = first._replace(
            row=rows.row(first.charge, words, first.coverage, None),
            asked=replace(toward[0].asked, less=paid[0].asked),
            kind=rows.next_kind(),
        )
    return _exchanged(claims, replaced)
