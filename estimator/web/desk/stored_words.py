"""What the program itself has written into the store, in the reader's language; people's own words as they are."""

from estimator.sentences import marked as _
from estimator.store.journal import JournalEntry
from estimator.store.recognising import recognised
from estimator.store.stored_sentences import BY_DISK, BY_ESTIMATOR, DETAILS, REASONS, Templates
from estimator.web.filters import day, spoken
from estimator.web.site import catalogue, every_catalogue

NOBODY = {BY_DISK: _("an edit on disk"), BY_ESTIMATOR: _("the program itself")}
"""Who did something, where that was nobody in particular."""


def reason(why: str) -> str:
    """Why something was published."""
    return _said(why, REASONS)


def who(by: str) -> str:
    """Who did something: a name, or what stands for nobody in particular."""
    return catalogue().ugettext(NOBODY[by]) if by in NOBODY else by


def detail(entry: JournalEntry) -> str:
    """The details of a line of the log."""
    return _said(entry.detail, DETAILS.get(entry.action, ()))


def _said(text: str, templates: Templates) -> str:
    # Some reasons were offered to people in their own language, and stored in it.
    languages = [one.ugettext for one in every_catalogue()]
    return spoken(recognised(text, templates, day, languages))
