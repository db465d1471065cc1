"""What happens at the desk: drafts, merging, publishing, a second person, undo, checking again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from support.strategies_yaml import small_book
from support.writing import publish_files

from estimator.store.database import open_database
from estimator.store.migrations import migrate
from estimator.versions.corrections import CannotCarry
from estimator.versions.desk import Desk
from estimator.versions.desk_queries import SECOND_PERSON_ABOVE
from estimator.versions.drafting import merge_draft
from estimator.versions.drafts import DraftConflict, Proposal
from estimator.versions.previewing import alert_key, preview
from estimator.versions.publications import (
    NothingChanged,
    Publication,
    PublicationConflict,
    TablesHaveErrors,
)
from estimator.versions.publishing import AlertsNotTicked, NoDraft, NothingToUndo, PublishRequest
from estimator.versions.snapshot import clinic_file

CLINIC = "riverbend"
NAME = clinic_file(CLINIC)
TODAY = date(2026, 6, 1)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The small book, published, and nothing on the desk."""
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    migrate(database)
    made = Desk(database, lambda: TODAY)
    files = small_book()
    for owner, own in (
        ("national", {name: text for name, text in files.items() if name.startswith("national/")}),
        (CLINIC, {NAME: files[NAME]}),
    ):
        publish_files(
            made.publications,
            owner,
            own,
            based_on=0,
            by="start",
            why="first",
            how="first",
            in_force_from=date(2026, 1, 1),
        )
    yield made
    database.close()


def replaced(old: str, new: str):
    """An edit that puts `new` in place of `old`, which has to be there."""

    def edit(text: bytes) -> bytes:
        assert old.encode() in text
        return text.replace(old.encode(), new.encode())

    return edit


def publish(desk: Desk, by: str = "Ann", **other) -> Publication | Proposal:
    draft = desk.drafts.get(CLINIC)
    asked = {"revision": draft.revision if draft else 0, "why": "new list", "in_force_from": TODAY, **other}
    asked.setdefault("ticked", moves(desk, asked["in_force_from"]))
    return desk.publish(PublishRequest(owner=CLINIC, by=by, **asked))


def moves(desk: Desk, begins: date) -> list[str]:
    """The ticks that somebody has looked at whom the draft moves far; every other alert is left to the test."""
    checked = desk.check(CLINIC, desk.work(CLINIC).files, begins)
    found = preview(desk.snapshot(CLINIC), CLINIC, checked, begins)
    return [alert_key(alert) for alert in found.alerts if "typically" in alert.says] if found else []


def said(desk: Desk) -> list[tuple[str, str]]:
    return [(entry.who, entry.action) for entry in desk.journal.all()]


def test_looking_creates_nothing(desk: Desk) -> None:
    """A draft begins with the first edit, not with the first look."""
    work = desk.work(CLINIC)
    desk.check(CLINIC, work.files)
    assert desk.drafts.get(CLINIC) is None
    assert said(desk) == []


def test_a_draft_is_published_byte_for_byte_and_then_gone(desk: Desk) -> None:
    """What is published is the clinic's text as it was typed, comments included."""
    desk.change(CLINIC, NAME, replaced("450", "475  # since the move"), "Ann")
    publication = publish(desk)
    assert isinstance(publication, Publication)
    assert desk.publications.files(publication) == {NAME: small_book()[NAME].replace(b"450", b"475  # since the move")}
    assert (publication.number, publication.by, publication.why, publication.how) == (2, "Ann", "new list", "browser")
    assert desk.drafts.get(CLINIC) is None
    assert said(desk) == [("Ann", "began a draft"), ("Ann", "published")]
    with pytest.raises(NoDraft):
        publish(desk)


def test_a_draft_that_says_what_is_published_goes_away(desk: Desk) -> None:
    """Taking the last change back leaves nothing that could be published."""
    desk.change(CLINIC, NAME, replaced("450", "475"), "Ann")
    desk.change(CLINIC, NAME, replaced("475", "450"), "Ann")
    assert desk.drafts.get(CLINIC) is None
    assert desk.change(CLINIC, NAME, lambda text: text, "Ann") is None


def test_broken_text_is_kept_and_cannot_be_published(desk: Desk) -> None:
    """Nothing typed is lost because it has a mistake; the mistake is named with its line."""
    broken = small_book()[NAME].replace(b"450", b"ten")
    desk.edit(CLINIC, {NAME: broken}, revision=0, by="Ann")
    assert desk.work(CLINIC).files[NAME] == broken
    with pytest.raises(TablesHaveErrors) as refused:
        publish(desk)
    assert [problem.line for problem in refused.value.problems] == [14]


