"""Bad answers and bad requests: plain words, nothing typed lost, never a stack trace."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pages import FOUR, SPRAVATO, Visitor, check_headers

from estimator.core.answers import NAMES

BAD = {
    "treatment": "aspirin",
    "insurance": "some",
    "sessions": "many",
    "psychotherapy": "sometimes",
    "clinic": "nobody",
    "state": "Colorado",
    "start": "soon",
    "deductible": "a lot",
    "coinsurance": "150",
    "plan_year_start": "13",
}


@pytest.fixture(scope="module")
def visitor():
    return Visitor()


def problems(page):
    """What the error summary says: id to sentence."""
    summary = page.root.one("div", role="alert")
    return {one.one("a").attributes["href"][1:]: one.one("span").text for one in summary.all("li")}


def test_a_page_that_is_not_there_leads_to_those_that_are(visitor):
    page = visitor.get("/prises", status=404)
    for address in ("/", "/prices", "/before-you-decide", "/glossary", "/method"):
        assert page.root.one("main").all("a", href=address), address


def test_search_engines_and_messengers_are_told_what_they_need(visitor):
    """Where not to look, one address for each page, and a picture beside a link that tells nobody's amounts."""
    assert "Disallow: /admin" in visitor.client.get("/robots.txt").text
    page = visitor.get("/prices?lang=es")
    assert page.root.one("link", rel="canonical").attributes["href"] == "http://localhost/prices?lang=es"
    assert visitor.get("/").root.one("link", rel="canonical").attributes["href"] == "http://localhost/"
    page = visitor.get("/estimate", SPRAVATO)
    assert not page.root.all("link", rel="canonical"), "answers are nobody's canonical page"
    address = page.root.one("meta", property="og:image").attributes["content"]
    picture = visitor.client.get(address)
    assert (picture.status_code, picture.mimetype, picture.data[:4]) == (200, "image/png", b"\x89PNG")


def test_the_form_comes_back_with_every_problem_at_once(visitor):
    page = visitor.get("/estimate", SPRAVATO | {"sessions": "0", "deductible": "x", "start": "2027-02-30"}, 400)
    assert page.title.startswith("Error: ")
    summary = page.root.one("div", role="alert")
    assert "There is a problem" in summary.text
    assert {"tabindex", "autofocus"} <= summary.attributes.keys()
    assert problems(page) == {
        "sessions": "choose a number from 1 to 104",
        "deductible": "write an amount in dollars, like 1500 or $1,500.00",
        "start": "write a date like 2027-01-31 or 1/31/2027",
    }


def test_each_problem_stands_beside_its_field_and_the_field_says_so(visitor):
    page = visitor.get("/estimate", SPRAVATO | {"sessions": "0", "copay": "free"}, 400)
    for name in ("sessions", "copay"):
        control = page.control(name)
        assert control.attributes["aria-invalid"] == "true"
        described = control.attributes["aria-describedby"].split()
        (error,) = [one for one in page.root if one.attributes.get("id") == f"{name}-error"]
        assert f"{name}-error" in described
        assert error.text == problems(page)[name]


def test_nothing_typed_is_lost(visitor):
    raw = SPRAVATO | {name: BAD[name] for name in ("sessions", "state", "start", "deductible", "coinsurance")}
    page = visitor.get("/estimate", raw, 400)
    for name in ("sessions", "start", "deductible", "coinsurance"):
        assert page.control(name).attributes["value"] == raw[name]
        assert page.control(name).attributes.get("type", "text") == "text"
    (chosen,) = [one for one in page.control("state").all("option") if "selected" in one.attributes]
    assert chosen.text == "Colorado"
    assert page.chosen("treatment") == "spravato"
    assert page.chosen("psychotherapy") == "virtual"


def test_a_problem_among_the_folded_questions_is_in_sight(visitor):
    page = visitor.get("/estimate", FOUR | {"start": "soon"}, 400)
    assert "open" in page.control("start").within("details").attributes
    others = [one for one in page.root.one("div", class_="more").all("details") if not one.all("input", name="start")]
    assert not any("open" in one.attributes for one in others)


def test_nothing_answered_asks_for_the_four(visitor):
    page = visitor.get("/estimate", status=400)
    assert set(problems(page)) == {"treatment-iv", "insurance-commercial", "sessions", "psychotherapy-none"}


def test_every_wrong_answer_has_a_sentence(visitor):
    page = visitor.get("/estimate", BAD, 400)
    named = {target.split("-")[0] for target in problems(page)}
    assert {"treatment", "insurance", "sessions", "psychotherapy", "clinic", "state", "start"} <= named


def test_a_told_price_that_is_none_can_be_put_right(visitor):
    page = visitor.get("/estimate", FOUR | {"price.infusion": "cheap"}, 400)
    assert "price.infusion" in problems(page)
    assert page.control("price.infusion").attributes["value"] == "cheap"


def test_a_plan_of_another_insurance_that_is_out_of_sight_is_ignored(visitor):
    """Somebody chose a commercial plan and then Medicare: the browser still sends the hidden choice."""
    plans = visitor.get("/").root.all("input", name="plan")
    for plan in plans:
        visitor.get("/estimate", SPRAVATO | {"insurance": "medicare", "plan": plan.attributes["value"]})


