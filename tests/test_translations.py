"""The site in Spanish is complete: every sentence, every text of the tables, every page, and no English in between."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel
from support.catalogue import MO, PO, as_mo, as_po, extracted, is_missing, messages, refreshed, written
from support.pages import FOUR, SPRAVATO, TODAY, Visitor, read
from support.site_pages import pages

from estimator.cli import main
from estimator.core import words as core_words
from estimator.core.answers import PRICE_PREFIX
from estimator.core.states import IN_SPANISH, STATES, state_names
from estimator.prices.reading import read_books
from estimator.prices.schema.basics import Text
from estimator.web.app import create_app

PRICING = Path(__file__).resolve().parent.parent / "pricing"
BOOKS = read_books(PRICING).books

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+>")
LONG = 12
"""Shorter English sentences, like "Low" or "No", could be part of Spanish or of a name."""

CORE_WORDS = {name: value for name, value in vars(core_words).items() if name.isupper()}

SAID_ALOUD = ("aria-label", "title", "data-headline", "data-done", "placeholder", "alt")


@pytest.fixture(scope="module")
def visitor():
    return Visitor(pricing=PRICING)


def forms(string):
    """The one form of a message, or its singular and plural."""
    return [string] if isinstance(string, str) else list(string)


def every_text(value, path=()):
    """Every `Text` below `value`, with its path."""
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from every_text(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from every_text(one, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from every_text(one, (*path, str(number)))


class TestCatalogue:
    def test_every_sentence_is_translated(self):
        missing = [message.id for message in messages(refreshed()) if is_missing(message)]
        assert missing == [], "translate them in messages.po, after `make messages`"

    def test_it_holds_what_the_interface_says_and_nothing_else(self):
        now, known = ({str(message.id) for message in messages(one)} for one in (extracted(), written()))
        assert known == now, "`make messages` brings them in step"

    def test_the_files_are_as_make_messages_writes_them(self):
        assert PO.read_bytes() == as_po(refreshed())
        assert MO.read_bytes() == as_mo(refreshed())

    def test_the_files_hold_no_dates_and_no_places(self):
        text = PO.read_text(encoding="utf-8")
        assert "-Date:" not in text
        assert "#:" not in text
        assert b"-Date:" not in MO.read_bytes()

    @pytest.mark.parametrize("message", list(messages(written())), ids=lambda message: str(message.id)[:40])
    def test_a_translation_has_the_sentences_placeholders(self, message):
        originals = [sorted(PLACEHOLDER.findall(one)) for one in forms(message.id)]
        for number, translation in enumerate(forms(message.string)):
            assert sorted(PLACEHOLDER.findall(translation)) == originals[number]

    @pytest.mark.parametrize("message", list(messages(written())), ids=lambda message: str(message.id)[:40])
    def test_a_translation_speaks_as_the_site_does(self, message):
        for original, translation in zip(forms(message.id), forms(message.string), strict=True):
            assert not re.search(
                r"responsabilidad del paciente|\b(tú|tu|tus|te|vosotros)\b", translation, re.IGNORECASE
            )
            assert not re.search("[!¡]", translation)
            assert translation.count("?") == translation.count("¿")
            assert translation == translation.strip()
            assert original[-1:] != "." or translation.endswith(".")


class TestTables:
    @pytest.mark.parametrize("book", [BOOKS.national, *BOOKS.clinics.values()], ids=lambda book: book.id)
    def test_every_text_has_spanish_words(self, book):
        """Only the titles of sources may be English, as their documents are, and what clinics call themselves."""
        names = {("sources", "title"), ("samples", "provider")}
        left = [
            f"{'.'.join(path)}: {text.en}"
            for path, text in every_text(book.tables)
            if text.es is None and re.search("[A-Za-z]", text.en) and (path[0], path[-1]) not in names
        ]
        assert left == []

    @pytest.mark.parametrize("book", [BOOKS.national, *BOOKS.clinics.values()], ids=lambda book: book.id)
    def test_amounts_are_the_same_in_both_languages(self, book):
        amounts = re.compile(r"\$[0-9]+(?:,[0-9]{3})*(?:\.[0-9]{2})?(?![0-9])")
        for path, text in every_text(book.tables):
            if text.es is not None:
                assert sorted(amounts.findall(text.es)) == sorted(amounts.findall(text.en)), ".".join(path)

    def test_the_cores_own_sentences_have_spanish_words(self):
        texts = [text for _path, text in every_text(CORE_WORDS)]
        assert texts
        assert all(one.es for one in texts)

    def test_states_have_their_spanish_names(self):
        assert STATES.keys() > IN_SPANISH.keys()
        names = dict(state_names("es"))
        assert names.keys() == STATES.keys()
        assert (names["NM"], names["TX"]) == ("Nuevo México", "Texas")
        assert list(dict(state_names("en")).items()) == list(STATES.items())


def english_fragments():
    """The English sentences whose translation differs, cut at their placeholders; no term that Spanish uses as well."""
    spanish = "\n".join(one for message in messages(written()) for one in forms(message.string))
    found = {}
    for message in messages(written()):
        for original, translation in zip(forms(message.id), forms(message.string), strict=True):
            if original == translation:
                continue
            for part in PLACEHOLDER.split(original):
                part = " ".join(part.replace("&amp;", "&").split())
                if len(part) > LONG and part not in spanish:
                    found[part] = original
    return found


ENGLISH = english_fragments()


def seen_and_heard(page):
    """What a reader sees or hears of a page, without the titles of English documents."""
    for one in page.root:
        if one.tag in ("a", "span") and one.attributes.get("lang") == "en":
            one.inside = []
    yield page.title
    yield page.text
    for one in page.root:
        yield from (one.attributes[name] for name in SAID_ALOUD if name in one.attributes)


def in_spanish(address):
    return f"{address}{'&' if '?' in address else '?'}lang=es"


class TestPages:
    @pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
    def test_no_english_is_left(self, page, visitor):
        opened = visitor.get(in_spanish(page.address), status=page.status)
        assert opened.root.one("html").attributes["lang"] == "es"
        # Addresses are printed as they are, with the names of answers in them.
        for address in opened.root.all(class_="address"):
            address.inside = []
        left = {
            f"{original!r} in {text[max(0, text.find(part) - 30) :][:120]!r}"
            for text in seen_and_heard(opened)
            for part, original in ENGLISH.items()
            if part in text
        }
        assert left == set()

    @pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
    def test_english_pages_are_english(self, page, visitor):
        """The same test finds what is English where all of it is."""
        opened = visitor.get(page.address, status=page.status)
        assert opened.root.one("html").attributes["lang"] == "en"
        assert any(part in text for text in seen_and_heard(opened) for part in ENGLISH)

    @pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
    def test_no_sentence_is_alike_in_both_languages(self, page, visitor):
        """Also finds what a template says without asking the catalogue, or a table without Spanish words."""
        both = []
        for address in (page.address, in_spanish(page.address)):
            root = visitor.get(address, status=page.status).root
            for source in root.all("a", rel="noopener"):
                source.inside = []
            both.append({one.text for one in root.all("p", "li", "dd", "dt", "td", "th", "h1", "h2", "h3", "label")})
        assert {text for text in both[0] & both[1] if len(re.findall("[A-Za-z]{2,}", text)) > 3} == set()

    @pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
    def test_the_browsers_language_is_enough(self, page, visitor):
        opened = visitor.get(page.address, status=page.status, Accept_Language="es-MX,es;q=0.9,en;q=0.5")
        assert opened.root.one("html").attributes["lang"] == "es"
        assert opened.text == visitor.get(in_spanish(page.address), status=page.status).text

    def test_a_chosen_language_counts_more_than_the_browsers(self, visitor):
        assert visitor.get("/?lang=en", Accept_Language="es").root.one("html").attributes["lang"] == "en"
        assert visitor.get("/?lang=es", Accept_Language="en").root.one("html").attributes["lang"] == "es"
        assert visitor.get("/?lang=fr", Accept_Language="es").root.one("html").attributes["lang"] == "es"
        assert visitor.get("/", Accept_Language="fr").root.one("html").attributes["lang"] == "en"

    @pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
    def test_the_other_language_is_a_link_away(self, page, visitor):
        opened = visitor.get(in_spanish(page.address), status=page.status)
        (link,) = [one for one in opened.root.all("a", hreflang="en") if one.attributes["lang"] == "en"]
        assert link.text == "English"
        status = page.status if page.status != 404 else 200
        assert visitor.get(link.attributes["href"], status=status).root.one("html").attributes["lang"] == "en"

    @pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
    def test_pages_to_be_found_name_their_other_languages(self, page, visitor):
        opened = visitor.get(page.address, status=page.status)
        named = {one.attributes["hreflang"]: one.attributes["href"] for one in opened.root.all("link", rel="alternate")}
        if opened.root.one("meta", name="robots").attributes["content"] == "noindex":
            assert named == {}
            return
        assert list(named) == ["en", "es", "x-default"]
        for code in ("en", "es"):
            address = named[code].removeprefix("http://localhost")
            assert visitor.get(address).root.one("html").attributes["lang"] == code
        assert "lang=" not in named["x-default"]

    def test_links_within_the_site_stay_spanish(self, visitor):
        for address in ("/", "/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none"):
            page = visitor.get(in_spanish(address))
            for link in page.root.all("a"):
                if link.attributes["href"].startswith("/") and "hreflang" not in link.attributes:
                    assert "lang=es" in link.attributes["href"]
        assert visitor.get("/?lang=es").root.one("input", name="lang").attributes["value"] == "es"

    def test_amounts_and_dates_are_written_as_in_the_united_states(self, visitor):
        page = visitor.get("/estimate", FOUR | {"start": "2026-12-06", "lang": "es"})
        assert "6 de diciembre de 2026" in page.text
        assert "diciembre de 2026" in page.root.one("table", class_="months").text
        amounts = set(re.findall(r"\$[0-9.,]*[0-9]", page.text))
        assert amounts == set(
            re.findall(r"\$[0-9.,]*[0-9]", visitor.get("/estimate", FOUR | {"start": "2026-12-06"}).text)
        )

    def test_numbers_have_their_plurals(self, visitor):
        one = visitor.get("/estimate", FOUR | {"sessions": "1", "lang": "es"}).root.one("h1").text
        six = visitor.get("/estimate", FOUR | {"lang": "es"}).root
        assert one.endswith(": 1 sesión")
        assert six.one("h1").text.endswith(": 6 sesiones")
        assert six.one("p", class_="context").text.startswith("3 semanas")


class TestProblems:
    BAD = SPRAVATO | {
        "sessions": "500",
        "insurance": "perhaps",
        "start": "soon",
        "state": "Colorado",
        PRICE_PREFIX + "infusion": "much",
    }

    def test_the_form_says_them_in_spanish(self, visitor):
        page = visitor.get("/estimate", self.BAD | {"lang": "es"}, status=400)
        summary = page.root.one("div", role="alert").text
        assert "Hay un problema" in summary
        for words in ("escriba un número de 1 a 104", "elija una de estas opciones: ", "escriba una fecha como"):
            assert words in summary
        assert "escriba las dos letras de un estado" in summary
        assert "escriba una cantidad en dólares" in summary

    def test_contradictions_too(self, visitor):
        terms = {"deductible": "3000", "deductible_remaining": "4000", "out_of_pocket_maximum": "2000"}
        page = visitor.get("/estimate", SPRAVATO | terms | {"lang": "es"}, status=400)
        assert "esto es más que la cantidad total que usted dio ($3,000.00)" in page.text
        assert "un deducible nunca es mayor que el máximo de gastos de bolsillo ($2,000.00)" in page.text

    @pytest.mark.parametrize(
        ("day", "says"),
        [
            ({"start": "2020-01-01"}, "elija un día a partir del 8 de enero de 2026"),
            ({"start": "2040-01-01"}, "elija un día hasta el 22 de noviembre de 2028"),
            ({"balances_as_of": "2027-01-01"}, "este día"),
        ],
    )
    def test_impossible_days_too(self, visitor, day, says):
        page = visitor.get("/estimate", SPRAVATO | day | {"lang": "es"}, status=400)
        (said,) = [one.text for one in page.root.all("p", class_="error")]
        assert says in said.lower()

    def test_the_api_says_them_in_spanish(self, visitor):
        answer = visitor.client.get("/api/v1/estimate", query_string=self.BAD | {"lang": "es"}).json
        said = {error["field"]: error["message"] for error in answer["errors"]}
        assert said["sessions"] == "escriba un número de 1 a 104"
        assert said["start"].startswith("escriba una fecha")
        answer = visitor.client.get("/api/v1/estimate?lang=es&colour=red").json
        assert answer["errors"][0]["message"] == "no hay ninguna respuesta con este nombre"

    def test_what_is_not_there(self, visitor):
        assert visitor.get("/nowhere?lang=es", status=404).root.one("h1").text == "No encontramos esta página"
        answer = visitor.client.get("/api/v1/nowhere?lang=es").json
        assert answer["errors"][0]["message"].startswith("No encontramos esta página")

    def test_what_broke(self):
        app = create_app(PRICING, clock=lambda: TODAY)

        @app.get("/breaks")
        def breaks():
            raise RuntimeError

        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = app.test_client().get("/breaks", headers={"Accept-Language": "es-US"})
        assert answer.status_code == 500
        page = read(answer.get_data(as_text=True))
        assert page.one("html").attributes["lang"] == "es"
        assert page.one("h1").text == "Algo falló aquí"


class TestData:
    def test_json_is_in_spanish(self, visitor):
        answer = visitor.client.get("/api/v1/estimate", query_string=SPRAVATO | {"lang": "es"}).json
        tables = BOOKS.national.tables
        spanish = {text.es for _path, text in (*every_text(tables), *every_text(CORE_WORDS))}
        assert answer["notice"] == tables.texts.notice.es
        assert {item["label"] for item in answer["items"]} <= spanish
        assert {driver["ask"] for driver in answer["drivers"]} <= spanish

    def test_a_spreadsheet_is_in_spanish(self, visitor):
        table = visitor.client.get("/estimate.csv", query_string=SPRAVATO | {"lang": "es"}).get_data(as_text=True)
        assert not [part for part in ENGLISH if part in table]
        assert "Usted paga, típico" in table

    def test_the_command_line_uses_the_tables_spanish(self, capsys):
        answers = [f"{name}={value}" for name, value in FOUR.items()]
        assert main(["estimate", "--pricing", str(PRICING), *answers, "lang=es"]) == 0
        assert BOOKS.national.tables.treatments["iv"].label.es in capsys.readouterr().out
        assert main(["estimate", "--json", "--pricing", str(PRICING), *answers, "lang=es"]) == 0
        assert json.loads(capsys.readouterr().out)["notice"] == BOOKS.national.tables.texts.notice.es