def test_somebody_elses_change_of_the_draft_is_not_overwritten(desk: Desk) -> None:
    """Who saves a text they began before somebody else saved is shown that text."""
    desk.edit(CLINIC, {NAME: small_book()[NAME].replace(b"450", b"475")}, revision=0, by="Ann")
    with pytest.raises(DraftConflict) as conflict:
        desk.edit(CLINIC, {NAME: small_book()[NAME].replace(b"450", b"480")}, revision=0, by="Ben")
    assert conflict.value.current is not None
    assert conflict.value.current.by == "Ann"
    with pytest.raises(DraftConflict):
        desk.discard(CLINIC, revision=7, by="Ben")
    desk.discard(CLINIC, revision=desk.work(CLINIC).revision, by="Ben")
    assert desk.drafts.get(CLINIC) is None


def test_new_alerts_need_a_tick(desk: Desk) -> None:
    """A price of 0 is often a slip; who publishes it has seen the alert."""
    desk.change(CLINIC, NAME, replaced("2026-02-01: 75", "2026-02-01: 0"), "Ann")
    with pytest.raises(AlertsNotTicked) as refused:
        publish(desk, ticked=())
    keys = {alert_key(alert) for alert in refused.value.alerts}
    assert keys
    assert isinstance(publish(desk, ticked=keys), Publication)


def test_publishing_from_a_day_leaves_today_alone(desk: Desk) -> None:
    """From 1 January means from 1 January, and nothing earlier may overtake it unseen."""
    desk.change(CLINIC, NAME, replaced("450", "475"), "Ann")
    publish(desk, in_force_from=NEW_YEAR)
    in_force = desk.publications.in_force
    assert [in_force(CLINIC, day).number for day in (TODAY, NEW_YEAR)] == [1, 2]  # type: ignore[union-attr]
    desk.change(CLINIC, NAME, replaced("475", "480"), "Ann")
    with pytest.raises(CannotCarry, match="infusion"):
        publish(desk)
    assert [in_force(CLINIC, day).number for day in (TODAY, NEW_YEAR)] == [1, 2]  # type: ignore[union-attr]


def test_undo_publishes_what_stood_before(desk: Desk) -> None:
    """Undoing adds a publication; undoing that one brings the change back."""
    with pytest.raises(NothingToUndo):
        desk.undo(CLINIC, seen=1, by="Ann", why="slip")
    desk.change(CLINIC, NAME, replaced("450", "475"), "Ann")
    publish(desk)
    with pytest.raises(PublicationConflict):
        desk.undo(CLINIC, seen=1, by="Ben", why="slip")
    undone = desk.undo(CLINIC, seen=2, by="Ben", why="slip")
    assert (undone.number, undone.how) == (3, "undo")
    assert desk.publications.files(undone) == {NAME: small_book()[NAME]}
    again = desk.undo(CLINIC, seen=3, by="Ben", why="no slip")
    assert desk.publications.files(again)[NAME] == small_book()[NAME].replace(b"450", b"475")


def test_undoing_what_has_not_begun_keeps_today_as_it_is(desk: Desk) -> None:
    """A publication for January is undone on Wednesday: neither today nor January changes."""
    desk.change(CLINIC, NAME, replaced("450", "475"), "Ann")
    publish(desk, in_force_from=NEW_YEAR)
    desk.undo(CLINIC, seen=2, by="Ann", why="slip")
    for day in (TODAY, NEW_YEAR):
        publication = desk.publications.in_force(CLINIC, day)
        assert publication is not None
        assert desk.publications.files(publication) == {NAME: small_book()[NAME]}
    assert desk.publications.pending(CLINIC, TODAY) == []


def test_who_publishes_second_sees_what_changed_and_takes_both(desk: Desk) -> None:
    """Ben's draft stands on version 1 while Ann publishes version 2: his text is kept, and merged when he says so."""
    mine = small_book()[NAME].replace(b"2026-02-01: 75", b"2026-02-01: 80")
    desk.edit(CLINIC, {NAME: mine}, revision=0, by="Ben")
    theirs = small_book()[NAME].replace(b"Springfield", b"Shelbyville")
    publish_files(
        desk.publications, CLINIC, {NAME: theirs}, based_on=1, by="Ann", why="moved", how="disk", in_force_from=TODAY
    )
    with pytest.raises(PublicationConflict) as conflict:
        publish(desk, by="Ben")
    assert conflict.value.latest is not None
    assert conflict.value.latest.number == 2
    assert desk.work(CLINIC).behind
    assert desk.work(CLINIC).files[NAME] == mine
    merged = merge_draft(desk.snapshot(), CLINIC)[NAME]
    assert not merged.collisions
    with pytest.raises(PublicationConflict):
        desk.take_merged(CLINIC, {NAME: merged.text}, revision=desk.work(CLINIC).revision, onto=1, by="Ben")
    desk.take_merged(CLINIC, {NAME: merged.text}, revision=desk.work(CLINIC).revision, onto=2, by="Ben")
    published = publish(desk, by="Ben")
    assert isinstance(published, Publication)
    assert desk.publications.files(published)[NAME] == theirs.replace(b"2026-02-01: 75", b"2026-02-01: 80")