def test_answers_that_do_not_apply_are_ignored(visitor):
    visitor.get("/estimate", FOUR | {"deductible": "x", "dose": "1000", "accumulator": "perhaps"})


def test_strange_names_are_ignored_by_the_page(visitor):
    visitor.get("/estimate", FOUR | {"colour": "green", "price.nothing": "1", "utm_source": "x"})


def test_page_api_and_form_say_the_same(visitor):
    said = visitor.client.get("/api/v1/estimate", query_string=SPRAVATO | {"sessions": "x"}).get_json()
    page = visitor.get("/estimate", SPRAVATO | {"sessions": "x"}, 400)
    assert [one["message"] for one in said["errors"]] == list(problems(page).values())


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/prices?clinic=nobody", 404),
        ("POST", "/", 405),
        ("DELETE", "/estimate", 405),
        ("GET", f"/?sessions={'9' * 100_000}", 414),
        ("POST", "/estimate", 413),
    ],
)
def test_refused_requests_are_pages_in_plain_words(visitor, method, address, status):
    body = b"x" * 100_000 if status == 413 else b""
    response = visitor.client.open(address, method=method, data=body)
    assert response.status_code == status
    page = visitor.inspected(response)
    assert page.href("Go to the questions") == "/"
    if status == 405:
        assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/estimate", 405),
        ("GET", f"/api/v1/estimate?x={'9' * 100_000}", 414),
        ("POST", "/api/v1/estimate", 413),
    ],
)
def test_programs_are_refused_in_json(visitor, method, address, status):
    body = b"x" * 100_000 if status == 413 else b""
    response = visitor.client.open(address, method=method, data=body)
    assert response.status_code == status
    check_headers(response)
    assert json.loads(response.data)["errors"][0]["message"]


@pytest.mark.parametrize("address", ["/estimate", "/api/v1/estimate"])
def test_a_bug_is_a_plain_page_without_a_trace(monkeypatch, address):
    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("estimator.web.patient.estimate_view.estimate", broken)
    monkeypatch.setattr("estimator.web.patient.api.estimate", broken)
    visitor = Visitor()
    response = visitor.client.get(address, query_string=FOUR)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    if address == "/estimate":
        assert visitor.inspected(response).root.one("h1").text == "Something went wrong here"
    else:
        assert response.get_json()["errors"]


# Hostile queries

anything = st.text(max_size=40) | st.sampled_from(["\x00", "\x1b[31m", "\r\nSet-Cookie: a=b", "<script>", '"><b>', "‮"])
queries = st.lists(
    st.tuples(st.sampled_from([*NAMES, "price.infusion", "price.", "months"]) | anything, anything | st.just("6")),
    max_size=12,
)
VISITOR = Visitor()


@given(st.sampled_from(["/", "/", "/estimate", "/estimate", "/prices", "/method"]), queries)
def test_no_query_breaks_a_page(address, pairs):
    response = VISITOR.client.get(address, query_string=pairs)
    assert response.status_code in (200, 400, 404, 414)
    VISITOR.inspected(response)


@given(
    queries, st.dictionaries(st.sampled_from(NAMES[4:]), anything | st.sampled_from(["0", "yes", "1e9", "10000000"]))
)
def test_no_query_breaks_an_estimate(pairs, more):
    query = [*(SPRAVATO | more).items(), *pairs]
    response = VISITOR.client.get("/estimate", query_string=query)
    assert response.status_code in (200, 400)
    VISITOR.inspected(response)
    response = VISITOR.client.get("/api/v1/estimate", query_string=query)
    assert response.status_code in (200, 400)
    assert response.get_json()


@given(st.binary(max_size=200))
def test_no_bytes_break_anything(data):
    """Broken percent signs, stray UTF-8, control characters: as they come over the wire."""
    environ = {"QUERY_STRING": data.decode("latin-1")}
    for address in ("/", "/estimate", "/api/v1/estimate", "/healthz"):
        response = VISITOR.client.get(address, environ_overrides=environ)
        assert response.status_code in (200, 400)
        check_headers(response)


@given(st.binary(max_size=60))
def test_no_path_breaks_anything(data):
    response = VISITOR.client.get("/", environ_overrides={"PATH_INFO": "/" + data.decode("latin-1")})
    assert response.status_code in (200, 308, 400, 404)
    assert "Set-Cookie" not in response.headers


def test_a_name_given_twice_counts_once_on_the_page_and_is_refused_by_the_api(visitor):
    query = [*FOUR.items(), ("sessions", ""), ("sessions", "99")]
    assert "6 sessions" in visitor.get("/estimate", query).title
    errors = visitor.client.get("/api/v1/estimate", query_string=query).get_json()["errors"]
    assert errors == [{"field": "sessions", "message": "this is answered twice"}]


def test_what_was_typed_is_never_markup(visitor):
    evil = '"><script>alert(1)</script>'
    page = visitor.get("/estimate", SPRAVATO | {"sessions": evil, "state": evil, "clinic": evil}, 400)
    assert page.control("sessions").attributes["value"] == evil
    assert not page.root.all("script", src_="")
