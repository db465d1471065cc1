"""What the program itself has written into the store is found again there, and said in the reader's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.another_language import another_language as another_language
from support.another_language import between_marks, without_marks
from support.catalogue import extracted
from support.desk_priced import desk as desk

from estimator.sentences import Sentence, translated
from estimator.store import stored_sentences
from estimator.store.recognising import recognised
from estimator.store.stored_sentences import DETAILS, PARTS, REASONS
from estimator.web.desk.actions import WORDS

PACKAGE = Path(stored_sentences.__file__).parent.parent
ALL = [*REASONS, *dict.fromkeys(one for listed in DETAILS.values() for one in listed)]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="«»"), max_size=60) | st.sampled_from(
    ["Ann: the owner", "'75' → \"80\"", "two\nlines; new: x", "100 %", "%(by)s", "version 3, from 2027-01-01: x", ": "]
)
numbers = st.integers(1, 10**9).map(str)
file_names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0«»"), min_size=1, max_size=12)
files = st.builds("{}/{}.yaml".format, st.sampled_from(["national", "clinics"]), file_names)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
scopes = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)


def some(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(one, min_size=1, max_size=4).map(", ".join)


VALUES = {
    **dict.fromkeys(("number", "before", "undone", "revision"), numbers),
    "day": st.dates().map(date.isoformat),
    **dict.fromkeys(("edited", "new", "removed"), some(files)),
    "held": some(st.builds("{} {}".format, files, digests)),
    "scope": scopes,
    "setting": st.sampled_from(stored_sentences.SETTINGS),
}
"""What the program itself puts into its sentences; anything that is not here is somebody's own words."""


def sentences(templates: tuple[str, ...]) -> st.SearchStrategy[Sentence]:
    """What the program writes with these templates, sentences in sentences too."""
    return st.sampled_from(templates).flatmap(
        lambda template: st.fixed_dictionaries({name: value_of(name) for name in PLACEHOLDER.findall(template)}).map(
            lambda values: Sentence(template, values)
        )
    )


def value_of(name: str) -> st.SearchStrategy[str]:
    if name in VALUES:
        return VALUES[name]
    return st.deferred(lambda: sentences(PARTS[name])) if name in PARTS else texts


def marked(text: str) -> str:
    """A recognised text in another language: every sentence in it between marks."""
    return translated(text, between_marks)


@given(st.sampled_from([REASONS, *DETAILS.values()]), st.data())
def test_whatever_the_program_writes_is_recognised(templates, data):
    """With anything a person may have typed in it: no text is lost, and none is added."""
    written = data.draw(sentences(templates))
    found = recognised(str(written), templates)
    assert isinstance(found, Sentence)
    assert found == written
    assert without_marks(marked(found)) == written


@given(texts | st.lists(st.sampled_from(ALL) | texts | numbers, max_size=6).map("".join))
def test_any_other_text_stays_as_it_is(text):
    """A person's own reason reads as it was typed, whatever it looks like."""
    for templates in (REASONS, *DETAILS.values()):
        found = recognised(text, templates)
        assert found == text
        assert without_marks(marked(found)) == without_marks(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("edited on disk; kept by Ann", "«edited on disk; kept by Ann»"),
        ("edited on disk; version 4 waits again, merged", "«edited on disk; version 4 waits again, merged»"),
        ("edited: clinics/a.yaml; new: national/b, c.yaml", "«edited: clinics/a.yaml; new: national/b, c.yaml»"),
        ("edited: the price of ketamine", "edited: the price of ketamine"),
        ("New list; edited on disk", "New list; edited on disk"),
        ("edited on disk", "edited on disk"),
        ("", ""),
    ],
)
def test_reasons(text, said):
    assert marked(recognised(text, REASONS)) == said


@pytest.mark.parametrize(
    ("action", "text", "said"),
    [
        ("published", "version 4, from 2027-01-01: Undo of version 3", "«version 4, from DAY: «Undo of version 3»»"),
        ("published", "version 4, from 2027-01-01: my: own", "«version 4, from DAY: my: own»"),
        ("published", "version 4, from 2027-02-30: x", "«version 4, from 2027-02-30: x»"),
        (
            "undid",
            "version 3; version 4, from 2027-01-01: Undo of version 3 says what version 2 said",
            "«version 3; version 4, from DAY: «Undo of version 3» says what version 2 said»",
        ),
        ("edited on disk", "version 2: new: clinics/x.yaml", "«version 2: «new: clinics/x.yaml»»"),
        ("merged", "version 2; the edit was none", "«version 2; the edit was none»"),
        ("set", "second_person_above: 250", "««second_person_above»: 250»"),
        ("set", "second_person_above: not set", "««second_person_above»: «not set»»"),
        ("added an account", "Ann: a: editor of harbor", "«Ann: a: «editor of harbor»»"),
        (
            "changed roles",
            "Ann: editor of a, owner of everything → no role",
            "«Ann: «««editor of a», «owner of everything»» → «no role»»»",
        ),
        ("signed in", "Ann: password, passkey", "«Ann: ««password», «passkey»»»"),
        ("added a passkey", "Ann: no role", "Ann: no role"),
        ("proposed", "edited on disk; kept by Ann", "edited on disk; kept by Ann"),
    ],
)  # fmt: skip
def test_details_of_the_log(action, text, said):
    """By what was done: a passkey's name is never taken for a sentence of ours."""
    found = recognised(text, DETAILS.get(action, ()), day=lambda _: "DAY")
    assert marked(found) == said


