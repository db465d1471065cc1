"""Publications, drafts and the log, one promise at a time."""

import contextlib
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import StatementError
from support.writing import discard_draft, publish_files, save_draft, write_log

from estimator.prices.digests import digest_of, digest_of_all
from estimator.store.database import open_database
from estimator.store.journal import Journal
from estimator.store.migrations import migrate
from estimator.versions.drafts import DraftConflict, Drafts, Proposal
from estimator.versions.publications import (
    NewPublication,
    NothingChanged,
    PendingPublication,
    PublicationConflict,
    Publications,
    _TextsKept,
)
from estimator.versions.timeline import TimelineReader

TODAY = date(2026, 11, 22)
NEW_YEAR = date(2027, 1, 1)
NAME = "clinics/harbor.yaml"


@pytest.fixture
def publications(database):
    return Publications(database)


@pytest.fixture
def drafts(database):
    return Drafts(database)


def publish(publications, text, based_on, owner="harbor", by="Ana", how="browser", day=TODAY, **more):
    return publish_files(
        publications,
        owner,
        {NAME: text},
        based_on=based_on,
        by=by,
        why="new prices",
        how=how,
        in_force_from=day,
        **more,
    )


def test_a_publication_says_who_when_why_and_from_which_day(publications):
    at = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
    published = publish(publications, b"a: 1\n", 0, at=at)
    assert (published.owner, published.number, published.by, published.why) == ("harbor", 1, "Ana", "new prices")
    assert (published.at, published.how, published.in_force_from) == (at, "browser", TODAY)
    assert published.files == {NAME: digest_of(b"a: 1\n")}
    assert published.digest == digest_of_all(published.files)
    assert publications.get("harbor", 1) == published


def test_an_instant_without_a_time_zone_is_refused(publications):
    """It could be any of 26 hours."""
    with pytest.raises(StatementError, match="time zone"):
        publish(publications, b"", 0, at=datetime(2026, 11, 22))
    assert publications.history() == []


@pytest.mark.parametrize(
    "text", [b"", b"a: 1\r\nb: 2\r\n", b"\xef\xbb\xbfa: 1", b"\x00\xff\xfe", "ñ: 1\n".encode("latin-1")]
)
def test_a_text_comes_back_byte_for_byte(publications, text):
    """Comments, line ends, a byte order mark, even what is no text at all."""
    assert publications.files(publish(publications, text, 0)) == {NAME: text}


def test_a_large_table_comes_back_byte_for_byte(publications):
    text = bytes(range(256)) * 8192
    assert publications.files(publish(publications, text, 0)) == {NAME: text}


def test_an_owner_may_have_no_files_left(publications):
    """A clinic that has withdrawn its table."""
    publish(publications, b"a: 1\n", 0)
    gone = publish_files(
        publications, "harbor", {}, based_on=1, by="Ana", why="closed", how="disk", in_force_from=TODAY
    )
    assert publications.files(gone) == {}
    assert publications.in_force("harbor", TODAY) == gone


def test_nothing_is_in_force_before_the_first_publication_begins(publications):
    publish(publications, b"a: 1\n", 0, day=NEW_YEAR)
    assert publications.in_force("harbor", TODAY) is None
    assert publications.in_force("harbor", NEW_YEAR).number == 1


def test_a_scheduled_publication_takes_over_on_its_day(publications):
    publish(publications, b"a: 1\n", 0)
    scheduled = publish(publications, b"a: 2\n", 1, day=NEW_YEAR)
    assert publications.in_force("harbor", date(2026, 12, 31)).number == 1
    assert publications.in_force("harbor", NEW_YEAR).number == 2
    assert publications.latest("harbor") == scheduled
    assert publications.pending("harbor", TODAY) == [scheduled]
    assert publications.pending("harbor", NEW_YEAR) == []


def test_who_publishes_on_an_old_version_is_told_who_was_faster(publications):
    publish(publications, b"a: 1\n", 0)
    meanwhile = publish(publications, b"a: 2\n", 1, by="Ben")
    with pytest.raises(PublicationConflict, match="Version 2 was published by Ben meanwhile") as refused:
        publish(publications, b"a: 3\n", 1)
    assert refused.value.latest == meanwhile


def test_who_publishes_on_a_version_that_never_was_is_refused(publications):
    with pytest.raises(PublicationConflict, match="Nothing is published"):
        publish(publications, b"a: 3\n", 1)


