"""Links and programs that name an older version of the prices."""

import re
import shutil
from pathlib import Path

import pytest
from support.pages import FOUR, TODAY, Visitor, check_headers
from support.shops import opened
from support.writing import publish_files

from estimator.prices.reading import read_books
from estimator.versions.publications import Publications
from estimator.web.app import create_app

PRICING = Path(__file__).resolve().parent.parent / "pricing"
PRICES = "national/charges-ketamine.yaml"
SIX = FOUR | {"start": "2026-12-06"}


class Clinic:
    """An app with a store, on a copy of the shipped tables."""

    def __init__(self, place):
        for part in ("national", "clinics"):
            shutil.copytree(PRICING / part, place / "pricing" / part)
        self.database = opened(place / "estimator.db")
        self.app = create_app(place / "pricing", lambda: TODAY, self.database, in_step=False)
        self.visitor = Visitor(self.app)
        self.prices = self.app.extensions["site"].prices

    def publish(self, old, new, name=PRICES, owner="national"):
        """Publish an edit of what is in force, by a pattern."""
        publications = Publications(self.database)
        latest = publications.latest(owner)
        files = publications.files(latest)
        files[name], found = re.subn(old, new, files[name], count=1)
        assert found == 1
        publish_files(
            publications, owner, files, based_on=latest.number, by="Ann", why="x", how="browser", in_force_from=TODAY
        )
        self.prices.refresh()

    def link(self, **answers):
        """The link that the page offers for an estimate."""
        return self.visitor.get("/estimate", SIX | answers).href("Link to this estimate")

    def earlier(self, link, status=200):
        """What the page behind a link says of its past; nothing when it says nothing."""
        (*notes,) = self.visitor.get(link, status=status).root.all("p", class_="earlier")
        return notes[0].text if notes else None

    def you_pay(self, **query):
        return self.visitor.client.get("/api/v1/estimate", query_string=SIX | query).get_json()["you_pay"]


@pytest.fixture
def clinic(tmp_path):
    made = Clinic(tmp_path)
    yield made
    made.database.close()


INFUSION = rb"(self_pay:\n +2026-01-01:\n +low: 375\n +typical: )500"


def dearer(clinic, typical=b"520"):
    clinic.publish(INFUSION, rb"\g<1>" + typical)


def dollars(cents):
    return f"${cents / 100:,.0f}"


def test_an_old_link_is_worked_out_again_and_shown_with_the_difference(clinic):
    link, then = clinic.link(), clinic.you_pay()
    assert clinic.earlier(link) is None
    dearer(clinic)
    now = clinic.you_pay()
    assert now["typical"] > then["typical"]
    assert clinic.earlier(link) == (
        f"When this link was made, it said {dollars(then['typical'])}, "
        f"from {dollars(then['low'])} to {dollars(then['high'])}. "
        f"With today’s prices it is {dollars(now['typical'])}: {dollars(now['typical'] - then['typical'])} more."
    )


def test_cheaper_prices_are_said_to_be_less(clinic):
    link, then = clinic.link(), clinic.you_pay()
    dearer(clinic, b"480")
    difference = then["typical"] - clinic.you_pay()["typical"]
    assert clinic.earlier(link).endswith(f": {dollars(difference)} less.")


def test_prices_that_matter_to_others_are_said_to_have_changed_without_a_difference(clinic):
    link = clinic.link()
    clinic.publish(rb"\Z", b"# checked again\n")
    assert clinic.earlier(link) == ("Some prices have changed since this link was made. This estimate has not.")


def test_an_old_version_that_is_known_is_believed_and_the_link_is_not(clinic):
    """Whoever writes a link by hand cannot make it remember nonsense."""
    link, then = clinic.link(), clinic.you_pay()
    dearer(clinic)
    forged = re.sub(r"was=[0-9-]+", "was=100-200-300", link)
    assert f"it said {dollars(then['typical'])}," in clinic.earlier(forged)
    without = re.sub(r"&was=[0-9-]+", "", link)
    assert clinic.earlier(without) == clinic.earlier(link)


