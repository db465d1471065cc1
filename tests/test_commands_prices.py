"""``estimator prices …``: versions of the price tables on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from support.strategies_yaml import small_book
from support.writing import publish_files

from estimator.cli import main
from estimator.store.database import Database, open_database
from estimator.store.settings import Settings
from estimator.versions.book_cache import PriceBookCache
from estimator.versions.desk_queries import SECOND_PERSON_ABOVE
from estimator.versions.folder.sync import FolderSync
from estimator.versions.publications import Publications
from estimator.versions.timeline import Timeline

CLINIC = ["--clinic", "riverbend"]
NAME = "clinics/riverbend.yaml"
TEXT = small_book()[NAME]


@pytest.fixture(autouse=True)
def pricing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the small book in ``pricing/``, and a store of its own."""
    monkeypatch.setenv("ESTIMATOR_DATABASE", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.chdir(tmp_path)
    for name, content in small_book().items():
        path = tmp_path / "pricing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "pricing"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    yield database
    database.close()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs ``estimator prices …``; its status, what it printed, and what it complained about."""

    def ran(*arguments: str) -> tuple[int, str, str]:
        status = main(["prices", *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return ran


def edit(pricing: Path, old: str, new: str) -> None:
    text = (pricing / NAME).read_bytes()
    assert old.encode() in text
    (pricing / NAME).write_bytes(text.replace(old.encode(), new.encode()))


def begin(run) -> None:
    status, out, _ = run("publish", *CLINIC, "--why", "begin")
    assert status == 0
    assert "The store was empty" in out


def test_publishing_what_is_on_disk(run, pricing: Path, store: Database) -> None:
    """The text goes out byte for byte, with who and why; what it changed is said in words."""
    begin(run)
    edit(pricing, "450", "475  # since the move")
    status, out, err = run("publish", *CLINIC, "--why", "new list", "--by", "Ann")
    assert (status, err) == (0, "")
    assert "Version 2 of riverbend is published" in out
    assert "$450" in out
    assert "$475" in out
    (latest, _first) = Publications(store).history("riverbend")
    assert (latest.number, latest.by, latest.why, latest.how) == (2, "Ann", "new list", "command")
    assert Publications(store).files(latest) == {NAME: (pricing / NAME).read_bytes()}
    status, _, err = run("publish", *CLINIC, "--why", "again")
    assert (status, err) == (1, "Nothing has changed since the last publication.\n")


@pytest.mark.parametrize("day", [None, "2100-01-01"])
def test_the_folder_is_in_step_with_what_was_published_from_it(
    run, pricing: Path, store: Database, day: str | None
) -> None:
    """
    Nobody is told that both sides changed.

    What begins later is not in force yet: the folder then gets back what is, and the new text on its day.
    """
    begin(run)
    before = (pricing / NAME).read_bytes()
    edit(pricing, "450", "475")
    after = (pricing / NAME).read_bytes()
    status, *_ = run("publish", *CLINIC, "--why", "new", *(["--from", day] if day else []))
    assert status == 0
    folder = FolderSync(store, pricing, PriceBookCache(), wall=lambda: 1e12)
    publications = Publications(store)
    for today, text in ((date.today(), before if day else after), (date(2100, 1, 2), after)):
        timeline = Timeline.of(publications.history())
        good = {owner: publications.files(one) for owner, one in timeline.all_in_force(today).items()}
        found = folder.look(timeline, today, good)
        assert (found.problems, found.conflicts, found.published) == ((), {}, False)
        assert (pricing / NAME).read_bytes() == text
    assert publications.latest("riverbend").number == 2  # type: ignore[union-attr]


def test_an_edit_that_knows_nothing_of_a_later_version_is_refused(run, pricing: Path, store: Database) -> None:
    """Somebody published meanwhile: their version is named, nothing is overwritten; who insists says the number."""
    begin(run)
    edit(pricing, "450", "475")
    run("publish", *CLINIC, "--why", "new")
    theirs = (pricing / NAME).read_bytes().replace(b"475", b"490")
    publish_files(
        Publications(store),
        "riverbend",
        {NAME: theirs},
        based_on=2,
        by="Ben",
        why="-",
        how="browser",
        in_force_from=date.today(),
    )
    edit(pricing, "475", "480")
    status, _, err = run("publish", *CLINIC, "--why", "mine")
    assert (status, err) == (1, "Version 3 was published by Ben meanwhile.\n")
    assert run("publish", *CLINIC, "--why", "mine", "--after", "3")[0] == 0


def test_mistakes_are_named_with_file_and_line(run, pricing: Path) -> None:
    """A broken text is refused, and nothing is published."""
    begin(run)
    edit(pricing, "450", "ten")
    status, out, err = run("publish", *CLINIC, "--why", "new")
    assert (status, out) == (1, "")
    line = TEXT[: TEXT.index(b"450")].count(b"\n") + 1
    assert err.startswith(f"clinics/riverbend.yaml:{line}: ")
    assert err.endswith("Nothing was published: these tables have errors.\n")
    assert run("history", *CLINIC)[1].count("Version") == 1


def test_what_is_worth_a_look_needs_a_yes(run, pricing: Path) -> None:
    """A price of 0 is often a slip."""
    begin(run)
    edit(pricing, "2026-02-01: 75", "2026-02-01: 0")
    status, _, err = run("publish", *CLINIC, "--why", "free")
    assert status == 1
    assert "add --yes" in err
    assert run("publish", *CLINIC, "--why", "free", "--yes")[0] == 0


def test_files_from_elsewhere(run, pricing: Path, tmp_path: Path, store: Database) -> None:
    """A clinic's file may be called anything; a national file takes the place of the published one of its name."""
    begin(run)
    mine = tmp_path / "new list.yaml"
    mine.write_bytes(TEXT.replace(b"450", b"475"))
    assert run("publish", str(mine), *CLINIC, "--why", "list")[0] == 0
    latest = Publications(store).latest("riverbend")
    assert latest is not None
    assert Publications(store).files(latest) == {NAME: TEXT.replace(b"450", b"475")}
    care = tmp_path / "care.yaml"
    care.write_bytes((pricing / "national/care.yaml").read_bytes() + b"\n# looked at\n")
    assert run("publish", str(care), "--why", "comment")[0] == 0
    national = Publications(store).latest("national")
    assert national is not None
    files = Publications(store).files(national)
    assert files["national/care.yaml"].endswith(b"# looked at\n")
    assert len(files) == len(list((pricing / "national").glob("*.yaml")))


def test_history_says_what_is_in_force(run, pricing: Path) -> None:
    """Newest first: number, from which day, by whom, why; as JSON with the files' digests."""
    begin(run)
    edit(pricing, "450", "475")
    run("publish", *CLINIC, "--why", "new list", "--by", "Ann", "--from", "2100-01-01")
    _, out, _ = run("history", *CLINIC)
    lines = out.splitlines()
    assert lines[0] == "Version 2, in force from 2100-01-01, not yet in force"
    assert lines[1].endswith("by Ann (command): new list")
    assert lines[2].endswith(", in force")
    document = json.loads(run("history", *CLINIC, "--json")[1])
    assert [(one["version"], one["state"]) for one in document["versions"]] == [(2, "begins"), (1, "in_force")]
    assert document["versions"][0]["files"].keys() == {NAME}


def test_two_versions_in_words_and_in_lines(run, pricing: Path) -> None:
    """In words, as patients read it; or as `diff -u` writes it."""
    begin(run)
    edit(pricing, "450", "475")
    run("publish", *CLINIC, "--why", "new list")
    out = run("diff", "1", "2", *CLINIC)[1]
    assert "$450 → $475" in out
    assert "$475 → $450" in run("diff", "2", "1", *CLINIC)[1]
    lines = run("diff", "1", "2", *CLINIC, "--lines")[1].splitlines()
    assert lines[0].startswith(f"--- {NAME}")
    changed = [line for line in lines[2:] if line[0] in "+-"]
    assert len(changed) == 2
    assert ("450" in changed[0], "475" in changed[1]) == (True, True)
    assert run("diff", "2", "2", *CLINIC)[1] == "No difference.\n"
    assert run("diff", "1", "9", *CLINIC)[::2] == (2, "There is no version 9 of riverbend.\n")


def test_export_writes_the_exact_bytes_and_overwrites_nothing(run, pricing: Path, tmp_path: Path) -> None:
    """Comments and line endings included; a file that is there stays, unless told otherwise."""
    (pricing / NAME).write_bytes(TEXT.replace(b"\n", b"\r\n") + b"# the end, without a line's end")
    begin(run)
    target = tmp_path / "out"
    status, out, _ = run("export", *CLINIC, "--to", str(target))
    assert (status, out) == (0, f"{target / NAME}\n")
    assert (target / NAME).read_bytes() == (pricing / NAME).read_bytes()
    (target / NAME).write_bytes(b"mine")
    status, _, err = run("export", *CLINIC, "--to", str(target), "--version", "1")
    assert status == 1
    assert "is there already" in err
    assert (target / NAME).read_bytes() == b"mine"
    assert run("export", *CLINIC, "--to", str(target), "--force")[0] == 0
    assert run("export")[0] == 0
    assert sorted(path.name for path in (tmp_path / "national-version-1/national").iterdir())


def test_undo_publishes_what_stood_before(run, pricing: Path, store: Database) -> None:
    """The last version stays in the history; nothing to undo is said in a sentence."""
    begin(run)
    assert run("undo", *CLINIC, "--why", "slip")[::2] == (
        1,
        "There is nothing to undo: no earlier version was published.\n",
    )
    edit(pricing, "450", "475")
    run("publish", *CLINIC, "--why", "new")
    assert run("undo", *CLINIC, "--why", "slip", "--after", "1")[0] == 1
    status, out, _ = run("undo", *CLINIC, "--why", "slip", "--by", "Ann")
    assert status == 0
    assert "Version 3 of riverbend says again what version 1 said." in out
    latest = Publications(store).latest("riverbend")
    assert latest is not None
    assert (latest.how, latest.by, Publications(store).files(latest)) == ("undo", "Ann", {NAME: TEXT})


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["publish", "--clinic", "No Such", "--why", "-"], 2, "cannot be the id of a clinic"),
        (["publish", *CLINIC, "--why", "-", "--from", "2001-01-01"], 2, "is over"),
        (["publish", *CLINIC, "--why", " "], 2, "Say with --why"),
        (["publish", *CLINIC, "--why", "-", "missing.yaml"], 2, "cannot be read"),
        (["publish", *CLINIC, "--why", "-", "a.yaml", "b.yaml"], 2, "A clinic has one file"),
        (["publish", "--why", "-", "notes.txt"], 2, "has to end with .yaml"),
        (["publish", "--clinic", "elsewhere", "--why", "-"], 2, "There are no files of elsewhere"),
        (["history", "--clinic", "elsewhere"], 1, "Nothing is published for elsewhere."),
        (["export", "--clinic", "elsewhere"], 1, "Nothing is in force for elsewhere."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run, pricing: Path, arguments, status: int, says: str) -> None:
    """Status 2 for a question that cannot be understood, 1 for a no; never a stack trace."""
    begin(run)
    edit(pricing, "450", "475")
    found, _, err = run(*arguments)
    assert (found, says in err) == (status, True), err


