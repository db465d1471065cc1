"""The overview of prices at the desk: what it shows, and one click that says a price is still right."""

from __future__ import annotations

import pytest
from desk_priced import CLINIC, INFUSION, NAME, PricedDesk
from desk_priced import desk as desk
from desk_visits import leads_to

OVERVIEW = f"/admin/{CLINIC}/"


def test_it_shows(desk: PricedDesk) -> None:
    page = desk.visiting("Olga").get("/admin/prices")
    print(page.text)
    page = desk.visiting("Olga").get(OVERVIEW)
    print(page.text)
    assert 0
