"""What the reader of price tables says about mistakes can be said in Spanish, word for word from the catalogue."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.catalogue import extracted, messages, written
from support.desk_priced import CLINIC, NAME, PricedDesk
from support.desk_priced import desk as desk
from support.hostile_tables import HOSTILE
from support.strategies_yaml import misfits, slips, small_book
from support.tables_for_tests import BAD_TABLES, changed, with_table
from test_desk_yaml import YAML, sent_back

from estimator.money import parse_amount, parse_percent, parse_typed_amount
from estimator.prices.problems import LONGEST_SENTENCE, Problem
from estimator.prices.reading import read_books, read_clinic, read_files, read_national
from estimator.sentences import Sentence, say, translated
from estimator.versions.checking import _errors

TODAY = date(2026, 3, 1)
PACKAGE = Path(__file__).parent.parent / "estimator"
MARKED = frozenset(str(message.id) for message in messages(extracted()))

PARSERS_OWN_WORDS = "this cannot be read (%(reason)s)"
"""What the YAML parser says and nobody has put into plain words yet is quoted as it is, in English."""
SYSTEMS_OWN_WORDS = "the file cannot be read: %(reason)s"
"""The operating system gives many reasons; the usual ones are ours to say, the others stay as it words them."""

SENTENCES_WITHIN = frozenset({"kind", "hint", "problem"})
"""Values that are words; all others are keys, numbers, places, or what somebody wrote."""


def sentences(text: str) -> Iterator[Sentence]:
    """`text` and the sentences within it; fails where words have no template."""
    assert isinstance(text, Sentence), text
    yield text
    for name, value in text.values.items():
        if isinstance(value, Sentence) or (name in SENTENCES_WITHIN and value != ""):
            assert isinstance(value, str)
            yield from sentences(value)


def sayable(problems: Iterable[Problem]) -> set[str]:
    """The templates of everything `problems` say; fails where one is not in the catalogue."""
    found = set()
    for problem in problems:
        for text in (problem.says, problem.fix):
            found |= {one.template for one in sentences(text)} if text else set()
    assert found <= MARKED, found - MARKED
    return found


# Every sentence


@pytest.mark.parametrize("path", BAD_TABLES, ids=lambda path: path.stem)
def test_a_mistake_can_be_said_in_another_language(path: Path) -> None:
    """Of every bad table, and so of every check: the sentence, the fix and the words within them."""
    files, _name = with_table(path.read_bytes())
    assert sayable(read_files(files, TODAY).problems) - {PARSERS_OWN_WORDS}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_said_about_hostile_files_can_be_said_in_another_language(name: str) -> None:
    assert sayable(read_files(small_book() | {"clinics/a.yaml": HOSTILE[name]}).problems)
    assert sayable(read_files({"national/a.yaml": HOSTILE[name]}).problems)


@given(slips(small_book()["national/care.yaml"]), slips(small_book()["clinics/riverbend.yaml"]))
def test_slips_of_the_keyboard_can_be_said(national: bytes, clinic: bytes) -> None:
    sayable(read_files(small_book() | {"national/care.yaml": national}, TODAY).problems)
    sayable(read_files(small_book() | {"clinics/riverbend.yaml": clinic}, TODAY).problems)


@given(st.data())
def test_the_schemas_library_never_speaks_for_itself(data: st.DataObject) -> None:
    """Values of the wrong kind anywhere: what is wrong with them is in our words, not pydantic's."""
    name = data.draw(st.sampled_from(list(small_book())))
    problems = read_files(small_book() | {name: data.draw(misfits(small_book()[name]))}, TODAY).problems
    assert PARSERS_OWN_WORDS not in sayable(problems)


def test_sections_names_and_places_of_files_can_be_said() -> None:
    """Problems without a line in a file."""
    assert "there are no national tables" in sayable(read_files({}).problems)
    assert "no file has any %(key)s" in sayable(read_files(changed(["charges"], None)).problems)
    said = sayable(read_files(small_book() | {"clinics/A b.yaml": b"clinic: {name: A}", "a.yaml": b""}).problems)
    assert {"'%(name)s' cannot be the name of a clinic", "move the file"} <= said


def test_files_that_cannot_be_had_can_be_said(tmp_path: Path) -> None:
    """The usual reasons too: a link that leads nowhere, a folder, and what is no file."""
    for name, data in small_book().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    clinics = tmp_path / "clinics"
    (clinics / "folder.yaml").mkdir()
    os.mkfifo(clinics / "pipe.yaml")
    (clinics / "link.yaml").symlink_to("nowhere")
    (clinics / "old.yml").write_bytes(b"")
    (clinics / os.fsdecode(b"\xff.yaml")).write_bytes(b"")
    reading = read_books(tmp_path)
    assert len(reading.problems) == 5
    said = sayable(reading.problems)
    assert {SYSTEMS_OWN_WORDS, "it is no regular file", "Is a directory", "No such file or directory"} <= said


