"""The states whose rules may matter to an estimate, by their two letters (USPS)."""

STATES: dict[str, str] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida",
    "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa",
    "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland",
    "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio",
    "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah",
    "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming",
}  # fmt: skip

IN_SPANISH: dict[str, str] = {
    "DC": "Distrito de Columbia", "HI": "Hawái", "LA": "Luisiana", "NH": "Nuevo Hampshire", "NJ": "Nueva Jersey",
    "NM": "Nuevo México", "NY": "Nueva York", "NC": "Carolina del Norte", "ND": "Dakota del Norte", "OR": "Oregón",
    "PA": "Pensilvania", "SC": "Carolina del Sur", "SD": "Dakota del Sur", "WV": "Virginia Occidental",
}  # fmt: skip
"""Those that are called something else in Spanish."""


def state_name(state: str, language: str) -> str:
    """What a state is called; its letters where they are none."""
    return (STATES | IN_SPANISH if language == "es" else STATES).get(state, state)


def state_names(language: str) -> list[tuple[str, str]]:
    """Every state's letters and name, by name."""
    names = STATES | IN_SPANISH if language == "es" else STATES
    return sorted(names.items(), key=lambda state: state[1])
