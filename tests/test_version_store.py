"""The version store equals a list that only grows: a state machine, on each backend."""

import contextlib
import hashlib
import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from support.writing import discard_draft, publish_files, save_draft, write_log

from estimator.store.database import open_database
from estimator.store.journal import Journal, add_entry_in
from estimator.versions.drafts import DraftConflict, Drafts, Proposal
from estimator.versions.publications import (
    NewPublication,
    NothingChanged,
    PendingPublication,
    PublicationConflict,
    PublicationRefused,
    Publications,
)

FIRST_DAY = date(2026, 11, 22)
CALENDAR = [FIRST_DAY + timedelta(days=number) for number in range(8)]
STEPS = 25

owners = st.sampled_from(["national", "example-harbor"])
days = st.sampled_from(CALENDAR)
people = st.sampled_from(["Ana", "Ben", "edited on disk"])
# PostgreSQL keeps no NUL in a text.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-8))])
instants = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=zones)
names = st.sampled_from(["national/charges.yaml", "clinics/riverbend.yaml", "ñ.yaml"])
contents = st.sampled_from([b"", b"# a\r\nb: 1\r\n", b"\xef\xbb\xbfa: 1\n", b"\x00\xff"]) | st.binary(max_size=40)
files = st.dictionaries(names, contents, max_size=3)
revisions_off = st.sampled_from([0, 0, 0, -1, 1])


class Refusal(Exception):
    """Undoes the transaction it is raised in."""


