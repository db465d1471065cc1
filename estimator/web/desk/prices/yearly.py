"""National figures that change from year to year, on one page: plans' terms, programs' limits, what payers cover."""

from datetime import date
from itertools import groupby
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from estimator.prices.book import NATIONAL
from estimator.prices.editing.sheet_texts import read_amounts
from estimator.prices.editing.slices import CannotSplice
from estimator.prices.editing.splicing import add_source
from estimator.prices.editing.yearly import (
    AMOUNTS,
    KINDS,
    Texts,
    YearlyEntry,
    with_yearly,
    yearly_entries,
)
from estimator.prices.key_words import VALUE_WORDS
from estimator.prices.problems import Problem
from estimator.versions.drafts import DraftConflict
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, tables_of, yaml_address
from estimator.web.desk.prices.price_form import NewSource
from estimator.web.desk.prices.seen_fields import remembered, typed_over
from estimator.web.desk.prices.yearly_form import YearlyForm, shown_on, title_of
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal, still_busy
from estimator.web.filters import money, spoken, words
from estimator.web.site import catalogue, site

TRIES = 5


class _Wrong(Exception):
    """Written like this, the tables would have these mistakes."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)


@bp.get("/<owner>/yearly")
@editor_of
def yearly(owner: str) -> ResponseReturnValue:
    """Every entry with its present value, source and age, and each a link to its form."""
    if owner != NATIONAL:
        abort(404)
    tables, today = tables_of(owner), site().today()
    book = tables.book.tables if tables.book else abort(404)
    groups: dict[str, list[tuple[str, list[YearlyEntry]]]] = {kind: [] for kind in KINDS}
    for (kind, first), of_it in groupby(yearly_entries(book), key=lambda one: (one.kind, _first(one))):
        groups[kind].append((first, list(of_it)))
    return render_template(
        "desk/prices/yearly.html",
        owner=owner,
        tables=tables,
        groups=groups,
        sources=book.sources,
        days=lambda entry: [today, *(day for day in entry.days if day > today)],
        figures=_figures,
    )


@bp.get("/<owner>/yearly/<entry>")
@editor_of
def yearly_figure(owner: str, entry: str) -> ResponseReturnValue:
    """The form of one of them."""
    if tables_of(owner).errors:
        return _mistakes(owner)
    found = _entry(owner, entry)
    day = shown_on(found, site().today())
    now = found.texts_on(day) | found.provenance_on(day)
    fresh = {"checked": site().today().isoformat(), "start": day.isoformat()}
    if found.kind == "plan" and day not in found.days:
        fresh |= {"source": "", "note": "", "note_es": ""}
    return _page(owner, found, _form(owner, found, **(now | fresh), was=remembered(now)))


@bp.post("/<owner>/yearly/<entry>")
@editor_of
def change_yearly(owner: str, entry: str) -> ResponseReturnValue:
    """Put what was typed into the draft; a field that somebody else changed meanwhile is said first."""
    for attempt in range(TRIES):
        try:
            if tables_of(owner).errors:
                return _mistakes(owner)
            found = _entry(owner, entry)
            form = _form(owner, found)
            day = shown_on(found, site().today())
            now = found.texts_on(day) | found.provenance_on(day)
            over = typed_over(form.typed(found), now)
            entered = form.entered_for(found, over.mine, now)
            if entered is None:
                return _page(owner, found, form), 400
            for name, text in over.theirs.items():
                form.problem(
                    name, str(_("Somebody changed this to “%(text)s” meanwhile. Save again to keep yours.", text=text))
                )
            if over.theirs:
                form.was.data = remembered(now)
                return _page(owner, found, form), 409
            start, mine, source = entered
            flash(_put(owner, found, mine, start, source))
            return redirect(url_for("desk_prices.yearly", owner=owner) + f"#{found.id}")
        except _Wrong as wrong:
            for problem in wrong.problems:
                says = "; ".join(spoken(text) for text in (problem.says, problem.fix) if text)
                form.problem(found.fields[0], str(_("The tables need more for this: %(says)s.", says=says)))
            return _page(owner, found, form), 400
        except CannotSplice as error:
            return _by_hand(owner, refusal(error))
        except DraftConflict as error:
            forget_tables()
            if attempt == TRIES - 1:
                flash(still_busy(error), "trouble")
                return _page(owner, found, form), 409
    raise AssertionError("unreachable")


def _put(owner: str, entry: YearlyEntry, mine: Texts, start: date | None, source: NewSource | None) -> str:
    """Write into the draft and say so; raises `_Wrong` where the tables would have a mistake."""
    tables = tables_of(owner)
    file = tables.file_with(entry.path)

    def edit(data: bytes) -> bytes:
        if source:
            data = add_source(data, source.id, source.title, source.url, source.kind)
        return with_yearly(data, entry, mine, start)

    files = dict(tables.work.files)
    changed = files | {file: edit(files[file])}
    if changed == files:
        return str(_("The draft says this already."))
    if errors := tables.check(changed).errors:
        raise _Wrong(errors)
    if desk().change(owner, file, edit, current_person().name) is None:
        return str(_("The tables now say what is published: there is nothing left in the draft."))
    return str(_("Kept in the draft. Patients see it once it is published."))


def _entry(owner: str, id_: str) -> YearlyEntry:
    book = tables_of(owner).checked.book if owner == NATIONAL else None
    found = next((one for one in yearly_entries(book.tables) if one.id == id_), None) if book else None
    return found or abort(404)


def _form(owner: str, entry: YearlyEntry, **data: Any) -> YearlyForm:
    book = tables_of(owner).checked.book or abort(404)
    return YearlyForm.about(entry, book.tables, site().today(), **data)


def _first(entry: YearlyEntry) -> str:
    """Under which heading an entry stands: its payer, its charge; programs under none."""
    return "" if entry.kind == "program" else words(entry.labels[0])


def _figures(entry: YearlyEntry, day: date) -> list[tuple[str, str]]:
    """What an entry says on a day, and of a plan's later terms only what is new: pairs of a label and a value."""
    texts = entry.texts_on(day)
    earlier = [one for one in entry.days if one < day]
    if day in entry.days:
        before = entry.texts_on(earlier[-1] if earlier else date.min)
        texts = {name: text for name, text in texts.items() if text != before[name]}
    return [(YearlyForm.label_of(name), _as_value(name, texts[name])) for name in entry.fields if texts.get(name)]


