"""
Low, typical and high of self-pay charges worked out from posted prices, as changes of the tables' text.

Only the price's own lines change. Its note begins with a sentence that says from how many prices it was made; the rest
of the note stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from estimator.money import Range, divided, plain_amount
from estimator.prices.editing.slices import put, read
from estimator.prices.editing.splicing import TypedPrice, file_of, price_in, price_path, set_price
from estimator.prices.samples import ENOUGH_FOR_PERCENTILES, Posted, behind, posted
from estimator.prices.schema.basics import Text
from estimator.prices.schema.dated_prices import last_start
from estimator.prices.schema.files import Book
from estimator.sentences import Sentence, Translate, say, translated

SAMPLES = "posted-prices"
"""The source that says how ranges are made of samples; it goes in front of the price lists."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What posted prices say of one charge: `after` is None where too few count."""

    charge: str
    before: Range
    after: Range | None
    number: int
    changed: bool = False


def derive(
    files: Mapping[str, bytes], tables: Book, today: date, spanish: Translate
) -> tuple[dict[str, bytes], list[Derived]]:
    """
    The files of the national tables with every self-pay range as posted prices say it, and what became of each charge.

    Of a charge the price that holds `today` changes. Raises CannotSplice where a person has to change the text.
    """
    changed, found = dict(files), []
    cited = (SAMPLES,) if SAMPLES in tables.sources else ()
    for id_, charge in tables.charges.items():
        start = last_start(charge.self_pay or {}, today)
        name = file_of(files, ("charges", id_))
        if charge.self_pay is None or start is None or name is None:
            continue
        seen = behind(tables, id_, charge.self_pay[start])
        one = Derived(id_, charge.self_pay[start].range, seen.range, len(seen.counted))
        if one.after is not None:
            old = price_in(read(changed[name]), id_, "self_pay", start)
            data = set_price(changed[name], id_, "self_pay", start, _as_posted(old, one.after, seen, cited, spanish))
            if charge.self_pay[start].free is not None:
                share = plain_amount(divided(posted(tables, id_).free, 100) * 100)
                data = put(data, (*price_path(id_, "self_pay", start), "free"), share)
            one = replace(one, changed=data != changed[name])
            changed[name] = data
        found.append(one)
    return changed, found


def _as_posted(
    old: TypedPrice | None, range_: Range, seen: Posted, cited: tuple[str, ...], spanish: Translate
) -> TypedPrice:
    """The price as posted prices say it, and what `old` says besides; their sources stand behind those `cited`."""
    sources = sorted(name for sample in seen.counted for name in sample.source)
    return replace(
        old or TypedPrice(*range_),
        low=range_.low,
        typical=range_.typical,
        high=range_.high,
        source=tuple(dict.fromkeys((*cited, *sources))),
        checked=max(sample.checked for sample in seen.counted if sample.checked),
        note=_note(old.note if old else None, len(seen.counted), spanish),
    )


def _note(old: Text | None, number: int, spanish: Translate) -> Text:
    """`old` behind the sentence about `number` prices, in place of the one about another number."""
    rest = (old.en, old.es or "") if old else ("", "")
    said = _said(number, number >= ENOUGH_FOR_PERCENTILES)
    return Text(en=_behind(said, rest[0], str), es=_behind(said, rest[1], spanish))


def _behind(said: Sentence, rest: str, translate: Translate) -> str:
    for many in (True, False):
        pattern = re.escape(translated(_said("@", many), translate)).replace("@", "[0-9]+")
        rest = re.sub(rf"^{pattern}\s*", "", rest)
    return f"{translated(said, translate)} {rest}".strip()


def _said(number: object, many: bool) -> Sentence:
    if many:
        return say("From %(number)s posted prices, without the cheapest and the dearest tenth.", number=number)
    return say("From %(number)s posted prices, from the lowest to the highest.", number=number)
