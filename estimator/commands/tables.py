"""``estimator tables derive | medicare``: the national tables brought up to date, proposed as a change of the text."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from babel.support import Translations

from estimator.commands.shared import REFUSED, USED_WRONGLY, CommandRefused
from estimator.money import Range, dollars
from estimator.places import pricing_folder, translations_folder
from estimator.prices.cms_files import (
    HospitalFile,
    read_areas,
    read_fee_schedule,
    read_hospital,
)
from estimator.prices.editing.deriving import Derived, derive
from estimator.prices.editing.medicare_year import NewYear, codes_of, mentions, put_year
from estimator.prices.editing.slices import CannotSplice
from estimator.prices.problems import Problem, errors_among
from estimator.prices.reading import National, collect, read_national
from estimator.prices.samples import FEWEST, posted
from estimator.prices.schema.files import Book

Act = Callable[[argparse.Namespace, Mapping[str, bytes], Book], Mapping[str, bytes]]
"""Options, the files of the national tables and what they say -> the files as they should be."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``tables`` to the commands."""
    tables = commands.add_parser("tables", help="bring the national tables up to date: derive, medicare")
    actions = tables.add_subparsers(required=True, metavar="ACTION")
    _action(actions, "derive", _derive, "low, typical and high of self-pay charges from posted prices")
    medicare = _action(actions, "medicare", _medicare, "Medicare's amounts from the files that CMS publishes")
    medicare.add_argument(
        "--rvu", type=Path, required=True, metavar="FILE", help="relative values: PPRRVU… .csv or .txt"
    )
    medicare.add_argument("--gpci", type=Path, required=True, metavar="FILE", help="area factors: GPCI… .csv or .txt")
    medicare.add_argument("--opps", type=Path, metavar="FILE", help="hospital amounts: Addendum B, .csv or .txt")
    medicare.add_argument("--from", dest="start", type=_day, metavar="DATE", help="default: as the files' titles say")
    medicare.add_argument(
        "--code", action="append", default=[], metavar="CODE", help="one more code to keep; repeat it"
    )


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, act: Act, help_: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=help_)
    action.add_argument("--pricing", type=Path, metavar="DIR", help="price tables to use instead of ./pricing")
    action.add_argument("--write", action="store_true", help="change the files; without it the change is only shown")
    action.set_defaults(run=partial(_run, act))
    return action


def _run(act: Act, options: argparse.Namespace) -> int:
    """Read the tables, show how `act` would change them, and change them where asked; the change goes to stdout."""
    folder = options.pricing or pricing_folder(Path.cwd())
    try:
        files, unread = collect(folder)
        national = read_national(files, None, [one for one in unread if one.file.startswith("national")])
        before = _good(national, f"The national tables in {folder} cannot be used.")
        after = act(options, national.files, before)
        _good(read_national(after), "This would not be a price table any more, so nothing is changed.")
        _show(national.files, after)
        if options.write:
            _write(folder, {name: data for name, data in after.items() if data != national.files.get(name)})
    except CannotSplice as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    except CommandRefused as refused:
        print(refused, file=sys.stderr)
        return refused.status
    return 0


def _good(national: National, otherwise: str) -> Book:
    errors = errors_among(national.problems)
    if errors or national.book is None:
        raise CommandRefused("\n".join([*map(str, errors), otherwise]), USED_WRONGLY)
    return national.book.tables


