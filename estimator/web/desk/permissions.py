"""
Who may do what at whose tables.

The route's ``<owner>`` says whose; a decorator says which role it takes. Who is not signed in never gets this far.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from estimator.accounts.accounts import EVERYWHERE, ROLES, Role
from estimator.prices.book import NATIONAL
from estimator.prices.reading import may_name_clinic
from estimator.web.desk.services import services
from estimator.web.desk.sessions import current_person, signed_in
from estimator.web.filters import words
from estimator.web.site import site

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]


class NotAllowed(Forbidden):
    """The person's roles do not reach this far; the description is a sentence for them."""


def may(role: Role, owner: str) -> bool:
    """Whether the current person may do what `role` may at `owner`'s tables; False where nobody is signed in."""
    found = signed_in()
    return found is not None and found.account.may(role, owner)


def others_may_publish(owner: str) -> bool:
    """Whether anybody but the current person could agree to what they propose."""
    me = current_person().id
    others = (one for one in services().accounts.all() if one.id != me and one.disabled_at is None)
    return any(one.may("publisher", owner) for one in others)


def require(role: Role, owner: str) -> None:
    """Raises `NotAllowed` unless the current person has the role there."""
    if not may(role, owner):
        raise NotAllowed(_need(role, owner))


def editor_of(view: View[P, R]) -> View[P, R]:
    """For those who may write drafts of the route's ``<owner>``."""
    return _requiring("editor", view)


def publisher_of(view: View[P, R]) -> View[P, R]:
    """For those who may publish the tables of the route's ``<owner>``, and undo."""
    return _requiring("publisher", view)


def owner_of(view: View[P, R]) -> View[P, R]:
    """For those who may decide about the tables of the route's ``<owner>``: settings, log."""
    return _requiring("owner", view)


def owner_of_any(view: View[P, R]) -> View[P, R]:
    """For owners of anything; the view has to limit itself to `current_person().scopes("owner")`."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_person().scopes("owner"):
            raise NotAllowed(_("Only owners can open this page. Ask one of them, or ask them for the role."))
        return view(*args, **kwargs)

    return _taking("owner of anything", checked)


def owner_of_everything(view: View[P, R]) -> View[P, R]:
    """For owners of everything: what concerns the whole site."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        require("owner", EVERYWHERE)
        return view(*args, **kwargs)

    return _taking("owner of everything", checked)


def name_of_owner(owner: str) -> str:
    """Whose tables, in words: a clinic's name, the national ones, or everything."""
    if owner == EVERYWHERE:
        return str(_("all price tables"))
    if owner == NATIONAL:
        return str(_("the national price tables"))
    book = site().prices.current.clinics.get(owner)
    if book is None and (gone := site().prices.withdrawn(owner)):
        book = gone[0]
    return words(book.tables.clinic.name) if book and book.tables.clinic else owner


def name_of_role(role: Role) -> str:
    """A role's name, as it stands in a list."""
    names = {"editor": _("Editor"), "publisher": _("Publisher"), "owner": _("Owner")}
    return str(names[role])


def _requiring(role: Role, view: View[P, R]) -> View[P, R]:
    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        owner = str(kwargs["owner"])
        if owner != NATIONAL and not may_name_clinic(owner):
            # Nobody's name, and perhaps none that a database takes.
            abort(404)
        require(role, owner)
        return view(*args, **kwargs)

    return _taking(f"{role} of `<owner>`", checked)


def _taking(whom: str, checked: View[P, R]) -> View[P, R]:
    """The view, with a word on it for whom it is: docs/security.md is made from it."""
    checked.takes = whom  # type: ignore[attr-defined]
    return checked


def _need(role: Role, owner: str) -> str:
    whose = name_of_owner(owner)
    sentences = {
        "editor": _("You have no role at %(whose)s. An owner can give you one.", whose=whose),
        "publisher": _("Only publishers and owners of %(whose)s can do this. You can ask one of them.", whose=whose),
        "owner": _("Only owners of %(whose)s can do this. You can ask one of them.", whose=whose),
    }
    return str(sentences[role])


assert set(ROLES) == {"editor", "publisher", "owner"}
