"""What a page of the desk may ask of the store and the parser. Counts, over the shipped tables; no timings."""

import pytest
from support.desk_costs import (
    CLINIC,
    MOST_QUERIES,
    OWNERS_PAGES,
    PAGES,
    bring_in_step,
    counted,
    desk_on_shipped_tables,
    forget_what_is_kept,
    publish_a_comment,
)

from estimator.prices.book import NATIONAL

ADDRESSES = [
    *(f"/admin/{page}" for page in PAGES),
    *(f"/admin/{owner}/{page}" for owner in (CLINIC, NATIONAL) for page in OWNERS_PAGES),
    *(f"/admin/{CLINIC}/{page}" for page in ("sheet", "setup", "compare?a=1&b=2")),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with desk_on_shipped_tables(tmp_path_factory.mktemp("costs")) as desk:
        yield desk


@pytest.fixture(scope="module")
def olga(desk):
    return desk.visitor("Olga")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_asks_the_store_little_and_reads_no_text_twice(desk, olga, address):
    """The first time in a process, when every file has to be read, and the second time, when none is."""
    forget_what_is_kept()
    with counted(desk.database) as first:
        assert olga.client.get(address).status_code == 200
    with counted(desk.database) as again:
        olga.client.get(address)
    assert len(first.queries) <= MOST_QUERIES, "\n".join(first.queries)
    assert max(first.parses.values(), default=0) <= 1
    assert len(again.queries) < MOST_QUERIES, "\n".join(again.queries)
    assert not again.parses


def test_more_owners_with_drafts_cost_the_list_no_more_queries(desk, olga):
    """Everybody's tables stand on the first page, and all of them are read together."""
    with counted(desk.database) as before:
        olga.client.get("/admin/prices")
    for id_ in ("lakeside", "hillside", "seaside"):
        olga.post("/admin/new-clinic", {"id": id_, "name_en": id_.title(), "offers": "iv"})
    with counted(desk.database) as after:
        assert "Seaside" in olga.get("/admin/prices").text
    assert len(after.queries) == len(before.queries)


def test_merging_asks_no_more(desk, olga):
    publish_a_comment(desk.desk)
    bring_in_step(desk)
    forget_what_is_kept()
    with counted(desk.database) as costs:
        assert "Somebody published while this draft was written" in olga.get(f"/admin/{CLINIC}/merge").text
    assert len(costs.queries) <= MOST_QUERIES, "\n".join(costs.queries)
    assert max(costs.parses.values()) == 1