def test_a_mistake_that_begins_later_is_a_sentence_around_the_mistake() -> None:
    """Tables are read on later days too; from when on something is wrong is part of what is said."""
    _book, problems = read_clinic(read_national(small_book()), "a", b"clinic: {name: A, state: Ohio}", TODAY)
    (later,) = _errors(problems, date(2027, 1, 1))
    assert later.says == f"from 2027-01-01 on: {problems[0].says}"
    assert sayable([later]) == {"from %(day)s on: %(problem)s", *sayable(problems)}


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_amount, "1.005"),
        (parse_amount, "$1"),
        (parse_typed_amount, "x"),
        (parse_percent, "x"),
        (parse_percent, "101"),
    ],
)
def test_refused_numbers_come_with_a_sentence(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(ValueError, match=re.escape(text)) as refused:
        parse(text)
    assert {one.template for one in sentences(refused.value.args[0])} <= MARKED


# No sentence of another kind


SAYS = {"Problem": (4, 5), "Finding": (1, 2), "place": (1, 2), "problem": (1, 2), "refuse": (0, 1), "ValueError": (0,)}
"""Which arguments of these calls are sentences."""
WRITERS = {"slices", "splicing"}
"""Modules that write tables instead of reading them."""

READERS = [
    PACKAGE / "money.py",
    PACKAGE / "versions" / "checking.py",
    *(path for path in sorted((PACKAGE / "prices").glob("*.py")) if path.stem not in WRITERS),
]


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.stem)
def test_no_mistake_is_told_in_a_text_without_a_template(path: Path) -> None:
    """Also where no table of the tests leads."""
    for call in calls(path):
        for position in SAYS.get(called(call), ()):
            told = call.args[position] if position < len(call.args) else None
            plain = isinstance(told, ast.JoinedStr) or (isinstance(told, ast.Constant) and told.value)
            assert not plain, f"{path.name}:{call.lineno}"


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.stem)
def test_a_template_is_written_out_and_has_a_value_for_every_name(path: Path) -> None:
    """Otherwise the catalogue misses it, or saying it would fail where no table of the tests leads."""
    for call in calls(path):
        if called(call) != "say" or not isinstance(call.func, ast.Name):
            continue
        (template,) = call.args
        assert isinstance(template, ast.Constant), f"{path.name}:{call.lineno}"
        assert isinstance(template.value, str)
        names = {keyword.arg for keyword in call.keywords}
        assert set(re.findall(r"%\((\w+)\)s", template.value)) == names, f"{path.name}:{call.lineno}"
        if names:
            assert template.value % dict.fromkeys(map(str, names), "x"), f"{path.name}:{call.lineno}"


# Long values


def test_a_long_value_is_shortened_and_its_sentence_stays_whole() -> None:
    """A problem never grows with its file, and what is left out is never the reason."""
    problem = Problem("a", 1, 1, "", say("'%(text)s' is neither yes nor no", text="x" * 5_000))
    assert problem.says.endswith("xxx' is neither yes nor no")
    assert len(problem.says) <= LONGEST_SENTENCE
    assert isinstance(problem.says, Sentence)


def test_short_values_beside_a_long_one_stay_as_they_are() -> None:
    problem = Problem("a", 1, 1, "", say("from %(day)s on: %(problem)s", day="2027-01-01", problem=say("y" * 380)))
    assert problem.says == f"from 2027-01-01 on: {'y' * 380}"
    two = say("the key %(key)s is written twice, on lines %(one)s and %(two)s", key="k" * 900, one=1, two="2")
    told = Problem("a", 1, 1, "", two).says
    assert told.endswith("kkk is written twice, on lines 1 and 2")
    assert len(told) <= LONGEST_SENTENCE


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_values_of_several_lines_stand_on_one(end: str) -> None:
    """The end of a last line is left as a blank: it may be all that is wrong."""
    assert Problem("a", 1, 1, "", say("'%(text)s' is no charge", text=f"a{end}b{end}")).says == "'a b ' is no charge"
    assert Problem("a", 1, 1, "", say("write %(value)s", value=f"a{end}")).says == "write a "


# On a page


def in_spanish(text: str) -> str:
    """What the catalogue makes of a sentence; fails where it has no Spanish for it."""
    catalogue: Mapping[str, str] = {str(message.id): str(message.string) for message in messages(written())}
    assert all(catalogue[one.template] not in ("", one.template) for one in sentences(text))
    return translated(text, lambda template: catalogue[template])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("450", "ten"),
        ("450", "[1, 2]"),
        ("state: NO", "stat: NO"),
        ("state: NO", "state: no"),
        ("name: Riverbend", "name: *Riverbend"),
        ("450", "0"),
    ],
)
def test_a_broken_table_tells_its_mistakes_in_spanish(desk: PricedDesk, old: str, new: str) -> None:
    """The YAML page says what is wrong and how to put it right in Spanish: in its list, and beside the lines."""
    visitor = desk.visiting()
    form = sent_back(visitor.get(YAML))
    assert old in form["text"]
    visitor.post(YAML, {**form, "text": form["text"].replace(old, new)})
    problems = [one for one in desk.desk.check(CLINIC, desk.desk.work(CLINIC).files).problems if one.file == NAME]
    page = visitor.get(f"{YAML}?lang=es")
    beside = page.root.one(class_="beside").text
    listed = [one.text for one in page.root.one(id="listed").all("li")]
    assert len(listed) == len(problems) > 0
    for text, problem in zip(listed, sorted(problems, key=lambda one: one.line), strict=True):
        assert in_spanish(problem.says) in text
        assert in_spanish(problem.says) in beside
        assert str(problem.says) not in text + beside
        assert not problem.fix or in_spanish(problem.fix) in text


def test_days_are_written_as_the_page_writes_them():
    """Also in a sentence within a sentence; in the program's own English they stay as in the tables."""
    inner = say("checked on %(day)s, which is after today", day=date(2027, 1, 1))
    whole = say("from %(day)s on: %(problem)s", day=date(2027, 2, 1), problem=inner)
    assert whole == "from 2027-02-01 on: checked on 2027-01-01, which is after today"
    said = translated(whole, str, lambda one: f"{one:%B}")
    assert said == "from February on: checked on January, which is after today"
