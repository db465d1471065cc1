"""
A clinic's price sheet: everything that it charges itself on one page, with one save and one start day.

The page works without scripts: whatever adds a line, pastes a list or raises prices is a button of the same form, and
comes back with everything that was typed. Only "save" and "preview" write, into the draft.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from estimator.core.answer_values import EARLIEST, LATEST
from estimator.money import parse_percent
from estimator.prices.book import NATIONAL
from estimator.prices.editing.sheet_lists import pasted, raised
from estimator.prices.editing.sheet_rows import SheetGroup, SheetRow, sheet_groups
from estimator.prices.editing.sheet_texts import Sheet, Texts, places, problems_in, sheet_on
from estimator.prices.editing.sheet_writing import SheetEdit, written
from estimator.prices.editing.slices import CannotSplice, read
from estimator.prices.editing.whole_list import start_of
from estimator.prices.nodes import Node
from estimator.prices.schema.basics import PriceColumn, Text
from estimator.prices.schema.dated_prices import Price
from estimator.versions.drafts import DraftConflict
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.gate import typed_texts, wants_json
from estimator.web.desk.permissions import editor_of, may
from estimator.web.desk.prices.clinic_day import day_at
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, tables_of, yaml_address
from estimator.web.desk.prices.price_form import not_a_day
from estimator.web.desk.prices.price_series import day_in
from estimator.web.desk.prices.seen_fields import remembered, shown_before, typed_over
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal, still_busy
from estimator.web.filters import spoken
from estimator.web.query import UNPRINTABLE

TRIES = 5

STEPS = {"100": 100, "500": 500, "1000": 1000, "2500": 2500, "1": 1}
"""To how many cents raised prices are rounded, by the choice."""

_FIELD = re.compile(r"(?:price|included|credited|insured|billed|package|first|monthly|line|discount)-[a-z0-9_-]{1,80}")


@dataclass(slots=True)
class SheetPage:
    """
    The sheet as a page: `texts` by field as they stand in the boxes, `problems` beside them.

    `was` is what the form had shown, `posted` the fields that it held; `began` the day from which the draft's prices
    begin so far.
    """

    owner: str
    sheet: Sheet
    texts: Texts
    start: str
    began: str
    today: date
    was: str = ""
    posted: frozenset[str] = frozenset()
    problems: dict[str, str] = field(default_factory=dict)
    more: dict[str, int] = field(default_factory=dict)
    left: str = ""
    """The lines of a pasted list that nobody could place."""
    says: str = ""

    @property
    def groups(self) -> tuple[SheetGroup, ...]:
        return self.sheet.groups

    def label(self, charge: str) -> Text:
        """What a charge of the national tables is called."""
        book = tables_of(self.owner).national_book
        return book.tables.charges[charge].label if book else Text(en=charge)

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def number(self, start: str, least: int = 0) -> int:
        """How many entries of a list to show, such as ``package-infusion``; empty ones where more were asked for."""
        return max(
            places({name: "" for name, text in self.texts.items() if text}, start) + self.more.get(start, 0), least
        )

    def offers(self, row: SheetRow) -> bool:
        """Whether anything is sold beside the price of one, or is being typed."""
        prefixes = tuple(f"{kind}-{row.charge}-" for kind in ("package", "first", "monthly"))
        return any(
            name.startswith(prefixes) for name in (*(n for n, text in self.texts.items() if text), *self.problems)
        ) or bool(self.more.get(f"package-{row.charge}"))

    def used(self, row: SheetRow) -> bool:
        """Whether anything is said about a row."""
        names = (f"price-{row.charge}", f"included-{row.charge}", f"credited-{row.charge}")
        return any(self.text(name) or name in self.problems for name in names)

    def is_open(self, rows: list[SheetRow]) -> bool:
        return any(self.used(row) for row in rows)

    def usual(self, charge: str) -> Price | None:
        """What the national tables say of a charge without insurance on the start day."""
        book = tables_of(self.owner).national_book
        found = book.tables.charges.get(charge) if book else None
        return found.price_on("self_pay", self.sheet.day) if found else None

    def own(self, charge: str, column: PriceColumn = "self_pay") -> Price | None:
        """The clinic's own price in force on the start day; None where the national one holds."""
        if not self.sheet.texts.get(f"{'price' if column == 'self_pay' else 'insured'}-{charge}"):
            return None
        book = tables_of(self.owner).checked.book
        found = book.tables.charges.get(charge) if book else None
        return found.price_on(column, self.sheet.day) if found else None

    def later(self, charge: str, column: PriceColumn = "self_pay") -> list[tuple[date, Price]]:
        """The own prices that begin after the day the sheet stands for."""
        book = tables_of(self.owner).checked.book
        found = book.tables.charges.get(charge) if book else None
        if found is None or not isinstance(self.sheet.root.said(("charges", charge, column)), dict):
            return []
        return sorted((day, price) for day, price in (found.prices(column) or {}).items() if day > self.sheet.day)

    @property
    def not_offered(self) -> list[Any]:
        """The treatments that the clinic does not offer, by name."""
        national = tables_of(self.owner).national_book
        offered = {group.id for group in self.groups}
        return (
            [one.short for name, one in national.tables.treatments.items() if name not in offered] if national else []
        )


