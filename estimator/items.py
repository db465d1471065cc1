"""Line items: the claims of one charge added up into a row the patient reads."""

from collections.abc import Iterable, Sequence

from estimator.claims import Claim, Claims, Row
from estimator.ledger import Entry
from estimator.money import CentsArray
from estimator.prices.schema import Book, Provenance
from estimator.records import amounts
from estimator.results import NOTHING, Amounts, LineItem, SourceNote


def line_items(claims: Claims, entries: Sequence[Entry], tables: Book) -> tuple[LineItem, ...]:
    """The rows in the order their first claims were met; every entry belongs to exactly one."""
    by_row: dict[int, list[Claim]] = {}
    for claim in sorted(claims.all, key=lambda claim: claim.row):
        by_row.setdefault(claim.row, []).append(claim)
    return tuple(
        _line_item(claims.rows[row], own, [entry for entry in entries if entry.claim.row == row], tables)
        for row, own in by_row.items()
    )


def _line_item(row: Row, claims: Sequence[Claim], entries: Sequence[Entry], tables: Book) -> LineItem:
    quantity = sum(claim.units for claim in claims)
    billed = _total(entry.billed for entry in entries)
    return LineItem(
        charge=row.charge,
        label=row.label,
        per=row.per,
        quantity=quantity,
        codes=row.codes,
        unit_price=Amounts(*((amount + quantity // 2) // quantity for amount in billed)),
        billed=billed,
        plan_pays=_total(entry.plan_pays for entry in entries),
        program_pays=_total(entry.program_pays for entry in entries),
        you_pay=_total(entry.you_pay for entry in entries),
        coverage=row.verdict.status,
        coverage_reason=row.verdict.reason,
        program=tables.programs[row.program].label if row.program else None,
        sources=_sources(claims, tables),
        missing=any(claim.missing for claim in claims),
    )


def _total(arrays: Iterable[CentsArray]) -> Amounts:
    return sum((amounts(array) for array in arrays), start=NOTHING)


def _sources(claims: Sequence[Claim], tables: Book) -> tuple[SourceNote, ...]:
    """Every source of the prices and the coverage of these claims, each once, prices first."""
    stated: list[Provenance | None] = []
    for claim in claims:
        for quote in (claim.billed, claim.allowed):
            while quote is not None:
                stated.append(quote.stated)
                quote = quote.lower
    stated.extend(claim.verdict.source for claim in claims)
    notes = [note for provenance in stated if provenance for note in source_notes(provenance, tables)]
    return tuple(dict.fromkeys(notes))


def source_notes(provenance: Provenance, tables: Book) -> list[SourceNote]:
    """The sources a figure of the tables names, with the figure's own date, confidence and note."""
    found = [tables.sources[name] for name in provenance.source]
    return [
        SourceNote(s.title, s.url, provenance.checked, provenance.confidence, s.kind, provenance.note or s.note)
        for s in found
    ]
