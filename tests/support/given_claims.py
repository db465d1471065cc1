"""
Files of given claims (see ``estimator adjudicate``) for the tests: read without the program's own reader, and written.

In the tests' values amounts are cents, rates basis points, days dates, yes and no booleans, as the plain ledger takes
them.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

DAYS = {"date", "as_of", "new_plan_from"}
NUMBERS = {"number", "plan_year_start"}
WORDS = {"benefit", "visit", "fill", "program", "network", "says", "source", "rule"}


def read(path: Path):
    """What a file says: `plan`, `claims`, and whatever a test expects of them."""
    return parsed(path.read_text(encoding="utf-8"))


def parsed(text: str):
    """The same of a file's text."""
    return value_of("", yaml.load(text, Loader=yaml.BaseLoader))


def value_of(key, given):
    """A value of the file, meaning what its key says it means."""
    if isinstance(given, dict):
        return {name: value_of(name, value) for name, value in given.items()}
    if isinstance(given, list):
        return [value_of(key, value) for value in given]
    if given == "null":
        return None
    if key in WORDS or key == "accumulator":
        return given
    if given in ("yes", "no"):
        return given == "yes"
    if key in DAYS:
        return date.fromisoformat(given)
    if key in NUMBERS:
        return int(given)
    if key == "deductible" and given == "drug":
        return given
    return round(Decimal(given) * 100)


def written(given):
    """The same as text for a file; YAML and JSON alike."""
    if isinstance(given, dict):
        return {
            name: str(value) if name in NUMBERS and value is not None else written(value)
            for name, value in given.items()
        }
    if isinstance(given, list):
        return [written(value) for value in given]
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int):
        return f"{given // 100}.{given % 100:02d}"
    return given.isoformat() if isinstance(given, date) else given


def as_yaml(given) -> str:
    """A whole file's text: plain scalars, keys in their order."""
    text = yaml.dump(written(given), sort_keys=False, default_flow_style=None, width=200)
    return text.replace("'", "")
