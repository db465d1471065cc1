"""The JSON API and the health page: the same estimate as everywhere else, and every problem by name."""

import json
import shutil
from pathlib import Path

import pytest
from support.pages import FOUR, SPRAVATO, TODAY, Visitor, check_headers

from estimator.core.answers import NAMES, read_answers
from estimator.core.document import document
from estimator.core.estimate import estimate
from estimator.prices.reading import read_books

PRICING = Path(__file__).resolve().parent.parent / "pricing"
BOOKS = read_books(PRICING).books


@pytest.fixture(scope="module")
def visitor():
    return Visitor(pricing=PRICING)


def api(visitor, query, **headers):
    response = visitor.client.get("/api/v1/estimate", query_string=query, headers=headers)
    check_headers(response)
    assert response.mimetype == "application/json"
    return response


@pytest.mark.parametrize("raw", [FOUR, SPRAVATO, FOUR | {"clinic": next(iter(BOOKS.clinics), "national")}], ids=repr)
def test_the_answer_is_the_document_of_the_estimate(visitor, raw):
    book = BOOKS.get(raw.get("clinic", "national"))
    expected = document(estimate(read_answers(raw, book, TODAY), book))
    assert api(visitor, raw).get_json() == json.loads(json.dumps(expected))


def test_the_same_question_has_the_same_answer_byte_for_byte(visitor):
    assert api(visitor, SPRAVATO).data == api(visitor, SPRAVATO).data


def test_amounts_are_whole_cents(visitor):
    made = api(visitor, SPRAVATO).get_json()
    for name in ("you_pay", "billed", "plan_pays", "program_pays"):
        assert all(isinstance(made[name][one], int) for one in ("low", "typical", "high"))
    assert made["unit"] == "cents"


def test_words_come_in_the_language_asked_for(visitor):
    assert api(visitor, FOUR).get_json()["notice"] == BOOKS.national.tables.texts.notice.en
    if "es" in visitor.app.extensions["site"].languages:
        assert api(visitor, FOUR | {"lang": "es"}).get_json()["notice"] == BOOKS.national.tables.texts.notice.es


def test_every_problem_is_named_with_its_field(visitor):
    response = api(visitor, FOUR | {"sessions": "x", "start": "soon"})
    assert response.status_code == 400
    assert response.get_json() == {
        "errors": [
            {"field": "sessions", "message": "choose a number from 1 to 104"},
            {"field": "start", "message": "write a date like 2027-01-31 or 1/31/2027"},
        ]
    }


def test_nothing_answered_names_the_four(visitor):
    response = api(visitor, {})
    assert [one["field"] for one in response.get_json()["errors"]] == list(NAMES[:4])


def test_a_strange_name_is_refused(visitor):
    response = api(visitor, FOUR | {"colour": "green"})
    assert response.status_code == 400
    assert response.get_json()["errors"] == [{"field": "colour", "message": "there is no answer of this name"}]


def test_a_strange_clinic_or_language_is_refused(visitor):
    for name in ("clinic", "lang"):
        response = api(visitor, FOUR | {name: "nobody"})
        assert response.status_code == 400
        assert [one["field"] for one in response.get_json()["errors"]] == [name]


def test_everything_is_compressed_for_those_who_ask(visitor):
    packed = api(visitor, SPRAVATO, **{"Accept-Encoding": "gzip"})
    assert packed.content_encoding == "gzip"
    assert len(packed.data) < len(api(visitor, SPRAVATO).data) / 3
    refused = api(visitor, SPRAVATO, **{"Accept-Encoding": "gzip;q=0"})
    assert refused.content_encoding is None


# Health


def test_health_names_the_prices_in_force(visitor):
    response = visitor.client.get("/healthz")
    check_headers(response)
    assert response.status_code == 200
    health = response.get_json()
    assert health["status"] == "ok"
    assert health["price_book"]["version"] == BOOKS.national.version
    assert health["problems"] == []


def test_broken_tables_are_listed_while_the_last_good_prices_answer(tmp_path, monkeypatch):
    folder = tmp_path / "pricing"
    shutil.copytree(PRICING, folder)
    monkeypatch.setattr("estimator.prices.watched_folder.LOOK_AGAIN_AFTER", 0)
    visitor = Visitor(pricing=folder)
    before = api(visitor, FOUR).data
    file = next(path for path in sorted((folder / "national").glob("*.yaml")) if "charges:" in path.read_text("utf-8"))
    good = file.read_text("utf-8")
    file.write_text(good + "\nmistake: here\n", "utf-8")
    response = visitor.client.get("/healthz")
    assert response.status_code == 200
    health = response.get_json()
    assert health["status"] == "broken tables"
    assert health["price_book"]["version"] == BOOKS.national.version
    (problem,) = health["problems"]
    assert problem.keys() == {"file", "line", "where", "says"}
    assert problem["file"] == f"national/{file.name}"
    assert problem["line"] == len(good.splitlines()) + 2
    assert api(visitor, FOUR).data == before
    file.write_text(good, "utf-8")
    assert visitor.client.get("/healthz").get_json()["status"] == "ok"


def test_health_lists_what_the_new_year_still_lacks(visitor):
    """The page is asked in November 2026: Medicare's figures of 2027 are not in the tables."""
    told = visitor.client.get("/healthz").get_json()
    assert told["status"] == "ok"
    assert told["new_year"]["year"] == 2027
    assert "Medicare's fee schedule" in told["new_year"]["lacks"]
