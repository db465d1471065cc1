"""Publishing the draft, proposing it to a second person, throwing it away."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.versions.drafts import DraftConflict, Proposal
from estimator.versions.publications import Publication, PublicationConflict, PublicationRefused
from estimator.versions.publishing import PublishRequest
from estimator.web.desk.permissions import editor_of, publisher_of
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, name_of, tables_of
from estimator.web.desk.prices.preview import PublishInputs, bad_day, day_of, preview_page
from estimator.web.desk.prices.restoring_drafts import discarded_page
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.filters import day
from estimator.web.query import UNPRINTABLE
from estimator.web.site import site

LONGEST_REASON = 500


@bp.post("/<owner>/publish")
@publisher_of
def publish(owner: str) -> ResponseReturnValue:
    """Publish the draft that was seen; whatever stands against it is said on the preview, with what was typed."""
    inputs = _inputs()
    trouble = _trouble(inputs)
    if trouble:
        return preview_page(owner, inputs, trouble, 400)
    begins = day_of(inputs.begins) if inputs.when == "from" else None
    try:
        asked = PublishRequest(
            owner=owner,
            revision=_revision(),
            by=current_person().name,
            why=inputs.why,
            in_force_from=begins or site().today(),
            ticked=inputs.ticked,
        )
        done = desk().publish(asked)
    except PublicationConflict as error:
        flash(refusal(error), "trouble")
        return redirect(url_for("desk_prices.merge", owner=owner, **_kept(inputs)))
    except (PublicationRefused, DraftConflict) as error:
        forget_tables()
        return preview_page(owner, inputs, {"": refusal(error)}, 409)
    _say_done(done)
    forget_tables()
    last = tables_of(owner).work.latest
    if isinstance(done, Publication) and last and last.number > done.number:
        flash(
            _(
                "What waits is published once more with this: version %(number)d begins on %(day)s.",
                number=last.number,
                day=day(last.in_force_from),
            )
        )
    return redirect(
        url_for("desk_prices.preview" if isinstance(done, Proposal) else "desk_prices.overview", owner=owner)
    )


@bp.post("/<owner>/discard")
@editor_of
def discard(owner: str) -> ResponseReturnValue:
    """Throw away the draft that was seen; its page can bring it back. Somebody else's change is looked at first."""
    work, name = tables_of(owner).work, name_of(owner)
    try:
        if work.draft is None or work.revision != _revision():
            raise DraftConflict(work.draft)
        desk().discard(owner, revision=work.revision, by=current_person().name)
    except DraftConflict as error:
        flash(refusal(error), "trouble")
        return redirect(url_for("desk_prices.preview", owner=owner))
    forget_tables()
    return discarded_page(owner, work.draft, name, known=work.latest is not None)


def _inputs() -> PublishInputs:
    form = request.form
    return PublishInputs(
        when="from" if form.get("when") == "from" else "now",
        begins=form.get("begins", ""),
        day=form.get("day", ""),
        why=" ".join(UNPRINTABLE.sub(" ", form.get("why", "")).split()),
        ticked=frozenset(form.getlist("tick")),
    )


def _trouble(inputs: PublishInputs) -> dict[str, str]:
    found = {}
    if not inputs.why:
        found["why"] = str(_("Write why. It stands in the history, beside your name."))
    elif len(inputs.why) > LONGEST_REASON:
        found["why"] = str(_("Use at most %(most)d letters.", most=LONGEST_REASON))
    if inputs.when == "from":
        begins = day_of(inputs.begins)
        if begins is None:
            found["begins"] = bad_day(inputs.begins)
        elif begins < site().today():
            found["begins"] = str(_("What patients were told before cannot be changed. Choose today or a later day."))
    elif day_of(inputs.begins) not in (None, site().today()):
        found["begins"] = str(_("A day is typed here, and At once is chosen. Choose From a day, or empty the day."))
    return found


def _kept(inputs: PublishInputs) -> dict[str, Any]:
    """The reason and the day go along to the merge, and from there back to the preview."""
    return {"why": inputs.why, "from": inputs.begins if inputs.when == "from" else None}


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _say_done(done: Publication | Proposal) -> None:
    if isinstance(done, Proposal):
        flash(_("This moves what patients pay so much that a second person has to agree. It is proposed to them now."))
    elif done.in_force_from > site().today():
        flash(
            _("Version %(number)d is published. It begins on %(day)s.", number=done.number, day=day(done.in_force_from))
        )
    else:
        flash(_("Version %(number)d is published and in force.", number=done.number))
