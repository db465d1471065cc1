"""Files in a folder and publications in a store: the two never disagree silently."""

import multiprocessing
import os
import shutil
import stat

import pytest
from sqlalchemy import delete, update
from support.catalogue import extracted
from support.shops import BOOSTED, CARE, CLINIC, INFUSION, Shop
from support.writing import publish_files

from estimator.prices.problems import Problem
from estimator.sentences import Sentence
from estimator.store.journal import Journal
from estimator.store.tables import on_disk, settings
from estimator.versions.folder.conflict_resolution import FolderNotWritten
from estimator.versions.folder.folder_mark import MARK, OtherFolder, adopt, claim, place_of
from estimator.versions.folder.table_folder import CannotWrite, TableFolder
from estimator.versions.timeline import TimelineReader


@pytest.fixture
def here(tmp_path, database):
    return Shop(tmp_path, database)


def last(here, owner="national"):
    return here.publications.latest(owner)


# From the folder to the store


def test_an_edit_on_disk_becomes_a_publication(here):
    data = here.edit(INFUSION, BOOSTED)
    here.look()
    publication = last(here)
    assert (publication.number, publication.how, publication.by) == (2, "disk", "edited on disk")
    assert publication.why == "edited: national/care.yaml"
    assert publication.in_force_from == here.day
    assert here.publications.files(publication)[CARE] == data
    assert here.infusion() == 510_00
    assert here.prices.problems == ()


def test_an_edit_counts_when_the_folder_has_been_left_alone(here):
    """Editors empty a file before they fill it again: what is there meanwhile may read well, but short."""
    whole = here.read()
    here.look()
    here.write(CLINIC, b"clinic: {name: Riverbend}\n")
    here.look(1)
    here.write(CLINIC, whole_clinic := b"clinic: {name: Riverbend Clinic}\n")
    here.look(1)
    assert last(here, "riverbend").number == 1
    here.look(1)
    assert here.publications.files(last(here, "riverbend"))[CLINIC] == whole_clinic
    assert here.read() == whole


def test_an_edit_of_some_time_ago_counts_at_the_first_look(here):
    """A server that starts, or is asked for the first time in a while, does not answer with old prices."""
    here.edit(INFUSION, BOOSTED)
    here.wall = (here.folder / CARE).stat().st_ctime + 1
    here.look(1)
    assert here.infusion() == 510_00


def test_a_broken_edit_changes_nothing_and_is_said(here):
    here.edit(INFUSION, b"typical: 5OO")
    here.look()
    assert here.infusion() == 500_00
    assert last(here).number == 1
    (problem,) = here.prices.problems
    assert (problem.file, problem.line) == (CARE, 73)
    here.edit(b"typical: 5OO", BOOSTED)
    here.look()
    assert here.infusion() == 510_00
    assert here.prices.problems == ()


def test_a_national_edit_that_breaks_a_clinic_is_broken(here):
    """The clinic's own file has not changed, and its prices stay."""
    here.write(CLINIC, here.read(CLINIC).replace(b"charges:", b"charges:\n  extra: {self_pay: {2026-01-01: 10}}", 1))
    here.write(
        "national/extra.yaml",
        b"charges:\n  extra:\n    label: Extra\n    per: once\n"
        b"    self_pay: {2026-01-01: {price: 5, source: survey, checked: 2026-01-05}}\n",
    )
    here.look()
    assert (last(here).number, last(here, "riverbend").number) == (2, 2), here.said()
    here.write("national/extra.yaml", b"charges: {}\n")
    here.look()
    assert last(here).number == 2
    assert "clinics/riverbend.yaml" in here.said()
    assert "extra" in here.prices.current.get("riverbend").tables.charges


def test_edits_that_need_each_other_are_taken_together(here):
    """A charge renamed in the national tables and in a clinic's at the same time."""
    test_a_national_edit_that_breaks_a_clinic_is_broken(here)
    here.write(CLINIC, here.read(CLINIC).replace(b"\n  extra: {self_pay: {2026-01-01: 10}}", b" # none", 1))
    here.look()
    assert (last(here).number, last(here, "riverbend").number) == (3, 3)
    assert here.prices.problems == ()