def test_what_was_written_in_another_language_is_recognised_as_well():
    """A reason that was offered to somebody in Spanish, and stored so, reads in English for everybody else."""
    spanish = {stored_sentences.UNDO: "Se deshace la versión %(number)s"}.get
    found = recognised("Se deshace la versión 4", REASONS, spoken=[str, lambda one: spanish(one, one)])
    assert found == "Undo of version 4"
    assert recognised("Se deshace la versión x", REASONS, spoken=[lambda one: spanish(one, one)])[-1] == "x"


def test_however_deep_a_text_goes_it_is_answered():
    text = f"Ann: {', '.join(['editor of a'] * 3000)}"
    found = recognised(text, DETAILS["added an account"])
    assert found == text
    assert without_marks(marked(found)) == text


def test_every_sentence_of_our_own_is_in_the_catalogue():
    """But those that are only signs between values."""
    known = {message.id for message in extracted()}
    everywhere = {*ALL, *(one for listed in PARTS.values() for one in listed)}
    assert {one for one in everywhere - known if re.search("[a-z]", PLACEHOLDER.sub("", one))} == set()
    assert {name for one in everywhere for name in PLACEHOLDER.findall(one)} >= PARTS.keys()
    assert DETAILS.keys() <= WORDS.keys()
    # Those of roles are said with a list of them; everything else by one sentence.
    named = {one for one in vars(stored_sentences).values() if isinstance(one, str) and " " in one and "\n" not in one}
    named -= {stored_sentences.BY_DISK}
    assert {one for one in named if one not in everywhere} == set()


def test_the_logs_heading_has_words_of_its_own():
    """What was done is another word in Spanish than what is billed, though both are "What" in English."""
    assert extracted().get("What", "log") is not None
    assert extracted().get("What") is not None


# Whoever writes into the store takes the words from here

PASSED_ON = {
    # A person's own reason, or one of ours that is said further up.
    ("publishing.py", "why"), ("prices_publish.py", "why"), ("direct_publishing.py", "why"), ("publications.py", "why"),
    ("conflict_resolution.py", "step.why"),
    ("publishing.py", "asked.why"), ("overview.py", "why"), ("history.py", "why"), ("prices.py", "reason(options.why)"),
    ("sync.py", "why"),
    # A passkey's name, and how somebody signed in, which the desk's pages say.
    ("passkeys.py", "key.name"), ("passkeys.py", "name"), ("sign_ins.py", "how"), ("sign_in.py", "how"),
    # From one function of the log to another.
    ("journal.py", "detail"), ("accounts.py", "detail"),
    # An account's name by itself; roles, which have a test of their own.
    ("accounts.py", "account.name"), ("accounts.py", "roles_in_words(account.grants)"),
}  # fmt: skip
"""What may be written that is not said here, by file: whatever it is, it was looked at."""

WHERE = {"add_entry_in": 4, "add_account_entry_in": 4, "_log": 4, "add": 3}
"""Which argument of a call is the detail."""


def written_texts() -> Iterator[tuple[str, ast.expr, ast.AST]]:
    """Every expression that becomes a detail of the log or the reason of a publication, by file, and its function."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call):
                    yield from ((path.name, one, function) for one in texts_of(call))


def texts_of(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("publish_in", "publish", "undo", "confirm", "publish_directly"):
        yield from (one.value for one in call.keywords if one.arg == "why")
    if name in ("_Step",):
        yield call.args[3]
    in_journal = isinstance(call.func, ast.Attribute) and "journal" in ast.unparse(call.func.value)
    if name in WHERE and (name != "add" or in_journal):
        yield from call.args[WHERE[name] :]
        yield from (one.value for one in call.keywords if one.arg == "detail")
    if name in ("begin_session", "enter", "finish", "go_on"):
        yield call.args[1]


def is_ours(text: ast.expr, function: ast.AST, file: str) -> bool:
    """Whether a text is made of words from here, or is passed on from somewhere that is."""
    if (file, ast.unparse(text)) in PASSED_ON or (isinstance(text, ast.Constant) and text.value == ""):
        return True
    match text:
        case ast.IfExp(body=one, orelse=other):
            return is_ours(one, function, file) and is_ours(other, function, file)
        case ast.Call(func=ast.Name(id="say"), args=[template]):
            return is_template(template)
        case ast.Name(id=name):
            made = [
                one.value
                for one in ast.walk(function)
                if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == name
            ]
            return is_template(text) or (bool(made) and all(is_ours(one, function, file) for one in made))
    return False


def is_template(node: ast.expr) -> bool:
    """Whether it is a constant of `stored_sentences`, or an entry of one of its mappings."""
    name = ast.unparse(node).partition("[")[0]
    return name.isupper() and hasattr(stored_sentences, name)


def test_whoever_writes_into_the_store_takes_the_words_from_here():
    """So that no text of ours is stored that nobody recognises. A person's own words are listed above, by name."""
    found = list(written_texts())
    assert len(found) > 25
    assert {
        f"{file}: {ast.unparse(text)}" for file, text, function in found if not is_ours(text, function, file)
    } == set()


@given(st.lists(st.tuples(st.sampled_from(["editor", "publisher", "owner"]), scopes | st.just("*")), max_size=4))
def test_roles_as_the_log_tells_them_are_recognised(roles):
    from estimator.accounts.accounts import Grant, roles_in_words

    said = roles_in_words([Grant(*one) for one in set(roles)])
    text = f"Ann: {said} → {said}"
    found = marked(recognised(text, DETAILS["changed roles"]))
    assert without_marks(found) == text
    assert found.count("»") > 2 * len(set(roles))
