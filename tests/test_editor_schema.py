"""The schemas with which editors help: up to date, content with the shipped tables, and not with slips."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from support.other_tools import Yaml12Loader, written_as_true_and_false
from support.strategies_yaml import small_book

from estimator.prices.editor_schema import FILES, SHIPPED, as_json, editor_schema, main
from estimator.prices.schema.files import ClinicFile, NationalFile

PRICING = Path(__file__).parent.parent / "pricing"
NATIONAL = sorted(PRICING.glob("national/*.yaml"))
CLINICS = sorted(PRICING.glob("clinics/*.yaml"))


def faults(model, data):
    tree = yaml.load(data, Loader=Yaml12Loader)
    return [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(editor_schema(model)).iter_errors(tree)
    ]


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_schemas_are_up_to_date(name):
    """When this fails: python -m estimator.prices.editor_schema"""
    assert (SHIPPED / name).read_text(encoding="utf-8") == as_json(FILES[name])


@pytest.mark.parametrize("model", FILES.values())
def test_the_schemas_are_schemas(model):
    Draft202012Validator.check_schema(editor_schema(model))


def test_they_are_written_where_one_says(tmp_path, capsys):
    main(tmp_path / "schema")
    assert {path.name for path in (tmp_path / "schema").iterdir()} == set(FILES)
    assert json.loads((tmp_path / "schema" / "clinic.json").read_text(encoding="utf-8"))["required"] == ["clinic"]


@pytest.mark.parametrize("path", [*NATIONAL, *CLINICS], ids=lambda path: path.name)
def test_the_shipped_tables_are_what_the_schemas_describe(path):
    model = NationalFile if path in NATIONAL else ClinicFile
    assert faults(model, path.read_bytes()) == []
    assert faults(model, written_as_true_and_false(path.read_bytes())) == []


@pytest.mark.parametrize("path", [*NATIONAL, *CLINICS], ids=lambda path: path.name)
def test_the_shipped_tables_name_their_schema(path):
    schema = "national" if path in NATIONAL else "clinic"
    assert f"# yaml-language-server: $schema=../schema/{schema}.json" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", small_book())
def test_the_small_book_is_what_the_schemas_describe(name):
    model = NationalFile if name.startswith("national/") else ClinicFile
    assert faults(model, small_book()[name]) == []


FORMS = """
charges:
  a:
    label: {en: A charge, es: Un cargo}
    per: visit
    codes: [90837, J3490, "0591T"]
    self_pay:
      2026-01-01: 400
      2026-02-01: 400.50
      2026-03-01: {price: 400, source: one, checked: 2026-01-02, confidence: low}
      2026-04-01: {low: 300, typical: "400.25", high: 500, source: [one, two], note: {en: Because}}
    packages:
      - {sessions: 6, price: 2400, also_covers: [b]}
payers:
  b:
    label: B
    savings_programs: no
    profiles:
      c:
        label: C
        weight: 1
        typical: yes
        deductible: 500
        out_of_pocket_maximum: {low: 1, typical: 2, high: 3}
        benefits:
          drug: {deductible: yes, coinsurance: 12.5}
          visit: {deductible: true, copay: {low: 20, typical: 40, high: 60}}
    other_care: {low: 1, typical: 2, high: 3, source: one}
"""


def test_every_form_of_a_value_is_accepted():
    assert faults(NationalFile, FORMS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("high: 500,", "high: ten,"),
        ("high: 500,", "hihg: 500,"),
        ("high: 500,", "high: 500, hihg: 500,"),
        ("high: 500,", "high: $500,"),
        ("high: 500,", "high: -500,"),
        ("high: 500,", "high: ,"),
        ("high: 500,", "high: [500],"),
        ("2026-01-01: 400", "2026-01-01: ten"),
        ("2026-01-01: 400", "soon: 400"),
        ("2026-01-01: 400", "2026-01-01: 1,500"),
        ("{price: 400,", "{price: ten,"),
        ("{price: 400,", "{low: 400,"),
        ("{price: 400,", "{price: 400, low: 300, typical: 400, high: 500,"),
        ("source: one, checked", "sources: one, checked"),
        ("source: one, checked", "source: One Source, checked"),
        ("checked: 2026-01-02", "checked: yesterday"),
        ("confidence: low", "confidence: little"),
        ("codes: [90837", "codes: [[90837]"),
        ("per: visit", "pr: visit"),
        ("label: {en: A charge, es: Un cargo}", "label: {es: Un cargo}"),
        ("label: {en: A charge, es: Un cargo}", "label: {en: A charge, sp: Un cargo}"),
        ("label: {en: A charge, es: Un cargo}", "label:"),
        ("charges:", "charge:"),
        ("  a:", "  A charge:"),
        ("sessions: 6", "sessions: six"),
        ("sessions: 6", "sessions: 6.5"),
        ("weight: 1", "weight: heavy"),
        ("typical: yes", "typical: perhaps"),
        ("coinsurance: 12.5", "coinsurance: 120"),
        ("coinsurance: 12.5", "coinsurance: ten"),
        ("coinsurance: 12.5", "coinsurance: 12.5, copay: 30"),
        (", coinsurance: 12.5", ""),
        ("          visit:", "          vist:"),
        ("deductible: 500\n", "deductible: {low: 500}\n"),
    ],
)
def test_slips_are_marked(old, new):
    assert FORMS.count(old) >= 1
    assert faults(NationalFile, FORMS.replace(old, new, 1))


@pytest.mark.parametrize("model", FILES.values())
def test_every_key_of_a_table_is_offered_and_no_other_is_accepted(model):
    def groups(described):
        if isinstance(described, dict):
            if "properties" in described and isinstance(described["properties"], dict):
                yield described
            for value in described.values():
                yield from groups(value)
        elif isinstance(described, list):
            for value in described:
                yield from groups(value)

    schema = copy.deepcopy(editor_schema(model))
    assert set(schema["properties"]) == set(model.model_fields)
    assert all(group["additionalProperties"] is False for group in groups(schema))
