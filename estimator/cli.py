"""The command line: ``estimator serve | estimate | compare | adjudicate | check | …``; `--help` has them all."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from estimator.commands import adjudicate, admin, doctor, prices, store, tables
from estimator.commands.printing import messages_in, print_comparison, print_estimate
from estimator.core.answers import Answers, BadAnswers, FieldProblem, book_for, read_answers, unknown_names
from estimator.core.billed_lines import offered_treatments
from estimator.core.compare import answers_for_all
from estimator.core.document import document, problems_document
from estimator.core.estimate import estimate
from estimator.core.results import Estimate
from estimator.places import pricing_folder
from estimator.prices.book import PriceBook, PriceBooks
from estimator.prices.reading import read_books

USED_WRONGLY = 2
"""Exit status for answers or tables that cannot be used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="estimator", description="What ketamine therapy may cost: a range, with sources. Estimates, never quotes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the web app")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--pricing", type=Path, metavar="DIR", help="price tables to use instead of ./pricing")
    serve.add_argument("--log-format", choices=("text", "json"), default="text", help="how the log is written")
    serve.set_defaults(run=_serve)

    for name, run, help_ in (
        ("estimate", _estimate, "one estimate; answers as NAME=VALUE"),
        ("compare", _compare, "every treatment, same answers"),
    ):
        command = commands.add_parser(name, help=help_)
        command.add_argument("answers", nargs="*", metavar="NAME=VALUE", help="for example treatment=iv sessions=6")
        command.add_argument("--json", action="store_true", help="print JSON for programs")
        command.add_argument("--pricing", type=Path, metavar="DIR", help="price tables to use instead of ./pricing")
        command.set_defaults(run=run)

    adjudicate.add_parser(commands)

    check = commands.add_parser("check", help="check price tables: file, line, key, what is wrong")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    check.set_defaults(run=_check)

    tables.add_parser(commands)
    prices.add_parser(commands)
    admin.add_parser(commands)
    store.add_parser(commands)
    doctor.add_parser(commands)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from estimator.web.serve import serve  # Flask is not needed by the other commands

    return serve(options.host, options.port, pricing=options.pricing, log_format=options.log_format)


def _check(options: argparse.Namespace) -> int:
    reading = read_books(options.folder or pricing_folder(Path.cwd()), today=date.today())
    for problem in reading.problems:
        print(problem)
    errors, alerts = len(reading.errors), len(reading.alerts)
    print(f"{_counted(errors, 'error')}, {_counted(alerts, 'alert')}")
    return 1 if errors else 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _estimate(options: argparse.Namespace) -> int:
    try:
        made = _made(options.answers, _books(options.pricing))
    except BadAnswers as bad:
        return _refused(bad.problems, options)
    if options.json:
        _print_json(document(made, made.answers.lang))
    else:
        print_estimate(made)
    return 0


def _compare(options: argparse.Namespace) -> int:
    """The same answers for every treatment that the price book offers."""
    try:
        made = _compared(options.answers, _books(options.pricing))
    except BadAnswers as bad:
        return _refused(bad.problems, options)
    if options.json:
        _print_json({"estimates": [document(one, one.answers.lang) for one in made]})
    else:
        print_comparison(made)
    return 0


def _compared(given: Sequence[str], books: PriceBooks) -> list[Estimate]:
    """An estimate for each treatment; what was said of one that is named is not said of the others."""
    raw = _named(given)
    if "treatment" not in raw:
        return [_made([*given, f"treatment={name}"], books) for name in offered_treatments(book_for(raw, books))]
    answers, book = _read(raw, books)
    return [estimate(own, book) for own in answers_for_all(answers, book, "asked")]


def _made(given: Sequence[str], books: PriceBooks) -> Estimate:
    return estimate(*_read(_named(given), books))


def _read(raw: Mapping[str, str], books: PriceBooks) -> tuple[Answers, PriceBook]:
    book = book_for(raw, books)
    if problems := unknown_names(raw, book):
        raise BadAnswers(problems)
    return read_answers(raw, book, date.today()), book


def _named(given: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping; a name given twice or without a value is refused."""
    raw: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadAnswers((FieldProblem(name, "write it as NAME=VALUE, like sessions=6"),))
        if name in raw:
            raise BadAnswers((FieldProblem(name, "this is answered twice"),))
        raw[name] = value
    return raw


def _books(folder: Path | None) -> PriceBooks:
    folder = folder or pricing_folder(Path.cwd())
    reading = read_books(folder)
    if reading.books is None:
        for problem in reading.errors:
            print(problem, file=sys.stderr)
        print(f"The price tables in {folder} cannot be used.", file=sys.stderr)
        raise SystemExit(USED_WRONGLY)
    return reading.books


def _refused(problems: tuple[FieldProblem, ...], options: argparse.Namespace) -> int:
    """Every bad answer and why, in the language that was asked for."""
    translate = messages_in("es" if "lang=es" in options.answers else "en").gettext
    if options.json:
        _print_json(problems_document(problems, translate))
    else:
        for problem in problems:
            print(f"{problem.field}: {problem.said(translate)}", file=sys.stderr)
    return USED_WRONGLY


def _print_json(document: dict[str, object]) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))
