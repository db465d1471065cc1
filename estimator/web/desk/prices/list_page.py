"""A clinic's price list as a file: taken along as CSV or XLSX, and read in again as a draft."""

from collections.abc import Iterator
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from estimator.prices.editing.sheet_files import TICKS, FilledIn, filled_in
from estimator.prices.editing.sheet_rows import ALONGSIDE, SheetGroup, SheetRow
from estimator.prices.editing.sheet_texts import YES, Sheet, places, problems_in
from estimator.prices.editing.sheet_writing import SheetEdit, written
from estimator.prices.editing.slices import CannotSplice
from estimator.prices.editing.spreadsheets import MOST_BYTES, BadSpreadsheet, cells_of
from estimator.sentences import say
from estimator.versions.drafts import DraftConflict
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, tables_of
from estimator.web.desk.prices.price_series import day_in
from estimator.web.desk.prices.sheet import SheetPage, fresh_sheet, published_tree
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal, still_busy
from estimator.web.filters import money, spoken, words
from estimator.web.responses import csv_response, xlsx_response
from estimator.web.site import messages_in, site

FIELD, VALUE = say("Field (leave it as it is)"), say("Yours")
"""The headings by which a file of ours is known again, in whatever language it was taken."""

WIDTHS = (24, 48, 16, 22, 34)


class ListForm(DeskForm):
    """The day from which the prices of a file hold."""

    start = StringField(_l("From which day do these prices hold?"))


@bp.get("/<owner>/list")
@editor_of
def price_file(owner: str) -> ResponseReturnValue:
    """The page: take the list along, or send one."""
    page = _sheet(owner)
    return _page(owner, ListForm(start=page.start))


@bp.get("/<owner>/list.<any(csv, xlsx):suffix>")
@editor_of
def take_price_file(owner: str, suffix: str) -> ResponseReturnValue:
    """Every field of the sheet as a row, as the draft says it or what is published."""
    rows = list(_rows(_sheet(owner)))
    name = f"{owner}-prices-{site().today().isoformat()}.{suffix}"
    return csv_response(rows, name) if suffix == "csv" else xlsx_response(rows, name, WIDTHS)


@bp.post("/<owner>/list")
@editor_of
def send_price_file(owner: str) -> ResponseReturnValue:
    """Read a file into the draft, where all of it can be read; else say what is wrong, cell by cell."""
    form = ListForm()
    page = _sheet(owner)
    start = day_in(form.text("start"))
    if start is None:
        form.problem("start", str(_("Choose the day, like 2027-01-31.")))
        return _page(owner, form, status=400)
    sent = request.files.get("file")
    data = sent.read(MOST_BYTES + 1) if sent else b""
    if not data:
        return _page(owner, form, [(str(_("File")), str(_("Choose the file first.")))], 400)
    try:
        found = filled_in(page.sheet, cells_of(data), *_headings())
    except BadSpreadsheet as error:
        return _page(owner, form, [(str(_("File")), spoken(error.sentence))], 400)
    mine = {name: text for name, text in found.texts.items() if text != page.sheet.texts.get(name, "")}
    wrong = _wrong(page.sheet, found, mine)
    if wrong:
        return _page(owner, form, wrong, 400)
    if not found.texts:
        return _page(owner, form, [(str(_("File")), str(_("There is no price in this file that can be read.")))], 400)
    if not mine:
        flash(_("The file says what your list says already: there is nothing to change."))
        return redirect(url_for("desk_prices.price_file", owner=owner))
    return _into_the_draft(owner, form, page, mine, start)


def _into_the_draft(
    owner: str, form: ListForm, page: SheetPage, mine: dict[str, str], start: date
) -> ResponseReturnValue:
    work = tables_of(owner).work
    edit = SheetEdit(mine, start, day_at(owner), published_tree(owner), day_in(page.began))
    try:
        text = written(work.files.get(clinic_file(owner), b""), page.sheet, edit)
        desk().edit(owner, {clinic_file(owner): text}, revision=work.revision, by=current_person().name)
    except CannotSplice as error:
        return _page(owner, form, [(str(_("File")), refusal(error))], 409)
    except DraftConflict as error:
        forget_tables()
        return _page(owner, form, [(str(_("File")), still_busy(error))], 409)
    flash(
        _(
            "%(number)d cells of the file say something new. It is in the draft; here is in words what it changes.",
            number=len(mine),
        )
    )
    return redirect(url_for("desk_prices.preview", owner=owner))