@bp.get("/<owner>/sheet")
@editor_of
def sheet(owner: str) -> ResponseReturnValue:
    """The sheet as the draft says it, or what is published; ``from`` chooses the day it stands for."""
    try:
        return _shown(fresh_sheet(owner, day_in(request.args.get("from", ""))))
    except CannotSplice as error:
        return _by_hand(owner, error)


@bp.post("/<owner>/sheet")
@editor_of
def change_sheet(owner: str) -> ResponseReturnValue:
    """One of the form's buttons: ``do`` says which. What was typed is kept whatever comes of it."""
    try:
        page = _typed(owner)
        what = request.form.get("do", "save")
        match what.split(":"):
            case ["more", start]:
                page.more[start] = page.more.get(start, 0) + 1
                return _shown(page)
            case ["paste"]:
                return _shown(_with_pasted(page), 400 if page.problems else 200)
            case ["raise"]:
                return _shown(_with_raised(page), 400 if page.problems else 200)
            case _:
                return _save(owner, page, what)
    except CannotSplice as error:
        return _by_hand(owner, error)


def fresh_sheet(owner: str, day: date | None = None) -> SheetPage:
    """The sheet with nothing typed into it."""
    root, today = _root(owner), day_at(owner)
    began = start_of(root.plain(), published_tree(owner))
    start = day if day and EARLIEST <= day <= LATEST else max(began or today, today)
    found = sheet_on(_groups(owner, root), root, start)
    was = remembered(found.texts)
    return SheetPage(owner, found, dict(found.texts), start.isoformat(), _iso(began), today, was)


def _typed(owner: str) -> SheetPage:
    """The sheet with what was typed into it, held against the draft as it is now, on the day it was shown for."""
    root, today = _root(owner), day_at(owner)
    shown_for = day_in(request.form.get("shown_for", "")) or today
    found = sheet_on(_groups(owner, root), root, shown_for)
    typed = {name: _line(text) for name, text in request.form.items() if _FIELD.fullmatch(name)}
    # A box without a tick is not sent at all.
    ticks = [name for name in found.texts if name.startswith(("included-", "credited-", "billed-"))]
    unticked = {name: "" for name in ticks if name not in typed} if "was" in request.form else {}
    typed = unticked | typed
    page = SheetPage(
        owner=owner,
        sheet=found,
        texts=found.texts | typed,
        start=request.form.get("start", "").strip(),
        began=request.form.get("began", ""),
        today=today,
        was=request.form.get("was") or remembered(found.texts),
        posted=frozenset(typed),
    )
    for name in request.form.getlist("more"):
        start, _colon, number = name.partition(":")
        page.more[start] = min(int(number), 20) if number.isdecimal() and len(number) < 3 else 0
    return page


def _with_pasted(page: SheetPage) -> SheetPage:
    list_ = request.form.get("list", "")
    found = pasted(page.sheet, list_)
    page.texts |= found.texts
    filled = sum(bool(text) for name, text in found.texts.items() if not name.endswith("-sessions"))
    page.left = "\n".join(found.unmatched)
    says = ngettext("%(num)d price is filled in.", "%(num)d prices are filled in.", filled)
    if found.unmatched:
        page.problems["list"] = str(
            _(
                "These lines are not on your sheet, or have no price that can be read. Change their words, or type them"
                " in below."
            )
        )
    elif not filled:
        page.problems["list"] = str(_("Paste a list here: a name and a price on each line."))
    unsaved = _("Nothing is saved yet: look, then save.")
    page.says = f"{says} {unsaved}" if filled else ""
    return page