def _as_value(name: str, text: str) -> str:
    if name == "status":
        return catalogue().ugettext(VALUE_WORDS[text])
    if name in AMOUNTS or text.startswith("$"):
        low, typical, high = read_amounts(text)
        return money(low) if low == high else " / ".join(map(money, (low, typical, high)))
    return f"{text} %" if name == "chance" else text


def _page(owner: str, entry: YearlyEntry, form: YearlyForm) -> str:
    return render_template(
        "desk/prices/yearly_figure.html",
        owner=owner,
        entry=entry,
        form=form,
        title=title_of(entry),
        as_yaml=_yaml_of(owner, entry),
    )


def _yaml_of(owner: str, entry: YearlyEntry) -> str:
    tables = tables_of(owner)
    file = tables.file_with(entry.path)
    return yaml_address(owner, file, tables.line_of(file, entry.path))


def _mistakes(owner: str) -> ResponseReturnValue:
    if owner != NATIONAL:
        abort(404)
    return _by_hand(owner, str(_("The draft has a mistake. Put it right first, then come back to this form.")))


def _by_hand(owner: str, sentence: str) -> ResponseReturnValue:
    errors = tables_of(owner).errors
    page = render_template(
        "desk/prices/by_hand.html",
        owner=owner,
        heading=_("Yearly figures"),
        as_yaml=yaml_address(owner, errors[0].file, errors[0].line) if errors else yaml_address(owner),
        sentence=spoken(sentence),
        typed=[(name, text) for name, text in request.form.items() if name not in ("csrf_token", "was") and text],
    )
    return page, 409
