"""Prepaid packages are priced correctly for any number of sessions."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from estimator.core.packages import SingleSession, cheapest_mix
from estimator.prices.schema.offers import Package


def package(sessions, price, *also):
    return Package.model_validate({"sessions": str(sessions), "price": str(price), "also_covers": list(also)})


def cost(singles, packages):
    """What a patient pays for all of it."""
    bought = cheapest_mix(singles, "infusion", packages)
    covered = {i for first, (_, count) in bought.items() for i in range(first, first + count)}
    return sum(p.price for p, _ in bought.values()) + sum(
        one.price for i, one in enumerate(singles) if i not in covered
    )


SIX = package(6, 2200)


def single(charge, price):
    return SingleSession(charge, price, date(2026, 12, 1))


def infusions(count, price=450_00):
    return [single("infusion", price)] * count


def test_six_for_2200():
    assert [cost(infusions(n), [SIX]) for n in (1, 4, 5, 6, 7, 12)] == [45000, 180000, 220000, 220000, 265000, 440000]


def test_a_package_of_the_first_series_does_not_cover_boosters_that_have_their_own_price():
    course = infusions(6) + [single("booster", 300_00)] * 3
    assert cost(course, [SIX]) == 2200_00 + 900_00
    assert cost(course, [package(9, 2500, "booster")]) == 2500_00


@given(st.integers(0, 40), st.lists(st.tuples(st.integers(2, 12), st.integers(0, 9000)), max_size=4))
def test_one_more_session_never_costs_less_and_packages_never_cost_more_than_singles(count, offers):
    packages = [package(sessions, price) for sessions, price in offers]
    now, next_ = cost(infusions(count), packages), cost(infusions(count + 1), packages)
    assert now <= next_
    assert now <= 450_00 * count
