"""What the program itself writes into the store is kept as template and values, and said in the reader's language."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from support.another_language import another_language as another_language
from support.another_language import between_marks
from support.catalogue import extracted
from support.desk_priced import CLINIC, PricedDesk
from support.desk_priced import desk as desk

from estimator.accounts.accounts import Grant, roles_in_words
from estimator.sentences import InLanguages, Sentence, say, translated
from estimator.store import stored_sentences
from estimator.store.column_types import StoredSentence
from estimator.store.journal import Journal, add_entry_in
from estimator.store.stored_sentences import ABOUT, PASSWORD, PUBLISHED, UNDO, listed
from estimator.store.tables import journal

PACKAGE = Path(stored_sentences.__file__).parent.parent

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(["100 %", "%(by)s", "{}", ""])
in_languages = st.fixed_dictionaries({"en": texts}, optional={"es": texts}).map(InLanguages)
sentences = st.recursive(
    texts | st.integers(0, 10**9) | st.dates() | in_languages,
    lambda value: st.fixed_dictionaries({"one": value, "other": value}).map(
        lambda values: Sentence("%(one)s: 100 %% of %(other)s", values)
    ),
    max_leaves=12,
).filter(lambda value: isinstance(value, Sentence))


def kept(text: str) -> str | None:
    """What a column of sentences gives back, once it went through JSON as in a database."""
    column = StoredSentence()
    bound = json.loads(json.dumps(column.process_bind_param(text, None)))
    return column.process_result_value(bound, None)


def in_spanish(text: str) -> str:
    return translated(text, between_marks, lambda day: f"day {day:%d.%m.%Y}", "es")


@given(sentences)
def test_what_is_kept_can_be_said_in_any_language(written):
    """Sentences in sentences, days and the words of tables too; nothing is lost and nothing is added."""
    found = kept(written)
    assert isinstance(found, Sentence)
    assert found == written
    assert in_spanish(found) == in_spanish(written)


@given(texts)
def test_somebodys_own_words_are_no_sentence(text):
    assert kept(text) is None


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        (say(UNDO, number=3), "Undo of version 3", "«Undo of version 3»"),
        ("Undo of version 3", "Undo of version 3", "Undo of version 3"),
        (
            say(PUBLISHED, number=4, day=date(2027, 1, 31), why=say(UNDO, number=3)),
            "version 4, from 2027-01-31: Undo of version 3",
            "«version 4, from day 31.01.2027: «Undo of version 3»»",
        ),
        (
            say(PUBLISHED, number=4, day=date(2027, 1, 31), why="100 % %(own)s"),
            "version 4, from 2027-01-31: 100 % %(own)s",
            "«version 4, from day 31.01.2027: 100 % %(own)s»",
        ),
        (say(ABOUT, about="Ann", detail=PASSWORD), "Ann: password", "«Ann: «password»»"),
        ("", "", ""),
    ],
)
def test_a_line_of_the_log_comes_back_as_it_was_said(database, text, english, spanish):
    """On each backend; what a person wrote reads alike in every language."""
    with database.writing() as connection:
        add_entry_in(connection, "Ann", "published", "harbor", text)
    (entry,) = Journal(database).all()
    assert entry.detail == english
    assert in_spanish(entry.detail) == spanish
    assert Journal(database).newest()[0] == entry


def test_lists_have_commas_however_long_they_are():
    """Hundreds of roles are kept, and said again, without nesting one in another a hundred times."""
    roles = roles_in_words([Grant("editor", f"clinic-{number:04}") for number in range(3000)])
    assert roles == ", ".join(f"editor of clinic-{number:04}" for number in range(3000))
    assert kept(roles) == roles
    assert in_spanish(kept(roles)).count("«editor of ") == 3000
    assert listed(["a", "b", "c"], "; ") == "a; b; c"
    assert roles_in_words([]) == "no role"


@pytest.mark.usefixtures("another_language")
def test_a_price_that_was_checked_again_is_named_in_the_readers_language(desk: PricedDesk) -> None:
    """Whichever language the person had who checked it, and with the table's own words in it."""
    desk.publish("label: Monitoring", "label: {en: Monitoring, es: Vigilancia}")
    ann = desk.visiting()
    row = ann.get(f"/admin/{CLINIC}/", {"lang": "es"}).root.one("tr", id="price-monitoring-self_pay")
    fields = {one.attributes["name"]: one.attributes["value"] for one in row.one("form").all("input")}
    ann.post(f"/admin/{CLINIC}/checked", fields)
    assert desk.latest.why == "Checked again and still right: Monitoring, without insurance"
    for page in ("/admin/log", f"/admin/{CLINIC}/history"):
        said = "«Checked again and still right: «Vigilancia, «without insurance»»»"
        assert (page, said in desk.visiting("Olga").get(page, {"lang": "es"}).text) == (page, True)


@pytest.mark.usefixtures("another_language")
def test_a_row_of_an_older_program_reads_as_it_stands(desk: PricedDesk) -> None:
    """It has its English alone, and nobody guesses what it was made of."""
    row = {"at": desk.clock(), "who": "Ann", "action": "undid", "owner": CLINIC, "detail": "Undo of version 3"}
    with desk.database.writing() as connection:
        connection.execute(insert(journal).values(**row))
    page = desk.visiting("Olga").get("/admin/log", {"lang": "es"})
    assert page.root.one("tbody").all("tr")[1].all("td")[4].text == "Undo of version 3"


def test_every_sentence_of_our_own_is_in_the_catalogue():
    """But those that are only signs between values."""
    known = {message.id for message in extracted()}
    named = [one for name, one in vars(stored_sentences).items() if name.isupper() and not name.startswith("BY_")]
    every = {text for one in named for text in ([one] if isinstance(one, str) else one.values())}
    assert len(every) > 30
    assert every - known == {stored_sentences.ABOUT, stored_sentences.BECAME}


# Whoever writes into the store takes the words from here

WHERE = {"add_entry_in": 4, "add_account_entry_in": 4, "_log": 4}
"""Which argument of a call is the detail."""


def written_texts() -> Iterator[tuple[str, ast.expr]]:
    """Every expression that is passed on as a detail of the log or the reason of a publication, and its module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                yield from ((path.name, one.value) for one in call.keywords if one.arg in ("why", "detail"))
                yield from ((path.name, one) for one in call.args[WHERE.get(name, len(call.args)) :])


def test_nobody_writes_a_text_of_our_own_that_is_no_sentence():
    """Texts in the code stand in `stored_sentences`, or nobody could say them in Spanish."""
    found = list(written_texts())
    assert len(found) > 25
    assert [(file, ast.unparse(text)) for file, text in found if is_text(text)] == []


def is_text(node: ast.expr) -> bool:
    """Whether it is a text written here, or put together here, rather than said or passed on."""
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (isinstance(node, ast.Constant) and bool(node.value))
