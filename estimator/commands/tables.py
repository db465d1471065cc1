"""``estimator tables derive``: the national tables brought up to date, proposed as a change of their text."""

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
from estimator.prices.editing.deriving import Derived, derive
from estimator.prices.editing.splicing import CannotSplice
from estimator.prices.problems import Problem
from estimator.prices.reading import National, collect, read_national
from estimator.prices.samples import FEWEST, posted
from estimator.prices.schema import Book

Act = Callable[[argparse.Namespace, Mapping[str, bytes], Book], Mapping[str, bytes]]
"""Options, the files of the national tables and what they say -> the files as they should be."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``tables`` to the commands."""
    tables = commands.add_parser("tables", help="bring the national tables up to date: derive")
    actions = tables.add_subparsers(required=True, metavar="ACTION")
    _action(actions, "derive", _derive, "low, typical and high of self-pay charges from posted prices")


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
    errors: list[Problem] = [problem for problem in national.problems if not problem.alert]
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


# From posted prices


def _derive(_: argparse.Namespace, files: Mapping[str, bytes], tables: Book) -> Mapping[str, bytes]:
    spanish = Translations.load(str(translations_folder()), ["es"]).gettext
    changed, found = derive(files, tables, date.today(), spanish)
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
