"""
``estimator prices publish | history | diff | export | folder | undo | stale``: versions of the tables, for scripts.

What belongs to the store is imported inside functions: the other commands start half a second sooner that way.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.commands.prices_folder import folder
from estimator.commands.prices_publish import publish
from estimator.commands.prices_stale import stale
from estimator.commands.shared import REFUSED, USED_WRONGLY, CommandRefused, login, print_changes, reason
from estimator.prices.problems import shortened

if TYPE_CHECKING:
    from estimator.versions.desk import Desk
    from estimator.versions.publications import Publication

MOST_DIGITS = 9
"""Digits of the largest version's number that can be asked for; both kinds of stores count further."""

# What can be asked


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``prices`` to the commands."""
    prices = commands.add_parser(
        "prices", help="versions of the price tables: publish, history, diff, export, folder, undo, stale"
    )
    asked = prices.add_subparsers(required=True, metavar="ACTION")

    new = _action(asked, "publish", publish, "publish files, by default those in ./pricing")
    new.add_argument("files", nargs="*", type=Path, metavar="FILE", help="YAML files, instead of those in ./pricing")
    new.add_argument("--why", required=True, metavar="TEXT", help="what changed and why; it stands in the history")
    new.add_argument("--from", dest="day", type=_day, metavar="DATE", help="in force from this day; default: today")
    new.add_argument("--by", metavar="NAME", help="who publishes; default: your login name")
    new.add_argument("--after", type=_number, metavar="N", help="refuse if there is a later version than this one")
    new.add_argument("--pricing", type=Path, metavar="DIR", help="the folder to publish instead of ./pricing")
    new.add_argument("--yes", action="store_true", help="you have looked at what is worth a look")

    history = _action(asked, "history", _history, "every version, newest first")
    history.add_argument("--json", action="store_true", help="print JSON for programs")

    diff = _action(asked, "diff", _diff, "what two versions differ in, in words")
    diff.add_argument("before", type=_number, metavar="A")
    diff.add_argument("after", type=_number, metavar="B")
    diff.add_argument("--lines", action="store_true", help="the lines of the files instead of words")

    export = _action(asked, "export", _export, "write a version's files, byte for byte")
    export.add_argument("--version", type=_number, metavar="N", help="default: the version in force")
    export.add_argument("--to", type=Path, metavar="DIR", help="default: a new folder named after the version")
    export.add_argument("--force", action="store_true", help="overwrite files that are there")

    on_disk = _action(asked, "folder", folder, "where files on disk and the store differ, and which of them stands")
    on_disk.add_argument("--keep", choices=("files", "published"), help="decide it: what stands from now on")
    on_disk.add_argument("--adopt", action="store_true", help="from now on this folder is kept in step with the store")
    on_disk.add_argument("--by", metavar="NAME", help="who decides; default: your login name")
    on_disk.add_argument("--pricing", type=Path, metavar="DIR", help="the folder instead of ./pricing")

    undo = _action(asked, "undo", _undo, "publish again what stood before the last version")
    undo.add_argument("--why", required=True, metavar="TEXT")
    undo.add_argument("--by", metavar="NAME", help="who undoes; default: your login name")
    undo.add_argument("--after", type=_number, metavar="N", help="refuse if this is not the last version")

    old = _action(asked, "stale", stale, "prices not checked for a year, of all tables or of --clinic; exit 1 if any")
    old.add_argument("--json", action="store_true", help="print JSON for programs")
    old.add_argument("--on", dest="day", type=_day, metavar="DATE", default=date.today(), help="default: today")


Act = Callable[[argparse.Namespace, "Desk", str], int]


def _action(
    asked: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, act: Act, help_: str
) -> argparse.ArgumentParser:
    action = asked.add_parser(name, help=help_)
    action.add_argument("--clinic", metavar="ID", help="a clinic's prices; default: the national tables")
    action.set_defaults(run=partial(_run, act))
    return action


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date like 2027-01-31") from None


def _number(text: str) -> int:
    """A version's number, no larger than a store can be asked for."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise argparse.ArgumentTypeError(f"'{shortened(text, 80)}' is not the number of a version, like 3")
    return int(text)