def test_a_publication_that_would_never_come_into_force_is_refused(publications):
    """What begins on 1 January would take over from it, and its text is based on that already."""
    publish(publications, b"a: 1\n", 0)
    scheduled = publish(publications, b"a: 2\n", 1, day=NEW_YEAR)
    with pytest.raises(PendingPublication, match="Version 2 is already published from 2027-01-01") as refused:
        publish(publications, b"a: 3\n", 2)
    assert refused.value.pending == scheduled


def test_undoing_a_scheduled_publication_takes_its_day_away(publications):
    publish(publications, b"a: 1\n", 0)
    publish(publications, b"a: 2\n", 1, day=NEW_YEAR)
    undone = publish(publications, b"a: 1\n", 2, how="undo")
    assert publications.in_force("harbor", NEW_YEAR) == undone
    assert publications.pending("harbor", TODAY) == []


def test_publishing_the_same_again_is_refused(publications):
    publish(publications, b"a: 1\n", 0)
    with pytest.raises(NothingChanged, match="Nothing has changed"):
        publish(publications, b"a: 1\n", 1, by="Ben", day=NEW_YEAR)


def test_a_file_under_another_name_is_a_change(publications):
    publish(publications, b"a: 1\n", 0)
    renamed = {"clinics/other.yaml": b"a: 1\n"}
    published = publish_files(
        publications, "harbor", renamed, based_on=1, by="Ana", why="", how="disk", in_force_from=TODAY
    )
    assert publications.files(published) == renamed


def test_a_name_and_a_digest_cannot_be_told_apart_from_two_files(publications):
    """The digest of all files changes with any of their names and texts."""
    sets = [{}, {"a": "0"}, {"b": "0"}, {"a": "1"}, {"a": "0", "b": "0"}, {"a": "0", "b": "1"}]
    assert len({digest_of_all(files) for files in sets}) == len(sets)
    assert digest_of_all({"a": "0", "b": "1"}) == digest_of_all({"b": "1", "a": "0"})


def test_owners_do_not_share_numbers(publications):
    publish(publications, b"a: 1\n", 0, owner="harbor")
    publish(publications, b"a: 1\n", 0, owner="river")
    publish(publications, b"a: 2\n", 1, owner="river")
    assert publications.owners() == ["harbor", "river"]
    assert [(one.owner, one.number) for one in publications.history()] == [("river", 2), ("river", 1), ("harbor", 1)]
    assert [one.number for one in publications.history("harbor")] == [1]


def test_the_newest_id_grows_with_every_publication_of_anybody(publications):
    assert publications.newest_id() == 0
    ids = [publish(publications, b"a: 1\n", 0, owner=owner).id for owner in ("harbor", "river")]
    assert 0 < ids[0] < ids[1] == publications.newest_id()


def looked(timelines, database):
    with database.reading() as connection:
        return timelines.look(connection)


def test_a_timeline_that_is_kept_takes_in_what_was_published_since(database, publications):
    timelines = TimelineReader()
    assert looked(timelines, database).publications == []
    publish(publications, b"a: 1\n", 0)
    first = looked(timelines, database)
    assert looked(timelines, database) is first
    publish(publications, b"a: 2\n", 1)
    publish(publications, b"a: 1\n", 0, owner="river")
    assert looked(timelines, database).publications == publications.history()[::-1]


def test_a_timeline_that_is_kept_is_read_anew_where_a_backup_was_restored(database, publications, tmp_path):
    """Then the newest publication known is not there any more, or another one has its id."""
    timelines = TimelineReader()
    for number in range(3):
        publish(publications, b"a: %d\n" % number, number)
    looked(timelines, database)
    with contextlib.closing(open_database(f"sqlite:///{tmp_path}/restored.db")) as restored:
        migrate(restored)
        assert looked(timelines, restored).publications == []
        looked(timelines, database)
        for number in range(4):
            publish(Publications(restored), b"b: %d\n" % number, number)
        assert looked(timelines, restored).publications == Publications(restored).history()[::-1]


def test_texts_are_kept_up_to_a_size(publications, monkeypatch):
    """Those asked for last; the others come from the store again, and all are what was published."""
    monkeypatch.setattr("estimator.versions.publications._texts_kept", kept := _TextsKept(most=25))
    for number in range(5):
        publish(publications, b"%10d" % number, number)
    for one in publications.history():
        assert publications.files(one) == {NAME: b"%10d" % (one.number - 1)}
    kept_now = kept.found([digest for one in publications.history() for digest in one.files.values()])
    assert sorted(kept_now.values()) == [b"%10d" % number for number in (0, 1)]


