"""Many fields of a price sheet at once: a list pasted from a spreadsheet, and every price raised by a percentage."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from estimator.money import WHOLE, divided
from estimator.prices.editing.sheet_rows import SheetRow
from estimator.prices.editing.sheet_texts import Sheet, Texts, amounts_text, places, read_amounts

_PRICE = r"\$?\s?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,2})?"
_LINE = re.compile(rf"(?P<name>.*?)[\s,;:|]+(?P<price>{_PRICE}(?:\s*[-–—]\s*{_PRICE})?)\s*")
_PACKAGE = re.compile(r"\b(?:package|pack|bundle|paquete)\b")
_NUMBER = re.compile(r"\b([0-9]{1,3})\b")

ENOUGH: Final = 0.4
"""A name and a label are alike from this part of shared words on (shared by all words of both)."""

SAME_WORDS = {
    **dict.fromkeys(("drip", "iv", "infusions", "infusion", "infusiones"), "infusion"),
    **dict.fromkeys(("intake", "consult", "consultation", "evaluacion", "consulta"), "evaluation"),
    **dict.fromkeys(("shot", "im", "injection", "inyeccion"), "shot"),
    **dict.fromkeys(("follow", "followup", "control", "seguimiento"), "follow"),
    **dict.fromkeys(("therapy", "counseling", "psychotherapy", "psicoterapia"), "psychotherapy"),
    **dict.fromkeys(("boosters", "maintenance", "refuerzo", "refuerzos"), "booster"),
    **dict.fromkeys(("virtual", "online", "telehealth", "zoom", "video"), "video"),
    **dict.fromkeys(("psychiatrist", "psychiatry", "psychiatric", "psiquiatrica", "psiquiatra"), "psychiatric"),
    **dict.fromkeys(("monitoring", "observation", "observacion"), "observation"),
    **dict.fromkeys(("sitter", "guide", "guided", "therapist", "terapeuta"), "therapist"),
    **dict.fromkeys(("initial", "inicial", "primera", "new"), "first"),
    "56mg": "56",
    "84mg": "84",
}
_SAY_NOTHING = frozenset(
    re.findall(
        r"\w+",
        "a about an and de del doctor el en in la los of on or para por the to with con s session sessions sesion"
        " sesiones visit clinic each per minutes minutos hour mg up 2 40 60 ketamine ketamina medication price precio",
    )
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """`texts` are the fields that a pasted list fills, `unmatched` its lines that nobody could place."""

    texts: Texts
    unmatched: tuple[str, ...]


def pasted(sheet: Sheet, text: str) -> Pasted:
    """The fields that the lines of a list fill, each a name and a price; a package says how many sessions it has."""
    found: Texts = {}
    unmatched = []
    for line in filter(str.strip, text.splitlines()):
        name, price = _cells(line)
        row = _row_named(sheet.rows, name)
        if row is None and not _words(name) and _PACKAGE.search(_plain(name)):
            # A package of nothing else is one of the first treatment's sessions.
            row = next((one for one in sheet.rows if one.charge == one.main), None)
        if not price or row is None:
            unmatched.append(line.strip())
        elif _PACKAGE.search(_plain(name)) and row.sells and (number := _NUMBER.search(name)):
            place = places(sheet.texts | found, f"package-{row.charge}")
            for at in range(place):
                if (sheet.texts | found).get(f"package-{row.charge}-{at}-sessions") == number[1]:
                    place = at
            found |= {f"package-{row.charge}-{place}-sessions": number[1]}
            found |= {f"package-{row.charge}-{place}-price": price}
        else:
            found[f"price-{row.charge}"] = price
            found[f"included-{row.charge}"] = ""
    return Pasted(found, tuple(unmatched))


def _cells(line: str) -> tuple[str, str]:
    """The name and the price of a line; no price where there is none."""
    if "\t" in line or '"' in line:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter="\t" if "\t" in line else ","))]
        prices = [cell for cell in cells[1:] if re.fullmatch(rf"{_PRICE}(?:\s*[-–—]\s*{_PRICE})?", cell)]
        return cells[0], _amounts(prices[0]) if prices else ""
    match = _LINE.fullmatch(line.strip())
    return (match["name"], _amounts(match["price"])) if match else (line, "")


def _amounts(text: str) -> str:
    try:
        return amounts_text(*read_amounts(text))
    except ValueError:
        return ""


def _row_named(rows: list[SheetRow], name: str) -> SheetRow | None:
    """The row whose label, in either language, is most like `name`; None where none is, or two are equally."""
    words = _words(name)
    alike = sorted(
        (
            (max(_alike(words, _words(label)) for label in (row.label.en, row.label.es or row.label.en)), row)
            for row in rows
        ),
        key=lambda one: -one[0],
    )
    best = [row for score, row in alike if score == alike[0][0]] if alike and alike[0][0] >= ENOUGH else []
    return best[0] if len(best) == 1 else None


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _words(text: str) -> frozenset[str]:
    plain = _NUMBER.sub(" ", _plain(text)) if _PACKAGE.search(_plain(text)) else _plain(text)
    words = re.findall(r"[a-z0-9]+", _PACKAGE.sub(" ", plain))
    return frozenset(SAME_WORDS.get(word, word) for word in words if word not in _SAY_NOTHING)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def raised(texts: Mapping[str, str], basis_points: int, step: int) -> Texts:
    """Every amount of `texts` that can be read, more by `basis_points` (less below 0), rounded to `step` cents."""
    return {name: _raised(text, basis_points, step) for name, text in texts.items() if text and _is_money(name)}


def _is_money(name: str) -> bool:
    return name.startswith(("price-", "insured-")) or (name.endswith("-price") and not name.startswith("discount"))


def _raised(text: str, basis_points: int, step: int) -> str:
    try:
        low, typical, high = read_amounts(text)
    except ValueError:
        return text
    more = [divided(cents * (WHOLE + basis_points), WHOLE * step) * step for cents in (low, typical, high)]
    if text == "-".join(amounts_text(one, one, one) for one in dict.fromkeys((low, high))):
        # A middle that goes without saying stays one.
        return "-".join(amounts_text(one, one, one) for one in dict.fromkeys((more[0], more[2])))
    return amounts_text(*more)
