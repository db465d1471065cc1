"""The draft as text: saved byte for byte, checked, shared with others; without scripts, and what its script asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.desk_priced import CLINIC, NAME, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import DeskVisitor, leads_to
from support.pages import Page

from estimator.versions.desk import Desk
from estimator.versions.drafts import DraftConflict
from estimator.web.desk.prices.typed_text import plain, shown, typed

YAML = f"/admin/{CLINIC}/yaml"

LINES = st.lists(st.text(st.sampled_from("ab :#-é\t"), max_size=6), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def sent_back(page: Page) -> dict[str, str]:
    """What a browser sends when somebody presses Save: the fields' values, lines ended as browsers end them."""
    fields = {one.attributes["name"]: one.attributes.get("value", "") for one in page.root.all("input", type="hidden")}
    area = page.root.one("textarea", id="text")
    text = "".join(part for part in area.inside if isinstance(part, str)).removeprefix("\n")
    wanted = {"file": fields["file"], "base": fields["base"], "text": text, "save": "1"}
    return {name: value.replace("\r\n", "\n").replace("\n", "\r\n") for name, value in wanted.items()}


def asked(visitor: DeskVisitor, what: str, status: int = 200, **sent: object) -> dict[str, object]:
    """What the editor's script is answered."""
    headers = {"X-CSRFToken": visitor.token(), "Accept": "application/json"}
    answer = visitor.client.post(f"{YAML}/{what}", json={"file": NAME, **sent}, headers=headers)
    assert answer.status_code == status
    return answer.get_json()


@given(LINES, ENDS, st.booleans(), st.booleans())
def test_an_unchanged_text_comes_back_as_the_same_bytes(lines, end, last, marked) -> None:
    """Line endings of one kind, a byte order mark, a last line with or without its end: nothing is lost on the way."""
    data = (("\ufeff" if marked else "") + end.join(lines) + (end if last else "")).encode()
    through_the_browser = shown(data).replace("\n", "\r\n")
    assert typed(through_the_browser, data) == data


@given(st.lists(st.tuples(st.text(st.sampled_from("ab:"), max_size=3), ENDS), max_size=10), LINES)
def test_lines_that_stay_keep_their_ends(old: list[tuple[str, str]], new: list[str]) -> None:
    """What was typed is what is stored, whatever the file's line endings; of one kind they stay of that kind."""
    data = "".join(line + end for line, end in old).encode()
    text = "\n".join(new)
    stored = typed(text, data)
    assert plain(stored.decode()) == plain(text)
    if {end for _, end in old} == {"\r\n"}:
        assert b"\n" not in stored.replace(b"\r\n", b"")


def test_a_mixed_file_keeps_the_ends_of_lines_that_stay() -> None:
    """One edit in a file with both kinds of line endings changes one line."""
    data = b"one\r\ntwo\nthree\r\nfour"
    assert typed("one\ntwo!\nthree\nfour", data) == b"one\r\ntwo!\r\nthree\r\nfour"
    assert typed("zero\none\ntwo\nthree\nfour\n", data).startswith(b"zero\r\none\r\ntwo\nthree\r\n")


def test_looking_and_saving_what_is_there_changes_nothing(desk: PricedDesk) -> None:
    """The page creates no draft, and neither does Save while nothing was typed."""
    visitor = desk.visiting()
    page = visitor.get(YAML)
    assert page.root.one("h1").text == "As text: Riverbend Clinic"
    visitor.post(YAML, sent_back(page))
    assert desk.desk.drafts.get(CLINIC) is None


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_one_line_changed_is_one_line_changed(desk: PricedDesk, end: bytes) -> None:
    """The draft has the file's own line endings, though browsers send others."""
    before = desk.desk.work(CLINIC).files[NAME].replace(b"\n", end)
    desk.desk.edit(CLINIC, {NAME: before + b"# end"}, revision=0, by="Ann")
    visitor = desk.visiting()
    form = sent_back(visitor.get(YAML))
    visitor.post(YAML, {**form, "text": form["text"].replace("450", "475")})
    assert desk.desk.work(CLINIC).files[NAME] == (before + b"# end").replace(b"450", b"475")