def test_a_slip_in_one_clinic_does_not_hold_up_the_others(here):
    here.edit(INFUSION, BOOSTED)
    here.edit(b"clinic:", b"clinics:", CLINIC)
    here.look()
    assert here.infusion() == 510_00
    assert "riverbend" in here.prices.current.clinics
    assert {problem.file for problem in here.prices.problems} == {CLINIC}


def test_a_new_file_is_a_new_clinic(here):
    here.write("clinics/harbor.yaml", HARBOR)
    here.look()
    assert here.prices.current.clinics.keys() == {"riverbend", "harbor"}


HARBOR = b"clinic: {name: Harbor}\n"


def test_a_clinic_whose_file_is_gone_stays_until_a_person_says_that_it_is_withdrawn(here):
    """A version control, an upgrade or a slip removes files too, and its patients would find nothing."""
    (here.folder / CLINIC).unlink()
    here.look()
    assert here.prices.current.clinics.keys() == {"riverbend"}
    assert last(here, "riverbend").number == 1
    assert "clinics/riverbend.yaml: gone from the folder; version 1 is published and stays" in here.said()
    here.prices.resolution().keep_disk(*here.prices.conflicts, "Ann")
    here.look()
    assert here.prices.current.clinics.keys() == set()
    assert (last(here, "riverbend").files, here.prices.problems) == ({}, ())
    here.write(CLINIC, HARBOR)
    here.look()
    assert here.prices.current.clinics.keys() == {"riverbend"}


def test_a_file_that_is_gone_can_be_written_back(here):
    before = here.read(CLINIC)
    (here.folder / CLINIC).unlink()
    here.look()
    here.prices.resolution().keep_published(*here.prices.conflicts, "Ann")
    here.look()
    assert (here.read(CLINIC), here.prices.problems) == (before, ())
    assert last(here, "riverbend").number == 1


@pytest.mark.parametrize("more", [b"", b"# and a line of somebody's own\n"])
def test_what_was_published_before_is_no_edit(here, more):
    """
    An old release, a checkout or a copy brings an old text back, whole or with others beside it: somebody is asked.

    Published $777 went back to $420 that way when the program was installed again.
    """
    before = here.read()
    here.publish(INFUSION, BOOSTED)
    here.look()
    here.write(CARE, before)
    if more:
        here.write("national/money.yaml", here.read("national/money.yaml") + more)
    here.look()
    assert here.infusion() == 510_00
    assert last(here).number == 2
    assert "says again what an earlier version said" in here.said()
    here.prices.resolution().keep_disk(*here.prices.conflicts, "Ann")
    here.look()
    assert (here.infusion(), last(here).number, here.prices.problems) == (500_00, 3, ())


def test_a_checkout_of_an_old_commit_under_a_running_server_publishes_nothing(here):
    """As `git checkout` does it: files replaced by others, one after another, one of them removed."""
    old = here.on_disk()
    here.edit(INFUSION, BOOSTED)
    here.write("clinics/harbor.yaml", HARBOR)
    here.look()
    for name, text in old.items():
        path = here.folder / name
        path.unlink()
        path.write_bytes(text)
        here.look(1)
    (here.folder / "clinics" / "harbor.yaml").unlink()
    here.look()
    assert here.infusion() == 510_00
    assert here.prices.current.clinics.keys() == {"riverbend", "harbor"}
    assert {one.owner: one.why for one in here.prices.conflicts} == {"national": "older", "harbor": "gone"}


@pytest.mark.parametrize("kind", ["national", "clinics"])
def test_a_whole_folder_that_is_gone_withdraws_nobody(here, kind):
    (here.folder / kind).rename(here.folder / "elsewhere")
    here.look()
    assert "riverbend" in here.prices.current.clinics
    assert f"{kind}: the folder is missing or cannot be read" in here.said()
    assert not (here.folder / kind).exists()
    (here.folder / "elsewhere").rename(here.folder / kind)
    here.look()
    assert here.prices.problems == ()


