"""What day it is at a clinic, and what time: in its own time zone, where its file says one."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from estimator.web.desk.prices.owner_tables import tables_of
from estimator.web.desk.services import services
from estimator.web.site import site


def zone_of(owner: str) -> ZoneInfo | None:
    """The clinic's time zone as its draft says it, or what is published; None where neither does."""
    book = tables_of(owner).book
    zone = book.tables.clinic.time_zone if book and book.tables.clinic else None
    return ZoneInfo(zone) if zone else None


def now_at(owner: str) -> datetime:
    """The moment, in the clinic's time zone."""
    return services().now().astimezone(zone_of(owner))


def day_at(owner: str) -> date:
    """The clinic's day; the site's where it says no time zone."""
    zone = zone_of(owner)
    return services().now().astimezone(zone).date() if zone else site().today()
