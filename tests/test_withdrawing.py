"""A clinic is withdrawn, published again, or goes on under another short name: at the desk, in old links, on disk."""

from __future__ import annotations

import time
from datetime import date
from urllib.parse import urlencode

import pytest
from support.desk_priced import CLINIC, NAME, TODAY, PricedDesk
from support.desk_priced import desk as desk
from support.desk_visits import leads_to
from support.pages import FOUR

from estimator.versions.publications import NothingChanged, PublicationConflict

LEAVE = f"/admin/{CLINIC}/leave"
HOME = f"/admin/{CLINIC}/"
GONE = "This clinic no longer publishes prices here"
ESTIMATE = "/estimate?" + urlencode({**FOUR, "start": "2027-01-11", "clinic": CLINIC})


@pytest.fixture
def olga(desk: PricedDesk):
    return desk.visiting("Olga")


def withdraw(desk: PricedDesk, olga, status: int = 302, **more: str):
    given = {"seen": str(desk.latest.number), "why": "We closed", "sure": "yes", **more}
    return olga.post(f"/admin/{CLINIC}/withdraw", {name: text for name, text in given.items() if text}, status)


def rename(desk: PricedDesk, olga, new: str = "lakeside", status: int = 302, owner: str = CLINIC):
    latest = desk.desk.publications.latest(owner)
    assert latest
    given = {"seen": str(latest.number), "id": new, "reason": "A new name"}
    return olga.post(f"/admin/{owner}/rename", given, status)


def text_of(desk: PricedDesk, address: str, status: int = 200) -> str:
    desk.app.extensions["site"].prices.refresh()
    answer = desk.app.test_client().get(address)
    assert answer.status_code == status, answer.text[-2000:]
    return answer.text


def settled(desk: PricedDesk) -> None:
    """Until what is in force stands in the folder."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        desk.app.extensions["site"].prices.refresh()
        on_disk = {f"clinics/{path.name}": path.read_bytes() for path in (desk.folder / "clinics").glob("*.yaml")}
        found = [desk.desk.publications.in_force(owner, TODAY) for owner in desk.desk.publications.owners()]
        wanted: dict[str, bytes] = {}
        for one in found:
            if one and one.owner != "national":
                wanted |= desk.desk.publications.files(one)
        if wanted == on_disk:
            return
        time.sleep(0.1)
    raise AssertionError("the folder does not follow the store")


# Withdrawn


def test_a_withdrawn_clinic_is_gone_for_patients_and_its_links_say_so(desk: PricedDesk, olga) -> None:
    version = desk.app.extensions["site"].prices.current.get(CLINIC).version
    before = text_of(desk, ESTIMATE)
    assert leads_to(withdraw(desk, olga)) == HOME
    for address in (
        f"/c/{CLINIC}",
        ESTIMATE,
        f"/c/{CLINIC}/price-list",
        f"/prices?clinic={CLINIC}",
        f"/?clinic={CLINIC}",
    ):
        page = text_of(desk, address, 410)
        assert GONE in page
        assert "Riverbend Clinic took its prices back on November 22, 2026" in page
    assert "Riverbend" not in text_of(desk, "/")
    then = text_of(desk, f"{ESTIMATE}&prices={version}")
    assert GONE in then
    assert "This is the estimate of then" in then
    figures = before.partition('class="headline')[2][:600]
    assert figures
    assert figures in then
    assert GONE in text_of(desk, f"{ESTIMATE}&prices=nonsense", 410)


def test_the_way_on_keeps_the_answers_and_leaves_the_clinic(desk: PricedDesk, olga) -> None:
    withdraw(desk, olga)
    page = text_of(desk, ESTIMATE, 410)
    assert "/?treatment=iv&amp;insurance=none&amp;sessions=6" in page
    assert f"clinic={CLINIC}" not in page.partition("<main")[2]


def test_in_the_evening_a_clinic_leaves_on_its_own_day(desk: PricedDesk) -> None:
    """In California it is still the day before the server's; from that moment on patients do not find it."""
    desk.publish("city: Springfield", "city: Springfield\n  time_zone: America/Los_Angeles", begins=date(2026, 11, 1))
    desk.clock.turn(hours=18)
    olga = desk.visiting("Olga")
    withdraw(desk, olga)
    assert "took its prices back on November 22, 2026" in text_of(desk, f"/c/{CLINIC}", 410)
    assert "Withdrawn on November 22, 2026 by Olga" in olga.get(HOME).text
    olga.post(f"/admin/{CLINIC}/put-back", {"seen": str(desk.latest.number)})
    assert "Riverbend Clinic" in text_of(desk, f"/c/{CLINIC}")


