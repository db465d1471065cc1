"""The price sheet: everything that a clinic charges on one page, typed, pasted or raised; what it writes, refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from support.desk_costs import SHIPPED, desk_on_shipped_tables
from support.desk_priced import PricedDesk
from support.desk_visits import DeskVisitor, leads_to
from support.pages import Page

from estimator.core.answers import read_answers
from estimator.core.estimate import estimate
from estimator.prices.editing.sheet_lists import pasted, raised
from estimator.prices.editing.sheet_rows import sheet_groups
from estimator.prices.editing.sheet_texts import Sheet, problems_in, read_amounts, sheet_on
from estimator.prices.editing.sheet_writing import SheetEdit, written
from estimator.prices.editing.slices import CannotSplice, read
from estimator.prices.editing.whole_list import all_checked, start_of
from estimator.prices.reading import National, read_clinic, read_national

TODAY = date(2026, 11, 22)
NEW_YEAR = date(2027, 1, 1)
HARBOR = (SHIPPED / "clinics" / "example-harbor.yaml").read_bytes()
LAKE = "/admin/lakeside-wellness"
SETUP = {"name_en": "Lakeside Wellness", "offers": ["iv", "spravato"], "state": "CO"}
PRICES = {
    "price-evaluation": "250",
    "credited-evaluation": "yes",
    "price-infusion": "$450",
    "package-infusion-0-sessions": "6",
    "package-infusion-0-price": "2,400",
    "package-infusion-0-days": "90",
    "included-follow_up": "yes",
    "insured-infusion": "275",
    "billed-iv": "yes",
    "price-psychiatric_evaluation": "300",
    "price-spravato_84": "900",
    "price-observation": "200 - 300",
    "discount-0-label": "veterans",
    "discount-0-percent": "15 %",
}


@pytest.fixture(scope="module")
def national() -> National:
    return read_national({f"national/{one.name}": one.read_bytes() for one in (SHIPPED / "national").glob("*.yaml")})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[PricedDesk]:
    with desk_on_shipped_tables(tmp_path) as found:
        yield found


@pytest.fixture
def olga(desk: PricedDesk) -> DeskVisitor:
    visitor = desk.visitor("Olga")
    visitor.post("/admin/new-clinic", SETUP)
    return visitor


def fields(page: Page) -> dict[str, str]:
    """What a browser would send of the sheet."""
    form = page.root.one("form", id="sheet")
    found = {}
    for one in form.all("input", "select"):
        if one.tag == "select":
            chosen = [option for option in one.all("option") if "selected" in option.attributes] or one.all("option")[
                :1
            ]
            found[one.attributes["name"]] = chosen[0].attributes["value"]
        elif one.attributes.get("type") != "checkbox" or "checked" in one.attributes:
            found[one.attributes["name"]] = one.attributes.get("value", "")
    return found


def send(visitor: DeskVisitor, typed: dict[str, str], do: str = "save", status: int = 302, at: str = LAKE) -> Page:
    shown = fields(visitor.get(f"{at}/sheet"))
    return visitor.post(f"{at}/sheet", {**shown, **typed, "do": do}, status)


def text_of(desk: PricedDesk, clinic: str = "lakeside-wellness") -> str:
    return desk.desk.work(clinic).files[f"clinics/{clinic}.yaml"].decode()


def sheet_of(national: National, data: bytes, day: date = TODAY) -> Sheet:
    root = read(data)
    assert national.book
    return sheet_on(sheet_groups(national.book.tables, root), root, day)


def changed(national: National, data: bytes, mine: dict[str, str], start: date = TODAY, **more: object) -> bytes:
    """`data` with these fields typed into its sheet; the tables that it makes are without mistakes."""
    sheet = sheet_of(national, data, start)
    assert problems_in(sheet, sheet.texts | mine, mine) == {}
    new = written(data, sheet, SheetEdit(mine, start, TODAY, read(data).plain(), **more))  # type: ignore[arg-type]
    book, problems = read_clinic(national, "harbor", new, TODAY)
    assert book, problems
    return new


def lines_changed(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    old, new = before.decode().splitlines(), after.decode().splitlines()
    return [one for one in old if one not in new], [one for one in new if one not in old]


# What it writes


def test_one_price_is_one_line(national: National) -> None:
    new = changed(national, HARBOR, {"price-infusion": "430"})
    assert lines_changed(HARBOR, new) == ([], ["      2026-11-22: 430"]), "checked as the whole file is"
    later = changed(national, HARBOR, {"price-infusion": "430"}, NEW_YEAR)
    assert lines_changed(HARBOR, later)[0] == ["      2027-01-01: 440"]


def test_every_comment_stays_or_the_change_is_refused(national: National) -> None:
    new = changed(
        national, HARBOR, {"price-infusion": "430", "package-infusion-0-price": "2100", "included-follow_up": ""}
    )
    comments = [line for line in HARBOR.decode().splitlines() if "#" in line and "colours" not in line]
    assert all(line in new.decode().splitlines() for line in comments)
    noted = HARBOR.replace(
        b"      - sessions: 6\n        price: 2200", b"      - sessions: 6\n        # As posted.\n        price: 2200"
    )
    sheet = sheet_of(national, noted)
    empty = {"package-infusion-0-sessions": "", "package-infusion-0-price": ""}
    with pytest.raises(CannotSplice):
        written(noted, sheet, SheetEdit(empty, TODAY, TODAY, {}))


def test_nothing_typed_is_nothing_written(national: National) -> None:
    assert changed(national, HARBOR, {}) == HARBOR
    sheet = sheet_of(national, HARBOR)
    assert changed(national, HARBOR, {}, began=NEW_YEAR) == HARBOR, "what is published does not move"
    assert sheet.texts["price-infusion"] == "420"
    assert sheet_of(national, HARBOR, NEW_YEAR).texts["price-infusion"] == "440"


def test_what_is_sold_from_a_later_day_leaves_today_alone(national: National) -> None:
    """The package of today ends the day before the new one begins."""
    new = changed(national, HARBOR, {"package-infusion-0-price": "2300"}, NEW_YEAR)
    book, _ = read_clinic(national, "harbor", new, TODAY)
    assert book
    old, next_ = book.tables.charges["infusion"].packages
    assert (old.price, old.until, next_.price, next_.starts) == (220000, NEW_YEAR - timedelta(days=1), 230000, NEW_YEAR)
    assert sheet_of(national, new).texts["package-infusion-0-price"] == "2200"
    assert sheet_of(national, new, NEW_YEAR).texts["package-infusion-0-price"] == "2300"


def test_the_start_day_can_be_thought_over(national: National) -> None:
    """Prices typed for today, and then the day: they move, and what is published stays where it is."""
    drafted = changed(national, HARBOR, {"price-infusion": "430", "price-injection": "310"})
    assert start_of(read(drafted).plain(), read(HARBOR).plain()) == TODAY
    sheet = sheet_of(national, drafted)
    moved = written(drafted, sheet, SheetEdit({}, date(2026, 12, 1), TODAY, read(HARBOR).plain(), TODAY))
    _old, new = lines_changed(HARBOR, moved)
    assert new == ["      2026-12-01: 430", "      2026-12-01: 310"]


def test_back_at_the_price_that_holds_leaves_nothing(national: National) -> None:
    drafted = changed(national, HARBOR, {"price-infusion": "430"})
    sheet = sheet_of(national, drafted)
    assert written(drafted, sheet, SheetEdit({"price-infusion": "420"}, TODAY, TODAY, read(HARBOR).plain())) == HARBOR


def test_the_whole_list_is_looked_at_in_one_go(national: National) -> None:
    drafted = changed(national, HARBOR, {"price-infusion": "430"})
    day = date(2026, 12, 5)
    looked = HARBOR.replace(b"2026-01-01: 150", b"2026-01-01: {price: 150, checked: 2026-03-01}")
    for data in (drafted, looked):
        book, _ = read_clinic(national, "harbor", all_checked(data, read(data).plain(), day), day)
        assert book
        own = [book.tables.charges[name].self_pay for name in ("evaluation", "infusion", "injection")]
        assert {price.checked for dated in own for price in (dated or {}).values()} == {day}


def test_a_package_is_no_use_after_its_days(national: National) -> None:
    """Six to use within ten days do not cover six that take three weeks; within ninety they do."""
    answers = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "rides": "no"}

    def pays(days: str) -> int:
        data = changed(national, HARBOR, {"package-infusion-0-days": days})
        book, _ = read_clinic(national, "harbor", data, TODAY)
        assert book
        return estimate(read_answers(answers, book, TODAY), book).you_pay.typical

    assert pays("90") == pays("")
    assert pays("10") > pays("90")


# What somebody types


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("450", (45000, 45000, 45000)),
        ("$1,200.50", (120050, 120050, 120050)),
        ("400-500", (40000, 45000, 50000)),
        ("$400 – $505", (40000, 45200, 50500)),
        ("400 to 500", (40000, 45000, 50000)),
        ("400-430-500", (40000, 43000, 50000)),
        ("0", (0, 0, 0)),
    ],
)
def test_amounts_as_people_write_them(text: str, cents: tuple[int, int, int]) -> None:
    assert read_amounts(text) == cents


@pytest.mark.parametrize("text", ["4,50", "500-400", "abc", "1-2-3-4", "-5", "12345678", "450 dollars", "4..5"])
def test_what_is_no_amount_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_amounts(text)


def test_mistakes_stand_at_their_fields_and_everything_typed_stays(desk: PricedDesk, olga: DeskVisitor) -> None:
    before = text_of(desk)
    wrong = {
        **PRICES,
        "price-infusion": "4,50",
        "package-infusion-0-sessions": "1",
        "discount-0-label": "",
        "line-iv-0-price": "30",
        "start": "31/12/2026",
    }
    page = send(olga, wrong, status=400)
    said = {one.attributes["id"]: one.text for one in page.root.all("span", class_="error")}
    assert said.keys() == {
        "price-infusion-error",
        "package-infusion-0-sessions-error",
        "discount-0-label-error",
        "line-iv-0-label-error",
        "start-error",
    }
    assert "'4,50' is not an amount such as 450" in said["price-infusion-error"]
    assert page.control("price-evaluation").attributes["value"] == "250"
    assert page.control("start").attributes["value"] == "31/12/2026"
    assert "checked" in page.control("included-follow_up").attributes
    assert text_of(desk) == before
    spanish = olga.client.get(f"{LAKE}/sheet?lang=es").get_data(as_text=True)
    assert "Todo lo que cobra" in spanish
    assert "no es un monto" in send(olga, wrong, status=400).text


def test_a_package_needs_one_price_of_a_single_session(olga: DeskVisitor) -> None:
    for price in ("", "400-500"):
        page = send(olga, {**PRICES, "price-infusion": price}, status=400)
        assert "exact price of one session" in page.root.one(id="price-infusion-error").text


def test_everything_is_written_with_one_save(desk: PricedDesk, olga: DeskVisitor) -> None:
    assert leads_to(send(olga, PRICES, "preview")) == f"{LAKE}/preview"
    said = read(text_of(desk).encode()).plain()
    charges = said["charges"]
    assert charges["evaluation"] == {"self_pay": {"2026-11-22": "250"}, "credited_toward": "infusion"}
    assert charges["infusion"]["packages"] == [{"sessions": "6", "price": "2400", "within_days": "90"}]
    assert charges["infusion"]["insured_patient"] == {"2026-11-22": "275"}
    assert charges["infusion_visit"] == {"self_pay": {"2026-11-22": "175"}}, "what is missing to 450"
    assert charges["follow_up"] == {"included_in": "infusion"}
    assert charges["observation"]["self_pay"] == {"2026-11-22": {"low": "200", "typical": "250", "high": "300"}}
    assert said["adds"] == {"iv": [{"charge": "infusion_visit", "payers": ["commercial"]}]}
    assert said["discounts"]["veterans"]["percent"] == "15"
    assert said["discounts"]["veterans"]["label"] == {"en": "veterans", "es": "Veteranos"}
    assert desk.desk.check("lakeside-wellness", desk.desk.work("lakeside-wellness").files).errors == ()
    page = olga.get(f"{LAKE}/sheet")
    assert page.control("price-observation").attributes["value"] == "200-300"
    assert "$375 to $675" in page.text, "the national range stands beside"
    assert "Not offered: Ketamine shots, At-home ketamine." in page.text


def test_only_what_is_hers_stands_on_the_sheet(olga: DeskVisitor) -> None:
    text = olga.get(f"{LAKE}/sheet").text
    for words in ("Medicare", "Shot (IM)", "Guided session at home", "Ride", "hospital"):
        assert words not in text


def test_lines_of_its_own_come_and_go(desk: PricedDesk, olga: DeskVisitor) -> None:
    page = send(olga, {**PRICES, "line-iv-0-label": "kept"}, "more:line-iv", 200)
    assert page.control("line-iv-0-label").attributes["value"] == "kept"
    assert page.control("price-infusion").attributes["value"] == "$450"
    line = {"line-iv-0-label": "Nausea medicine", "line-iv-0-price": "20-30", "line-iv-0-when": "first"}
    send(olga, {**PRICES, **line})
    said = read(text_of(desk).encode()).plain()
    assert said["adds"]["iv"][-1] == {"charge": "nausea_medicine", "only": "first"}
    assert said["charges"]["nausea_medicine"]["self_pay"]["2026-11-22"]["high"] == "30"
    assert desk.desk.check("lakeside-wellness", desk.desk.work("lakeside-wellness").files).errors == ()
    send(olga, {"line-iv-0-label": "", "line-iv-0-price": ""})
    assert "nausea" not in text_of(desk)


def test_a_list_is_pasted_and_what_has_no_place_comes_back(desk: PricedDesk, olga: DeskVisitor) -> None:
    list_ = 'Initial consultation\t$250\nKetamine infusion (40 min), 450\nPackage of 6,"$2,400"\n'
    list_ += "Spravato 84 mg 900\nParking 10\n"
    page = send(olga, {"list": list_, "price-observation": "230"}, "paste", 400)
    values = {name: text for name, text in fields(page).items() if text}
    assert values["price-evaluation"] == "250"
    assert values["price-infusion"] == "450"
    assert (values["package-infusion-0-sessions"], values["package-infusion-0-price"]) == ("6", "2400")
    assert values["price-spravato_84"] == "900"
    assert values["price-observation"] == "230", "what was typed before stays"
    assert page.root.one("textarea", id="list").text == "Parking 10"
    assert "not on your sheet" in page.root.one(id="list-error").text
    assert "charges" not in read(text_of(desk).encode()).plain(), "nothing is saved yet"
    olga.post(f"{LAKE}/sheet", {**fields(page), "do": "save"})
    assert "2026-11-22: 450" in text_of(desk)


def test_lists_in_spanish_and_with_odd_lines(national: National) -> None:
    sheet = sheet_of(national, HARBOR)
    found = pasted(
        sheet, "Primera evaluación\t$240\nPsicoterapia por video;150\n\n???\nInfusión 1,250.50\nIM shot 90-120"
    )
    assert found.texts["price-evaluation"] == "240"
    assert found.texts["price-psychotherapy_virtual"] == "150"
    assert found.texts["price-infusion"] == "1250.50"
    assert found.texts["price-injection"] == "90-120"
    assert found.unmatched == ("???",)


def test_everything_is_raised_and_rounded_as_she_likes(olga: DeskVisitor) -> None:
    send(olga, PRICES)
    page = send(olga, {"by": "3.5", "step": "500"}, "raise", 200)
    values = fields(page)
    assert values["price-infusion"] == "465"
    assert values["package-infusion-0-price"] == "2485"
    assert values["package-infusion-0-sessions"] == "6"
    assert values["discount-0-percent"] == "15"
    assert values["price-observation"] == "205-310"
    assert "is not a percentage" in send(olga, {"by": "much"}, "raise", 400).root.one(id="by-error").text
    assert raised({"price-x": "100", "price-y": "what"}, -250, 1) == {"price-x": "97.50", "price-y": "what"}


# Two people, and what is in the way


def test_two_people_keep_each_others_prices(desk: PricedDesk, olga: DeskVisitor) -> None:
    desk.person("Pat", "publisher:lakeside-wellness")
    pat = desk.visitor("Pat")
    mine, theirs = (fields(one.get(f"{LAKE}/sheet")) for one in (olga, pat))
    pat.post(f"{LAKE}/sheet", {**theirs, "price-infusion": "460", "price-evaluation": "200", "do": "save"})
    olga.post(f"{LAKE}/sheet", {**mine, "price-spravato_84": "900", "do": "save"})
    assert "2026-11-22: 460" in text_of(desk)
    assert "2026-11-22: 900" in text_of(desk)
    page = olga.post(f"{LAKE}/sheet", {**mine, "price-infusion": "470", "do": "save"}, 400)
    assert "“460”" in page.root.one(id="price-infusion-error").text
    assert page.control("price-infusion").attributes["value"] == "470"
    olga.post(f"{LAKE}/sheet", {**fields(page), "do": "save"})
    assert "2026-11-22: 470" in text_of(desk)
    assert "2026-11-22: 200" in text_of(desk)


def test_the_script_saves_as_one_types(desk: PricedDesk, olga: DeskVisitor) -> None:
    shown = fields(olga.get(f"{LAKE}/sheet"))
    sent = {"csrf_token": olga.token(), **shown, "price-infusion": "450", "do": "save"}
    answer = olga.client.post(f"{LAKE}/sheet", data=sent, headers={"Accept": "application/json"})
    assert json.loads(answer.json["was"])["price-infusion"] == "450"
    assert answer.json["began"] == "2026-11-22"
    assert "2026-11-22: 450" in text_of(desk)
    bad = olga.client.post(
        f"{LAKE}/sheet", data={**sent, "price-infusion": "x"}, headers={"Accept": "application/json"}
    )
    assert bad.status_code == 400
    assert "price-infusion" in bad.json["problems"]


def test_a_file_with_mistakes_leads_to_its_text(desk: PricedDesk, olga: DeskVisitor) -> None:
    send(olga, PRICES)
    name = "clinics/lakeside-wellness.yaml"
    desk.desk.change("lakeside-wellness", name, lambda data: data + b"charges: [\n", "Olga")
    page = olga.get(f"{LAKE}/sheet")
    assert "Open it in the YAML" in page.text
    page = olga.post(f"{LAKE}/sheet", {**PRICES, "do": "save"}, 409)
    assert "$450" in page.text, "what was typed is shown, to be copied"


def test_a_days_start_is_the_clinics_own(desk: PricedDesk, olga: DeskVisitor) -> None:
    """At 3 in the morning in London it is still yesterday in Colorado."""
    desk.clock.at = desk.clock.at.replace(hour=3)
    assert fields(olga.get(f"{LAKE}/sheet"))["start"] == "2026-11-21"
    send(olga, {"price-infusion": "450"})
    assert "2026-11-21: {price: 450" in text_of(desk)


def test_editors_of_others_do_not_get_here(desk: PricedDesk, olga: DeskVisitor) -> None:
    desk.person("Una", "editor:example-harbor")
    una = desk.visitor("Una")
    una.get(f"{LAKE}/sheet", status=403)
    una.post(f"{LAKE}/sheet", {"do": "save"}, status=403)
    olga.get("/admin/national/sheet", status=404)


def test_the_shipped_example_stands_on_its_sheet(national: National) -> None:
    """Every price of the example that holds today is a field; saving them as they stand changes nothing."""
    sheet = sheet_of(national, HARBOR)
    prices = {name for name, text in sheet.texts.items() if name.startswith("price-") and text}
    own = read(HARBOR).plain()["charges"]
    assert {f"price-{name}" for name, charge in own.items() if "self_pay" in charge} == prices
    assert written(HARBOR, sheet, SheetEdit({}, TODAY, TODAY, {})) == HARBOR


@pytest.mark.parametrize(
    "text",
    [
        "charges: 5",
        "charges: {infusion: 5}",
        "charges: {infusion: {self_pay: 5}}",
        "charges: {infusion: {self_pay: {soon: much}}}",
        "charges: {infusion: {packages: [6, {sessions: [1]}]}}",
        "charges: {infusion: {packages: {sessions: 6}}}",
        "charges: {infusion: {introductory: cheap, subscription: [1]}}",
        "adds: {iv: none}",
        "adds: {iv: [extra, {charge: [a]}]}",
        "discounts: {veterans: 15}",
        "defaults: no",
        "charges: {infusion: {self_pay: {2026-01-01: {low: {a: b}}}}}",
    ],
)
def test_a_file_of_another_shape_breaks_no_page(desk: PricedDesk, olga: DeskVisitor, text: str) -> None:
    """Whatever somebody left in the YAML: the sheet opens, and saving it says what to put right, or saves."""
    name = "clinics/lakeside-wellness.yaml"
    key = text.partition(":")[0]

    def broken(data: bytes) -> bytes:
        tree = read(data).plain()
        tree.pop(key, None)
        return f"{json.dumps(tree)[:-1]}, {json.dumps(key)}:{text.partition(':')[2]}}}".encode()

    desk.desk.change("lakeside-wellness", name, broken, "Olga")
    shown = fields(olga.get(f"{LAKE}/sheet"))
    answer = olga.client.post(f"{LAKE}/sheet", data={"csrf_token": olga.token(), **shown, "price-infusion": "450"})
    assert answer.status_code in (302, 400, 409)
    assert olga.client.get(f"{LAKE}/setup").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"was": "[" * 100_000},
        {"was": "[1, 2]"},
        {"was": "nothing", "shown_for": "9999-99-99", "began": "soon"},
        {"do": "more:package-infusion", "more": "package-infusion:999"},
        {"do": "more:"},
        {"do": "raise", "by": "1e9"},
        {"do": "paste", "list": "\t\n" * 5_000 + "x" * 9_000 + '\n,,,$\n"open'},
        {"line-iv-0-label": "x" * 5_001, "line-iv-0-price": "5"},
        {"line-iv-0-label": "\u202e<b>\u0000", "line-iv-0-price": "5"},
        {"package-infusion-99-sessions": "6", "package-infusion-99-price": "5", "price-infusion": "9"},
        {"start": "0001-01-01"},
        {"price-infusion": "٤٥٠"},
    ],
)
def test_odd_input_breaks_nothing(olga: DeskVisitor, sent: dict[str, str]) -> None:
    shown = fields(olga.get(f"{LAKE}/sheet"))
    answer = olga.client.post(f"{LAKE}/sheet", data={"csrf_token": olga.token(), **shown, **sent})
    assert answer.status_code in (200, 302, 400, 409)
