"""Line items: the claims of one charge added up into a row the patient reads."""

from collections.abc import Iterable, Iterator, Sequence

from estimator.core.claims import Claim, Claims, LineHeading, PriceInPlay
from estimator.core.records import Statement, total
from estimator.core.results import Amounts, LineItem, SourceNote
from estimator.core.words import stands_in
from estimator.money import Range, divided
from estimator.prices.medicare import year_of
from estimator.prices.schema.basics import Provenance, Text
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.files import Book


def line_items(claims: Claims, made: Sequence[Statement], tables: Book) -> tuple[LineItem, ...]:
    """The rows in the order their first claims were met; every statement belongs to exactly one."""
    by_row: dict[int, tuple[list[Claim], list[Statement]]] = {}
    for claim in claims.all:
        by_row.setdefault(claim.row, ([], []))[0].append(claim)
    for one in made:
        by_row[one.claim.row][1].append(one)
    return tuple(_line_item(claims.rows[row], own, said, tables) for row, (own, said) in by_row.items())


def _line_item(row: LineHeading, claims: Sequence[Claim], made: Sequence[Statement], tables: Book) -> LineItem:
    quantity = sum(claim.units for claim in claims if claim.counted)
    billed = total([one.billed for one in made])
    return LineItem(
        charge=row.charge,
        label=row.label,
        per=row.per,
        quantity=quantity,
        codes=row.codes,
        unit_price=Amounts(*(divided(amount, quantity) for amount in billed)),
        billed=billed,
        plan_pays=total([one.plan_pays for one in made]),
        program_pays=total([one.program_pays for one in made]),
        you_pay=total([one.you_pay for one in made]),
        coverage=row.coverage.status,
        coverage_reason=row.coverage.reason,
        program=tables.programs[row.program].label if row.program else None,
        sources=_sources(claims, tables),
        missing=any(claim.missing for claim in claims),
        asked=_range(claim.asked for claim in claims),
        allowed=_range(claim.allowed for claim in claims),
        sometimes=all(claim.conditions for claim in claims),
        notes=tuple({note.en: note for note in _notes(claims, tables)}.values()),
    )


def _notes(claims: Sequence[Claim], tables: Book) -> Iterator[Text]:
    """How prices were fitted to this person, and where an earlier year's amount has to do."""
    for price in _prices(claims):
        yield from price.notes
    later: dict[int, list[int]] = {}
    for claim in claims:
        stated = claim.allowed.stated if claim.allowed is not None else None
        if isinstance(stated, Price):
            known = year_of(tables, tables.charges[claim.charge], stated, claim.day)
            if known is not None and known < claim.day.year:
                later.setdefault(known, []).append(claim.day.year)
    for known, years in later.items():
        yield stands_in(known, min(years), max(years))


def _prices(claims: Iterable[Claim]) -> Iterator[PriceInPlay]:
    """Every price that the claims may be billed at, those of the lower dose among them."""
    for claim in claims:
        for price in (claim.asked, claim.allowed):
            while price is not None:
                yield price
                price = price.lower


def _range(prices: Iterable[PriceInPlay | None]) -> Range | None:
    """The range of a fact over all claims of a line; None where it is not in play."""
    ranges = [one.range for price in prices if price is not None for one in (price, price.lower) if one is not None]
    if not ranges:
        return None
    return Range(min(one.low for one in ranges), ranges[0].typical, max(one.high for one in ranges))


def _sources(claims: Sequence[Claim], tables: Book) -> tuple[SourceNote, ...]:
    """Every source of the prices and the coverage of these claims, each once, prices first."""
    stated: dict[int, Provenance] = {}
    for price in _prices(claims):
        if price.stated is not None:
            stated[id(price.stated)] = price.stated
    if claims[0].coverage.source is not None:
        stated[id(claims[0].coverage.source)] = claims[0].coverage.source
    return tuple(note for provenance in stated.values() for note in source_notes(provenance, tables))


def source_notes(provenance: Provenance, tables: Book) -> list[SourceNote]:
    """The sources a figure of the tables names, with the figure's own date, confidence and note."""
    found = [tables.sources[name] for name in provenance.source]
    return [
        SourceNote(s.title, s.url, provenance.checked, provenance.confidence, s.kind, provenance.note or s.note)
        for s in found
    ]
