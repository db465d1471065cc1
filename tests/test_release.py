"""National figures that come with a release of the program: a proposal at the desk, never published by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.desk_priced import TODAY, PricedDesk
from support.desk_priced import desk as desk
from support.writing import publish_files

from estimator import places

CARE = "national/care.yaml"
PAGE = "/admin/national/release"
OVERVIEW = "/admin/national/"
OFFER = "comes with newer national figures"


@pytest.fixture
def release(desk: PricedDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes the tables of a release: the first publication's, with `old` replaced by `new`."""
    shipped = tmp_path / "shipped"
    monkeypatch.setattr(places, "shipped_pricing", lambda: shipped)
    texts = desk.desk.publications.files(desk.desk.publications.latest("national"))

    def write(*replaced: tuple[str, str]) -> None:
        for name, text in texts.items():
            for old, new in replaced:
                text = text.replace(old.encode(), new.encode())
            (shipped / name).parent.mkdir(parents=True, exist_ok=True)
            (shipped / name).write_bytes(text)

    write()
    return write


def published(desk: PricedDesk) -> str:
    return desk.desk.publications.files(desk.desk.publications.latest("national"))[CARE].decode()


def publish(desk: PricedDesk) -> None:
    """Publish the national draft."""
    work = desk.desk.work("national")
    publish_files(
        desk.desk.publications,
        "national",
        work.files,
        based_on=work.based_on,
        by="Olga",
        why="figures",
        how="browser",
        in_force_from=TODAY,
    )
    desk.desk.discard("national", revision=work.revision, by="Olga")


def change(desk: PricedDesk, old: str, new: str) -> None:
    """Somebody here has published another figure."""
    desk.desk.change("national", CARE, lambda data: data.replace(old.encode(), new.encode(), 1), "Olga")
    publish(desk)


def test_a_release_with_the_same_figures_is_not_mentioned(desk: PricedDesk, release) -> None:
    change(desk, "typical: 500", "typical: 777")
    assert OFFER not in desk.visiting("Olga").get(OVERVIEW).text
    assert "no national figures that are newer" in desk.visiting("Olga").get(PAGE).text


def test_newer_figures_are_compared_and_taken_into_the_draft(desk: PricedDesk, release) -> None:
    """What was changed here stays; what both changed stays as here, and the page says in how many places."""
    change(desk, "typical: 500", "typical: 777")
    release(("typical: 500", "typical: 510"), ("# A small book", "# A newer small book"))
    before = published(desk)
    visitor = desk.visiting("Olga")
    assert OFFER in visitor.get(OVERVIEW).text
    page = visitor.get(PAGE)
    assert "In 1 place you changed the same lines." in page.text
    assert "A newer small book" in page.root.one(class_="diff").text
    visitor.post(PAGE, {"do": "take"}, 302)
    assert "The release’s figures are in the draft." in visitor.get("/admin/national/preview").text
    assert published(desk) == before
    publish(desk)
    assert "# A newer small book" in published(desk)
    assert "typical: 777" in published(desk)
    assert OFFER not in visitor.get(OVERVIEW).text


def test_the_next_release_is_held_against_the_one_that_was_taken(desk: PricedDesk, release) -> None:
    release(("typical: 500", "typical: 510"))
    desk.visiting("Olga").post(PAGE, {"do": "take"}, 302)
    publish(desk)
    assert "typical: 510" in published(desk)
    release(("typical: 500", "typical: 520"))
    page = desk.visiting("Olga").get(PAGE)
    assert "you changed the same lines" not in page.text
    desk.visiting("Olga").post(PAGE, {"do": "take"}, 302)
    publish(desk)
    assert "typical: 520" in published(desk)


def test_a_draft_that_was_thrown_away_leaves_the_offer(desk: PricedDesk, release) -> None:
    release(("typical: 500", "typical: 510"))
    desk.visiting("Olga").post(PAGE, {"do": "take"}, 302)
    assert OFFER not in desk.visiting("Olga").get(OVERVIEW).text
    desk.desk.discard("national", revision=desk.desk.work("national").revision, by="Olga")
    assert OFFER in desk.visiting("Olga").get(OVERVIEW).text


def test_who_keeps_theirs_is_not_asked_again_before_the_next_release(desk: PricedDesk, release) -> None:
    release(("typical: 500", "typical: 510"))
    visitor = desk.visiting("Olga")
    visitor.post(PAGE, {"do": "leave"}, 302)
    assert OFFER not in visitor.get(OVERVIEW).text
    release(("typical: 500", "typical: 510"), ("# A small book", "# A newer small book"))
    assert OFFER in visitor.get(OVERVIEW).text


def test_tables_of_somebodys_own_are_offered_nothing(desk: PricedDesk) -> None:
    """Files with other names never came from a release; the shipped tables would be a second book in them."""
    assert OFFER not in desk.visiting("Olga").get(OVERVIEW).text


def test_only_those_who_work_at_the_national_tables_see_it(desk: PricedDesk, release) -> None:
    desk.visiting("Ann").get(PAGE, status=403)
    desk.visiting("Ann").post(PAGE, {"do": "take"}, 403)