def _show(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    from estimator.versions.comparing import unified  # brings the store along, which nothing else here needs

    for name in sorted(after):
        sys.stdout.writelines(unified(name, before.get(name, b""), after[name], "now", "proposed"))
    sys.stdout.flush()


def _write(folder: Path, changed: Mapping[str, bytes]) -> None:
    for name, data in changed.items():
        try:
            (folder / name).write_bytes(data)
        except OSError as error:
            raise CommandRefused(f"{folder / name} cannot be written: {error.strerror}.") from error
        _say(f"{folder / name} is changed.")


def _say(sentence: str) -> None:
    """To stderr: what stands on stdout is the change itself."""
    print(sentence, file=sys.stderr)


def _spanish(sentence: str) -> str:
    return str(Translations.load(str(translations_folder()), ["es"]).gettext(sentence))


# From posted prices


def _derive(_: argparse.Namespace, files: Mapping[str, bytes], tables: Book) -> Mapping[str, bytes]:
    changed, found = derive(files, tables, date.today(), _spanish)
    for one in found:
        _say(_in_words(one))
    for id_ in tables.services:
        seen = posted(tables, id_)
        if seen.range is not None:
            _say(f"{id_} (no charge of the tables): {_amounts(seen.range)}, from {len(seen.counted)} posted prices")
    return changed


def _in_words(one: Derived) -> str:
    if one.after is None:
        return f"{one.charge}: stays {_amounts(one.before)}; posted prices that count: {one.number}, of {FEWEST} needed"
    if one.before == one.after:
        rest = "; sources, day or note change" if one.changed else ""
        return f"{one.charge}: stays {_amounts(one.after)}, from {one.number} posted prices{rest}"
    words = "; look at the rest of its note"
    return f"{one.charge}: {_amounts(one.before)} -> {_amounts(one.after)}, from {one.number} posted prices{words}"


def _amounts(amounts: Range) -> str:
    return " / ".join(dollars(cents).removesuffix(".00") for cents in amounts)


# From the files that CMS publishes


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date like 2027-01-01") from None


def _medicare(options: argparse.Namespace, files: Mapping[str, bytes], tables: Book) -> Mapping[str, bytes]:
    year = _new_year(options, tables)
    _tell(options, year, tables)
    changed, moved = put_year(files, tables, year, date.today(), _book_of, _spanish)
    for one in moved:
        _say(f"{one.charge}, {one.column}: {_amounts(one.before)} -> {_amounts(one.after)}")
    for id_, column, amount in mentions(tables, moved):
        _say(f"{id_}, {column}: its note names {amount}, which has moved; work the price out again")
    if not moved:
        _say("No price moves.")
    return changed


def _book_of(files: Mapping[str, bytes]) -> Book:
    return _good(read_national(files), "This would not be a price table any more, so nothing is changed.")


def _new_year(options: argparse.Namespace, tables: Book) -> NewYear:
    """What the files say; raises `CommandRefused` with every mistake in them."""
    needed, others = codes_of(tables, options.code)
    problems: list[Problem] = []
    schedule, found = read_fee_schedule(_bytes(options.rvu), options.rvu.name, {*needed, *others})
    problems += found
    areas, found = read_areas(_bytes(options.gpci), options.gpci.name)
    problems += found
    hospital: HospitalFile | None = HospitalFile(None, "", {})
    if options.opps is not None:
        hospital, found = read_hospital(_bytes(options.opps), options.opps.name, {*needed, *others})
        problems += found
    if schedule is None or areas is None or hospital is None:
        raise CommandRefused("\n".join(map(str, problems)), USED_WRONGLY)
    missing = [code for code in sorted(needed) if code not in schedule.codes]
    if missing:
        status = ", ".join(f"{code} ({schedule.unpaid.get(code, 'not in it')})" for code in missing)
        raise CommandRefused(f"{options.rvu.name}: no amount for {status}, which the tables need.", USED_WRONGLY)
    start = options.start or schedule.start
    if start is None:
        raise CommandRefused(f"{options.rvu.name}: its title names no year and quarter. Say --from DATE.", USED_WRONGLY)
    return NewYear(schedule, options.rvu.name, start, areas, areas.start or start, hospital, hospital.start or start)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandRefused(f"{path} cannot be read: {error.strerror}.", USED_WRONGLY) from error


def _tell(options: argparse.Namespace, year: NewYear, tables: Book) -> None:
    """What was read, and what deserves a look before the change is believed."""
    codes, areas = year.schedule.codes, year.areas.areas
    factor = ", ".join(sorted({str(units.conversion_factor) for units in codes.values()}))
    _said_by(options.rvu, year.schedule.title, f"from {year.start}, ${factor} a unit, {len(codes)} codes")
    states = {area.state for area in areas}
    _said_by(options.gpci, year.areas.title, f"{len(areas)} areas in {len(states)} states")
    if options.opps is not None:
        _said_by(options.opps, year.hospital.title, f"amounts of {', '.join(year.hospital.amounts) or 'no code'}")
    there = {(area.state, area.number) for area in areas}
    gone = [
        f"{state} {number}" for state, own in tables.areas.items() for number in own if (state, number) not in there
    ]
    if gone:
        _say(f"{options.gpci.name}: no longer names {', '.join(gone)}; their factors stay as they are")


def _said_by(path: Path, title: str, what: str) -> None:
    _say(f"{path.name}: {title or 'no title'}; {what}")