def _run(act: Act, options: argparse.Namespace) -> int:
    """Open the store, act, and say in a sentence what went wrong."""
    from estimator.store.database import StoreUnavailable
    from estimator.store.opening import open_store
    from estimator.versions.desk import Desk
    from estimator.versions.publications import PublicationRefused, TablesHaveErrors

    try:
        with closing(open_store()) as database:
            return act(options, Desk(database, date.today), _owner(options.clinic))
    except TablesHaveErrors as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        return _said("Nothing was published: these tables have errors.", REFUSED)
    except (PublicationRefused, StoreUnavailable) as refused:
        return _said(str(refused), REFUSED)
    except CommandRefused as trouble:
        return _said(str(trouble), trouble.status)


def _said(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status


def _owner(clinic: str | None) -> str:
    from estimator.prices.book import NATIONAL
    from estimator.prices.reading import may_name_clinic

    if clinic is None or clinic == NATIONAL:
        return NATIONAL
    if not may_name_clinic(clinic):
        raise CommandRefused(
            f"'{clinic}' cannot be the id of a clinic. Write it like its file: example-harbor.", USED_WRONGLY
        )
    return clinic


# Looking back


def _history(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    from estimator.versions.comparing import states

    history = desk.publications.history(owner)
    found = states(history[::-1], desk.today())
    if options.json:
        rows = [_as_json(one, found[one.number]) for one in history]
        print(json.dumps({"owner": owner, "versions": rows}, indent=2, ensure_ascii=False))
        return 0
    if not history:
        raise CommandRefused(f"Nothing is published for {owner}.")
    words = {"in_force": "in force", "begins": "not yet in force", "earlier": "", "overtaken": "never in force"}
    for one in history:
        state = f", {words[found[one.number]]}" if words[found[one.number]] else ""
        print(f"Version {one.number}, in force from {one.in_force_from}{state}")
        print(f"  {one.at:%Y-%m-%d %H:%M} UTC by {one.by} ({one.how}): {one.why}")
    return 0


def _as_json(one: "Publication", state: str) -> dict[str, object]:
    return {
        "version": one.number,
        "state": state,
        "in_force_from": one.in_force_from.isoformat(),
        "published_at": one.at.isoformat(),
        "by": one.by,
        "why": one.why,
        "how": one.how,
        "digest": one.digest,
        "files": dict(one.files),
    }


def _diff(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    before, after = (_version(desk, owner, number) for number in (options.before, options.after))
    if options.lines:
        sys.stdout.writelines(_unified(desk, before, after))
    else:
        print_changes(desk, before, after)
    return 0


def _unified(desk: "Desk", before: "Publication", after: "Publication") -> Iterator[str]:
    """The difference of every file, as ``diff -u`` writes it."""
    from estimator.versions.comparing import unified

    old, new = desk.publications.files(before), desk.publications.files(after)
    for name in sorted({*old, *new}):
        yield from unified(
            name, old.get(name, b""), new.get(name, b""), f"version {before.number}", f"version {after.number}"
        )


def _version(desk: "Desk", owner: str, number: int) -> "Publication":
    found = desk.publications.get(owner, number)
    if found is None:
        raise CommandRefused(f"There is no version {number} of {owner}.", USED_WRONGLY)
    return found


def _export(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    wanted = options.version
    found = desk.publications.in_force(owner, desk.today()) if wanted is None else _version(desk, owner, wanted)
    if found is None:
        raise CommandRefused(f"Nothing is in force for {owner}.")
    folder = options.to or Path(f"{owner}-version-{found.number}")
    files = {folder / name: content for name, content in desk.publications.files(found).items()}
    there = [path for path, content in files.items() if path.exists() and not options.force]
    if there:
        raise CommandRefused(f"{there[0]} is there already. Name another folder with --to, or add --force.")
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise CommandRefused(f"{path} cannot be written: {error.strerror}.") from error
        print(path)
    return 0


def _undo(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    from estimator.versions.publishing import NothingToUndo

    latest = desk.publications.latest(owner)
    if latest is None:
        raise NothingToUndo
    seen = options.after if options.after is not None else latest.number
    undone = desk.undo(owner, seen=seen, by=options.by or login(), why=reason(options.why))
    print(f"Version {undone.number} of {owner} says again what version {latest.number - 1} said.")
    print(f"It is in force from {undone.in_force_from}.")
    return 0