@pytest.mark.parametrize(
    ("zone", "begins", "since"),
    [
        ("Pacific/Auckland", date(2026, 11, 1), "November 22, 2026"),
        ("Pacific/Honolulu", date(2026, 11, 22), "November 22, 2026"),
    ],
    ids=["a clinic that is a day ahead", "what began today by the server"],
)
def test_a_withdrawal_holds_at_once_wherever_the_clinic_is(desk: PricedDesk, zone, begins, since) -> None:
    desk.publish("city: Springfield", f"city: Springfield\n  time_zone: {zone}", begins=begins)
    desk.clock.turn(hours=4 if zone == "Pacific/Auckland" else -6)
    withdraw(desk, desk.visiting("Olga"))
    assert f"took its prices back on {since}" in text_of(desk, f"/c/{CLINIC}", 410)


def test_a_link_without_a_version_shows_the_estimate_of_its_day(desk: PricedDesk, olga) -> None:
    """The prices that were in force on the day of asking, else of the first session; not after they were taken back."""
    desk.clock.turn(days=-2)
    desk.publish("2026-02-01: 450", "2026-02-01: 460", begins=date(2026, 11, 20))
    desk.clock.turn(days=1)
    desk.publish("2026-02-01: 460", "2026-02-01: 430", begins=date(2026, 11, 21))
    desk.clock.turn(days=1)
    withdraw(desk, olga)
    desk.clock.turn(days=30)
    base = {"treatment": "iv", "insurance": "none", "sessions": "4", "psychotherapy": "none", "clinic": CLINIC}

    def link(**more: str) -> str:
        return "/estimate?" + urlencode({**base, **more})

    for prices, days in (("$460", {"start": "2026-11-20"}), ("$430", {"start": "11/21/2026"})):
        page = text_of(desk, link(**days))
        assert "This is the estimate of then" in page
        assert prices in page
    insured = {"insurance": "commercial", "start": "2027-01-11"}
    assert "This is the estimate of then" in text_of(desk, link(**insured, balances_as_of="2026-11-20"))
    for days in ({"start": "2026-11-22"}, {"start": "2025-01-01"}, {"start": "soon"}, {"balances_as_of": "2026-11-23"}):
        assert GONE in text_of(desk, link(**{**insured, **days}), 410)
    assert GONE in text_of(desk, link(start="2026-11-20", prices="nonsense"), 410)
    assert GONE in text_of(desk, link(start="2026-11-20", sessions="none"), 410)


def test_nobody_is_told_about_a_clinic_that_never_was(desk: PricedDesk) -> None:
    text_of(desk, "/c/nowhere", 404)
    assert GONE not in text_of(desk, "/?clinic=nowhere")


def test_its_file_goes_and_comes_back_with_it(desk: PricedDesk, olga) -> None:
    """No ghost on disk, and no question about it either."""
    path = desk.folder / NAME
    before = path.read_bytes()
    withdraw(desk, olga)
    settled(desk)
    assert not path.exists()
    assert desk.app.extensions["site"].prices.conflicts == ()
    olga.post(f"/admin/{CLINIC}/put-back", {"seen": str(desk.latest.number)})
    settled(desk)
    assert path.read_bytes() == before
    assert "Riverbend Clinic" in text_of(desk, f"/c/{CLINIC}")