def _with_raised(page: SheetPage) -> SheetPage:
    text = _line(request.form.get("by", "")).replace("%", "").strip()
    less, step = text.startswith(("-", "−")), STEPS.get(request.form.get("step", ""), 500)
    try:
        points = parse_percent(text.lstrip("+-−").strip())
    except ValueError:
        page.problems["by"] = str(_("'%(text)s' is not a percentage such as 3.5 or -2.", text=text[:40]))
        return page
    page.texts |= raised(page.texts, -points if less else points, step)
    page.says = str(_("Every price is worked out anew. Nothing is saved yet: look, then save."))
    return page


def _save(owner: str, page: SheetPage, what: str) -> ResponseReturnValue:
    """Put what was typed into the draft, and go on to the sheet or to the preview."""
    for attempt in range(TRIES):
        found = typed_over({name: page.text(name) for name in page.posted}, page.sheet.texts)
        start = day_in(page.start)
        problems = problems_in(page.sheet, page.sheet.texts | found.mine, found.mine)
        page.problems = {name: spoken(sentence) for name, sentence in problems.items()}
        if found.theirs:
            page.problems |= {name: _somebody_else(text) for name, text in found.theirs.items()}
            page.was = remembered({**shown_before(page.sheet.texts), **found.theirs})
        if start is None or not EARLIEST <= start <= LATEST:
            page.problems["start"] = (
                not_a_day(page.start) if page.start else str(_("Say from which day the prices hold."))
            )
        if page.problems or start is None:
            return _refused(page)
        edit = SheetEdit(found.mine, start, page.today, published_tree(owner), day_in(page.began))
        seen = tables_of(owner).work.files.get(clinic_file(owner), b"")
        new = written(seen, page.sheet, edit)
        try:
            work = tables_of(owner).work
            draft = desk().edit(owner, {clinic_file(owner): new}, revision=work.revision, by=current_person().name)
        except DraftConflict as error:
            forget_tables()
            if attempt == TRIES - 1:
                flash(still_busy(error), "trouble")
                return _shown(page, 409)
            page = _typed(owner)
            continue
        break
    forget_tables()
    if wants_json():
        fresh = fresh_sheet(owner, day_in(page.start))
        return jsonify(was=remembered(fresh.texts), began=fresh.began, says=_("Saved in the draft."))
    if what == "preview":
        return redirect(url_for("desk_prices.preview", owner=owner))
    flash(
        _("Kept in the draft. Patients see it once it is published.")
        if draft
        else _("The tables now say what is published: there is nothing left in the draft.")
    )
    return redirect(f"{url_for('desk_prices.sheet', owner=owner)}?from={page.start}")


def _refused(page: SheetPage) -> ResponseReturnValue:
    if wants_json():
        return jsonify(problems=page.problems), 400
    return _shown(page, 400)


def _somebody_else(text: str) -> str:
    if not text:
        return str(_("Somebody emptied this meanwhile. Save again to keep yours."))
    return str(_("Somebody changed this to “%(text)s” meanwhile. Save again to keep yours.", text=text))


def _shown(page: SheetPage, status: int = 200) -> ResponseReturnValue:
    owner = page.owner
    html = render_template(
        "desk/prices/sheet.html",
        owner=owner,
        page=page,
        tables=tables_of(owner),
        typed=request.form if request.method == "POST" else {},
        may_publish=may("publisher", owner),
        steps=STEPS,
    )
    return html, status


def _groups(owner: str, root: Node) -> tuple[SheetGroup, ...]:
    national = tables_of(owner).national_book or abort(404)
    return sheet_groups(national.tables, root)


def _root(owner: str) -> Node:
    if owner == NATIONAL:
        abort(404)
    return read(tables_of(owner).work.files.get(clinic_file(owner), b""))


def published_tree(owner: str) -> Mapping[str, Any]:
    """What is published, as a tree; empty where nothing is."""
    published = tables_of(owner).work.base_files.get(clinic_file(owner))
    found: dict[str, Any] = read(published).plain() if published else {}
    return found


def _by_hand(owner: str, error: CannotSplice) -> ResponseReturnValue:
    page = render_template(
        "desk/prices/by_hand.html",
        owner=owner,
        heading=_("Everything you charge"),
        as_yaml=yaml_address(owner),
        sentence=refusal(error),
        typed=typed_texts(request.form) if request.method == "POST" else [],
    )
    return page, 409 if request.method == "POST" else 200


def _line(text: str) -> str:
    return " ".join(UNPRINTABLE.sub(" ", text).split())


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
