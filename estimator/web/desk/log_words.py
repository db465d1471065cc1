"""The log's actions, and who did them, in the reader's language; what is written in the log itself is English."""

from flask_babel import lazy_gettext as _l

from estimator.sentences import marked as _
from estimator.store.stored_sentences import BY_DISK, BY_ESTIMATOR
from estimator.web.site import catalogue

WORDS = {
    "published": _l("published"),
    "undid": _l("undid"),
    "withdrew": _l("withdrew a clinic"),
    "put back": _l("published a withdrawn clinic again"),
    "renamed": _l("gave a clinic another short name"),
    "proposed": _l("proposed"),
    "began a draft": _l("began a draft"),
    "discarded": _l("discarded a draft"),
    "checked": _l("checked a price"),
    "set": _l("changed a setting"),
    "written to disk": _l("wrote the files"),
    "edited on disk": _l("took up an edit of the files"),
    "kept disk": _l("kept the files’ text"),
    "kept published": _l("kept the published text"),
    "merged": _l("merged both texts"),
    "took the release": _l("took the release’s figures into the draft"),
    "left the release": _l("left the release’s figures"),
    "added an account": _l("added an account"),
    "changed roles": _l("changed roles"),
    "disabled an account": _l("disabled an account"),
    "enabled an account": _l("enabled an account"),
    "reset a sign-in": _l("reset a sign-in"),
    "set a password": _l("set a password"),
    "changed the password": _l("changed the password"),
    "added an authenticator app": _l("added an authenticator app"),
    "removed an authenticator app": _l("removed an authenticator app"),
    "made new recovery codes": _l("made new recovery codes"),
    "used a recovery code": _l("used a recovery code"),
    "added a passkey": _l("added a passkey"),
    "removed a passkey": _l("removed a passkey"),
    "signed in": _l("signed in"),
    "signed out": _l("signed out"),
    "signed out everywhere else": _l("signed out everywhere else"),
}
"""Every action that is logged; a new one reads in English until it stands here."""


def in_words(action: str) -> str:
    """An action as the log's page says it."""
    return str(WORDS.get(action, action))


NOBODY = {BY_DISK: _("an edit on disk"), BY_ESTIMATOR: _("the program itself")}
"""Who did something, where that was nobody in particular."""


def who(by: str) -> str:
    """Who did something: a name, or what stands for nobody in particular."""
    return catalogue().ugettext(NOBODY[by]) if by in NOBODY else by
