"""Addresses and forms of the desk that no page of ours leads to: answered with a sentence, never with a failure."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.desk_priced import CLINIC, SMALL_BOOK, PricedDesk
from support.desk_visits import PASSWORD, TestDesk, desk_on_copy

from estimator.accounts.accounts import Accounts, Grant
from estimator.store.database import open_database
from estimator.web.desk.auth import start

HUGE = "9" * 20
ODD_ADDRESSES = [
    f"/admin/{CLINIC}/history/{HUGE}",
    f"/admin/{CLINIC}/history/3000000000",
    f"/admin/{CLINIC}/history/3000000000/file?name=x",
    f"/admin/{CLINIC}/history/{'9' * 5000}",
    f"/admin/{CLINIC}/compare?a={HUGE}&b=1",
    f"/admin/{CLINIC}/compare?a=3000000000&b=3000000000",
    "/admin/%00/history",
    "/admin/%00/yaml",
    "/admin/x%00/",
    "/admin/%FF/yaml",
    "/admin/Bad%20Name/preview",
    f"/admin/{'x' * 300}/history",
    f"/admin/log?before={'9' * 5000}",
    f"/admin/log?before={HUGE}",
]


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Iterator[PricedDesk]:
    """The small book at the desk, on each backend: they do not stumble over the same things."""
    shutil.copytree(SMALL_BOOK, tmp_path / "pricing")
    with contextlib.closing(open_database(store_url)) as database:
        yield PricedDesk(database, folder=tmp_path / "pricing")


def test_an_address_that_can_be_nobodys_is_not_found(desk: PricedDesk) -> None:
    """Numbers that no store can count to, names that no clinic can have."""
    olga = desk.visiting("Olga")
    for address in ODD_ADDRESSES:
        assert olga.client.get(address).status_code in (400, 404), address[:80]
    assert (
        olga.client.post(f"/admin/{CLINIC}/history/{HUGE}/draft", data={"csrf_token": olga.token()}).status_code == 404
    )


@pytest.mark.parametrize("taken", ["all", "national"])
def test_a_clinic_cannot_be_called_what_the_command_line_means_something_else_by(desk: PricedDesk, taken: str) -> None:
    """``estimator admin add … --clinic all`` would give a role at every clinic."""
    page = desk.visiting("Olga").post("/admin/new-clinic", {"id": taken, "name_en": "All Clinic"}, status=400)
    assert "is taken" in page.root.one(id="id-error").text


@pytest.fixture
def plain_desk(tmp_path: Path, _migrated_sqlite: Path) -> Iterator[TestDesk]:
    with desk_on_copy(_migrated_sqlite, tmp_path) as one:
        yield one


def test_a_code_that_somebody_uses_first_starts_nothing(plain_desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second is told, is not signed in, and leaves the first one's password alone."""
    account, code = plain_desk.accounts.add("Dana", None, [Grant("owner", "*")], by="-", now=plain_desk.clock())
    hashed = start.passwords.hashed

    def hashed_while_another_starts(password: str) -> str:
        accounts = Accounts(plain_desk.database)
        assert accounts.start(account.id, code, hashed(PASSWORD), by="Dana", now=plain_desk.clock())
        return hashed(password)

    second = plain_desk.visitor()
    with monkeypatch.context() as patch:
        patch.setattr(start.passwords, "hashed", hashed_while_another_starts)
        page = second.post("/admin/start", {"code": code, "password": "another four random words"}, status=422)
    assert "was used" in page.text
    assert not second.is_in()
    plain_desk.visitor().sign_in("Dana", PASSWORD)
