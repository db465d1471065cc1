"""
The catalogue of the interface's Spanish: `make messages` brings it in step with the templates and the code.

A sentence that is new is written without a translation, and one that is gone is dropped; tests/test_translations.py
fails until every sentence has its translation and is compiled. Files hold no dates, places or versions, so that the
same sentences always make the same bytes.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "estimator" / "translations" / "es" / "LC_MESSAGES"
PO, MO = FOLDER / "messages.po", FOLDER / "messages.mo"

METHODS = [
    # The command line speaks English, but for the estimate itself.
    ("estimator/cli.py", "ignore"),
    ("estimator/commands/adjudicate.py", "python"),
    ("estimator/commands/printing.py", "python"),
    ("estimator/commands/**.py", "ignore"),
    ("estimator/**.py", "python"),
    ("templates/**.html", "jinja2"),
]
OPTIONS = {
    "templates/**.html": {"lstrip_blocks": "true", "trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
}

KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "AnswerRefused": None, "FieldProblem": (2,), "say": None}
"""The last three hold sentences of modules that know nothing of languages."""

HEADER = """\
# The interface in Spanish for readers in the United States: usted, $1,234.50, US programs by their US names.
# `make messages` rewrites this file and compiles it; only the msgstr lines are written by hand."""


class Spanish(Catalog):
    """A catalogue whose header says only what gettext needs."""

    mime_headers = [  # noqa: RUF012
        ("Language", "es"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]
    header_comment = HEADER


def extracted() -> Catalog:
    """Every sentence of the interface as it stands now, untranslated."""
    catalogue = Spanish("es", fuzzy=False)
    for folder in ("estimator", "templates"):
        rows = extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS],
            {pattern.removeprefix(f"{folder}/"): options for pattern, options in OPTIONS.items()},
            KEYWORDS,
        )
        for _file, _line, message, _comments, context in rows:
            catalogue.add(message, context=context)
    return catalogue


def written() -> Catalog:
    """The catalogue as it is translated."""
    if not PO.is_file():
        return Spanish("es", fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="es")


def refreshed() -> Catalog:
    """Every sentence of the interface as it stands now, with its translation if there is one."""
    now, known = extracted(), written()
    for message in messages(now):
        if (before := known.get(message.id, message.context)) and before.id == message.id:
            message.string = before.string
            message.user_comments = before.user_comments
            if before.fuzzy:
                message.flags.add("fuzzy")
    return now


def messages(catalogue: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalogue if message.id)


def is_missing(message: Message) -> bool:
    """Whether some of the translation is missing; a fuzzy one is not one."""
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return message.fuzzy or not all(strings)


def as_po(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=0, no_location=True, sort_output=True)
    return file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> int:
    before, now = written(), refreshed()
    FOLDER.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(as_po(now))
    MO.write_bytes(as_mo(now))
    for message in messages(before):
        if now.get(message.id, message.context) is None:
            print(f"gone: {message.id!r}")
    missing = [message for message in messages(now) if is_missing(message)]
    for message in missing:
        print(f"missing: {message.id!r}")
    print(f"{len(now)} sentences, {len(missing)} without a translation, in {PO.relative_to(ROOT)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
