"""
National figures that change from year to year, as flat texts of a form: plans' terms, programs' limits, coverage.

A plan's new terms begin on a day of their own and leave those before them; programs and coverage know no days, so what
is written holds from the day on which it is published. Bytes in, bytes out; raises CannotSplice where a person has to
edit the YAML instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast, get_args

from estimator.money import WHOLE, plain_amount
from estimator.prices.editing.sheet_texts import amounts_text, read_amounts
from estimator.prices.editing.slices import put, read, remove
from estimator.prices.editing.yaml_values import Tree
from estimator.prices.problems import KeyPath
from estimator.prices.schema.basics import AmountRange, BenefitClass, CoverageStatus, Text
from estimator.prices.schema.charges import Coverage
from estimator.prices.schema.files import Book
from estimator.prices.schema.payers import Benefit, LaterTerms, Profile, Program
from estimator.sentences import Sentence, say

Kind = Literal["plan", "program", "coverage"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Texts = dict[str, str]

TERMS = ("deductible", "drug_deductible", "out_of_pocket_maximum")
BENEFITS: tuple[BenefitClass, ...] = get_args(BenefitClass)
LIMITS = ("patient_pays", "per_treatment_max", "annual_max")
AMOUNTS = (*TERMS, *LIMITS)
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "plan": (*TERMS, *BENEFITS, "year"),
    "program": LIMITS,
    "coverage": ("status", "chance", "reason", "reason_es"),
}
PROVENANCE = ("source", "checked", "confidence", "note", "note_es")

LONGEST_REASON = 1_000
YEARS = (2020, 2090)


@dataclass(frozen=True, slots=True)
class YearlyEntry:
    """A plan, a program, or what a payer covers of a charge; `labels` say whose, from the outside in."""

    kind: Kind
    path: KeyPath
    labels: tuple[Text, ...]
    said: Profile | Program | Coverage

    @property
    def id(self) -> str:
        """Its path as one word of an address."""
        return ".".join(map(str, self.path))

    @property
    def fields(self) -> tuple[str, ...]:
        """What a form asks of it; of a plan only the benefit classes that it has."""
        if not isinstance(self.said, Profile):
            return FIELDS[self.kind]
        return tuple(name for name in FIELDS["plan"] if name not in BENEFITS or name in self.said.benefits)

    @property
    def days(self) -> tuple[date, ...]:
        """The days from which a plan has other terms."""
        return tuple(sorted(self.said.later)) if isinstance(self.said, Profile) else ()

    def source_on(self, day: date) -> "Profile | Program | Coverage | LaterTerms":
        """What carries the source of what holds on `day`."""
        begun = [start for start in self.days if start <= day]
        return self.said.later[begun[-1]] if begun and isinstance(self.said, Profile) else self.said

    def texts_on(self, day: date) -> Texts:
        """Each field's text, as it holds on `day`."""
        said = self.said
        if isinstance(said, Coverage):
            chance = "" if said.chance is None else plain_amount(said.chance)
            reason = {"reason": said.reason.en.strip(), "reason_es": (said.reason.es or "").strip()}
            return {"status": said.status, "chance": chance, **reason}
        if isinstance(said, Program):
            pays = {"patient_pays": plain_amount(said.patient_pays)}
            return pays | {name: _amounts(getattr(said, name)) for name in LIMITS[1:]}
        plan = said.on(day)
        found = {name: _amounts(getattr(plan, name)) for name in TERMS}
        found |= {name: _share(benefit) for name, benefit in plan.benefits.items()}
        return found | {"year": str(plan.year or "")}

    def provenance_on(self, day: date) -> Texts:
        """Source, day of the last look, confidence and note of what holds on `day`, as texts."""
        said = self.source_on(day)
        return {
            "source": " ".join(said.source),
            "checked": said.checked.isoformat() if said.checked else "",
            "confidence": said.confidence or "",
            "note": said.note.en.strip() if said.note else "",
            "note_es": (said.note.es or "").strip() if said.note else "",
        }


def yearly_entries(book: Book) -> Iterator[YearlyEntry]:
    """Every plan, program and coverage of the tables, in their order."""
    for payer, one in book.payers.items():
        for name, profile in one.profiles.items():
            yield YearlyEntry("plan", ("payers", payer, "profiles", name), (one.label, profile.label), profile)
    for name, program in book.programs.items():
        yield YearlyEntry("program", ("programs", name), (program.label,), program)
    for charge, billed in book.charges.items():
        for payer, coverage in billed.coverage.items():
            labels = (billed.label, book.payers[payer].label)
            yield YearlyEntry("coverage", ("charges", charge, "coverage", payer), labels, coverage)


def problems_of(entry: YearlyEntry, texts: Texts, mine: Mapping[str, str]) -> Iterator[tuple[str, Sentence]]:
    """What is wrong with the `texts` of all fields, by field; only those in `mine` were typed."""
    for name, text in mine.items():
        try:
            _value(entry, name, text, date.max)
        except ValueError as error:
            yield name, error.args[0]
    if entry.kind == "coverage" and (texts["status"] == "varies") != bool(texts["chance"]):
        if texts["chance"]:
            yield "chance", say("Only coverage that varies among plans has a chance. Leave it empty.")
        else:
            yield "chance", say("Write how many of 100 plans cover it.")


