"""A clinic's first draft: a short file with comments that says what can be said, and is valid as it stands."""

import re

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from estimator.accounts.accounts import EVERYWHERE, EVERYWHERE_IN_COMMANDS
from estimator.prices.book import NATIONAL
from estimator.prices.editing.yaml_values import scalar
from estimator.versions.drafts import DraftConflict
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.permissions import owner_of_everything
from estimator.web.desk.prices.owner_tables import bp, desk, snapshot
from estimator.web.desk.prices.price_form import is_address, not_an_address
from estimator.web.desk.services import PREFIX
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.site import site

LONGEST_NAME = 100

START = """\
# yaml-language-server: $schema=../schema/clinic.json
#
# A clinic's own price list. Everything that is left out keeps its national value.

clinic:
  name: {name}
  # city: Springfield
  # state: CO
  # Which treatments there are; without this line, all of them.
  # offers: [iv, im]

# Where the prices below come from, and when somebody last looked.
sources:
  {source}:
    title: {title}
{backed}

defaults:
  source: {source}
  checked: {today}
  confidence: high

# One price per charge: a day from which it holds, and the amount.
# charges:
#   infusion:
#     self_pay:
#       {today}: 420
"""


class NewClinicForm(DeskForm):
    """A clinic's id and name."""

    id = StringField(
        _l("Short name"),
        description=_l(
            "For links and files, such as lakeside-clinic: small letters, digits and -. It cannot be changed later."
        ),
    )
    name = StringField(_l("Name"), description=_l("As patients know it."))
    url = StringField(
        _l("Where is its price list on the web?"), description=_l("Leave it empty if it is not on the web.")
    )

    def checked(self) -> tuple[str, str, str] | None:
        """The id, the name and the address, or None with what is wrong beside the fields."""
        id_, name, url = self.text("id"), self.text("name"), self.text("url")
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", id_):
            self.problem("id", str(_("Use small letters, digits and -, and begin with a letter.")))
        elif id_ in _taken():
            self.problem("id", str(_("This short name is taken. Choose another one.")))
        if not name or len(name) > LONGEST_NAME:
            self.problem("name", str(_("Write a name of at most %(most)d letters.", most=LONGEST_NAME)))
        if not is_address(url):
            self.problem("url", not_an_address(url))
        return None if self.errors else (id_, name, url)


@bp.get("/new-clinic")
@owner_of_everything
def new_clinic() -> ResponseReturnValue:
    """The form."""
    return render_template("desk/prices/new_clinic.html", form=NewClinicForm())


@bp.post("/new-clinic")
@owner_of_everything
def begin_clinic() -> ResponseReturnValue:
    """Begin the draft; nothing is published until somebody publishes it."""
    form = NewClinicForm()
    found = form.checked()
    if found is None:
        return render_template("desk/prices/new_clinic.html", form=form), 400
    id_, name, url = found
    try:
        desk().edit(id_, {clinic_file(id_): first_text(id_, name, url)}, revision=0, by=current_person().name)
    except DraftConflict as error:
        form.problem("id", refusal(error))
        return render_template("desk/prices/new_clinic.html", form=form), 409
    flash(_("This is the first draft of %(name)s. Add its prices, then preview and publish it.", name=name))
    return redirect(url_for("desk_prices.overview", owner=id_))


def first_text(id_: str, name: str, url: str) -> bytes:
    """The file that a new clinic begins with; `url` is its price list's address, empty where it is not on the web."""
    if url:
        backed = f"    url: {scalar(url)}\n    kind: price-list"
    else:
        note = "The price list of the clinic itself, which is not on the web."
        backed = f"    kind: assumption\n    note: {note}"
    values = {
        "backed": backed,
        "name": scalar(name),
        "source": f"{id_[:50]}-prices",
        "title": scalar(f"Prices of {name}"),
        "today": site().today().isoformat(),
    }
    return START.format(**values).encode()


def _taken() -> set[str]:
    """Owners there are or were, and words that the desk's own addresses or the commands need."""
    rooms = {rule.rule.split("/")[2] for rule in current_app.url_map.iter_rules() if rule.rule.startswith(f"{PREFIX}/")}
    reserved = {*rooms, NATIONAL, EVERYWHERE, EVERYWHERE_IN_COMMANDS}
    return {*snapshot().owners, *snapshot().drafts, *reserved}
