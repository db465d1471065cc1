"""
The core and what it stands on never ask the clock or open a file, so that an estimate is the same tomorrow.

What they import is kept by the contracts `core` and `under-core` in pyproject.toml (`test_layers`), which let in no
module that has files, and of those with a clock only `datetime`. This looks for what needs no import.
"""

import ast
from pathlib import Path

import pytest
from conftest import ROOT
from importlinter.api import read_configuration

CONTRACTS = {one["id"]: one for one in read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]}
PURE = [*CONTRACTS["core"]["importers"], *CONTRACTS["under-core"]["importers"]]

BUILT_IN = {"open", "print", "input", "exec", "eval", "__import__"}
ATTRIBUTES = {"today", "now", "utcnow", "fromtimestamp"} | {"load", "loadtxt", "fromfile", "memmap", "save", "tofile"}
"""Of `datetime`, and of numpy."""


def files_of(module: str) -> list[Path]:
    """The files of a module: its own, or all of a package."""
    place = ROOT.joinpath(*module.split("."))
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


MODULES = [file for module in PURE for file in files_of(module)]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_core_never_asks_the_clock_or_opens_a_file(file):
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    aliases = (one for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names)
    imported = {one.asname or one.name for one in aliases}
    asked = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES}
    assert not BUILT_IN & {node.id for node in nodes if isinstance(node, ast.Name)}
    assert not {one for one in asked if one.partition(".")[0] in imported}