def test_what_waited_for_its_day_waits_again_when_the_clinic_comes_back(desk: PricedDesk, olga) -> None:
    """Both, with the undo of the history as well as with the button."""
    january = date(2027, 1, 1)
    desk.publish("2026-02-01: 450", "2026-02-01: 480", begins=january)
    withdraw(desk, olga)
    assert [one.number for one in desk.desk.publications.pending(CLINIC, TODAY)] == []
    olga.post(f"/admin/{CLINIC}/undo", {"seen": str(desk.latest.number), "why": "Not closed"})
    in_force = desk.desk.publications.in_force(CLINIC, TODAY)
    (waiting,) = desk.desk.publications.pending(CLINIC, TODAY)
    files = desk.desk.publications.files
    assert b"2026-02-01: 450" in files(in_force)[NAME]
    assert b"2026-02-01: 480" in files(waiting)[NAME]
    assert waiting.in_force_from == january


def test_every_page_of_the_desk_opens_for_a_withdrawn_clinic(desk: PricedDesk, olga) -> None:
    withdraw(desk, olga)
    page = olga.get(HOME)
    assert "Withdrawn on November 22, 2026 by Olga: We closed." in page.text
    assert "mistake" not in page.text
    offered = {one.text: one.attributes["href"] for one in page.root.one("main").all("a")}
    assert {"Settings", "History"} <= offered.keys()
    assert not offered.keys() & {"Edit as YAML", "Price sheet", "Set-up", "Link and embed", "Withdraw or rename"}
    for address in offered.values():
        olga.get(address)
    for name in ("history", "leave", "preview", "settings", "folder", "history/1", "history/2", "compare"):
        olga.get(f"/admin/{CLINIC}/{name}")
    for name in ("link", "setup", "yaml"):
        assert olga.client.get(f"/admin/{CLINIC}/{name}").status_code in (200, 404)
    listed = olga.get("/admin/prices").text
    assert "mistake" not in listed
    assert "Riverbend Clinic Withdrawn" in listed


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({"why": ""}, "Write a sentence that says why."), ({"sure": ""}, "Tick this if you mean it.")],
)
def test_a_clinic_is_not_withdrawn_by_a_slip(desk: PricedDesk, olga, more, sentence) -> None:
    page = withdraw(desk, olga, 400, **more)
    assert sentence in page.text
    assert desk.latest.files


def test_somebody_who_published_meanwhile_is_not_withdrawn_over(desk: PricedDesk, olga) -> None:
    seen = str(desk.latest.number)
    desk.publish("2026-02-01: 450", "2026-02-01: 460")
    page = withdraw(desk, olga, 409, seen=seen)
    assert "Ben published version 2 meanwhile." in page.text
    assert page.control("why").attributes["value"] == "We closed"
    with pytest.raises(PublicationConflict):
        desk.desk.withdraw(CLINIC, seen=1, by="Olga", why="-")


def test_a_draft_is_published_or_thrown_away_first(desk: PricedDesk, olga) -> None:
    desk.edit("450", "460")
    assert "There is a draft." in withdraw(desk, olga, 409).text
    assert desk.latest.files
    assert "There is a draft." in rename(desk, olga, status=409).text


def test_only_owners_withdraw_and_rename(desk: PricedDesk) -> None:
    ann = desk.visiting("Ann")
    for address in (f"/admin/{CLINIC}/withdraw", f"/admin/{CLINIC}/rename", f"/admin/{CLINIC}/put-back"):
        ann.post(address, {"seen": "1", "why": "x", "sure": "yes", "id": "mine", "reason": "x"}, 403)
    assert "Withdraw or rename" not in ann.get(HOME).text
    assert desk.visiting("Olga").client.get("/admin/national/leave").status_code == 404


def test_a_clinic_is_withdrawn_once(desk: PricedDesk, olga) -> None:
    withdraw(desk, olga)
    with pytest.raises(NothingChanged):
        desk.desk.withdraw(CLINIC, seen=desk.latest.number, by="Olga", why="-")