def largest_move(desk: Desk) -> int:
    """How far the draft moves a reference patient, in basis points."""
    work = desk.work(CLINIC)
    found = preview(desk.snapshot(CLINIC), CLINIC, desk.check(CLINIC, work.files), TODAY)
    assert found is not None
    return found.largest_move


def test_a_large_move_needs_a_second_person(desk: Desk) -> None:
    """Above the owner's threshold one proposes and another one publishes; an edit in between ends the proposal."""
    desk.settings.set(CLINIC, SECOND_PERSON_ABOVE, "100", "Olga")
    patients = (
        b"\nreference_patients:\n  usual:\n    label: Six infusions\n"
        b"    answers: {treatment: iv, insurance: none, sessions: 6, psychotherapy: none}\n"
    )
    text = small_book()[NAME].replace(b"    packages:\n      - {sessions: 6, price: 2400}\n", b"") + patients
    publish_files(
        desk.publications, CLINIC, {NAME: text}, based_on=1, by="start", why="-", how="first", in_force_from=TODAY
    )
    desk.change(CLINIC, NAME, replaced("450", "455"), "Ann")
    assert 0 < largest_move(desk) < 100
    desk.change(CLINIC, NAME, replaced("455", "650"), "Ann")
    assert largest_move(desk) > 100
    assert isinstance(publish(desk, "Ann"), Proposal)
    assert isinstance(publish(desk, "Ann"), Proposal), "pressing twice is not a second person"
    desk.change(CLINIC, NAME, replaced("650", "640"), "Ben")
    assert desk.drafts.get(CLINIC).proposal is None  # type: ignore[union-attr]
    assert isinstance(publish(desk, "Ben"), Proposal)
    published = publish(desk, "Ann")
    assert isinstance(published, Publication)
    assert published.by == "Ben, Ann"


def test_checking_again_publishes_the_check_alone(desk: Desk) -> None:
    """The check goes out at once; the draft keeps its change and stands on the new version."""
    desk.change(CLINIC, NAME, replaced("450", "475"), "Ben")
    checked = replaced("checked: 2026-02-03", "checked: 2026-06-01")
    publication = desk.confirm(CLINIC, NAME, checked, by="Ann", why="Checked, still right")
    assert publication.number == 2
    assert desk.publications.files(publication)[NAME] == checked(small_book()[NAME])
    work = desk.work(CLINIC)
    assert not work.behind
    assert work.files[NAME] == checked(small_book()[NAME]).replace(b"450", b"475")
    with pytest.raises(NothingChanged):
        desk.confirm(CLINIC, NAME, lambda text: text, by="Ann", why="-")


def test_a_check_that_collides_with_the_draft_leaves_it_behind(desk: Desk) -> None:
    """Where the lines collide the draft is kept as it is, and merged by a person later."""
    desk.change(CLINIC, NAME, replaced("checked: 2026-02-03", "checked: 2026-05-05"), "Ben")
    edit = replaced("checked: 2026-02-03", "checked: 2026-06-01")
    desk.confirm(CLINIC, NAME, edit, by="Ann", why="Checked, still right")
    assert desk.work(CLINIC).behind
    assert len(merge_draft(desk.snapshot(), CLINIC)[NAME].collisions) == 1
    (decided,) = merge_draft(desk.snapshot(), CLINIC, {NAME: {0: "theirs"}}).values()
    assert not decided.collisions


def test_national_tables_may_not_break_a_clinic(desk: Desk) -> None:
    """A national charge that a clinic's package or price stands on cannot be taken away unseen."""
    files = desk.work("national").files
    care = files["national/care.yaml"]
    renamed = {"national/care.yaml": care.replace(b"infusion", b"drip")}
    checked = desk.check("national", {**files, **renamed})
    assert checked.book is None
    assert {problem.file for problem in checked.errors} == {NAME}


def test_a_new_clinic_begins_with_a_draft(desk: Desk) -> None:
    """A clinic that has published nothing yet publishes version 1."""
    text = small_book()[NAME].replace(b"Riverbend Clinic", b"Lakeside Clinic")
    desk.edit("lakeside", {clinic_file("lakeside"): text}, revision=0, by="Ann")
    seen = desk.work("lakeside").revision
    asked = PublishRequest(owner="lakeside", revision=seen, by="Ann", why="opening", in_force_from=TODAY)
    published = desk.publish(asked)
    assert isinstance(published, Publication)
    assert published.number == 1