def test_a_broken_text_is_saved_and_its_mistakes_stand_beside_their_lines(desk: PricedDesk) -> None:
    """Nothing typed is lost because it has a mistake; the list links to the line and quotes it."""
    visitor = desk.visiting()
    form = sent_back(visitor.get(YAML))
    page = visitor.post(YAML, {**form, "text": form["text"].replace("450", "ten")})
    assert leads_to(page) == YAML
    assert b"2026-02-01: ten" in desk.desk.work(CLINIC).files[NAME]
    page = visitor.get(YAML)
    assert "1 mistake." in page.text
    line = desk.text[: desk.text.index("ten")].count("\n") + 1
    (problem,) = page.root.one(id="listed").all("li")
    assert page.root.one("a", href=f"#line-{line}").text == f"Line {line}"
    assert "'ten' is not an amount" in problem.text
    assert problem.one("code").text == "2026-02-01: ten"
    assert [one.text for one in page.root.all(class_="bad-line")] == [str(line)]
    beside = page.root.one(class_="beside").text
    assert "'ten' is not an amount" in beside


def test_check_saves_nothing_and_keeps_what_was_typed(desk: PricedDesk) -> None:
    """The button for everybody without scripts."""
    visitor = desk.visiting()
    form = sent_back(visitor.get(YAML))
    form = {**form, "text": form["text"].replace("450", "ten"), "check": "1"}
    del form["save"]
    page = visitor.post(YAML, form, status=200)
    assert "ten" in page.root.one("textarea", id="text").text
    assert "'ten' is not an amount" in page.text
    assert desk.desk.drafts.get(CLINIC) is None


def test_somebody_elses_change_is_shown_and_merged(desk: PricedDesk) -> None:
    """Mine stays in the box, theirs is shown, and both together are one click away where lines do not collide."""
    ann, ben = desk.visiting("Ann"), desk.visiting("Ben")
    form = sent_back(ann.get(YAML))
    theirs = sent_back(ben.get(YAML))
    ben.post(YAML, {**theirs, "text": theirs["text"].replace("Springfield", "Shelbyville")})
    page = ann.post(YAML, {**form, "text": form["text"].replace("450", "475")}, status=409)
    assert "Ben changed this file meanwhile" in page.text
    assert "475" in page.root.one("textarea", id="text").text
    assert "Shelbyville" in page.root.all(class_="diff")[0].text
    assert "Shelbyville" in desk.text
    (both,) = page.root.all("form", class_="does")
    fields = {one.attributes["name"]: one.attributes["value"] for one in both.all("input", type="hidden")}
    ann.post(YAML, {**fields, "save": "1"})
    assert "Shelbyville" in desk.text
    assert "475" in desk.text


def test_lines_that_collide_stand_side_by_side(desk: PricedDesk) -> None:
    """Saving again then puts mine in place of theirs, which was shown."""
    ann, ben = desk.visiting("Ann"), desk.visiting("Ben")
    form, theirs = sent_back(ann.get(YAML)), sent_back(ben.get(YAML))
    ben.post(YAML, {**theirs, "text": theirs["text"].replace("450", "480")})
    page = ann.post(YAML, {**form, "text": form["text"].replace("450", "475")}, status=409)
    mine, yours = page.root.one(class_="sides").all("pre")
    assert ("475" in mine.text, "480" in yours.text) == (True, True)
    ann.post(YAML, sent_back(page))
    assert "475" in desk.text
    assert "480" not in desk.text


def test_a_publication_meanwhile_is_not_reverted_by_a_save(desk: PricedDesk) -> None:
    """Who opened the page before somebody published sees that; without it, the save would take the change back."""
    ann = desk.visiting("Ann")
    form = sent_back(ann.get(YAML))
    desk.publish("Springfield", "Shelbyville", by="Ben")
    page = ann.post(YAML, {**form, "text": form["text"].replace("450", "475")}, status=409)
    assert "Shelbyville" in page.text
    assert desk.desk.drafts.get(CLINIC) is None


