"""The time zones of the United States: which a clinic may choose, and the usual one of each state."""

from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name

from estimator.web.site import locale

ZONES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
}
"""Each zone with the states most of whose people live by it."""


def zone_of_state(state: str) -> str:
    """The usual time zone of a state; empty where the state is not known."""
    return next((zone for zone, states in ZONES.items() if state and state in states.split()), "")


def zone_words(zone: str) -> str:
    """``Mountain Time (Denver)``, in the reader's language."""
    name = get_timezone_name(ZoneInfo(zone), width="long", zone_variant="generic", locale=locale())
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{name} ({city})"
