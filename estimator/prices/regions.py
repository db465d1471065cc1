"""The four regions of the US Census Bureau, for which posted prices are told apart."""

from typing import Literal

Region = Literal["northeast", "midwest", "south", "west"]

_STATES: dict[Region, str] = {
    "northeast": "CT MA ME NH NJ NY PA RI VT",
    "midwest": "IA IL IN KS MI MN MO ND NE OH SD WI",
    "south": "AL AR DC DE FL GA KY LA MD MS NC OK SC TN TX VA WV",
    "west": "AK AZ CA CO HI ID MT NM NV OR UT WA WY",
}

REGION_OF: dict[str, Region] = {state: region for region, states in _STATES.items() for state in states.split()}
"""State -> region; territories belong to none."""