def test_a_text_is_kept_when_others_save_at_every_moment(desk: PricedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few tries the page comes back with the text in its box, and says so; nobody's work is lost."""
    ann = desk.visiting("Ann")
    desk.edit("2026-02-01: 75", "2026-02-01: 80", by="Ben")
    form = sent_back(ann.get(YAML))

    def busy(self: Desk, *args: object) -> None:
        raise DraftConflict(self.drafts.get(CLINIC))

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "change", busy)
        page = ann.post(YAML, {**form, "text": form["text"].replace("450", "475")}, status=409)
    assert "Ben changed this draft meanwhile. What you typed is still here" in page.text
    ann.post(YAML, sent_back(page))
    assert "2026-02-01: 475" in desk.text


def test_a_text_is_shown_when_its_draft_is_gone(desk: PricedDesk) -> None:
    """Somebody threw a new clinic away while another one wrote its tables."""
    olga = desk.visiting("Olga")
    olga.post("/admin/new-clinic", {"id": "lake", "name_en": "Lake", "offers": "iv"})
    form = sent_back(olga.get("/admin/lake/yaml"))
    desk.desk.discard("lake", revision=desk.desk.work("lake").revision, by="Ben")
    page = olga.post("/admin/lake/yaml", {**form, "text": "# hours of work"}, status=404)
    assert "# hours of work" in [one.text for one in page.root.all("textarea")]


def test_national_tables_are_several_files(desk: PricedDesk) -> None:
    """Each has a tab; a mistake in another file is listed with a link to it."""
    visitor = desk.visiting("Olga")
    page = visitor.get("/admin/national/yaml")
    names = sorted(desk.desk.work("national").files)
    assert [one.text for one in page.root.one("nav", class_="files").all("a")] == [name[9:] for name in names]
    wanted = next(name for name in names if b"infusion:" in desk.desk.work("national").files[name])
    page = visitor.get("/admin/national/yaml", {"file": wanted, "line": "3"})
    form = sent_back(page)
    assert form["file"] == wanted
    broken = {**form, "text": form["text"].replace("  infusion:", "  drip:")}
    visitor.post("/admin/national/yaml", broken)
    other = next(name for name in names if name != wanted)
    assert page.root.one("input", name="line").attributes["value"] == "3"
    page = visitor.get("/admin/national/yaml", {"file": other})
    assert page.root.one(id="listed").all("a")
    visitor.get("/admin/national/yaml", {"file": "national/none.yaml"}, status=404)


def test_the_script_is_told_mistakes_as_somebody_types(desk: PricedDesk) -> None:
    """The same list as on the page, the words beside the lines, and a sentence to be said."""
    visitor = desk.visiting()
    found = asked(visitor, "check", text=desk.text.replace("450", "ten"))
    assert found["summary"] == "1 mistake."
    ((line, says),) = found["beside"].items()
    assert "'ten' is not an amount" in says
    assert f'href="#line-{line}"' in found["listed"]
    assert asked(visitor, "check", text=desk.text)["summary"] == "No mistakes."
    asked(visitor, "check", 400, text=5)
    asked(visitor, "check", 404, text="", file="elsewhere.yaml")
    assert desk.desk.drafts.get(CLINIC) is None


@pytest.mark.parametrize("what", ["", "/check"])
def test_only_editors_get_here(desk: PricedDesk, what: str) -> None:
    """A person of another clinic is refused, and so is a request without the page's token."""
    desk.person("Zoe", "editor:elsewhere")
    visitor = desk.visiting("Zoe")
    visitor.post(f"{YAML}{what}", status=403)
    assert desk.visiting("Eve").client.post(f"{YAML}{what}").status_code == 400
    visitor.get(YAML, status=403)
    desk.visiting("Eve").get(YAML)


def test_the_script_is_small_and_kept_by_browsers(desk: PricedDesk) -> None:
    """One file of at most 5 KB under its digest; the page loads nothing else."""
    visitor = desk.visiting()
    (script,) = visitor.get(YAML).root.all("script")
    answer = visitor.client.get(script.attributes["src"])
    assert len(answer.data) <= 5 * 1024
    assert "immutable" in answer.headers["Cache-Control"]
