"""Whatever stands in a link or is typed, every page and the data answer with an estimate or with a sentence."""

import random

import pytest
from support.pages import FOUR, SPRAVATO, Visitor

from estimator.core.answers import NAMES, TOLD_FACTS

ADDRESSES = (
    "/",
    "/details",
    "/estimate",
    "/compare",
    "/next-steps",
    "/estimate.csv",
    "/api/v1/estimate",
    "/c/example-harbor",
    "/before-you-decide",
    "/prices",
)
CHARGES = ("infusion", "spravato_84", "observation", "psychotherapy_virtual", "infusion_visit")
CLASSES = ("drug", "procedure", "visit", "psychotherapy")

ODD = (
    "0", "-1", "00", "1", "0.2", "100", "100.01", "20%", "150%", "$", "$1,500.50", "1e9", "999999999999", "nan", "١٢",
    "6@", "@6", "6@2400", "6 for $2,400", "1@5", "104 por 1", "yes", "no", "in", "out", "mixed", "maximizer",
    "covered", "not_covered", "office", "hospital", "continuing", "denied", "medical", "pharmacy", "56", "CO", "co",
    "2027-02-30", "2027-01-31", "1/31/2027", "13/1/2027", "0001-01-01", "2020-01-01", "2026-01-03", "2090-12-31",
    "9999-12-31", "\x00", "\u202e", "💊", "%(low)s", "{day}", "{0}", "<script>", "'\"", "x" * 3000,
)  # fmt: skip
BASES = (
    FOUR,
    SPRAVATO,
    SPRAVATO | {"insurance": "medicare", "network": "out", "setting": "hospital"},
    SPRAVATO | {"network": "mixed", "stage": "continuing", "every": "3", "new_plan_from": "2027-03-01"},
    FOUR | {"insurance": "military", "psychotherapy": "in_person", "rides": "yes", "therapist_present": "yes"},
)  # fmt: skip


NAMED = (*NAMES, "months", "about", "prices", "was", "colour")


def names():
    told = [fact.prefix + name for fact in TOLD_FACTS for name in (CLASSES if fact.field == "networks" else CHARGES)]
    return (*NAMED, *told)


@pytest.fixture(scope="module")
def client():
    return Visitor().client


@pytest.mark.parametrize("name", names())
def test_no_answer_breaks_a_page(client, name):
    """Every name with some odd values, each on some page; values and pages take turns."""
    turn = random.Random(name)
    for value in turn.sample(ODD, 8):
        address, base = turn.choice(ADDRESSES), turn.choice(BASES)
        response = client.get(address, query_string=base | {name: value})
        assert response.status_code in (200, 400, 404), f"{address} {name}={value!r}"


@pytest.mark.parametrize("seed", range(24))
def test_nor_do_many_at_once(client, seed):
    turn = random.Random(seed)
    query = turn.choice(BASES) | {name: turn.choice(ODD) for name in turn.sample(names(), turn.choice((2, 5, 20)))}
    for address in turn.sample(ADDRESSES, 3):
        assert client.get(address, query_string=query).status_code in (200, 400, 404), f"{address} {query}"
