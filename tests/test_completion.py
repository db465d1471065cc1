"""What the YAML editor suggests where the cursor stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from estimator.prices import schema
from estimator.prices.editing.completion import REFERS, Completion, Known, complete
from estimator.prices.editing.outline import lines_of, outline
from estimator.prices.reading import read_clinic, read_national
from estimator.prices.schema import ClinicFile, NationalFile

PRICING = Path(__file__).resolve().parent.parent / "pricing"
FILES = {
    path.relative_to(PRICING).as_posix(): path.read_bytes()
    for folder in ("national", "clinics")
    for path in sorted((PRICING / folder).glob("*.yaml"))
}
TABLES = read_national(FILES).tables
assert TABLES is not None
TODAY = date(2026, 11, 22)
KNOWN = Known(
    TODAY,
    {
        section: {name: entry.label.en if section != "sources" else entry.title.en for name, entry in entries.items()}
        for section, entries in {
            "sources": TABLES.sources,
            "charges": TABLES.charges,
            "treatments": TABLES.treatments,
            "payers": TABLES.payers,
        }.items()
    },
)


def suggested(text: str, model: type[BaseModel] = ClinicFile) -> list[Completion]:
    """The suggestions where ``|`` stands in `text`."""
    before, _, after = text.partition("|")
    lines = lines_of(before)
    return complete(before + after, len(lines), len(lines[-1]) + 1, model, KNOWN)


def labels(text: str, model: type[BaseModel] = ClinicFile) -> list[str]:
    return [one.label for one in suggested(text, model)]


def test_the_first_level_offers_the_sections_that_are_not_there_yet() -> None:
    """A clinic's file has a few sections; those that stand below the cursor are left out too."""
    found = labels("clinic:\n  name: Riverbend\n|\ncharges:\n")
    assert {"defaults", "sources", "adds"} <= set(found)
    assert not {"clinic", "charges"} & set(found)


def test_a_group_offers_its_keys_and_leaves_out_its_own() -> None:
    """Inside a charge: its columns and terms, not those of the charge above it."""
    found = labels(
        "charges:\n  infusion:\n    commercial: 5\n  evaluation:\n    self_pay:\n      2026-01-01: 5\n    |\n"
    )
    assert {"military", "packages", "included_in"} <= set(found)
    assert "self_pay" not in found


def test_what_is_written_narrows_the_suggestions() -> None:
    """First what begins with the letters, then what holds them; they are replaced."""
    first, *_ = suggested("charges:\n  infusion:\n    me|")
    assert (first.label, first.insert, first.replaces) == ("medicare", "medicare: ", 2)
    assert labels("charges:\n  infusion:\n    _pay|") == ["self_pay"]


def test_names_of_charges_sources_and_treatments() -> None:
    """Where the schema names an id, the ids that are known are offered with their words."""
    assert "infusion" in labels("charges:\n  |")
    assert labels("clinic:\n  offers: [iv, spra|]") == ["spravato"]
    assert "iv" not in labels("clinic:\n  offers: [iv, |]")
    assert labels("clinic:\n  offers:\n    - iv\n    - spra|") == ["spravato"]
    assert "iv" in labels("adds:\n  |")
    assert "commercial" in labels("charges:\n  infusion:\n    coverage:\n      |")
    assert "commercial" in labels("adds:\n  iv:\n    - charge: infusion\n      payers: [|")
    label = next(
        one for one in suggested("charges:\n  evaluation:\n    included_in: infus|") if one.label == "infusion"
    )
    assert label.detail == TABLES.charges["infusion"].label.en


def test_a_source_of_the_file_itself_is_known() -> None:
    """A source that was typed a minute ago is nowhere but in the text."""
    text = "sources:\n  our-list:\n    title: Our list\ndefaults:\n  source: our|"
    assert "our-list" in labels(text)


def test_choices_days_and_yes_or_no() -> None:
    """Words of which only a few can stand, today's date, yes and no."""
    assert labels("defaults:\n  confidence: |") == ["high", "medium", "low"]
    assert labels("defaults:\n  checked: |") == ["2026-11-22"]
    assert labels("charges:\n  infusion:\n    self_pay:\n      |") == ["2026-11-22", "2027-01-01"]
    assert labels("clinic:\n  fictional: |") == ["yes", "no"]
    assert [one.insert for one in suggested("clinic:\n  fictional:|")] == [" yes", " no"]


def test_a_list_is_offered_as_one() -> None:
    """Where only a list can stand, the first name comes with its brackets."""
    assert suggested("clinic:\n  offers: spra|")[0].insert == "[spravato]"


