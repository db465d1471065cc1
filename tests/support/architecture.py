"""The picture and the table in docs/architecture.md, drawn from the imports: `make architecture` writes them anew."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- Made by `make architecture`. -->\n", "<!-- Written by hand from here on. -->\n"

COMMANDS, APP, GROUND = "commands", "web app", "ground"
ELSEWHERE = {
    "estimator.__main__": COMMANDS,
    "estimator.cli": COMMANDS,
    "estimator.web.app": APP,
    "estimator.web.serve": APP,
    "estimator.web.desk.app": APP,
    "estimator.money": GROUND,
    "estimator.places": GROUND,
    "estimator.sentences": GROUND,
    "estimator.store.migrations": "store",
    "estimator.store.migrations.env": "store",
}
"""Modules that are not in the room of their package; all others are."""

WORDS = {
    COMMANDS: "The command line: `cli.py` finds the command, `commands/` carries it out.",
    APP: "The web app put together and served: `web/app.py`, `web/serve.py`, `web/desk/app.py`.",
    GROUND: "`money.py`: whole cents, the only rounding. `sentences.py`: what is said, in any language. "
    "`places.py`: where files are.",
}
"""What rooms without a package of their own are for; a package says it in its docstring."""


@dataclass(frozen=True)
class Room:
    """A room with what it is for, and the rooms that it imports."""

    name: str
    words: str
    imports: tuple[str, ...]

    @property
    def node(self) -> str:
        """Its name in the picture's source."""
        return self.name.replace("/", "_").replace(" ", "_")


def rooms() -> list[Room]:
    """Every room of the package, from the top down; imports that run in a circle have no top and raise CycleError."""
    graph = grimp.build_graph("estimator", cache_dir=None)
    imports: dict[str, set[str]] = {_room(module): set() for module in sorted(graph.modules - {"estimator"})}
    for module in graph.modules - {"estimator"}:
        others = {_room(other) for other in graph.find_modules_directly_imported_by(module) if other != "estimator"}
        imports[_room(module)] |= others - {_room(module)}
    order = list(TopologicalSorter({room: sorted(imports[room]) for room in sorted(imports)}).static_order())[::-1]
    return [Room(room, _words(room), tuple(other for other in order if other in imports[room])) for room in order]


def _room(module: str) -> str:
    package = module if (ROOT / module.replace(".", "/")).is_dir() else module.rpartition(".")[0]
    room = ELSEWHERE.get(module) or package.removeprefix("estimator.").replace(".", "/")
    assert room != "estimator", f"{module} is in no room: say in {Path(__file__).name} where it belongs"
    return room


def _words(room: str) -> str:
    if room in WORDS:
        return WORDS[room]
    source = (ROOT / "estimator" / room / "__init__.py").read_text(encoding="utf-8")
    return " ".join((ast.get_docstring(ast.parse(source)) or "").replace("``", "`").split())


def picture(found: list[Room]) -> str:
    """
    A Mermaid flowchart. Where an arrow leads by way of other rooms as well, it is left out, or nothing could be seen.
    """
    below: dict[str, set[str]] = {}
    for room in reversed(found):
        below[room.name] = set(room.imports).union(*(below[other] for other in room.imports))
    lines = ["flowchart TD"]
    lines += [f'    {room.node}["{room.name}"]' for room in found]
    nodes = {room.name: room.node for room in found}
    for room in found:
        around = set().union(*(below[other] for other in room.imports))
        lines += [f"    {room.node} --> {nodes[other]}" for other in room.imports if other not in around]
    return "\n".join(["```mermaid", *lines, "```", ""])


def table(found: list[Room]) -> str:
    """What each room is for and imports, as Markdown."""
    rows = ["| Room | What it is for | Imports |", "| --- | --- | --- |"]
    for room in found:
        rows.append(f"| `{room.name}` | {room.words} | {', '.join(room.imports) or 'nothing of ours'} |")
    return "\n".join([*rows, ""])


def drawn(page: str) -> str:
    """The text of the page with the picture and the table as the imports are now."""
    before, rest = page.split(BEGIN)
    _made, after = rest.split(END)
    found = rooms()
    return f"{before}{BEGIN}\n{picture(found)}\n{table(found)}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
