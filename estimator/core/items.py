"""Line items: the claims of one charge added up into a row the patient reads."""

from collections.abc import Sequence

from estimator.core.claims import Claim, Claims, Row
from estimator.core.records import Statement, total
from estimator.core.results import Amounts, LineItem, SourceNote
from estimator.prices.schema import Book, Provenance


def line_items(claims: Claims, made: Sequence[Statement], tables: Book) -> tuple[LineItem, ...]:
    """The rows in the order their first claims were met; every statement belongs to exactly one."""
    by_row: dict[int, tuple[list[Claim], list[Statement]]] = {}
    for claim in claims.all:
        by_row.setdefault(claim.row, ([], []))[0].append(claim)
    for one in made:
        by_row[one.claim.row][1].append(one)
    return tuple(_line_item(claims.rows[row], own, said, tables) for row, (own, said) in by_row.items())


def _line_item(row: Row, claims: Sequence[Claim], made: Sequence[Statement], tables: Book) -> LineItem:
    quantity = sum(claim.units for claim in claims)
    billed = total([one.billed for one in made])
    return LineItem(
        charge=row.charge,
        label=row.label,
        per=row.per,
        quantity=quantity,
        codes=row.codes,
        unit_price=Amounts(*((amount + quantity // 2) // quantity for amount in billed)),
        billed=billed,
        plan_pays=total([one.plan_pays for one in made]),
        program_pays=total([one.program_pays for one in made]),
        you_pay=total([one.you_pay for one in made]),
        coverage=row.verdict.status,
        coverage_reason=row.verdict.reason,
        program=tables.programs[row.program].label if row.program else None,
        sources=_sources(claims, tables),
        missing=any(claim.missing for claim in claims),
    )


def _sources(claims: Sequence[Claim], tables: Book) -> tuple[SourceNote, ...]:
    """Every source of the prices and the coverage of these claims, each once, prices first."""
    stated: dict[int, Provenance] = {}
    for claim in claims:
        for quote in (claim.billed, claim.allowed):
            while quote is not None:
                if quote.stated is not None:
                    stated[id(quote.stated)] = quote.stated
                quote = quote.lower
    if claims[0].verdict.source is not None:
        stated[id(claims[0].verdict.source)] = claims[0].verdict.source
    return tuple(note for provenance in stated.values() for note in source_notes(provenance, tables))


def source_notes(provenance: Provenance, tables: Book) -> list[SourceNote]:
    """The sources a figure of the tables names, with the figure's own date, confidence and note."""
    found = [tables.sources[name] for name in provenance.source]
    return [
        SourceNote(s.title, s.url, provenance.checked, provenance.confidence, s.kind, provenance.note or s.note)
        for s in found
    ]
