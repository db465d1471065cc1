"""Every page of the site in every state worth looking at, as addresses; what is added to the app is found by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from flask import Flask
from werkzeug.exceptions import HTTPException

from estimator.web.app import create_app
from estimator.web.site import Site

START = "start=2026-12-06"
"""In every link with answers, so that a page is the same tomorrow."""

IV = f"treatment=iv&insurance=none&sessions=6&psychotherapy=none&{START}"
SPRAVATO = f"treatment=spravato&insurance=commercial&sessions=12&psychotherapy=in_person&{START}"


@dataclass(frozen=True, slots=True)
class Page:
    """One state of one page: a name for tests and files, its address, its status, whether to open every details."""

    name: str
    address: str
    status: int = 200
    opened: bool = False

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]


FORM = Page("form", "/")
BAD_FORM = Page(
    "form-with-errors",
    "/estimate?insurance=commercial&sessions=500&psychotherapy=none&coinsurance=150&start=soon&network=perhaps",
    400,
)
ESTIMATE_IV = Page("estimate-iv", f"/estimate?{IV}")
ESTIMATE_SPRAVATO = Page("estimate-spravato", f"/estimate?{SPRAVATO}")
COMPARE = Page("compare", f"/compare?{SPRAVATO}")
COMPARE_MEDICARE = Page("compare-medicare", "/compare?insurance=medicare&months=12", opened=True)
START_LATER = Page("when-to-start", f"/start?{SPRAVATO}&plan_year_start=3", opened=True)
STOP_EARLIER = Page("stop-earlier", f"/sessions?{SPRAVATO}", opened=True)

KNOWN = (
    FORM,
    Page("form-opened", "/", opened=True),
    Page("form-filled", f"/?{SPRAVATO}&plan_year_start=3&deductible=2000&price.infusion=450", opened=True),
    BAD_FORM,
    Page("form-without-answers", "/estimate", 400),
    Page("details", f"/details?{SPRAVATO}&network=mixed&about=spravato_84", opened=True),
    Page("details-with-errors", f"/estimate?{SPRAVATO}&drug_deductible=much&package.observation=6@", 400),
    ESTIMATE_IV,
    ESTIMATE_SPRAVATO,
    Page("estimate-spravato-opened", ESTIMATE_SPRAVATO.address, opened=True),
    Page("estimate-denied", f"/estimate?{SPRAVATO}&authorization=denied", opened=True),
    Page("estimate-medicare", f"/estimate?treatment=spravato&insurance=medicare&sessions=8&psychotherapy=none&{START}"),
    Page("estimate-told-price", f"/estimate?{IV}&price.infusion=450"),
    Page("estimate-clinic", f"/estimate?{IV}&clinic=example-harbor"),
    Page("form-clinic", "/c/example-harbor", opened=True),
    Page("prices", "/prices"),
    Page("prices-clinic", "/prices?clinic=example-harbor"),
    Page("price-updates", "/price-updates"),
    Page("price-updates-clinic", "/c/example-harbor/price-updates"),
    Page("price-list-clinic", "/c/example-harbor/price-list"),
    Page("method", "/method"),
    COMPARE,
    Page("compare-unanswered", "/compare"),
    COMPARE_MEDICARE,
    START_LATER,
    STOP_EARLIER,
    Page("next-steps", f"/next-steps?{SPRAVATO}"),
    Page("next-steps-iv", f"/next-steps?{IV}"),
    Page("next-steps-refused", f"/next-steps?{SPRAVATO}&authorization=denied&caller=son", opened=True),
    Page("before-you-decide", f"/before-you-decide?{SPRAVATO}"),
    Page("glossary", "/glossary"),
    Page("not-found", "/no-such-page", 404),
)


@cache
def app() -> Flask:
    """The app on the shipped tables, for the test client."""
    return create_app(clock=lambda: date(2026, 11, 22))


def languages() -> tuple[str, ...]:
    """The languages that pages are offered in."""
    found: Site = app().extensions["site"]
    return found.languages


def route_of(page: Page) -> str | None:
    """The rule of the app that leads to this page."""
    try:
        rule, _ = app().url_map.bind("localhost").match(page.path, return_rule=True)
    except HTTPException:
        return None
    return rule.rule


@cache
def pages() -> tuple[Page, ...]:
    """
    The known pages that the app has, and every other page that its routes lead to.

    A route that answers something else than a page (data, a script, a download) is none; one with variable
    parts has to be added to `KNOWN`, and fails here until it is.
    """
    routes = {rule.rule for rule in app().url_map.iter_rules() if "GET" in (rule.methods or ())}
    known = tuple(page for page in KNOWN if page.status == 404 or route_of(page))
    client = app().test_client()
    found = []
    for route in sorted(routes - {route_of(page) for page in known}):
        if route.startswith(("/api/", "/healthz", "/static/")) or route.endswith(".atom"):
            continue
        assert "<" not in route, f"add a page of {route} to tests/site_pages.py"
        answer = client.get(f"{route}?{IV}")
        if answer.mimetype == "text/html":
            found.append(Page(route.strip("/").replace("/", "-"), f"{route}?{IV}", answer.status_code))
    return known + tuple(found)


def has(page: Page) -> bool:
    """Whether the app has this page."""
    return page in pages()