@pytest.mark.parametrize("number", ["9" * 20, "3000000000", "9" * 5000, "-1", "1.5", "\u0663"])
@pytest.mark.parametrize("command", [("diff", "1"), ("export", "--version"), ("undo", "--why", "-", "--after")])
def test_a_number_that_no_version_can_have_is_answered_in_a_sentence(run, capsys, command, number: str) -> None:
    """However large: no store is asked for it, and there is no stack trace."""
    begin(run)
    given = [*command[:-1], f"{command[-1]}={number}"] if command[-1].startswith("-") else [*command, "--", number]
    with pytest.raises(SystemExit) as ended:
        run(*given)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "is not the number of a version, like 3" in said
    assert len(said) < 1000


def test_a_store_that_cannot_be_opened(run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the store and the reason."""
    monkeypatch.setenv("ESTIMATOR_DATABASE", "nonsense")
    status, _, err = run("history")
    assert status == 1
    assert "cannot be read" in err


def test_a_folder_that_is_broken_from_the_start(run, pricing: Path) -> None:
    """An empty store cannot begin with tables that have errors: they are listed."""
    (pricing / "national/care.yaml").write_text("charges: [", encoding="utf-8")
    status, _, err = run("publish", "--why", "begin")
    assert status == 1
    assert "national/care.yaml:1" in err


def test_a_large_move_says_that_a_second_person_would_have_to_agree(run, pricing: Path, store: Database) -> None:
    """The command line is the way out in need, so it goes on; but only after a yes."""
    edit(pricing, "    packages:\n      - {sessions: 6, price: 2400}\n", "")
    patient = "{treatment: iv, insurance: none, sessions: 6, psychotherapy: none}"
    with (pricing / NAME).open("a", encoding="utf-8") as file:
        file.write(f"\nreference_patients:\n  usual: {{label: Six infusions, answers: {patient}}}\n")
    begin(run)
    Settings(store).set("riverbend", SECOND_PERSON_ABOVE, "100", "Olga")
    edit(pricing, "450", "650")
    status, _, err = run("publish", *CLINIC, "--why", "dear")
    assert status == 1
    assert "a second person would have to agree" in err
    assert run("publish", *CLINIC, "--why", "dear", "--yes")[0] == 0


# What stands: files or store


def test_where_files_and_store_differ_and_who_stands(run, pricing: Path, store: Database) -> None:
    """A removed file withdraws nobody until it is said; whoever has no account says it here."""
    begin(run)
    assert run("folder") == (0, "Files and store say the same.\n", "")
    before = (pricing / NAME).read_bytes()
    (pricing / NAME).unlink()
    status, out, _ = run("folder")
    assert (status, out.partition(";")[0]) == (1, f"{NAME}: gone from the folder")
    status, _, err = run("folder", "--keep", "published")
    assert (status, "nothing to decide about national" in err) == (1, True)
    assert run("folder", *CLINIC, "--keep", "published")[0] == 0
    assert (pricing / NAME).read_bytes() == before
    (pricing / NAME).unlink()
    assert run("folder", *CLINIC, "--keep", "files", "--by", "Ann")[0] == 0
    latest = Publications(store).latest("riverbend")
    assert latest is not None
    assert (latest.number, latest.files, latest.by) == (2, {}, "Ann")
    assert latest.why == "edited on disk; kept by Ann"


def test_another_folder_takes_the_place_when_it_is_said(run, pricing: Path, tmp_path: Path) -> None:
    begin(run)
    run("folder")
    other = tmp_path / "other"
    (other / "national").mkdir(parents=True)
    (other / "clinics").mkdir()
    status, _, err = run("folder", "--pricing", str(other))
    assert (status, "is not the folder that the prices in the store are kept in step with" in err) == (1, True)
    status, out, _ = run("folder", "--pricing", str(other), "--adopt")
    assert (status, out.splitlines()[-1]) == (0, "Files and store say the same.")
    assert (other / NAME).read_bytes() == (pricing / NAME).read_bytes()
    status, _, err = run("folder")
    assert (status, "--adopt" in err) == (1, True)


def test_there_has_to_be_a_folder(run, pricing: Path) -> None:
    pricing.rename(pricing.parent / "elsewhere")
    assert run("folder") == (2, "", "There is no folder 'pricing' here. Name it with --pricing.\n")
