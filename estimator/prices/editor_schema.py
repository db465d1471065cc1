"""
JSON Schemas of the tables, with which an editor completes keys and marks slips while somebody types.

They describe what people may write, which is more than the models hold: one number for a range, plain words for
English, one source without a list. ``python -m estimator.prices.editor_schema`` writes them anew into
``pricing/schema/``; what they let pass, the reader still checks.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from estimator.prices.schema.basics import AmountRange, CountRange, PercentRange, Provenance, Table, Text
from estimator.prices.schema.dated_prices import Price
from estimator.prices.schema.files import ClinicFile, NationalFile
from estimator.prices.schema.payers import Benefit
from estimator.prices.schema.scalars import AMOUNT_JSON, COUNT_JSON, NAME_JSON, PERCENT_JSON
from estimator.prices.schema.sources import Sample

FILES: dict[str, type[BaseModel]] = {"national.json": NationalFile, "clinic.json": ClinicFile}
"""Which file's schema is which."""

SHIPPED = Path(__file__).resolve().parents[2] / "pricing" / "schema"

JsonSchema = dict[str, Any]

_ONE_NUMBER: dict[type[BaseModel], JsonSchema] = {
    AmountRange: AMOUNT_JSON,
    PercentRange: PERCENT_JSON,
    CountRange: COUNT_JSON,
}


def editor_schema(model: type[BaseModel]) -> JsonSchema:
    """The JSON Schema of one kind of file, draft 2020-12."""
    described = _tidied(model.model_json_schema())
    tables = {table.__name__: table for table in _kinds(Table)}
    definitions = {name: _as_written(tables[name], table) for name, table in described["$defs"].items()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described, "$defs": definitions}


def _kinds(table: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield table
    for kind in table.__subclasses__():
        yield from _kinds(kind)


def as_json(model: type[BaseModel]) -> str:
    """The text of a schema's file."""
    return json.dumps(editor_schema(model), indent=2, ensure_ascii=False) + "\n"


def _tidied(described: Any) -> Any:
    """`described` without null (an empty value is refused), without made-up titles, and with every key checked."""
    if isinstance(described, list):
        return [_tidied(item) for item in described]
    if not isinstance(described, dict):
        return described
    if isinstance(described.get("properties"), dict):
        properties = {key: _tidied(value) for key, value in described["properties"].items()}
        return {
            **_tidied({key: value for key, value in described.items() if key != "properties"}),
            "properties": properties,
        }
    options = [option for option in described.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        described = {**{key: value for key, value in described.items() if key != "anyOf"}, **options[0]}
    return dict(_tidied_keys(described))


def _tidied_keys(described: JsonSchema) -> Iterator[tuple[str, Any]]:
    for key, value in described.items():
        if key == "patternProperties":
            ((pattern, values),) = value.items()
            yield "propertyNames", {"pattern": pattern}
            yield "additionalProperties", _tidied(values)
        elif key == "minLength" and described.get("type") == "object":
            yield "minProperties", value
        elif key == "description":
            yield key, " ".join(value.replace("``", "").replace("`", "").split())
        elif key not in ("title", "default"):
            yield key, _tidied(value)


def _as_written(model: type[BaseModel], table: JsonSchema) -> JsonSchema:
    """The description of a table in all the forms in which it may be written."""
    if issubclass(model, Provenance):
        name = {"oneOf": [NAME_JSON, {"type": "array", "items": NAME_JSON}]}
        one_or_many = {"source": name, "of": name} if model is Sample else {"source": name}
        table = {**table, "properties": {**table["properties"], **one_or_many}}
    if model is Text:
        return _either({"type": "string", "minLength": 1}, table)
    if model is Benefit:
        return {**table, "oneOf": [{"required": ["copay"]}, {"required": ["coinsurance"]}]}
    if model is Price:
        return _either(AMOUNT_JSON, _with_price(table), table)
    for kind, number in _ONE_NUMBER.items():
        if issubclass(model, kind):
            return _either(number, table)
    return table


def _either(*forms: JsonSchema) -> JsonSchema:
    words = next(form["description"] for form in forms if "description" in form)
    return {
        "description": words,
        "anyOf": [{key: value for key, value in form.items() if key != "description"} for form in forms],
    }


def _with_price(table: JsonSchema) -> JsonSchema:
    others = {key: value for key, value in table["properties"].items() if key not in table["required"]}
    return {**table, "properties": {"price": AMOUNT_JSON, **others}, "required": ["price"]}


def main(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in FILES.items():
        (folder / name).write_text(as_json(model), encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
