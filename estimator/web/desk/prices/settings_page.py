"""What owners decide for their tables: above which move of a patient's cost a second person has to agree."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from estimator.money import parse_percent
from estimator.versions.desk_queries import SECOND_PERSON_ABOVE
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.permissions import owner_of
from estimator.web.desk.prices.owner_tables import bp, desk, tables_of
from estimator.web.desk.sessions import current_person


class SettingsForm(DeskForm):
    """The owner's settings."""

    second_person_above = StringField(
        _l("A second person has to agree above"),
        description=_l(
            "In percent of what a reference patient typically pays, such as 10. Leave it empty if nobody has to agree."
        ),
    )

    def basis_points(self) -> int | None:
        """The threshold, None where there is none; a mistake is said beside the field."""
        text = self.text("second_person_above").removesuffix("%").strip()
        if not text:
            return None
        try:
            return parse_percent(text)
        except ValueError:
            self.problem("second_person_above", str(_("'%(text)s' is not a percentage from 0 to 100.", text=text[:40])))
            return None


@bp.get("/<owner>/settings")
@owner_of
def settings(owner: str) -> ResponseReturnValue:
    """The settings as they are."""
    tables_of(owner)
    threshold = desk().threshold(owner)
    return _page(owner, SettingsForm(second_person_above="" if threshold is None else f"{threshold / 100:g}"))


@bp.post("/<owner>/settings")
@owner_of
def change_settings(owner: str) -> ResponseReturnValue:
    """Keep them; the log says who did."""
    tables_of(owner)
    form = SettingsForm()
    points = form.basis_points()
    if form.errors:
        return _page(owner, form), 400
    if points != desk().threshold(owner):
        value = None if points is None else str(points)
        desk().settings.set(owner, SECOND_PERSON_ABOVE, value, current_person().name)
    flash(_("The settings are kept."))
    return redirect(url_for("desk_prices.settings", owner=owner))


def _page(owner: str, form: SettingsForm) -> str:
    return render_template("desk/prices/settings.html", owner=owner, form=form)