@pytest.mark.parametrize("name", ["clinics/national.yaml", "clinics/Bad Name.yaml", "clinics/harbor.yml"])
def test_a_file_with_a_strange_name_is_a_problem_and_nobodys(here, name):
    here.write(name, b"clinic: {name: Harbor}\n")
    here.look()
    assert name in here.said()
    assert here.publications.owners() == ["national", "riverbend"]


@pytest.mark.parametrize("kind", ["national", "clinics"])
def test_a_name_that_is_no_utf8_stops_no_look(here, kind):
    """Once it made every look raise, so that no price could be asked for; it is a problem that goes away."""
    path = here.folder / kind / os.fsdecode(b"pr\xe9cios.yaml")
    path.write_bytes(b"clinic: {name: Harbor}\n")
    here.look()
    assert f"{kind}/pr\\xe9cios.yaml" in here.said()
    assert here.infusion() == 500_00
    assert here.publications.owners() == ["national", "riverbend"]
    path.unlink()
    here.edit(INFUSION, BOOSTED)
    here.look()
    assert here.prices.problems == ()
    assert here.infusion() == 510_00


def test_a_file_that_cannot_be_had_is_not_taken_for_removed(here):
    path = here.folder / CLINIC
    path.rename(here.folder / "kept")
    path.mkdir()
    here.look()
    assert last(here, "riverbend").number == 1
    assert CLINIC in here.said()


# From the store to the folder


def test_a_publication_is_written_back_byte_for_byte(here):
    """Comments, letters, line ends, trailing blanks: the file says what was published."""
    here.publish(INFUSION, BOOSTED)
    published = here.publish(b"# A small book", b"# \xc3\xa9 \t\r\n# As agreed\n# A small book")
    here.look()
    assert here.read() == here.publications.files(published)[CARE]
    assert here.infusion() == 510_00
    assert here.prices.problems == ()
    assert [entry.action for entry in Journal(here.database).all()][-1] == "written to disk"


def test_a_scheduled_publication_reaches_the_file_on_its_day(here):
    here.publish(INFUSION, BOOSTED, since=here.day.replace(month=12))
    before = here.read()
    here.look()
    assert (here.read(), here.infusion()) == (before, 500_00)
    here.day = here.day.replace(month=12)
    here.look()
    assert BOOSTED in here.read()
    assert here.infusion() == 510_00


def test_files_keep_their_rights_and_new_ones_are_made(here):
    (here.folder / CARE).chmod(0o640)
    here.publish(INFUSION, BOOSTED)
    publish_files(
        here.publications,
        "harbor",
        {"clinics/harbor.yaml": b"clinic: {name: Harbor}\n"},
        based_on=0,
        by="Ann",
        why="new",
        how="browser",
        in_force_from=here.day,
    )
    here.look()
    assert stat.S_IMODE((here.folder / CARE).stat().st_mode) == 0o640
    assert here.read("clinics/harbor.yaml") == b"clinic: {name: Harbor}\n"
    assert here.on_disk() == here.in_force()


def test_a_withdrawn_clinics_file_is_removed(here):
    publish_files(
        here.publications, "riverbend", {}, based_on=1, by="Ann", why="closed", how="browser", in_force_from=here.day
    )
    here.look()
    assert not (here.folder / CLINIC).exists()
    assert here.prices.problems == ()


def test_a_link_is_not_written_through_and_not_replaced(here, tmp_path):
    elsewhere = tmp_path / "elsewhere.yaml"
    (here.folder / CARE).rename(elsewhere)
    (here.folder / CARE).symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    here.publish(INFUSION, BOOSTED)
    here.look()
    assert here.infusion() == 510_00
    assert (here.folder / CARE).is_symlink()
    assert elsewhere.read_bytes() == before
    assert "national/care.yaml is a link to another file" in here.said()


