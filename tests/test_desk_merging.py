"""Somebody publishes while a draft is being written: both sides are shown, nothing is lost, both are merged."""

from __future__ import annotations

from support.desk_priced import CLINIC, NAME, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import leads_to
from support.pages import Page

MERGE = f"/admin/{CLINIC}/merge"
PREVIEW = f"/admin/{CLINIC}/preview"


def sent(page: Page, **changes: str) -> dict[str, str]:
    """The merge form as a browser would send it; choices only where somebody chose."""
    (form,) = [one for one in page.root.all("form") if one.attributes["action"] == MERGE]
    hidden = [one for one in form.all("input") if one.attributes["type"] == "hidden"]
    return {one.attributes["name"]: one.attributes["value"] for one in hidden} | changes


def test_without_a_publication_in_between_there_is_nothing_to_merge(desk: PricedDesk) -> None:
    """The page leads on to the preview."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    assert desk.visiting().client.get(MERGE).headers["Location"] == PREVIEW


def test_other_lines_fit_together_with_one_click(desk: PricedDesk) -> None:
    """Who published, why, and what is said in words and lines; then one button, and both are in the draft."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.publish("2026-02-01: 75", "2026-02-01: 80  # since the move")
    ann = desk.visiting()
    assert "Ben published version 2" in ann.get(PREVIEW).text
    page = ann.get(MERGE, {"why": "New list"})
    assert "Version 2 by Ben" in page.text
    assert "Meanwhile" in page.text
    assert "Monitoring, without insurance: $75 → $80" in page.text
    assert "Ketamine infusion, without insurance: $450 → $475" in page.text
    assert "+ 2026-02-01: 80 # since the move" in page.text
    assert "both fit together" in page.text
    assert "Merge" in page.root.one(class_="draft-bar").text
    taken = ann.post(MERGE, sent(page))
    assert taken.response.headers["Location"] == f"{PREVIEW}?why=New+list"
    assert "2026-02-01: 475" in desk.text
    assert "2026-02-01: 80  # since the move" in desk.text
    work = desk.desk.work(CLINIC)
    assert (work.behind, work.based_on) == (False, 2)
    assert desk.latest.number == 2, "nothing was published by merging"


def test_the_same_lines_are_decided_place_by_place(desk: PricedDesk) -> None:
    """Without a choice the page asks again and keeps the choices that were made; mine and theirs can be mixed."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.edit("2026-02-01: 75", "2026-02-01: 85")
    desk.publish("2026-02-01: 450", "2026-02-01: 460")
    desk.publish("2026-02-01: 75", "2026-02-01: 80")
    ann = desk.visiting()
    page = ann.get(MERGE)
    assert "the same lines in 2 places" in page.text
    again = ann.post(MERGE, sent(page, **{"side-0-0": "ours"}), status=400)
    assert "Choose one of both wherever the same lines were changed." in again.text
    assert again.chosen("side-0-0") == "ours"
    assert again.chosen("side-0-1") is None
    assert desk.desk.work(CLINIC).behind
    ann.post(MERGE, sent(page, **{"side-0-0": "ours", "side-0-1": "theirs"}))
    assert "2026-02-01: 475" in desk.text
    assert "2026-02-01: 80" in desk.text


def test_choosing_theirs_everywhere_leaves_no_draft(desk: PricedDesk) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.publish("2026-02-01: 450", "2026-02-01: 460")
    ann = desk.visiting()
    assert leads_to(ann.post(MERGE, sent(ann.get(MERGE), **{"side-0-0": "theirs"}))) == f"/admin/{CLINIC}/"
    assert desk.desk.drafts.get(CLINIC) is None
    assert "there is nothing left in the draft" in ann.get(f"/admin/{CLINIC}/").text


def test_strange_choices_decide_nothing(desk: PricedDesk) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.publish("2026-02-01: 450", "2026-02-01: 460")
    ann = desk.visiting()
    strange = {"side-9-0": "ours", "side-0-x": "ours", "side-0-0": "nobody", "side-0-7": "theirs"}
    ann.post(MERGE, sent(ann.get(MERGE), **strange), status=400)
    assert "2026-02-01: 475" in desk.text


def test_a_publication_during_the_merge_is_shown_too(desk: PricedDesk) -> None:
    """Who takes a merged draft made against version 2 is shown version 3 first."""
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.publish("2026-02-01: 75", "2026-02-01: 80")
    ann = desk.visiting()
    page = ann.get(MERGE)
    desk.publish("Springfield", "Shelbyville")
    again = ann.post(MERGE, sent(page), status=409)
    assert "Ben published version 3 meanwhile." in again.text
    assert desk.desk.work(CLINIC).based_on == 1
    ann.post(MERGE, sent(again))
    assert "Shelbyville" in desk.text


def test_a_draft_that_somebody_changes_during_the_merge_is_shown_as_it_is(desk: PricedDesk) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.publish("2026-02-01: 75", "2026-02-01: 80")
    ann = desk.visiting()
    page = ann.get(MERGE)
    desk.edit("2026-02-01: 475", "2026-02-01: 480", by="Eve")
    again = ann.post(MERGE, sent(page), status=409)
    assert "Eve changed this draft meanwhile." in again.text
    assert "$450 → $480" in again.text
    ann.post(MERGE, sent(again))
    assert "2026-02-01: 480" in desk.text


def test_a_broken_draft_can_be_merged_and_put_right_afterwards(desk: PricedDesk) -> None:
    """Its mistake is shown beside what the others published, and nothing of it is lost."""
    desk.edit("2026-02-01: 450", "2026-02-01: ten")
    desk.publish("2026-02-01: 75", "2026-02-01: 80")
    ann = desk.visiting()
    page = ann.get(MERGE)
    assert "It has mistakes, which you can put right afterwards:" in page.text
    ann.post(MERGE, sent(page))
    assert "2026-02-01: ten" in desk.text
    assert "2026-02-01: 80" in desk.text
    assert NAME in ann.get(PREVIEW).text


def test_editors_merge_and_strangers_to_the_tables_do_not(desk: PricedDesk) -> None:
    desk.edit("2026-02-01: 450", "2026-02-01: 475")
    desk.publish("2026-02-01: 75", "2026-02-01: 80")
    eve = desk.visiting("Eve")
    eve.post(MERGE, sent(eve.get(MERGE)))
    assert not desk.desk.work(CLINIC).behind
    eve.get("/admin/national/merge", status=403)
    eve.post("/admin/national/merge", {}, status=403)
