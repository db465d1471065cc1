"""What a person may decide about files on disk that differ from what is published, in words."""

from dataclasses import dataclass

from flask_babel import gettext as _

from estimator.versions.folder.sync import FolderConflict
from estimator.web.desk.log_words import who
from estimator.web.filters import day

MERGEABLE = ("both", "pending")
"""Why files differ, where what both sides changed can be put together; a step back is no change of its own."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A heading, what happened, and what can be done: the form's value, the button, what it does."""

    title: str
    happened: str
    choices: tuple[tuple[str, str, str], ...]


def decision_on(conflict: FolderConflict) -> Decision:
    """The decision that waits, in the reader's language."""
    number = conflict.published.number
    match conflict.why:
        case "pending":
            return _waits(conflict)
        case "gone":
            return _gone(number)
        case "older":
            return _older(number)
    happened = _(
        "The files were edited while version %(number)s by %(by)s was published. That version is in force.",
        number=number,
        by=who(conflict.published.by),
    )
    merged = _("Publishes a new version with the lines of both, from today on, and writes it to the file.")
    return Decision(
        _("Both have changed"),
        happened,
        (("merged", _("Take both together"), merged), _file_stays(number), _published_stays(number)),
    )


def _file_stays(number: int) -> tuple[str, str, str]:
    does = _(
        "Publishes the file’s text as a new version, from today on. What version %(number)d said no longer holds; it"
        " stays in the history.",
        number=number,
    )
    return "disk", _("Keep the file’s text"), does


def _published_stays(number: int) -> tuple[str, str, str]:
    does = _(
        "Writes version %(number)d over the file. The file’s text never holds; the store keeps it, and the log names"
        " it.",
        number=number,
    )
    return "published", _("Keep what is published"), does


def _older(number: int) -> Decision:
    happened = _(
        "The files say again what an earlier version said, as after an upgrade of the program, a version control or a"
        " restored copy. Version %(number)d is in force.",
        number=number,
    )
    return Decision(_("The files have gone back"), happened, (_published_stays(number), _file_stays(number)))


def _gone(number: int) -> Decision:
    happened = _("A file is gone from the folder. Version %(number)d is in force all the same.", number=number)
    back = _("Writes version %(number)d into the folder again.", number=number)
    away = _(
        "Publishes what the folder holds as a new version, from today on: without the file. A clinic without a file is"
        " withdrawn, and patients no longer find it. Version %(number)d stays in the history.",
        number=number,
    )
    return Decision(
        _("A file is gone"),
        happened,
        (("published", _("Write the file back"), back), ("disk", _("It is gone for good"), away)),
    )


def _waits(conflict: FolderConflict) -> Decision:
    number, begins = conflict.published.number, day(conflict.published.in_force_from)
    happened = _(
        "The files were edited, but version %(number)s by %(by)s is already published and begins on %(day)s.",
        number=number,
        by=who(conflict.published.by),
        day=begins,
    )
    merged = _(
        "Publishes two new versions: the file’s text from today on, and from %(day)s on both together. The file keeps"
        " its text until that day.",
        day=begins,
    )
    disk = _(
        "Publishes the file’s text as a new version, from today on. Version %(number)d is taken back and never begins;"
        " it stays in the history.",
        number=number,
    )
    published = _(
        "Writes what holds today over the file. Version %(number)d begins on %(day)s as planned. The file’s text never"
        " holds; the store keeps it, and the log names it.",
        number=number,
        day=begins,
    )
    return Decision(
        _("Both have changed"),
        happened,
        (
            ("merged", _("Take both together"), merged),
            ("disk", _("Keep the file’s text"), disk),
            ("published", _("Keep what is published"), published),
        ),
    )
