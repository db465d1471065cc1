"""
Who a clinic is, as a form says it: flat texts by field, in and out of its file.

A field is one text, empty where the file says nothing. Writing changes what differs and nothing else; raises
`CannotSplice` where a person has to edit the YAML instead.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from estimator.prices.editing.slices import become, read
from estimator.prices.editing.yaml_values import Tree
from estimator.prices.nodes import Node

TEXTS = {"name": "name", "contact": "contact", "estimate": "good_faith_estimate"}
"""Fields with an English and a Spanish half (``name_en``, ``name_es``), and their keys in the file."""

SINGLE = ("city", "state", "time_zone", "logo")
COLOURS = ("accent", "accent_dark")
FIELDS = (*(f"{field}_{language}" for field in TEXTS for language in ("en", "es")), *SINGLE, *COLOURS, "offers")

START = """\
# yaml-language-server: $schema=../schema/clinic.json
#
# A clinic's own price list. Everything that is left out keeps its national value.

clinic: {{}}

# Where the prices below come from, and when somebody last looked.
sources:
  {source}:
    title: {title}
    kind: price-list

defaults:
  source: {source}
  checked: {today}
  confidence: high
"""


def shown(root: Node) -> dict[str, str]:
    """What the form shows of a file; `offers` are the treatments' ids with spaces between them."""
    clinic = _group(root.said(("clinic",)))
    found = {field: str(clinic.get(field, "")) for field in SINGLE}
    for field, key in TEXTS.items():
        text = clinic.get(key)
        group = text if isinstance(text, dict) else {"en": text or ""}
        found |= {f"{field}_{language}": str(group.get(language, "")).strip() for language in ("en", "es")}
    colours = _group(clinic.get("colours"))
    offers = clinic.get("offers")
    found |= {field: str(colours.get(field, "")) for field in COLOURS}
    named = [one for one in offers if isinstance(one, str)] if isinstance(offers, list) else []
    return found | {"offers": " ".join(named)}


def with_setup(data: bytes, typed: Mapping[str, str]) -> bytes:
    """`data` that says what was `typed` in these fields; fields that are left out stay as they are."""
    root = read(data)
    tree = root.plain()
    said = shown(root) | {field: typed[field] for field in FIELDS if field in typed}
    changed = {field for field, text in said.items() if text != shown(root)[field]}
    clinic = dict(_group(tree.get("clinic")))
    for keys, key, value in _values(said):
        if changed & keys:
            clinic.pop(key, None)
            clinic |= {key: value} if value else {}
    return become(data, {**tree, "clinic": {key: clinic[key] for key in _in_order(tree.get("clinic"), clinic)}})


def _values(said: Mapping[str, str]) -> Iterator[tuple[set[str], str, Tree]]:
    """Each key of ``clinic`` with the fields that make it, and its value; an empty one takes the key away."""
    for field, key in TEXTS.items():
        english, spanish = said[f"{field}_en"], said[f"{field}_es"]
        value: Tree = {"en": english, "es": spanish} if spanish and spanish != english else english
        yield {f"{field}_en", f"{field}_es"}, key, value
    for field in SINGLE:
        yield {field}, field, said[field]
    accent, dark = (said[field] for field in COLOURS)
    yield {*COLOURS}, "colours", {"accent": accent, "accent_dark": dark} if accent else ""
    yield {"offers"}, "offers", list(said["offers"].split())


def _in_order(before: Any, after: Mapping[str, Tree]) -> list[str]:
    """The keys that stay where they were, then the new ones."""
    kept = [key for key in _group(before) if key in after]
    return [*kept, *(key for key in after if key not in kept)]


def _group(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}
