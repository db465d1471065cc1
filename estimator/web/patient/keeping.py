"""How an estimate is kept without an account: its link, the link as a code for a phone, files to take along."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from estimator.core.results import Estimate
from estimator.web.filters import amounts_in_link
from estimator.web.links import link
from estimator.web.patient.calendar_file import ASSUMED_START
from estimator.web.qr import qr_svg
from estimator.web.query import permanent_query


@dataclass(frozen=True, slots=True)
class Kept:
    """
    Whole addresses: `link` leads to the same estimate on any day and remembers what it said, with the prices of now.

    `spreadsheet` and `calendar` are files.
    """

    link: str
    spreadsheet: str
    calendar: str

    @property
    def code(self) -> Markup:
        """The link for a phone's camera; nothing where no code holds it. Some milliseconds: only where it is shown."""
        return qr_svg(self.link, _("This estimate's link, for the camera of a phone"))


def kept(exact: Estimate) -> Kept:
    """Of an estimate to the cent."""
    permanent = permanent_query(exact.answers)
    remembered = {"prices": exact.book.version, "was": amounts_in_link(exact.you_pay)}
    assumed = {ASSUMED_START: "yes"} if "start" in exact.answers.assumed else {}
    return Kept(
        url_for("patient.show_estimate", _external=True, **permanent, **remembered),
        link("download.show", **permanent),
        link("patient.calendar", **permanent, **assumed),
    )
