"""``estimator prices publish``: put the files of a folder, or others, in force."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.commands.shared import USED_WRONGLY, CommandRefused, login, print_changes, reason
from estimator.places import pricing_folder

if TYPE_CHECKING:
    from estimator.versions.desk import Desk
    from estimator.versions.publications import Publication


def publish(options: argparse.Namespace, desk: "Desk", owner: str) -> int:
    """Publish the owner's files; raises `CommandRefused` and what publishing raises."""
    from estimator.versions.folder.direct_publishing import publish_directly
    from estimator.versions.publications import NewPublication

    folder = options.pricing or pricing_folder(Path.cwd())
    begun = not desk.publications.owners()
    if begun:
        _begin(desk, folder)
    latest = desk.publications.latest(owner)
    files = _read(options.files, owner, desk, latest) if options.files else _held(folder, owner)
    if begun and latest is not None and files == desk.publications.files(latest):
        print(f"Version 1 of {owner} is what these files say.")
        return 0
    day = _day(options.day, desk.today())
    why, by = reason(options.why), options.by or login()
    based_on = _based_on(options, desk, owner, folder, latest)
    _look(desk, owner, files, day, yes=options.yes)
    new = NewPublication(owner=owner, files=files, based_on=based_on, by=by, why=why, how="command", in_force_from=day)
    published = publish_directly(desk, new, folder)
    print(f"Version {published.number} of {owner} is published, in force from {published.in_force_from}.")
    if latest is not None:
        print_changes(desk, latest, published)
    return 0


def _day(asked: date | None, today: date) -> date:
    if asked is not None and asked < today:
        raise CommandRefused(f"{asked} is over. Publish from today or from a later day.", USED_WRONGLY)
    return asked or today


def _based_on(options: argparse.Namespace, desk: "Desk", owner: str, folder: Path, latest: "Publication | None") -> int:
    """The version that the files were made from: said, or known of the folder, or else the last one."""
    from estimator.versions.folder.direct_publishing import noted_number

    if options.after is not None:
        return int(options.after)
    known = None if options.files else noted_number(desk, folder, owner)
    return known if known is not None else latest.number if latest else 0


def _begin(desk: "Desk", folder: Path) -> None:
    """A store in which nobody has published begins with what the folder holds, as it does at the server's start."""
    from estimator.prices.watched_folder import BrokenTables
    from estimator.versions.folder.first_start import publish_first

    try:
        publish_first(desk.publications, folder)
    except BrokenTables as broken:
        raise CommandRefused(str(broken)) from broken
    print(f"The store was empty. It begins with the tables in {folder}.")


def _held(folder: Path, owner: str) -> dict[str, bytes]:
    """The owner's files in the folder of tables."""
    from estimator.versions.folder.direct_publishing import files_in_folder

    files, problems = files_in_folder(folder, owner)
    if problems:
        raise CommandRefused("\n".join(str(problem) for problem in problems))
    if not files:
        raise CommandRefused(f"There are no files of {owner} in {folder}.", USED_WRONGLY)
    return files


def _read(paths: list[Path], owner: str, desk: "Desk", latest: "Publication | None") -> dict[str, bytes]:
    """The named files, in place of the published ones of the same name."""
    from estimator.prices.book import NATIONAL
    from estimator.versions.snapshot import clinic_file

    if owner != NATIONAL and len(paths) > 1:
        raise CommandRefused(f"A clinic has one file; {len(paths)} are named.", USED_WRONGLY)
    files = dict(desk.publications.files(latest)) if latest and owner == NATIONAL else {}
    for path in paths:
        name = clinic_file(owner) if owner != NATIONAL else f"national/{path.name}"
        if not name.endswith(".yaml"):
            raise CommandRefused(f"{path} is no YAML file: its name has to end with .yaml.", USED_WRONGLY)
        try:
            files[name] = path.read_bytes()
        except OSError as error:
            raise CommandRefused(f"{path} cannot be read: {error.strerror}.", USED_WRONGLY) from error
    return files


def _look(desk: "Desk", owner: str, files: dict[str, bytes], day: date, yes: bool) -> None:
    """Say what is worth a look, and go on only when somebody has found."""
    from estimator.versions.folder.direct_publishing import consequences_of

    found = consequences_of(desk, owner, files, day)
    for alert in found.alerts:
        print(alert, file=sys.stderr)
    if found.too_much is not None:
        print(
            f"A reference patient's typical amount moves by {found.too_much / 100:g}%. "
            "At the desk a second person would have to agree.",
            file=sys.stderr,
        )
    if (found.alerts or found.too_much is not None) and not yes:
        raise CommandRefused("Nothing was published. Look at the lines above, then add --yes.")