def test_a_folder_that_cannot_be_written_is_a_problem_that_goes_away(here, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied", str(here.folder / CARE))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refused)
        here.publish(INFUSION, BOOSTED)
        here.look()
        assert here.infusion() == 510_00
        assert "version 2 is in force, but cannot be written to the folder" in here.said()
        assert "national/care.yaml cannot be written: Permission denied" in here.said()
        assert str(here.folder) not in here.said(), "where the folder stands is nothing for /healthz"
        assert not [name for name in here.on_disk() if "/." in name]
    here.look()
    assert here.prices.problems == ()
    assert here.on_disk() == here.in_force()


def test_an_edit_at_the_very_moment_of_writing_back_is_not_written_over(here, monkeypatch):
    whole, fsync = here.read(), os.fsync

    def edited_meanwhile(descriptor):
        here.write(CARE, whole + b"# mine\n")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", edited_meanwhile)
        with pytest.raises(CannotWrite, match="has changed this very moment"):
            TableFolder(here.folder).write({CARE: whole}, {CARE: b"theirs"})
    assert here.read() == whole + b"# mine\n"


@pytest.mark.parametrize("name", ["../x.yaml", "national/../../x.yaml", "clinics/.x.yaml", "/x.yaml", "other/x.yaml"])
def test_no_publication_writes_outside_the_folders_of_tables(here, name):
    with pytest.raises(CannotWrite, match="is no name"):
        TableFolder(here.folder).write({}, {name: b"x"})


# In every language


def templates(text):
    """The templates of a sentence and of the sentences in it; anything else is no sentence."""
    assert isinstance(text, Sentence), text
    yield text.template
    for value in text.values.values():
        if isinstance(value, Sentence):
            yield from templates(value)


def nobody_may_write(here, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    here.publish(INFUSION, BOOSTED)
    monkeypatch.setattr(os, "replace", refused)


def a_link_is_in_the_way(here, monkeypatch):
    elsewhere = here.folder.parent / "elsewhere.yaml"
    (here.folder / CARE).rename(elsewhere)
    (here.folder / CARE).symlink_to(elsewhere)
    here.publish(INFUSION, BOOSTED)


def both_have_changed(here, monkeypatch):
    here.edit(INFUSION, BOOSTED)
    here.publish(INFUSION, b"typical: 520")


def a_publication_waits(here, monkeypatch):
    here.publish(INFUSION, b"typical: 520", since=here.day.replace(month=12))
    here.edit(INFUSION, BOOSTED)


def the_folder_is_gone(here, monkeypatch):
    (here.folder / "clinics").rename(here.folder / "elsewhere")


def a_file_is_gone(here, monkeypatch):
    (here.folder / CLINIC).unlink()


def a_text_is_back(here, monkeypatch):
    before = here.read()
    here.publish(INFUSION, BOOSTED)
    here.look()
    here.write(CARE, before)


def another_folder_is_there(here, monkeypatch):
    (here.folder / MARK).write_text("0123")


def a_publication_cannot_be_read(here, monkeypatch):
    here.publish(INFUSION, b"typical: [")


def the_store_is_away(here, monkeypatch):
    def refused(*_):
        raise ConnectionError

    monkeypatch.setattr(TimelineReader, "look", refused)


TROUBLES = {
    nobody_may_write: {"%(name)s cannot be written: %(reason)s", "Permission denied"},
    a_link_is_in_the_way: {"%(name)s is a link to another file, and links are not written through"},
    both_have_changed: {
        "edited on disk while version %(number)s was published; that one is in force, and the edit is untouched."
        " Choose at the desk what stays"
    },
    a_publication_waits: {
        "edited on disk, but version %(number)s is already published from %(day)s on; the edit is not in force."
        " Choose at the desk what stays"
    },
    the_folder_is_gone: {
        "the folder is missing or cannot be read",
        "put it back; to withdraw a clinic, remove no more than its file, and say at the desk that it is withdrawn",
    },
    a_file_is_gone: {
        "gone from the folder; version %(number)s is published and stays in force. Choose at the desk whether to write"
        " it back or to withdraw it"
    },
    a_text_is_back: {
        "says again what an earlier version said, as after an upgrade or a restored copy; version %(number)s is"
        " published and stays in force. Choose at the desk what stays"
    },
    another_folder_is_there: {
        "another folder has taken the place of the one that is kept in step; the last good prices stay in force",
        "put that one back, or say once with 'estimator prices folder --adopt' that this one takes its place",
    },
    a_publication_cannot_be_read: {
        "version %(number)s is published, but cannot be read; version %(before)s stays in force"
    },
    the_store_is_away: {"store or folder cannot be reached (%(kind)s); the last good prices stay in force"},
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_keeps_folder_and_store_apart_can_be_said_in_any_language(here, monkeypatch, trouble):
    """What is wrong and how to put it right are sentences of the catalogue, and so are those in them."""
    with monkeypatch.context() as patch:
        trouble(here, patch)
        here.look()
        problems: tuple[Problem, ...] = here.prices.problems
    said = {one for problem in problems for text in (problem.says, problem.fix) if text for one in templates(text)}
    assert said >= TROUBLES[trouble]
    assert said <= {message.id for message in extracted()}


# Both


def test_when_both_have_changed_nothing_is_touched_and_both_are_shown(here):
    data = here.edit(INFUSION, BOOSTED)
    published = here.publish(INFUSION, b"typical: 520")
    here.look()
    (conflict,) = here.prices.conflicts
    assert (conflict.owner, conflict.published, conflict.based_on.number) == ("national", published, 1)
    assert conflict.on_disk_files[CARE] == data == here.read()
    assert here.infusion() == 520_00
    assert "edited on disk while version 2 was published" in here.said()
    assert last(here).number == 2


def test_an_edit_under_a_scheduled_publication_waits_for_a_decision(here):
    here.publish(INFUSION, b"typical: 520", since=here.day.replace(month=12))
    here.edit(INFUSION, BOOSTED)
    here.look()
    (conflict,) = here.prices.conflicts
    assert conflict.why == "pending"
    assert "version 2 is already published from 2026-12-22 on; the edit is not in force" in here.said()
    assert here.infusion() == 500_00


def both_changed(here, mine=BOOSTED, theirs=b"typical: 520", old=INFUSION):
    here.edit(old, mine)
    here.publish(INFUSION, theirs)
    here.look()
    return here.prices.conflicts[0]


def settled(here):
    here.prices.refresh()
    here.look()
    assert here.prices.conflicts == ()
    assert here.prices.problems == ()
    assert here.on_disk() == here.in_force()


def test_the_files_may_stay(here):
    conflict = both_changed(here)
    here.prices.resolution().keep_disk(conflict, "Ben")
    settled(here)
    assert here.infusion() == 510_00
    assert (last(here).number, last(here).by, last(here).how) == (3, "Ben", "disk")


def test_the_publication_may_stay_and_the_edit_is_kept_in_the_store(here):
    conflict = both_changed(here)
    here.prices.resolution().keep_published(conflict, "Ben")
    settled(here)
    assert here.infusion() == 520_00
    entry = next(entry for entry in Journal(here.database).newest() if entry.action == "kept published")
    with here.database.reading() as connection:
        kept = set(connection.exec_driver_sql("SELECT content FROM texts").scalars())
    assert set(conflict.on_disk_files.values()) <= kept
    assert entry.who == "Ben"


def test_both_may_stay_where_lines_do_not_collide(here):
    """The edit is somewhere else in the file."""
    here.publish(INFUSION, b"typical: 520")
    here.write(CARE, here.read() + b"# a last word\n")
    here.look()
    (conflict,) = here.prices.conflicts
    here.prices.resolution().keep_merged(conflict, "Ben")
    settled(here)
    assert here.infusion() == 520_00
    assert here.read().endswith(b"# a last word\n")


def test_lines_that_collide_are_for_a_person_to_decide(here):
    conflict = both_changed(here)
    resolution = here.prices.resolution()
    assert len(resolution.merged(conflict)[CARE].collisions) == 1
    with pytest.raises(Exception, match="Both changed the same lines"):
        resolution.keep_merged(conflict, "Ben")
    resolution.keep_merged(conflict, "Ben", {CARE: {0: "theirs"}})
    settled(here)
    assert here.infusion() == 520_00


def test_an_edit_and_what_is_scheduled_may_both_stay(here):
    """The edit from today, both together from the scheduled day on."""
    later = here.day.replace(month=12)
    here.publish(INFUSION, b"typical: 520", since=later)
    here.write(CARE, here.read() + b"# a last word\n")
    here.look()
    here.prices.resolution().keep_merged(here.prices.conflicts[0], "Ben")
    settled(here)
    assert (here.infusion(), here.read()[-14:]) == (500_00, b"# a last word\n")
    here.day = later
    here.look()
    settled(here)
    assert (here.infusion(), here.read()[-14:]) == (520_00, b"# a last word\n")


def _refused(*_):
    raise PermissionError(13, "Permission denied")


def test_a_decision_that_is_published_but_not_written_says_so(here, monkeypatch):
    """Nobody is told to decide again about what stands: it is in force, and choosing what is published finishes it."""
    here.edit(INFUSION, BOOSTED)
    before = here.read()
    here.publish(b"", b"# theirs\n")
    here.look()
    conflict = here.prices.conflicts[0]
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", _refused)
        with pytest.raises(FolderNotWritten, match=r"^Version 3 is published.* choose what is published\.$"):
            here.prices.resolution().keep_merged(conflict, "Ben")
    assert (last(here).number, here.read()) == (3, before)
    here.prices.refresh()
    here.look()
    assert here.infusion() == 510_00
    here.prices.resolution().keep_published(here.prices.conflicts[0], "Ben")
    settled(here)
    assert here.read().startswith(b"# theirs\n")
    assert last(here).number == 3


def test_keeping_what_is_published_says_when_it_cannot_be_written(here, monkeypatch):
    """Nothing was published by that; the conflict waits for the folder."""
    conflict = both_changed(here)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", _refused)
        with pytest.raises(FolderNotWritten, match=r"^Nothing was written: national/care.yaml cannot be written"):
            here.prices.resolution().keep_published(conflict, "Ben")
    assert last(here).number == 2
    here.prices.resolution().keep_published(conflict, "Ben")
    settled(here)


def test_what_stays_must_be_without_errors(here):
    conflict = both_changed(here, mine=b"typical: 5OO")
    with pytest.raises(Exception, match="These tables have errors"):
        here.prices.resolution().keep_disk(conflict, "Ben")
    assert here.infusion() == 520_00


def test_a_decision_about_files_that_have_changed_again_is_refused(here):
    conflict = both_changed(here)
    here.edit(BOOSTED, b"typical: 530")
    for decide in ("keep_disk", "keep_published"):
        with pytest.raises(Exception, match="The files have changed again"):
            getattr(here.prices.resolution(), decide)(conflict, "Ben")
    assert b"typical: 530" in here.read()


# Starting


def test_the_next_start_goes_on_where_the_last_one_ended(here):
    """An edit and a publication made while nothing ran, each of another owner."""
    here.edit(b"2026-02-01: 450", b"2026-02-01: 460", CLINIC)
    here.publish(INFUSION, BOOSTED)
    here.start()
    here.look()
    assert here.infusion("riverbend") == 460_00
    assert here.on_disk() == here.in_force()
    assert here.prices.problems == ()


def test_a_torn_write_back_is_finished(here):
    """A crash left one of two new files."""
    other = "national/money.yaml"
    latest = last(here)
    files = {name: data + b"# new\n" for name, data in here.publications.files(latest).items()}
    publish_files(
        here.publications, "national", files, based_on=1, by="Ann", why="x", how="browser", in_force_from=here.day
    )
    here.write(CARE, files[CARE])
    here.write("national/.money.yaml.estimator-new", files[other][:10])
    here.start()
    here.look()
    assert here.on_disk() == here.in_force()
    assert here.prices.problems == ()


def test_another_folder_is_not_taken_for_the_one_that_was_edited(here, tmp_path):
    """A new container comes with the tables of its image and an old store: the server does not start, and says why."""
    old = here.on_disk()
    here.publish(INFUSION, BOOSTED)
    here.look()
    home, here.folder = here.folder, tmp_path / "another"
    for name, data in old.items():
        here.write(name, data)
    with pytest.raises(OtherFolder, match="is not the folder that the prices in the store are kept in step with") as no:
        here.start()
    assert str(home) in str(no.value)
    adopt(here.database, here.folder)
    here.start()
    here.look()
    assert here.on_disk() == here.in_force()
    assert here.infusion() == 510_00
    assert last(here).number == 2


def test_a_folder_may_move(here, tmp_path):
    """It is known by its mark, not by its place."""
    here.edit(INFUSION, BOOSTED)
    here.folder = here.folder.rename(tmp_path / "another")
    here.start()
    here.look()
    assert (here.infusion(), here.prices.problems) == (510_00, ())


def test_a_store_does_not_go_on_without_its_folder(here):
    with pytest.raises(OtherFolder, match="there is no folder 'pricing' here"):
        claim(here.database, None)


def test_a_folder_that_takes_the_others_place_under_a_running_server_is_left_alone(here, tmp_path):
    home = here.folder.rename(tmp_path / "home")
    for name in here_files(home):
        here.write(name, (home / name).read_bytes().replace(INFUSION, b"typical: 777"))
    here.look()
    assert here.infusion() == 500_00
    assert "another folder has taken the place" in here.said()
    assert b"777" in here.read()
    shutil.rmtree(here.folder)
    home.rename(here.folder)
    here.look()
    assert here.prices.problems == ()


def here_files(folder):
    return [path.relative_to(folder).as_posix() for path in folder.glob("*/*.yaml")]


def test_a_folder_that_an_older_release_kept_in_step_keeps_its_notes(here):
    """Its notes stood under the machine's name and the path."""
    here.edit(INFUSION, BOOSTED)
    here.look()
    with here.database.writing() as connection:
        connection.execute(update(on_disk).values(folder=place_of(here.folder)))
        connection.execute(delete(settings))
    (here.folder / MARK).unlink()
    here.edit(BOOSTED, b"typical: 520")
    here.wall = (here.folder / CARE).stat().st_ctime + 1
    here.start()
    here.look()
    assert (here.infusion(), here.prices.problems) == (520_00, ())


def test_an_empty_folder_is_filled(here, tmp_path):
    here.folder = tmp_path / "another"
    here.folder.mkdir()
    adopt(here.database, here.folder)
    here.start()
    here.look()
    assert here.on_disk() == here.in_force()


def test_a_folder_that_cannot_be_marked_is_not_kept_in_step(here, tmp_path, monkeypatch):
    here.folder = tmp_path / "another"
    with pytest.raises(OtherFolder, match="cannot be kept in step with the store: No such file"):
        adopt(here.database, here.folder)


def test_one_process_at_a_time(here):
    """While another process has the folder nothing is done, and nobody waits."""
    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("fork").Process(target=_hold, args=(here.folder, theirs))
    other.start()
    assert ours.recv() == "held"
    here.edit(INFUSION, BOOSTED)
    here.look()
    assert last(here).number == 1
    ours.send("go")
    other.join()
    here.look()
    assert last(here).number == 2


def _hold(folder, pipe):
    with TableFolder(folder).locked() as ours:
        assert ours
        pipe.send("held")
        pipe.recv()