def test_a_file_that_somebody_removed_ends_in_the_same_place(desk: PricedDesk, olga) -> None:
    """The desk asks; "gone for good" is a withdrawal like any other, and can be taken back like one."""
    settled(desk)
    (desk.folder / NAME).unlink()
    prices = desk.app.extensions["site"].prices
    end = time.monotonic() + 10
    while not prices.conflicts and time.monotonic() < end:
        prices.refresh()
        time.sleep(0.1)
    assert "Riverbend Clinic" in text_of(desk, f"/c/{CLINIC}"), "until somebody decides, patients find it"
    seen = olga.get(f"/admin/{CLINIC}/folder").root.all("input", name="seen")[0].attributes["value"]
    olga.post(f"/admin/{CLINIC}/folder", {"keep": "disk", "seen": seen})
    assert GONE in text_of(desk, f"/c/{CLINIC}", 410)
    assert "Withdrawn on November 22, 2026" in olga.get(HOME).text
    olga.post(f"/admin/{CLINIC}/put-back", {"seen": str(desk.latest.number)})
    assert "Riverbend Clinic" in text_of(desk, f"/c/{CLINIC}")


# Renamed


def test_old_links_lead_to_the_clinic_by_its_new_name(desk: PricedDesk, olga) -> None:
    desk.app.extensions["site"].prices.refresh()
    version = desk.app.extensions["site"].prices.current.get(CLINIC).version
    assert leads_to(rename(desk, olga)) == "/admin/lakeside/"
    text_of(desk, "/c/lakeside")
    client = desk.app.test_client()
    moved = client.get(f"/c/{CLINIC}?sessions=8")
    assert (moved.status_code, moved.location) == (301, "/c/lakeside?sessions=8")
    page = client.get(ESTIMATE, follow_redirects=True)
    assert page.request.args["clinic"] == "lakeside"
    assert "Riverbend Clinic" in page.text
    answer = client.get(f"/api/v1/estimate?{ESTIMATE.partition('?')[2]}")
    assert answer.status_code == 200
    old = desk.app.extensions["site"].prices.old("lakeside", version)
    assert old is not None
    assert old.version == version


def test_its_people_its_settings_and_its_file_go_with_it(desk: PricedDesk, olga) -> None:
    desk.desk.settings.set(CLINIC, "second_person_above", "500", "Olga")
    before = (desk.folder / NAME).read_bytes()
    rename(desk, olga)
    settled(desk)
    assert not (desk.folder / NAME).exists()
    assert (desk.folder / "clinics" / "lakeside.yaml").read_bytes() == before
    assert desk.desk.threshold("lakeside") == 500
    assert desk.visiting("Ann").get("/admin/lakeside/").root.one("h1").text == "Prices: Riverbend Clinic"
    assert "lakeside" in olga.get(HOME).text


def test_a_name_can_be_taken_back_and_taken_again(desk: PricedDesk, olga) -> None:
    rename(desk, olga)
    rename(desk, olga, CLINIC, owner="lakeside")
    desk.app.extensions["site"].prices.refresh()
    assert desk.app.extensions["site"].prices.current.moved == {"lakeside": CLINIC}
    assert "Riverbend Clinic" in text_of(desk, f"/c/{CLINIC}")
    rename(desk, olga, "third")
    rename(desk, olga, "fourth", owner="third")
    desk.app.extensions["site"].prices.refresh()
    assert set(desk.app.extensions["site"].prices.current.moved.values()) == {"fourth"}


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("Lake Side", "Use small letters, digits and -, and begin with a letter."),
        ("national", "Use small letters, digits and -, and begin with a letter."),
        ("", "Use small letters, digits and -, and begin with a letter."),
        ("accounts", "This short name is taken."),
        (CLINIC, "This short name is taken."),
    ],
)
def test_a_name_that_cannot_be_is_explained(desk: PricedDesk, olga, new, sentence) -> None:
    page = rename(desk, olga, new, 400)
    assert sentence in page.text
    assert page.control("reason").attributes["value"] == "A new name"


def test_nobody_takes_another_clinics_links_by_what_a_table_says(desk: PricedDesk, olga) -> None:
    """Only a renaming leads links elsewhere; its reason, in somebody's own words, does not."""
    latest = desk.latest
    withdraw(desk, olga, why="goes on as lakeside: x")
    assert latest.files
    assert GONE in text_of(desk, f"/c/{CLINIC}", 410)
    assert desk.app.extensions["site"].prices.current.moved == {}