class VersionStore(RuleBasedStateMachine):
    """
    A store beside plain lists of what was put into it.

    All examples share one database; each has owners of its own, so that what others did there has to leave them alone.
    After each step the owner it touched is compared with the lists, at the end every one.
    """

    numbers = itertools.count(1)

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.prefix = f"{next(self.numbers)}-"
        self.published = {"national": [], "example-harbor": []}
        self.drafts = {}
        self.touched = list(self.published)
        self.logged = []
        self._open()
        self.newest = self.publications.newest_id()
        self.log_begins = max((entry.id for entry in self.journal.newest(1)), default=0)

    def _open(self):
        self.database = open_database(self.url)
        self.publications = Publications(self.database)
        self.draft_store = Drafts(self.database)
        self.journal = Journal(self.database)

    def teardown(self):
        """At the end everything is looked at once more, and every text ever published is read, byte for byte."""
        self.touched = list(self.published)
        self.the_history_is_the_list()
        self.in_force_is_the_last_one_that_has_begun()
        self.drafts_are_what_was_saved()
        for owner, published in self.published.items():
            for wanted in published:
                self._check_files(self.publications.get(self.prefix + owner, wanted["number"]), wanted)
        assert self.publications.get(self.prefix + "national", len(self.published["national"]) + 1) is None
        self.database.close()

    # Publications

    @rule(owner=owners, files=files, off=revisions_off, by=people, why=words, day=days, at=st.none() | instants)
    def publish(self, owner, files, off, by, why, day, at):
        self.touched = [owner]
        based_on = max(0, len(self.published[owner]) + off)
        self._publish(owner, files, based_on, by=by, why=why, how="browser", in_force_from=day, at=at)

    @precondition(lambda self: any(self.published.values()))
    @rule(owner=owners, by=people, day=days, how=st.sampled_from(["undo", "browser"]), data=st.data())
    def publish_an_old_one_again(self, owner, by, day, how, data):
        self.touched = [owner]
        published = self.published[owner]
        if published:
            files = data.draw(st.sampled_from(published))["files"]
            self._publish(owner, files, len(published), by=by, why="as before", how=how, in_force_from=day, at=None)

    def _publish(self, owner, files, based_on, **said):
        expected = self._refusal(owner, files, based_on, said)
        given = {name: value for name, value in said.items() if value is not None}
        if expected is not None:
            with pytest.raises(PublicationRefused) as refused:
                publish_files(self.publications, self.prefix + owner, files, based_on=based_on, **given)
            self._check_refusal(refused.value, expected, self.published[owner])
            return
        publication = publish_files(self.publications, self.prefix + owner, files, based_on=based_on, **given)
        self._add(owner, files, said)
        assert publication == self.publications.latest(self.prefix + owner)
        assert publication.id > self.newest
        self.newest = publication.id

    def _refusal(self, owner, files, based_on, said):
        published = self.published[owner]
        if based_on != len(published):
            return PublicationConflict
        if not published:
            return None
        last = published[-1]
        if files == last["files"] and last["in_force_from"] <= said["in_force_from"]:
            return NothingChanged
        if said["how"] != "undo" and last["in_force_from"] > said["in_force_from"]:
            return PendingPublication
        return None

    def _check_refusal(self, refusal, expected, published):
        assert type(refusal) is expected
        if expected is PublicationConflict and not published:
            assert refusal.latest is None
        elif expected is not NothingChanged:
            self._check(refusal.latest if expected is PublicationConflict else refusal.pending, published[-1])

    def _add(self, owner, files, said):
        number = len(self.published[owner]) + 1
        self.published[owner].append({**said, "number": number, "files": dict(files)})

    @rule(owner=owners, files=files)
    def change_the_mind(self, owner, files):
        """What a transaction did that ends in an exception has never happened."""
        self.touched = [owner]
        with contextlib.suppress(Refusal), self.database.writing() as connection:
            self.publications.publish_in(
                connection,
                NewPublication(
                    owner=self.prefix + owner,
                    files={**files, "never.yaml": b"seen"},
                    based_on=len(self.published[owner]),
                    by="nobody",
                    why="",
                    how="undo",
                    in_force_from=CALENDAR[0],
                ),
            )
            add_entry_in(connection, self.prefix + "nobody", "published")
            raise Refusal

    @precondition(lambda self: self.drafts)
    @rule(owner=owners, by=people, why=words)
    def publish_the_draft(self, owner, by, why):
        """A draft becomes a publication and is gone, in one transaction, with a line in the log."""
        self.touched = [owner]
        draft = self.drafts.get(owner)
        day = CALENDAR[-1]
        if draft is None or self._refusal(
            owner, draft["changed"], draft["based_on"], {"in_force_from": day, "how": ""}
        ):
            return
        said = {"by": by, "why": why, "how": "browser", "in_force_from": day}
        with self.database.writing() as connection:
            publication = self.publications.publish_in(
                connection,
                NewPublication(owner=self.prefix + owner, files=draft["changed"], based_on=draft["based_on"], **said),
            )
            self.draft_store.discard_in(connection, self.prefix + owner, draft["revision"])
            add_entry_in(connection, self.prefix + by, "published", self.prefix + owner, why)
        self._add(owner, draft["changed"], {**said, "at": None})
        del self.drafts[owner]
        self.logged.append((self.prefix + by, "published", self.prefix + owner, why))
        self.newest = publication.id

    # Drafts

    @rule(
        owner=owners, changed=files, off=revisions_off, by=people, at=st.none() | instants, based_on=st.integers(0, 2)
    )
    def save_a_draft(self, owner, changed, off, by, at, based_on):
        self.touched = [owner]
        seen = self._revision(owner) + off
        if seen < 0:
            return
        with self._conflict_if(owner, seen != self._revision(owner)) as goes_on:
            if seen == 0 and owner not in self.drafts:
                based_on = len(self.published[owner])
            saved = save_draft(
                self.draft_store, self.prefix + owner, changed, based_on=based_on, revision=seen, by=by, at=at
            )
        if goes_on:
            begun_by = self.drafts[owner]["begun_by"] if owner in self.drafts else by
            # The first one is drawn, so that a page that shows an old draft never passes for one that shows the new.
            assert saved.revision == seen + 1 if seen else saved.revision > 0
            self.drafts[owner] = {
                "based_on": based_on,
                "revision": saved.revision,
                "begun_by": begun_by,
                "by": by,
                "changed": dict(changed),
                "proposal": None,
            }
            assert at is None or saved.at == at
            self._check_draft(saved, self.drafts[owner])

    @precondition(lambda self: self.drafts)
    @rule(owner=owners, off=revisions_off)
    def discard_a_draft(self, owner, off):
        self.touched = [owner]
        seen = self._revision(owner) + off
        with self._conflict_if(owner, owner not in self.drafts or off) as goes_on:
            discard_draft(self.draft_store, self.prefix + owner, seen)
        if goes_on:
            del self.drafts[owner]

    @precondition(lambda self: self.drafts)
    @rule(owner=owners, off=revisions_off, by=people, why=words, day=days, at=instants)
    def propose_a_draft(self, owner, off, by, why, day, at):
        self.touched = [owner]
        proposal = Proposal(by, why, day, at)
        refused, writing = owner not in self.drafts or off, self.draft_store.database.writing()
        with self._conflict_if(owner, refused) as goes_on, writing as connection:
            self.draft_store.propose_in(connection, self.prefix + owner, self._revision(owner) + off, proposal)
        if goes_on:
            self.drafts[owner]["proposal"] = proposal

    def _revision(self, owner):
        return self.drafts[owner]["revision"] if owner in self.drafts else 0

    @contextlib.contextmanager
    def _conflict_if(self, owner, expected):
        """Yields a list that is true when the draft was the one seen, and so has changed."""
        goes_on = []
        try:
            yield goes_on
        except DraftConflict as conflict:
            assert expected
            self._check_draft(conflict.current, self.drafts.get(owner))
        else:
            assert not expected
            goes_on.append(True)

    # The log, and starting again

    @rule(who=people, action=st.sampled_from(["published", "signed in"]), owner=owners, detail=words)
    def log(self, who, action, owner, detail):
        write_log(self.database, self.prefix + who, action, self.prefix + owner, detail)
        self.logged.append((self.prefix + who, action, self.prefix + owner, detail))

    @rule()
    def start_again(self):
        self.database.close()
        self._open()

    # What must hold after each step

    @invariant()
    def the_history_is_the_list(self):
        for owner in self.touched:
            published = self.published[owner]
            history = self.publications.history(self.prefix + owner)
            assert [one.number for one in history] == list(range(len(published), 0, -1))
            for publication, wanted in zip(reversed(history), published, strict=True):
                self._check(publication, wanted)
            if history:
                self._check_files(history[0], published[-1])

    @invariant()
    def in_force_is_the_last_one_that_has_begun(self):
        for owner in self.touched:
            published = self.published[owner]
            held = [self._in_force(published, day) for day in CALENDAR]
            for place in (0, 3):
                found = self.publications.in_force(self.prefix + owner, CALENDAR[place])
                assert (found and found.number) == held[place]
            # What is pending on a day is what will be in force on some later day and has not begun.
            later = dict.fromkeys(number for number in held[3:] if number)
            wanted = [number for number in later if published[number - 1]["in_force_from"] > CALENDAR[3]]
            assert [one.number for one in self.publications.pending(self.prefix + owner, CALENDAR[3])] == wanted

    @staticmethod
    def _in_force(published, day):
        begun = [one["number"] for one in published if one["in_force_from"] <= day]
        return max(begun, default=None)

    @invariant()
    def drafts_are_what_was_saved(self):
        for owner in self.touched:
            self._check_draft(self.draft_store.get(self.prefix + owner), self.drafts.get(owner))

    @invariant()
    def the_log_is_all_that_was_logged(self):
        lines = self.journal.newest(len(self.logged) + 1)
        ours = [entry for entry in lines if entry.id > self.log_begins]
        assert [(one.who, one.action, one.owner, one.detail) for one in reversed(ours)] == self.logged
        if len(ours) > 1:
            assert self.journal.newest(1, before=ours[0].id) == [ours[1]]

    @invariant()
    def the_newest_id_is_that_of_the_last_publication(self):
        assert self.publications.newest_id() == self.newest

    def _check(self, publication, wanted):
        assert publication.owner.startswith(self.prefix)
        for key in ("number", "by", "why", "how", "in_force_from"):
            assert getattr(publication, key) == wanted[key]
        assert wanted["at"] in (None, publication.at)
        assert publication.at.tzinfo is UTC
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in wanted["files"].items()}
        assert publication.files == digests
        listed = "".join(f"{name}\0{digests[name]}\n" for name in sorted(digests))
        assert publication.digest == hashlib.sha256(listed.encode()).hexdigest()

    def _check_files(self, publication, wanted):
        assert self.publications.files(publication) == wanted["files"]

    def _check_draft(self, draft, wanted):
        if wanted is None:
            assert draft is None
            return
        assert draft.owner.startswith(self.prefix)
        for key, value in wanted.items():
            assert getattr(draft, key) == value


def test_the_version_store_equals_a_list_that_only_grows(store_url):
    """Whatever is published, undone, drafted, logged or started again: the store holds exactly that, and all of it."""
    examples = settings.default.max_examples // 3
    run_state_machine_as_test(
        lambda: VersionStore(store_url), settings=settings(max_examples=examples, stateful_step_count=STEPS)
    )
