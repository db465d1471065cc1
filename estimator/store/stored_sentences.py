"""
What the program itself writes into the store for people to read: reasons that nobody typed, details of the log.

A row holds the sentence twice: in English, for whoever reads the database, and beside it as template and values
(`column_types.StoredSentence`), which pages say in the reader's language. The template is the key of its translation,
as everywhere with gettext. So a row reads for good as it did when it was written, and a template that is no longer in
the catalogue reads in English. Somebody's own words, and rows from before the second column, stand as they are.
"""

from collections.abc import Mapping, Sequence

from estimator.sentences import Sentence, say
from estimator.sentences import marked as _

# Who did it, where that was nobody in particular

BY_DISK = "edited on disk"
BY_ESTIMATOR = "estimator"

# Why something was published

AT_THE_FIRST_START = say("what the folder held at the first start")
EDITED = _("edited: %(names)s")
NEW = _("new: %(names)s")
REMOVED = _("removed: %(names)s")
KEPT_FROM_DISK = _("edited on disk; kept by %(by)s")
MERGED = _("edited on disk; merged by %(by)s")
WAITS_AGAIN = _("edited on disk; version %(number)s waits again, merged")
MERGED_WITH_WAITING = _("version %(number)s and the edit on disk, merged by %(by)s")
UNDO = _("Undo of version %(number)s")
RENAMED_TO = _("goes on as %(id)s: %(why)s")
RENAMED_FROM = _("was %(id)s before: %(why)s")
CARRIED = _("%(why)s (version %(number)s waits again, with this)")
ALL_CHECKED = say("The whole list looked at, and still right")
CHECKED_AGAIN = _("Checked again and still right: %(price)s")

# Details of the log: about tables

FIRST_VERSION = _("version %(number)s, at the first start")
PUBLISHED = _("version %(number)s, from %(day)s: %(why)s")
UNDID = _("version %(undone)s; version %(number)s, from %(day)s: %(why)s says what version %(before)s said")
PUT_BACK = _("version %(number)s says again what version %(before)s said: %(why)s")
WRITTEN = _("version %(number)s")
TAKEN_UP = _("version %(number)s: %(why)s")
EDIT_WAS = _("version %(number)s; the edit was %(held)s")
EDIT_WAS_NO_FILE = _("version %(number)s; the edit was none")
DRAFT_FROM = _("from version %(number)s")
DRAFT_GONE = _("the draft at revision %(revision)s")
RELEASE_FILES = _("%(number)s files of the release")
DRAFT_SAYS_THE_SAME = say("the draft came to say what is published")

NOT_SET = say("not set")
SETTING_WORDS: Mapping[str, Sentence] = {
    "second_person_above": say("second_person_above"),
    "second_factor_required": say("second_factor_required"),
    "reminders": say("reminders' address"),
    "yes": say("yes"),
    "no": say("no"),
}
"""Names and values of settings; a number stands as it is."""

# Details of the log: about accounts

WITH_THE_SECOND_STEP = say("with the second step")

NO_ROLE = say("no role")
ROLE_EVERYWHERE: Mapping[str, Sentence] = {
    "editor": say("editor of everything"),
    "publisher": say("publisher of everything"),
    "owner": say("owner of everything"),
}
ROLE_AT: Mapping[str, str] = {
    "editor": _("editor of %(scope)s"),
    "publisher": _("publisher of %(scope)s"),
    "owner": _("owner of %(scope)s"),
}

PASSWORD = say("password")
ONE_TIME_CODE = say("one-time code")
PASSKEY = say("passkey")
AUTHENTICATOR_APP = say("authenticator app")
RECOVERY_CODE = say("recovery code")

# Only signs between values: the same in every language

ABOUT = "%(about)s: %(detail)s"
BECAME = "%(before)s → %(after)s"


def listed(sentences: Sequence[str], between: str = ", ") -> str:
    """``password, passkey`` of several sentences, of which there is at least one."""
    if len(sentences) == 1:
        return sentences[0]
    # Halves in halves: hundreds of roles nest only a few deep.
    half = len(sentences) // 2
    first, rest = listed(sentences[:half], between), listed(sentences[half:], between)
    return Sentence(f"%(first)s{between}%(rest)s", {"first": first, "rest": rest})