def _wrong(sheet: Sheet, found: FilledIn, mine: dict[str, str]) -> list[tuple[str, str]]:
    """What is wrong, by cell, in the order of the file."""
    problems = {cell: spoken(sentence) for cell, sentence in found.wrong.items()}
    for name, sentence in problems_in(sheet, sheet.texts | mine, mine).items():
        problems.setdefault(found.cells.get(name, name), spoken(sentence))
    return sorted(problems.items(), key=lambda one: (int("".join(filter(str.isdigit, one[0])) or 0), one[0]))


def _headings() -> tuple[frozenset[str], frozenset[str]]:
    catalogues = [messages_in(one) for one in site().languages]
    field, value = (frozenset(one.ugettext(word).casefold() for one in catalogues) for word in (FIELD, VALUE))
    return field, value


def _page(
    owner: str, form: ListForm, wrong: list[tuple[str, str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    html = render_template("desk/prices/list.html", owner=owner, form=form, wrong=wrong or [])
    return html, status


def _sheet(owner: str) -> SheetPage:
    """The sheet as it stands; a draft that cannot be read has none."""
    try:
        return fresh_sheet(owner)
    except CannotSplice:
        abort(409)


def _rows(page: SheetPage) -> Iterator[list[str]]:
    """The file: headings, then a row for every field, what is usual in the country beside the prices."""
    yield [str(_("Treatment")), str(_("What")), str(_(VALUE)), str(_("Usual in the US")), str(_(FIELD))]
    sheet, seen = page.sheet, set[str]()
    for group in sheet.groups:
        heading = words(group.label)
        for row in group.rows:
            if row.charge in seen:
                continue
            seen.add(row.charge)
            for name, what in _fields(row, sheet):
                usual = _usual(page, row.charge) if name.startswith("price-") else ""
                yield [heading, what, _value(sheet, name), usual, name]
        for name, what in _fields_of(group, page):
            yield [heading, what, _value(sheet, name), "", name]
    for place in range(places(sheet.texts, "discount") + 1):
        for key, what in (("label", _("for whom")), ("label_es", _("in Spanish")), ("percent", _("percent less"))):
            name = f"discount-{place}-{key}"
            discount = _("Discount %(number)d", number=place + 1)
            yield [str(_("Discounts")), f"{discount}: {what}", _value(sheet, name), "", name]


def _fields(row: SheetRow, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The fields of a charge, each with its words."""
    label = words(row.label)
    yield f"price-{row.charge}", label
    if row.insured:
        yield f"insured-{row.charge}", str(_("%(what)s, with insurance", what=label))
    if row.part in ("before", "follow_up"):
        yield f"included-{row.charge}", str(_("%(what)s: nothing extra (yes or no)", what=label))
    if row.part == "before":
        yield f"credited-{row.charge}", str(_("%(what)s: comes off the first session (yes or no)", what=label))
    if not row.sells:
        return
    for place in range(max(1, places({n: t for n, t in sheet.texts.items() if t}, f"package-{row.charge}"))):
        package = _("%(what)s, package %(number)d", what=label, number=place + 1)
        for key, what in (("sessions", _("sessions")), ("price", _("price")), ("days", _("days to use it"))):
            yield f"package-{row.charge}-{place}-{key}", f"{package}: {what}"
    yield f"first-{row.charge}-sessions", str(_("%(what)s, a new patient’s first: how many", what=label))
    yield f"first-{row.charge}-price", str(_("%(what)s, a new patient’s first: price", what=label))
    yield f"monthly-{row.charge}-price", str(_("%(what)s, each month: price", what=label))
    yield f"monthly-{row.charge}-sessions", str(_("%(what)s, each month: up to how many", what=label))


def _fields_of(group: SheetGroup, page: SheetPage) -> Iterator[tuple[str, str]]:
    """What a treatment has besides its charges: the visit billed to plans, the clinic's own lines."""
    if group.visit:
        yield f"billed-{group.id}", str(_("The visit is billed to the plan (yes or no)"))
        yield f"price-{group.visit}", str(_("The visit, if the plan does not pay it"))
    if group.id == ALONGSIDE:
        return
    for place in range(len(group.own)):
        line = _("Your line %(number)d", number=place + 1)
        keys = {"label": _("name"), "label_es": _("in Spanish"), "price": _("price"), "when": _("first, if only once")}
        for key, what in keys.items():
            yield f"line-{group.id}-{place}-{key}", f"{line}: {what}"


def _value(sheet: Sheet, name: str) -> str:
    text = sheet.texts.get(name, "")
    return str(_("yes")) if name.startswith(TICKS) and text == YES else text


def _usual(page: SheetPage, charge: str) -> str:
    price = page.usual(charge)
    if price is None:
        return ""
    low = money(0 if price.free else price.low)
    return low if price.low == price.high else str(_("%(low)s to %(high)s", low=low, high=money(price.high)))
