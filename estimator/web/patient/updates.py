"""The public page of price updates, written from the publications: what changed, from which day. And its feed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.core.results import YouPay
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.comparing.change_words import in_words
from estimator.prices.comparing.changes import Change
from estimator.prices.schema.basics import Text
from estimator.web.filters import day, words
from estimator.web.links import link
from estimator.web.site import catalogue, language, site

if TYPE_CHECKING:  # Without a store nothing of it is imported.
    from estimator.store.database import Database
    from estimator.versions.comparing import PublicationComparer
    from estimator.versions.publications import Publication

bp = Blueprint("updates", __name__)

ON_A_PAGE = 10
MOST_COMPARED = 30
"""Publications compared for one page at most: many only note that a price was checked again."""

MOST_CHANGES = 40

SECTIONS = frozenset({"charges", "payers", "programs", "treatments", "clinic"})
"""What changes for patients; our sources, questions and explanations are not news."""

BEHIND_THE_SCENES = frozenset(
    {"source", "checked", "confidence", "note", "weight", "price_question", "coverage_question", "moves_with", "embed"}
)


@dataclass(frozen=True, slots=True)
class PriceUpdate:
    """
    A publication as patients read about it; `changes` are in words, None for the first price list.

    `effects` are what it does to reference patients who can be estimated before and after; None where nobody asked.
    """

    publication: "Publication"
    pending: bool
    changes: tuple[str, ...] | None
    effects: tuple[tuple[Text, YouPay, YouPay], ...] | None = None

    @property
    def title(self) -> str:
        """Its heading."""
        if self.changes is None:
            return str(_("The first price list"))
        return str(_("Changes of %(day)s", day=day(self.published)))

    @property
    def published(self) -> date:
        """The day of the publication, where the site stands."""
        return self.publication.at.astimezone().date()

    @property
    def more(self) -> int:
        """How many changes are not listed."""
        return max(0, len(self.changes or ()) - MOST_CHANGES)


@dataclass(frozen=True, slots=True)
class UpdatesPage:
    """One page of updates, and the number to go on from, if there are more."""

    updates: tuple[PriceUpdate, ...]
    older: int | None


def keeps_versions() -> bool:
    """Whether this site knows what its prices were before."""
    return "store" in current_app.extensions


@bp.get("/price-updates")
def show() -> ResponseReturnValue:
    """
    What changed in the national prices, newest first; `before` is the number to go on from.

    What a change does to typical patients stands beside the newest one, and beside the one of the number `patients`.
    """
    return _page(NATIONAL)


@bp.get("/c/<clinic>/price-updates")
def of_clinic(clinic: str) -> ResponseReturnValue:
    """The same of a clinic's own prices."""
    return _page(_clinic(clinic))


@bp.get("/price-updates.atom")
def feed() -> ResponseReturnValue:
    """The newest updates for feed readers."""
    return _feed(NATIONAL)


@bp.get("/c/<clinic>/price-updates.atom")
def feed_of_clinic(clinic: str) -> ResponseReturnValue:
    """The same of a clinic's own prices."""
    return _feed(_clinic(clinic))


def _clinic(id_: str) -> str:
    return id_ if id_ in site().prices.current.clinics else abort(404)


def _page(owner: str) -> str:
    before, patients = _number("before"), _number("patients")
    return render_template(
        "patient/updates.html",
        book=_book(owner),
        books=site().prices.current,
        page=_updates_page(owner, before, patients) if keeps_versions() else None,
        address=_address,
        most=MOST_CHANGES,
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _feed(owner: str) -> Response:
    if not keeps_versions():
        abort(404)
    book = _book(owner)
    clinic = book.tables.clinic
    endpoint, names = _endpoint("feed", owner)
    page = render_template(
        "patient/updates.xml",
        title=_("Price updates of %(clinic)s", clinic=words(clinic.name)) if clinic else _("Price updates"),
        notice=words(book.tables.texts.notice),
        here=_address(owner, _external=True),
        itself=url_for(endpoint, **names, _external=True),
        updates=_updates_page(owner, None, 0).updates,
    )
    return Response(page, mimetype="application/atom+xml")


def _book(owner: str) -> PriceBook:
    return site().prices.current.get(owner) or abort(404)


def _address(owner: str, **values: object) -> str:
    """The page of an owner's updates, in the language chosen."""
    endpoint, names = _endpoint("show", owner)
    return link(endpoint, **names, **values)


def _endpoint(kind: str, owner: str) -> tuple[str, dict[str, str]]:
    if owner == NATIONAL:
        return f"updates.{kind}", {}
    return {"show": "updates.of_clinic", "feed": "updates.feed_of_clinic"}[kind], {"clinic": owner}


def _updates_page(owner: str, before: int | None, patients: int | None) -> UpdatesPage:
    """Publications that are, were or will be in force, and changed something for patients; `patients` as in `show`."""
    from estimator.versions.comparing import states
    from estimator.versions.publications import Publications

    today = site().today()
    history = Publications(_store()).history(owner)[::-1]
    found = states(history, today)
    effective = [one for one in history if found[one.number] != "overtaken"]
    pairs = [*zip([None, *effective], effective, strict=False)][::-1]
    pairs = [(old, new) for old, new in pairs if before is None or new.number < before]
    compared = pairs[:MOST_COMPARED]
    updates = tuple(islice(_updates(compared, found, patients), ON_A_PAGE))
    last = updates[-1].publication.number if len(updates) == ON_A_PAGE else _last(compared)
    return UpdatesPage(updates, last if last is not None and last > pairs[-1][1].number else None)


def _last(compared: "Sequence[tuple[Publication | None, Publication]]") -> int | None:
    return compared[-1][1].number if compared else None


def _updates(
    pairs: "Sequence[tuple[Publication | None, Publication]]", found: Mapping[int, str], patients: int | None
) -> Iterator[PriceUpdate]:
    for old, new in pairs:
        pending = found[new.number] == "begins"
        if old is None:
            yield PriceUpdate(new, pending, None)
            continue
        changes = [change for change in comparing().changes(old, new) or () if is_news(change)]
        if changes:
            said = tuple(in_words(change, catalogue().ugettext, language()) for change in changes)
            asked = patients is None or patients == new.number
            patients = 0 if patients is None else patients
            yield PriceUpdate(new, pending, said, tuple(_effects(old, new)) if asked else None)


def _effects(old: "Publication", new: "Publication") -> Iterator[tuple[Text, YouPay, YouPay]]:
    for one in comparing().effects(old, new):
        if one.before is not None and one.after is not None:
            yield one.label, one.before.you_pay, one.after.you_pay


def is_news(change: Change) -> bool:
    """Whether a change is news for patients."""
    return change.path[0] in SECTIONS and not BEHIND_THE_SCENES.intersection(map(str, change.path))


def comparing() -> "PublicationComparer":
    """The app's `PublicationComparer`, which remembers what it has compared."""
    from estimator.versions.comparing import PublicationComparer

    if "comparing" not in current_app.extensions:
        current_app.extensions["comparing"] = PublicationComparer(_store())
    return cast("PublicationComparer", current_app.extensions["comparing"])


def _store() -> "Database":
    return cast("Database", current_app.extensions["store"])
