"""What publishing the draft would do: changes in words, what reference patients would pay, and what needs a look."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from estimator.core.answer_values import EARLIEST, LATEST
from estimator.prices.book import NATIONAL, PriceBook, PriceBooks
from estimator.prices.comparing.changes import changes
from estimator.prices.problems import Problem
from estimator.versions import previewing
from estimator.versions.checking import Checked
from estimator.versions.corrections import CannotCarry, Step, steps
from estimator.versions.drafts import Proposal
from estimator.versions.previewing import Preview, alert_key
from estimator.versions.publications import Publication
from estimator.versions.snapshot import Work
from estimator.web.desk.permissions import editor_of, may
from estimator.web.desk.prices.owner_tables import OwnerTables, bp, desk, tables_of
from estimator.web.desk.prices.price_form import not_a_day
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.links import link
from estimator.web.patient.forms import AnswersForm
from estimator.web.patient.pages import estimate_page
from estimator.web.site import site


@dataclass(frozen=True, slots=True)
class PublishInputs:
    """What was typed on the page: the day of publishing, the patients' first day, the reason, the ticks."""

    when: str = "now"
    begins: str = ""
    day: str = ""
    why: str = ""
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class PreviewedDraft:
    """
    A draft on its page.

    `ahead` are the steps of a correction made while other versions wait, `later` what those after the first do.
    `found` is None where it has errors or what is published cannot be read; `alerts` are those that need a tick.
    `threshold` (basis points) and `over` say whether a second person has to agree.
    """

    work: Work
    checked: Checked
    begins: date
    found: Preview | None
    alerts: tuple[tuple[str, Problem], ...]
    threshold: int | None
    ahead: tuple[Step, ...] = ()
    later: tuple[tuple[Step, Preview | None], ...] = ()
    cannot_carry: str = ""

    @property
    def over(self) -> bool:
        """Whether a second person has to agree; always where what was published cannot be compared."""
        if self.threshold is None or self.work.base is None:
            return False
        every = (self.found, *(found for _step, found in self.later))
        return any(one is None or one.before is None or one.largest_move > self.threshold for one in every)

    @property
    def largest_move(self) -> int:
        """The largest move of any reference patient's typical amount, in basis points."""
        return max(found.largest_move for found in (self.found, *(one for _step, one in self.later)) if found)

    @property
    def waiting(self) -> Publication | None:
        """What is published and has not begun: nothing may begin before it."""
        latest = self.work.latest
        return latest if latest and latest.in_force_from > site().today() else None

    @property
    def proposal(self) -> Proposal | None:
        return self.work.draft.proposal if self.work.draft else None

    @property
    def mine(self) -> bool:
        """Whether the person who looks is the one who proposed."""
        return self.proposal is not None and self.proposal.by == current_person().name


@bp.get("/<owner>/preview")
@editor_of
def preview(owner: str) -> ResponseReturnValue:
    """The page before publishing; `from` is the day it would begin, `day` the one on which patients would start."""
    begins, why = request.args.get("from", ""), request.args.get("why", "")
    work = tables_of(owner).work
    proposal = work.draft.proposal if work.draft else None
    if proposal:
        begins, why = begins or proposal.in_force_from.isoformat(), why or proposal.why
    else:
        begins = begins or _suggested(tables_of(owner))
    soon = day_of(begins) or site().today()
    when = "from" if soon > site().today() else "now"
    return preview_page(owner, PublishInputs(when, begins, request.args.get("day", ""), why))


def preview_page(
    owner: str, inputs: PublishInputs, trouble: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page with what was typed; `trouble` are sentences by the field they are about, "" the whole page."""
    tables = tables_of(owner)
    begins = day_of(inputs.begins) if inputs.when == "from" else None
    previewed = _previewed(tables, max(begins or site().today(), site().today()), day_of(inputs.day))
    page = render_template(
        "desk/prices/preview.html",
        owner=owner,
        tables=tables,
        previewed=previewed,
        inputs=inputs,
        trouble=trouble or {},
        may_publish=may("publisher", owner),
    )
    return page, status


def _previewed(tables: OwnerTables, begins: date, day: date | None) -> PreviewedDraft:
    work, found, later, cannot = tables.work, None, [], ""
    ahead: tuple[Step, ...] = ()
    try:
        ahead = steps(tables.snapshot, work, begins) if work.draft else ()
    except CannotCarry as error:
        cannot = refusal(error)
    checked = tables.check(ahead[0].files if ahead else work.files, begins)
    if work.draft is not None and checked.book is not None:
        found = previewing.preview(tables.snapshot, work.owner, checked, begins, day)
    for step in ahead[1:]:
        then = tables.check(step.files, step.day)
        later.append(
            (step, previewing.preview(tables.snapshot, work.owner, then, step.day, day) if then.book else None)
        )
        checked = checked if then.book else then
    every = [one for one in (found, *(one for _step, one in later)) if one]
    alerts = [alert for one in every for alert in one.alerts]
    if work.draft and checked.book and not found:
        alerts = [*checked.alerts]
    keyed = {alert_key(alert): alert for alert in alerts}
    threshold = desk().threshold(work.owner)
    return PreviewedDraft(work, checked, begins, found, tuple(keyed.items()), threshold, ahead, tuple(later), cannot)


def _suggested(tables: OwnerTables) -> str:
    """
    The day that the page proposes, or none, for at once.

    Prices begin on their own days. Where all of them begin on a later day, and something changes that knows no day,
    such as a discount, the whole waits for that day; and nothing goes ahead of a version that waits unless it begins
    before.
    """
    today, latest = site().today(), tables.work.latest
    old, new = tables.published_book, tables.checked.book
    if not tables.work.draft or old is None or new is None:
        return ""
    waits = latest.in_force_from if latest and latest.in_force_from > today else None
    found = changes(old.tables, new.tables)
    starts = [change.start for change in found if change.start is not None]
    undated = [change for change in found if change.start is None and "packages" not in change.path]
    first = min(starts, default=today)
    if waits and first >= waits:
        return waits.isoformat()
    return first.isoformat() if undated and first > today and not waits else ""


@bp.get("/<owner>/preview/estimate")
@editor_of
def preview_estimate(owner: str) -> ResponseReturnValue:
    """A patient's page as it would look with the draft's prices; the answers stand in the query, as in any link."""
    book = tables_of(owner).checked.book or abort(404)
    answers = MultiDict(request.args)
    answers.setlist("clinic", [owner])
    form = AnswersForm.filled(_books_with(owner, book), answers, site().today())
    found = form.answers() or abort(404)
    inside = _link_in(owner)
    return estimate_page(form, *found, "desk/prices/estimate.html", owner=owner, link=inside, url_for=inside)


def _books_with(owner: str, book: PriceBook) -> PriceBooks:
    if owner == NATIONAL:
        return PriceBooks(book, {})
    national = tables_of(owner).national_book or abort(404)
    return PriceBooks(national, {owner: book})


def _link_in(owner: str) -> Any:
    """Links as on the patient's page, but another estimate is a preview of the same draft again."""

    def inside(endpoint: str, **values: Any) -> str:
        if endpoint != "patient.show_estimate":
            return link(endpoint, **values)
        values = {name: text for name, text in values.items() if name not in ("prices", "was")}
        return url_for("desk_prices.preview_estimate", owner=owner, **values)

    return inside


def day_of(text: str) -> date | None:
    """A day as a form or a link writes it, or None."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def bad_day(text: str) -> str:
    """The sentence beside a day that cannot be read."""
    if not text.strip():
        return str(_("Choose the day, like 2027-01-31."))
    return not_a_day(text)