def test_a_page_of_an_older_draft_cannot_touch_the_next_one(desk: Desk) -> None:
    """Ben's draft is not thrown away, and not published, by a page that shows the one before it."""
    desk.change(CLINIC, NAME, replaced("450", "475"), "Ann")
    seen = desk.work(CLINIC).revision
    desk.discard(CLINIC, revision=seen, by="Ann")
    desk.change(CLINIC, NAME, replaced("450", "5000"), "Ben")
    for act in (lambda: desk.discard(CLINIC, revision=seen, by="Ann"), lambda: publish(desk, revision=seen)):
        with pytest.raises(DraftConflict):
            act()


PATIENT = (
    "\nreference_patients:\n  usual:\n    label: Six infusions\n"
    "    answers: {treatment: iv, insurance: none, sessions: 6, psychotherapy: none}\n"
)


@pytest.fixture
def judged(desk: Desk) -> Desk:
    """The desk of a clinic with a patient, no package, and a second person for moves above 1 percent."""
    desk.settings.set(CLINIC, SECOND_PERSON_ABOVE, "100", "Olga")
    text = small_book()[NAME].replace(b"    packages:\n      - {sessions: 6, price: 2400}\n", b"") + PATIENT.encode()
    publish_files(
        desk.publications, CLINIC, {NAME: text}, based_on=1, by="start", why="-", how="first", in_force_from=TODAY
    )
    return desk


def test_small_steps_first_do_not_hide_a_large_one(judged: Desk) -> None:
    """Every day on which a price begins is judged, not the first few."""
    dated = (
        "".join(f"      2026-{month:02d}-01: 450.{month:02d}\n" for month in range(7, 13)) + "      2027-06-01: 2000"
    )
    judged.change(CLINIC, NAME, replaced("2026-02-01: 450", f"2026-02-01: 450\n{dated}"), "Ann")
    with pytest.raises(AlertsNotTicked) as refused:
        publish(judged, ticked=())
    ticked = {alert_key(alert) for alert in refused.value.alerts}
    assert isinstance(publish(judged, ticked=ticked), Proposal)


def test_a_patient_who_is_changed_along_does_not_hide_a_move(judged: Desk) -> None:
    """Who rewrites a reference patient in the same draft is judged with the old answers too."""
    judged.change(CLINIC, NAME, replaced("450", "900"), "Ann")
    judged.change(
        CLINIC, NAME, replaced("treatment: iv, insurance: none", "treatment: spravato, insurance: none"), "Ann"
    )
    assert isinstance(publish(judged), Proposal)


def test_agreeing_means_agreeing_to_the_day_too(judged: Desk) -> None:
    """A proposal from March is not agreed to by publishing at once."""
    judged.change(CLINIC, NAME, replaced("450", "900"), "Ann")
    assert isinstance(publish(judged, "Ann", in_force_from=NEW_YEAR), Proposal)
    assert isinstance(publish(judged, "Ben"), Proposal)
    assert isinstance(publish(judged, "Cyn", in_force_from=NEW_YEAR), Proposal)
    published = publish(judged, "Ben", in_force_from=NEW_YEAR)
    assert isinstance(published, Publication)
    assert published.by == "Cyn, Ben"


def test_a_check_leaves_a_proposal_waiting(judged: Desk) -> None:
    """Checking another price is no edit of the draft that somebody proposed."""
    judged.change(CLINIC, NAME, replaced("450", "900"), "Ann")
    publish(judged, "Ann")
    checked = replaced("2026-02-01: 75", "2026-02-01: {price: 75, checked: 2026-06-01}")
    judged.confirm(CLINIC, NAME, checked, by="Dan", why="Checked, still right")
    work = judged.work(CLINIC)
    assert not work.behind
    assert work.draft is not None
    assert work.draft.proposal is not None
    assert isinstance(publish(judged, "Ben"), Publication)


def test_tables_are_checked_against_what_begins_later(desk: Desk) -> None:
    """A clinic may not cite a source that the national tables drop on New Year."""
    cites = "2026-02-01: {price: 450, source: survey}"
    files = desk.work("national").files
    money = files["national/money.yaml"]
    start = money.index(b"  survey:")
    dropped = {**files, "national/money.yaml": money[:start] + money[money.index(b"payers:") :]}
    if desk.check("national", dropped).book is None:
        dropped["national/care.yaml"] = files["national/care.yaml"].replace(b"survey", b"invented")
    assert desk.check("national", dropped).book is not None
    publish_files(
        desk.publications, "national", dropped, based_on=1, by="Nat", why="-", how="browser", in_force_from=NEW_YEAR
    )
    desk.change(CLINIC, NAME, replaced("2026-02-01: 450", cites), "Ann")
    with pytest.raises(TablesHaveErrors) as refused:
        publish(desk)
    assert any(problem.says.startswith("from 2027-01-01 on: ") for problem in refused.value.problems)