def test_looking_for_a_draft_creates_none(database, drafts):
    assert drafts.get("harbor") is None
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0


def test_a_draft_keeps_who_began_it_and_who_saved_it_last(drafts):
    first = save_draft(drafts, "harbor", {NAME: b"a: 1\n"}, based_on=3, revision=0, by="Ana")
    draft = save_draft(drafts, "harbor", {NAME: b"a: 2\n"}, based_on=3, revision=first.revision, by="Ben")
    assert (draft.begun_by, draft.by, draft.revision, draft.based_on) == ("Ana", "Ben", first.revision + 1, 3)
    assert drafts.get("harbor") == draft


def test_a_save_takes_the_place_of_all_files_of_the_draft(drafts):
    first = save_draft(drafts, "harbor", {"a.yaml": b"1", "b.yaml": b"2"}, based_on=1, revision=0, by="Ana")
    assert save_draft(drafts, "harbor", {"b.yaml": b"3"}, based_on=1, revision=first.revision, by="Ana").changed == {
        "b.yaml": b"3"
    }


def test_who_saves_over_a_draft_they_have_not_seen_is_shown_it(drafts):
    first = save_draft(drafts, "harbor", {NAME: b"a: 1\n"}, based_on=1, revision=0, by="Ana")
    current = save_draft(drafts, "harbor", {NAME: b"a: 2\n"}, based_on=1, revision=first.revision, by="Ben")
    for seen in (0, first.revision, first.revision + 2):
        with pytest.raises(DraftConflict, match="Ben changed this draft meanwhile") as refused:
            save_draft(drafts, "harbor", {NAME: b"a: 3\n"}, based_on=1, revision=seen, by="Ana")
        assert refused.value.current == current
    assert drafts.get("harbor") == current


def test_a_discarded_draft_is_gone_and_its_next_one_begins_anew(drafts):
    first = save_draft(drafts, "harbor", {NAME: b"a: 1\n"}, based_on=1, revision=0, by="Ana")
    discard_draft(drafts, "harbor", first.revision)
    assert drafts.get("harbor") is None
    with pytest.raises(DraftConflict, match="This draft is gone"):
        discard_draft(drafts, "harbor", first.revision)
    with pytest.raises(DraftConflict, match="This draft is gone"):
        save_draft(drafts, "harbor", {}, based_on=1, revision=first.revision, by="Ana")
    assert save_draft(drafts, "harbor", {}, based_on=1, revision=0, by="Ben").begun_by == "Ben"


def test_a_proposal_stays_until_the_draft_changes(drafts):
    first = save_draft(drafts, "harbor", {NAME: b"a: 1\n"}, based_on=1, revision=0, by="Ana")
    proposal = Proposal("Ana", "new year", NEW_YEAR, datetime(2026, 11, 22, 9, tzinfo=UTC))
    with drafts.database.writing() as connection:
        drafts.propose_in(connection, "harbor", first.revision, proposal)
    assert drafts.get("harbor").proposal == proposal
    with pytest.raises(DraftConflict), drafts.database.writing() as connection:
        drafts.propose_in(connection, "harbor", first.revision + 1, proposal)
    assert (
        save_draft(drafts, "harbor", {NAME: b"a: 2\n"}, based_on=1, revision=first.revision, by="Ben").proposal is None
    )


def test_the_log_is_read_from_either_end(database):
    journal = Journal(database)
    for number in range(5):
        write_log(database, "Ana", "published", "harbor", str(number))
    assert [entry.detail for entry in journal.all()] == list("01234")
    page = journal.newest(2)
    assert [entry.detail for entry in page] == ["4", "3"]
    assert [entry.detail for entry in journal.newest(2, before=page[-1].id)] == ["2", "1"]
    assert {(entry.who, entry.action, entry.owner) for entry in page} == {("Ana", "published", "harbor")}
    assert page[1].at <= page[0].at


def test_what_fails_halfway_has_not_happened(database, publications, drafts):
    """A publication whose transaction then meets a refusal leaves neither itself nor its texts."""

    def publish_a_draft_that_is_gone():
        with database.writing() as connection:
            publications.publish_in(
                connection,
                NewPublication(
                    owner="harbor", files={NAME: b"a"}, based_on=0, by="Ana", why="", how="browser", in_force_from=TODAY
                ),
            )
            drafts.discard_in(connection, "harbor", 1)

    with pytest.raises(DraftConflict):
        publish_a_draft_that_is_gone()
    assert publications.history() == []
    assert publications.newest_id() == 0
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM texts").scalar() == 0
