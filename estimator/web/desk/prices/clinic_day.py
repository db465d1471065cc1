"""What day it is at a clinic, in its own time zone, where its file says one; how long ago a day was."""

from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from flask import request
from flask_babel import gettext as _

from estimator.prices.book import NATIONAL
from estimator.web.desk.prices.owner_tables import tables_of
from estimator.web.desk.services import services
from estimator.web.site import locale, site


def zone_of(owner: str) -> ZoneInfo | None:
    """The clinic's time zone as its draft says it, or what is published; None where neither does."""
    book = tables_of(owner).book
    zone = book.tables.clinic.time_zone if book and book.tables.clinic else None
    return ZoneInfo(zone) if zone else None


def day_at(owner: str) -> date:
    """The clinic's day; the site's where it says no time zone."""
    return day_in_zone(zone_of(owner))


def day_in_zone(zone: ZoneInfo | None) -> date:
    """What day it is in a time zone; the site's day without one."""
    return services().now().astimezone(zone).date() if zone else site().today()


def age(checked: date) -> str:
    """``3 months ago``; of today ``today``, on the day of the owner whose page it is."""
    gone = checked - day_at(str((request.view_args or {}).get("owner", NATIONAL)))
    return format_timedelta(gone, "day", threshold=1, add_direction=True, locale=locale()) if gone else str(_("today"))
