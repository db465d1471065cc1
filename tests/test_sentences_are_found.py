"""What modules say through gettext is found by the extraction, or it would stay English for good."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from support.catalogue import ROOT, extracted

CALLS = {"_", "_l", "gettext", "lazy_gettext", "ngettext"}


def said(path: Path) -> Iterator[str]:
    """The sentences that a module passes to gettext, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_no_sentence_hides_from_the_catalogue() -> None:
    """One inside an f-string did: it is not looked into before Python 3.12."""
    known = {one for message in extracted() for one in ([message.id] if isinstance(message.id, str) else message.id)}
    hidden = {
        f"{path.relative_to(ROOT)}: {sentence}"
        for path in sorted((ROOT / "estimator").rglob("*.py"))
        for sentence in said(path)
        if sentence not in known
    }
    assert hidden == set()
