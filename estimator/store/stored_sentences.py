"""
What the program itself writes into the store for people to read: reasons that nobody typed, details of the log.

They are stored in English, said with `say` and a template from here, which is how `recognising` finds them again to
show them in the reader's language. A template that was ever written stays here: what is stored is never changed.
"""

from collections.abc import Mapping

from estimator.sentences import marked as _

Templates = tuple[str, ...]

# Who did it, where that was nobody in particular

BY_DISK = "edited on disk"
BY_ESTIMATOR = "estimator"

# Why something was published

AT_THE_FIRST_START = _("what the folder held at the first start")
EDITS: Mapping[tuple[str, ...], str] = {
    ("edited",): _("edited: %(edited)s"),
    ("new",): _("new: %(new)s"),
    ("removed",): _("removed: %(removed)s"),
    ("edited", "new"): _("edited: %(edited)s; new: %(new)s"),
    ("edited", "removed"): _("edited: %(edited)s; removed: %(removed)s"),
    ("new", "removed"): _("new: %(new)s; removed: %(removed)s"),
    ("edited", "new", "removed"): _("edited: %(edited)s; new: %(new)s; removed: %(removed)s"),
}
"""Which files an edit changed, by what happened to them."""
KEPT_FROM_DISK = _("edited on disk; kept by %(by)s")
MERGED = _("edited on disk; merged by %(by)s")
WAITS_AGAIN = _("edited on disk; version %(number)s waits again, merged")
MERGED_WITH_WAITING = _("version %(number)s and the edit on disk, merged by %(by)s")
UNDO = _("Undo of version %(number)s")
CHECKED_AGAIN = _("Checked again and still right: %(price)s")

REASONS: Templates = (
    *(AT_THE_FIRST_START, *EDITS.values()),
    *(KEPT_FROM_DISK, MERGED, WAITS_AGAIN, MERGED_WITH_WAITING, UNDO, CHECKED_AGAIN),
)
"""Every reason that the program gives, or offers."""

# Details of the log: about tables

FIRST_VERSION = _("version %(number)s, at the first start")
PUBLISHED = _("version %(number)s, from %(day)s: %(why)s")
UNDID = _("version %(undone)s; version %(number)s, from %(day)s: %(why)s says what version %(before)s said")
WRITTEN = _("version %(number)s")
TAKEN_UP = _("version %(number)s: %(why)s")
EDIT_WAS = _("version %(number)s; the edit was %(held)s")
EDIT_WAS_NO_FILE = _("version %(number)s; the edit was none")
DRAFT_FROM = _("from version %(number)s")
DRAFT_GONE = _("the draft at revision %(revision)s")
DRAFT_SAYS_THE_SAME = _("the draft came to say what is published")

SETTING = "%(setting)s: %(value)s"
SETTINGS: Templates = (_("second_person_above"), _("second_factor_required"))
NOT_SET = _("not set")
SETTING_VALUES: Templates = (NOT_SET, _("yes"))

# Details of the log: about accounts. What is only signs between values is the same in every language.

ABOUT = "%(account)s: %(detail)s"

WITH_THE_SECOND_STEP = _("with the second step")

NO_ROLE = _("no role")
ROLE_EVERYWHERE: Mapping[str, str] = {
    "editor": _("editor of everything"),
    "publisher": _("publisher of everything"),
    "owner": _("owner of everything"),
}
ROLE_AT: Mapping[str, str] = {
    "editor": _("editor of %(scope)s"),
    "publisher": _("publisher of %(scope)s"),
    "owner": _("owner of %(scope)s"),
}
MORE_ROLES = "%(role)s, %(roles)s"
CHANGED_ROLES = "%(before_roles)s → %(roles)s"

PASSWORD = _("password")
ONE_TIME_CODE = _("one-time code")
PASSKEY = _("passkey")
AUTHENTICATOR_APP = _("authenticator app")
RECOVERY_CODE = _("recovery code")
TWO_STEPS = "%(first)s, %(second)s"

_ONE_ROLE: Templates = (*ROLE_EVERYWHERE.values(), *ROLE_AT.values())
_ROLES: Templates = (NO_ROLE, *_ONE_ROLE, MORE_ROLES)
_STEPS: Templates = (PASSWORD, ONE_TIME_CODE, PASSKEY, AUTHENTICATOR_APP, RECOVERY_CODE)

PARTS: Mapping[str, Templates] = {
    "why": REASONS,
    "setting": SETTINGS,
    "value": SETTING_VALUES,
    "detail": (WITH_THE_SECOND_STEP, CHANGED_ROLES, *_ROLES, *_STEPS, TWO_STEPS),
    "role": _ONE_ROLE,
    "roles": _ROLES,
    "before_roles": _ROLES,
    "first": _STEPS,
    "second": _STEPS,
}
"""Sentences that may stand as a value in others, by the value's name; anything else there is somebody's own words."""

DETAILS: Mapping[str, Templates] = {
    "published": (FIRST_VERSION, PUBLISHED),
    "undid": (UNDID,),
    "checked": REASONS,
    "began a draft": (DRAFT_FROM,),
    "discarded": (DRAFT_GONE, DRAFT_SAYS_THE_SAME),
    "set": (SETTING,),
    "written to disk": (WRITTEN,),
    "edited on disk": (TAKEN_UP,),
    "kept disk": (EDIT_WAS, EDIT_WAS_NO_FILE),
    "kept published": (EDIT_WAS, EDIT_WAS_NO_FILE),
    "merged": (EDIT_WAS, EDIT_WAS_NO_FILE),
    **dict.fromkeys(("added an account", "changed roles", "reset a sign-in", "signed in"), (ABOUT,)),
}
"""The details of the log by action; actions that are not here have none but names."""