def test_one_price_or_three() -> None:
    """`price` excludes low, typical and high, and the other way round; copay excludes coinsurance."""
    start = "charges:\n  infusion:\n    self_pay:\n      2026-01-01: "
    assert "low" in labels(start + "{|}")
    assert "low" not in labels(start + "{price: 5, |}")
    assert "price" not in labels(start + "{low: 5, |}")
    assert {"typical", "checked"} <= set(labels(start + "{low: 5, |}"))
    assert "high" in labels(start + "{low: 5,\n        typical: 7,\n        |")
    benefit = "payers:\n  commercial:\n    profiles:\n      usual:\n        benefits:\n          drug: "
    assert labels(benefit + "{copay: 5, |}", NationalFile) == ["deductible"]
    assert "procedure" in labels(benefit + "{}\n          |", NationalFile)


@pytest.mark.parametrize(
    "text",
    [
        "clinic:\n  name: {en: Our |}",
        "clinic:  # a |",
        "clinic:\n  note:\n    en: >-\n      some words |",
        "clinic:\n  note:\n    en: |",
        'clinic:\n  city: "Sp|"',
        "charges:\n  infusion:\n      self_pay: 5\n    |",
        "charges:\n  infusion:\n    sel|f_pay: 5",
        "nonsense:\n  |",
        "clinic:\n  offers:\n  -|",
    ],
)
def test_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    """Words, comments, quotes, places that no key can take, and the middle of a word."""
    assert suggested(text) == []


def test_a_text_with_mistakes_still_has_suggestions() -> None:
    """An open bracket or quotation mark above, or a line without a colon, does not end the help."""
    broken = 'clinic:\n  offers: [iv, spravato\n  name: "Riverbend\n  nonsense\ncharges:\n  infusion:\n    sel|'
    assert labels(broken) == ["self_pay"]


PIECES = st.sampled_from(
    [
        *("charges:", "  infusion:", "    - ", "- ", "{", "}", "[", "]", ", ", ": ", "\n", "\n  ", "\n    ", '"', "'"),
        *("#", "|", ">-", "low", "2026-01-01", "source", "clinic:\n", "offers: ", "\r\n", "\r", "\t", "é", "\x00"),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200)
MODELS = st.sampled_from([NationalFile, ClinicFile])


@given(TEXTS, st.integers(-2, 80), st.integers(-2, 80), MODELS)
def test_no_text_and_no_place_is_too_strange(text: str, line: int, column: int, model: type[BaseModel]) -> None:
    """Any text, any cursor: suggestions or none, never an error; what they replace stands before the cursor."""
    for one in complete(text, line, column, model, KNOWN):
        assert 0 <= one.replaces < column
        assert one.label in one.insert


@given(st.data())
def test_what_is_offered_as_a_key_is_accepted_as_one(data: st.DataObject) -> None:
    """A suggestion taken before any line of any shipped table is a key that can stand there, once."""
    name = data.draw(st.sampled_from(sorted(FILES)))
    text = FILES[name].decode()
    lines = lines_of(text)
    made = outline(lines)
    places = [
        place for keys in made.keys.values() for place in keys if lines[place[1] - 1].strip().startswith(place[0])
    ]
    _, line, column = data.draw(st.sampled_from(places))
    lines.insert(line - 1, " " * (column - 1))
    model = ClinicFile if name.startswith("clinics/") else NationalFile
    offered = complete("\n".join(lines), line, column, model, KNOWN)
    assume(offered)
    one = data.draw(st.sampled_from(offered))
    lines[line - 1] += one.insert + "{}"
    files = {**FILES, name: "\n".join(lines).encode()}
    problems = read_national(files).problems if model is NationalFile else _clinic(files, name)
    words = ("no key", "written twice", "is no name", "is no charge", "no treatment")
    refused = [problem for problem in problems if any(part in problem.says for part in words)]
    assert not refused


def _clinic(files, name):
    return read_clinic(read_national(files), Path(name).stem, files[name])[1]


def test_groups_of_the_shipped_tables_have_suggestions() -> None:
    """The walk through the schema follows the tables as they are written: few of their entries come out empty."""
    empty, every = 0, 0
    for name, data in FILES.items():
        model = ClinicFile if name.startswith("clinics/") else NationalFile
        lines = lines_of(data.decode())
        for path, keys in outline(lines).keys.items():
            _, line, column = keys[0]
            if len(path) in (0, 2) and not lines[line - 1][: column - 1].strip():
                text = "\n".join([*lines[: line - 1], " " * (column - 1), *lines[line - 1 :]])
                every += 1
                empty += not complete(text, line, column, model, KNOWN)
    assert every > 100
    assert empty < every / 10


def test_every_key_that_names_an_id_is_a_key_of_the_schema() -> None:
    """The list of references does not outlive the keys it is about."""
    for model, key in REFERS:
        assert key in getattr(schema, model).model_fields