def with_yearly(data: bytes, entry: YearlyEntry, mine: Mapping[str, str], start: date | None) -> bytes:
    """
    `data` that says what was typed (`mine`, by field); of a plan from `start` on.

    What is not in `mine` stays as it is, in the words of the file. The texts have no mistakes.
    """
    path = entry.path if start is None else (*entry.path, "later", start.isoformat())
    said = read(data).said(path)
    group: dict[str, Tree] = dict(said) if isinstance(said, dict) else {}
    for name, text in mine.items():
        if name not in (*PROVENANCE, "year", "reason", "reason_es"):
            value = _value(entry, name, text, start or date.max)
            if name in BENEFITS:
                benefits = group.get("benefits")
                group["benefits"] = {**(benefits if isinstance(benefits, dict) else {}), name: value}
            else:
                group[name] = value
    for key in ("reason", "note"):
        if {key, f"{key}_es"} & mine.keys():
            group[key] = _words(group.get(key), mine.get(key), mine.get(f"{key}_es"))
    if "source" in mine and group.get("source") not in (mine["source"], mine["source"].split()):
        names: list[Tree] = [*mine["source"].split()]
        group["source"] = names
    group |= {key: mine[key] for key in ("checked", "confidence") if key in mine}
    data = put(data, path, {key: value for key, value in group.items() if value})
    if "year" in mine:
        where = (*entry.path, "year")
        data = put(data, where, mine["year"]) if mine["year"] else remove(data, where)
    return data


def _value(entry: YearlyEntry, name: str, text: str, day: date) -> Tree:
    """What a field's text is in the file; raises ValueError with a `Sentence`."""
    if name in AMOUNTS or name in BENEFITS:
        if not text:
            if entry.kind == "program" and name != "patient_pays":
                return ""
            raise ValueError(say("Write a value here. What ends without another value is taken away in the YAML."))
        return _benefit(entry, name, text, day) if name in BENEFITS else _range(text, one=name == "patient_pays")
    if name == "year" and text and not (text.isdecimal() and len(text) == 4 and YEARS[0] <= int(text) <= YEARS[1]):
        raise ValueError(say("Write a year such as 2027."))
    if name == "status" and text not in get_args(CoverageStatus):
        raise ValueError(say("Choose one of these."))
    if name == "chance" and text:
        low, _typical, high = read_amounts(_percents(text))
        if low != high:
            raise ValueError(say("'%(text)s' is not a percentage such as 15.", text=text[:40]))
        return plain_amount(low)
    if name == "reason" and not text:
        raise ValueError(say("Say why, in a sentence that patients read."))
    if name in ("reason", "reason_es") and len(text) > LONGEST_REASON:
        raise ValueError(say("Use at most %(most)s letters.", most=LONGEST_REASON))
    return text


def _benefit(entry: YearlyEntry, name: str, text: str, day: date) -> Tree:
    """A benefit class as it holds on `day`, with another share: percent, or else a copay."""
    assert isinstance(entry.said, Profile)
    before = entry.said.on(day).benefits[cast(BenefitClass, name)]
    first = before.deductible
    said: dict[str, Tree] = {"deductible": first if isinstance(first, str) else "yes" if first else "no"}
    if before.first_visits:
        visits = before.first_visits
        said["first_visits"] = {"number": str(visits.number), "copay": plain_amount(visits.copay)}
    key = "coinsurance" if text.endswith("%") else "copay"
    return said | {key: _range(_percents(text) if key == "coinsurance" else text)}


def _percents(text: str) -> str:
    """``15-20`` of ``15 % - 20 %``; percent and dollars have two digits after the point alike."""
    plain = text.replace("%", "").strip()
    if read_amounts(plain)[2] > WHOLE:
        raise ValueError(say("'%(text)s' is more than 100 percent", text=text[:40]))
    return plain


def _range(text: str, one: bool = False) -> Tree:
    low, typical, high = read_amounts(text)
    if low == high:
        return plain_amount(low)
    if one:
        raise ValueError(say("Write one amount here, such as 10."))
    return {"low": plain_amount(low), "typical": plain_amount(typical), "high": plain_amount(high)}


def _amounts(said: AmountRange | None) -> str:
    return amounts_text(*said.range) if said else ""


def _share(benefit: Benefit) -> str:
    if benefit.coinsurance:
        return f"{amounts_text(*benefit.coinsurance.range)} %"
    return f"${_amounts(benefit.copay)}"


def _words(said: Tree | None, english: str | None, spanish: str | None) -> Tree:
    """A text of the file with another English or Spanish half, where one is given."""
    before = said if isinstance(said, dict) else {"en": said or ""}
    both = {"en": before.get("en", "") if english is None else english}
    both["es"] = before.get("es", "") if spanish is None else spanish
    return both if both["es"] else both["en"]
