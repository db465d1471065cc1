"""``estimator adjudicate``: who pays what for given claims, as tables on a terminal or as JSON."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from babel.support import NullTranslations, Translations
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from estimator.commands.printing import headed
from estimator.commands.shared import USED_WRONGLY
from estimator.core.adjudicate import AdjudicatedRow, Adjudication, Totals, adjudicate
from estimator.money import Cents, dollars
from estimator.places import translations_folder
from estimator.prices.claims_file import ClaimsFile
from estimator.prices.problems import Problem
from estimator.prices.reading_claims import read_claims
from estimator.prices.schema.basics import LANGUAGES
from estimator.prices.yaml_text import MOST_BYTES
from estimator.sentences import Translate, reason_of, say, translated

WIDE_ENOUGH = 100
"""Columns of text in which no amount of a claim is cut short; a narrower terminal breaks the lines."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``adjudicate`` to the commands."""
    command = commands.add_parser("adjudicate", help="who pays what for given claims under given plan terms")
    command.add_argument("file", type=Path, metavar="FILE", help="YAML or JSON: plan and claims")
    command.add_argument("--json", action="store_true", help="print JSON for programs, amounts in cents")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="the language of tables and mistakes")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, adjudicate, print; 2 where the file cannot be used."""
    said = Translations.load(str(translations_folder()), [options.lang])
    file, problems = _read(options.file)
    if file is None:
        return _refused(problems, options.json, said.gettext)
    found = adjudicate(file.plan, file.claims)
    if options.json:
        print(json.dumps(document(found), indent=2))
    else:
        _print(found, said)
    return 0


def _read(path: Path) -> tuple[ClaimsFile | None, list[Problem]]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        return None, [_problem(path, say("the file cannot be read: %(reason)s", reason=reason_of(error)))]
    return read_claims(data, str(path))


def _problem(path: Path, says: str) -> Problem:
    return Problem(str(path), 0, 0, "", says)


def _refused(problems: Sequence[Problem], as_json: bool, translate: Translate) -> int:
    if as_json:
        print(json.dumps({"errors": [_error(one, translate) for one in problems]}, indent=2, ensure_ascii=False))
        return USED_WRONGLY
    for one in problems:
        print(in_words(one, translate), file=sys.stderr)
    return USED_WRONGLY


def _error(problem: Problem, translate: Translate) -> dict[str, object]:
    says, fix = translated(problem.says, translate), translated(problem.fix, translate)
    return {"file": problem.file, "line": problem.line, "field": problem.where, "message": says, "fix": fix}


def in_words(problem: Problem, translate: Translate) -> str:
    """A problem on one line in the reader's language."""
    says, fix = translated(problem.says, translate), translated(problem.fix, translate)
    return str(Problem(problem.file, problem.line, problem.column, problem.where, says, fix))


def document(found: Adjudication) -> dict[str, object]:
    """The JSON document, amounts in whole US cents; other programs rely on its names."""
    totals = {"all": asdict(found.total)} | {day.isoformat(): asdict(one) for day, one in found.plan_years.items()}
    return {"rows": [asdict(row) | {"date": row.date.isoformat()} for row in found.rows], "totals": totals}


def _print(found: Adjudication, said: NullTranslations) -> None:
    console = Console(highlight=False)
    console.width = max(console.width, WIDE_ENOUGH)
    console.print(_rows(found.rows, said))
    console.print(_totals(found, said))


def _rows(rows: Sequence[AdjudicatedRow], said: NullTranslations) -> Table:
    _ = said.gettext
    money = (_("Billed"), _("Plan pays"), _("Program pays"), _("You pay"), _("Deductible left"), _("Maximum left"))
    table = headed(_("Who pays each claim"), _("Day"), _("Benefit"), *money)
    table.columns[0].no_wrap, table.columns[1].justify = True, "left"
    for row in rows:
        benefit = escape(row.benefit or "") if row.covered else _("Not covered")
        paid = (row.billed, row.plan_pays, row.program_pays, row.you_pay)
        left = (row.deductible_left, row.out_of_pocket_left)
        table.add_row(row.date.isoformat(), benefit, *map(dollars, paid), *map(_limit, left))
    return table


def _limit(left: Cents | None) -> str:
    return "–" if left is None else dollars(left)


def _totals(found: Adjudication, said: NullTranslations) -> Table:
    _ = said.gettext
    years = found.plan_years
    several: list[tuple[str, Totals]] = [(_since(day, said), one) for day, one in years.items() if len(years) > 1]
    columns = [*several, (_("In all"), found.total)]
    table = headed(_("Totals"), "", *(label for label, _totals in columns))
    for name, label in (
        ("billed", _("Billed")),
        ("plan_pays", _("Plan pays")),
        ("program_pays", _("Program pays")),
        ("you_pay", _("You pay")),
        ("deductible", _("Deductible")),
        ("copay", _("Copay")),
        ("coinsurance", _("Coinsurance")),
        ("not_allowed", _("Above what the plan allows")),
        ("not_covered", _("Not covered")),
    ):
        if name == "deductible":
            table.add_section()
        table.add_row(label, *(dollars(getattr(one, name)) for _label, one in columns))
    return table


def _since(day: date, said: NullTranslations) -> str:
    return said.gettext("Year from %(day)s") % {"day": day.isoformat()}
