"""What the desk says when the answer is no: one sentence per type of refusal, all in one place."""

from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.prices.editing.slices import CannotSplice
from estimator.versions.corrections import CannotCarry
from estimator.versions.drafts import Draft, DraftConflict
from estimator.versions.folder.conflict_resolution import FolderBusy, FolderNotWritten, StillCollides
from estimator.versions.publications import (
    NothingChanged,
    PendingPublication,
    Publication,
    PublicationConflict,
    TablesHaveErrors,
)
from estimator.versions.publishing import AlertsNotTicked, NoDraft, NothingToUndo
from estimator.versions.withdrawing import DraftInTheWay, IdTaken
from estimator.web.desk.log_words import who
from estimator.web.filters import day, spoken


def refusal(error: Exception) -> str:
    """The sentence for the person, in their language; by the error's type, never by its message."""
    return str(_words(error))


def still_busy(error: DraftConflict) -> str:
    """The sentence on a page that still holds what was typed, when others saved at every moment it was tried."""
    kept = _("What you typed is still here, and it is not saved yet. Save it again.")
    return f"{refusal(error)} {kept}"


def _words(error: Exception) -> str:
    match error:
        case PublicationConflict(latest=None):
            return _("Nothing is published here yet.")
        case PublicationConflict(latest=Publication() as latest):
            return _("%(by)s published version %(number)d meanwhile.", by=who(latest.by), number=latest.number)
        case PendingPublication(pending=pending):
            return _(
                "Version %(number)d is published already and begins on %(day)s. Publish from that day or later, or undo"
                " that version first.",
                number=pending.number,
                day=day(pending.in_force_from),
            )
        case CannotCarry(sentence=sentence):
            return _(
                "%(what)s. Publish from the day on which that version begins, or undo it first.", what=spoken(sentence)
            )
        case NothingChanged():
            return _("Nothing is different from what is published already.")
        case TablesHaveErrors(problems=problems):
            return ngettext(
                "These tables have %(num)d mistake. Put it right first.",
                "These tables have %(num)d mistakes. Put them right first.",
                len(problems),
            )
        case AlertsNotTicked(alerts=alerts):
            return ngettext(
                "%(num)d thing is worth a look. Tick it once you have looked.",
                "%(num)d things are worth a look. Tick each once you have looked.",
                len(alerts),
            )
        case FolderBusy():
            return _(
                "Files or prices have changed again, or somebody else is at work on them. Look again, then decide."
            )
        case FolderNotWritten(number=0):
            return _("The file cannot be written. Make its folder writable, then decide again.")
        case FolderNotWritten(number=number):
            return _(
                "Version %(number)d is published, but the file cannot be written. Make its folder writable, then choose"
                " what is published.",
                number=number,
            )
        case StillCollides():
            return _("Both sides changed the same lines. Choose for each place which of the two stays.")
        case DraftInTheWay():
            return _("There is a draft. Publish it or throw it away first.")
        case IdTaken():
            return _("This short name is taken. Choose another one.")
        case NoDraft():
            return _("There is no draft any more: somebody published it or threw it away.")
        case NothingToUndo():
            return _("There is nothing to undo: no earlier version was published.")
        case DraftConflict(current=None):
            return _("This draft is gone: somebody published it or threw it away.")
        case DraftConflict(current=Draft() as current):
            return _("%(by)s changed this draft meanwhile.", by=current.by)
        case CannotSplice(sentence=sentence):
            return spoken(sentence)
    raise TypeError(f"no words for a {type(error).__name__}") from error
