"""
A contract for import-linter that lists what may be imported; its own contracts list what may not.

In pyproject.toml: `type = "only_imports"`, `importers` (modules, each with all below it), and what they `may_import`
besides each other; of what is outside the package the first part of the name, such as `numpy` or `datetime`.
"""

from collections.abc import Iterable
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyImports(Contract):
    """Direct imports alone are looked at: what is allowed has contracts of its own."""

    importers: Any = fields.ListField(subfield=fields.StringField())
    may_import: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        missing = [name for name in self.importers if name not in graph.modules]
        if missing:
            raise ValueError(f"There is no module {', '.join(missing)}.")
        allowed = [*self.importers, *self.may_import]
        strangers = sorted(
            (importer, imported)
            for importer in graph.modules
            if _is_in(importer, self.importers)
            for imported in graph.find_modules_directly_imported_by(importer)
            if not _is_in(imported, allowed)
        )
        lines = [
            (importer, imported, detail["line_number"])
            for importer, imported in strangers
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not strangers, metadata={"lines": lines})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, line in check.metadata["lines"]:
            output.print_error(f"- {importer} -> {imported} (l.{line})", bold=False)


def _is_in(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
