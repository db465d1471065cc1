"""The core imports values and arithmetic: no Flask, no YAML, no files, no clock."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "estimator"
CORE = ["money", "sentences", "prices/scalars", "prices/schema", "prices/book"] + [
    f"core/{path.stem}" for path in sorted((PACKAGE / "core").glob("*.py"))
]
ALLOWED = [["prices", "schema"], ["prices", "book"], ["prices", "scalars"]]
ARITHMETIC = {
    "__future__", "bisect", "calendar", "collections", "dataclasses", "datetime", "enum", "fractions", "functools",
    "itertools", "math", "numpy", "pydantic", "pydantic_core", "re", "types", "typing", "difflib",
}  # fmt: skip


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("module", CORE)
def test_the_core_imports_only_values_and_arithmetic(module):
    for name in imports(PACKAGE / f"{module}.py"):
        parts = name.split(".")
        if parts[0] == "estimator":
            assert parts[1] in ("money", "sentences", "core") or parts[1:] in ALLOWED, f"{module} imports {name}"
        else:
            assert parts[0] in ARITHMETIC, f"{module} imports {name}"


@pytest.mark.parametrize("module", CORE)
def test_the_core_never_asks_the_clock_or_opens_a_file(module):
    source = (PACKAGE / f"{module}.py").read_text(encoding="utf-8")
    names = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not names & {"today", "now", "utcnow", "monotonic", "read_text", "read_bytes"}
    assert not calls & {"open", "print", "input"}