def test_a_version_that_is_not_known_leaves_what_the_link_remembers(clinic):
    link = re.sub(r"prices=[0-9a-f]+", "prices=000000000000", clinic.link())
    said = clinic.earlier(re.sub(r"was=[0-9-]+", "was=200000-300000-400000", link))
    assert said.startswith("Prices have changed since this link was made. It said about $3,000, from $2,000 to $4,000.")


def test_an_answer_that_the_old_tables_do_not_know_leaves_what_the_link_remembers(clinic):
    """A treatment that a clinic offers by now and did not offer then."""
    name, owner = "clinics/example-harbor.yaml", "example-harbor"
    clinic.publish(rb"offers: \[iv, spravato, im\]", b"offers: [iv, spravato]", name, owner)
    version = clinic.prices.current.clinics[owner].version
    clinic.publish(rb"offers: \[iv, spravato\]", b"offers: [iv, spravato, im]", name, owner)
    link = re.sub(r"prices=[0-9a-f]+", f"prices={version}", clinic.link(clinic=owner, treatment="im"))
    said = clinic.earlier(re.sub(r"was=[0-9-]+", "was=200000-300000-400000", link))
    assert said.startswith("Prices have changed since this link was made. It said about $3,000")


def test_a_clinics_link_is_worked_out_with_its_tables_and_the_nations_of_then(clinic):
    link, then = clinic.link(clinic="example-harbor"), clinic.you_pay(clinic="example-harbor")
    clinic.publish(rb"price: 2200", b"price: 2300", "clinics/example-harbor.yaml", "example-harbor")
    dearer(clinic)
    assert f"it said {dollars(then['typical'])}," in clinic.earlier(link)


def test_in_spanish_too(clinic):
    link = clinic.link()
    dearer(clinic)
    assert clinic.earlier(f"{link}&lang=es")


# Programs


def test_the_api_answers_with_the_prices_of_any_version(clinic):
    ask = clinic.visitor.client.get
    before = ask("/api/v1/estimate", query_string=SIX)
    version = before.get_json()["price_book"]["version"]
    dearer(clinic)
    assert ask("/api/v1/estimate", query_string=SIX).get_json()["price_book"]["version"] != version
    again = ask("/api/v1/estimate", query_string=SIX | {"prices": version})
    assert again.data == before.data


def test_the_api_answers_with_a_clinics_old_prices(clinic):
    """A clinic that has been withdrawn since, too."""
    ask = clinic.visitor.client.get
    query = SIX | {"clinic": "example-harbor"}
    before = ask("/api/v1/estimate", query_string=query)
    publish_files(
        Publications(clinic.database),
        "example-harbor",
        {},
        based_on=1,
        by="Ann",
        why="closed",
        how="browser",
        in_force_from=TODAY,
    )
    clinic.prices.refresh()
    assert ask("/api/v1/estimate", query_string=query).status_code == 400
    version = before.get_json()["price_book"]["version"]
    assert ask("/api/v1/estimate", query_string=query | {"prices": version}).data == before.data


@pytest.mark.parametrize("version", ["000000000000", "", "x" * 400, "%00"])
@pytest.mark.parametrize("owner", [{}, {"clinic": "example-harbor"}, {"clinic": "nobody"}])
def test_the_api_refuses_a_version_that_it_does_not_know(clinic, version, owner):
    response = clinic.visitor.client.get("/api/v1/estimate", query_string=SIX | owner | {"prices": version})
    check_headers(response)
    assert response.status_code == 400
    assert response.get_json() == {
        "errors": [{"field": "prices", "message": "this version of the price tables is not known"}]
    }


def test_without_a_store_the_api_knows_the_version_of_now():
    visitor = Visitor(pricing=PRICING)
    version = read_books(PRICING).books.national.version
    ask = visitor.client.get
    known = ask("/api/v1/estimate", query_string=SIX | {"prices": version})
    assert known.data == ask("/api/v1/estimate", query_string=SIX).data
    assert ask("/api/v1/estimate", query_string=SIX | {"prices": "000000000000"}).status_code == 400


def test_a_version_asked_for_twice_is_refused(clinic):
    version = clinic.prices.current.national.version
    response = clinic.visitor.client.get(
        f"/api/v1/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none&prices={version}&prices={version}"
    )
    assert response.get_json() == {"errors": [{"field": "prices", "message": "this is answered twice"}]}
