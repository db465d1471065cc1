"""The pages about prices, drafts and versions: their blueprints, and what their templates call."""

from flask import Flask
from flask_babel import gettext as _

from estimator.core.answers import FieldProblem
from estimator.prices.columns import COLUMN_WORDS
from estimator.prices.comparing.change_words import in_words as change_in_words
from estimator.prices.comparing.change_words import names_in_words
from estimator.prices.comparing.changes import Change, names_on
from estimator.prices.problems import Problem, path_of
from estimator.prices.schema.basics import PriceColumn
from estimator.versions.comparing import DiffLine, diff_lines
from estimator.web.desk.log_words import who
from estimator.web.desk.prices import (
    clinic_setup,
    folder_page,
    history,
    leaving,
    link_page,
    list_page,
    merging,
    overview,
    preview,
    price_editor,
    publishing,
    release_page,
    reminders,
    restoring_drafts,
    settings_page,
    sheet,
    yaml_editor,
    yearly,
)
from estimator.web.desk.prices.clinic_day import age
from estimator.web.desk.prices.owner_tables import bp, draft_in_brief, name_of, tables_of, yaml_address
from estimator.web.filters import money, percent, spoken
from estimator.web.query import problem_sentence
from estimator.web.site import catalogue, language, site

PAGES = (
    overview,
    price_editor,
    preview,
    publishing,
    release_page,
    restoring_drafts,
    merging,
    settings_page,
    sheet,
    yearly,
    clinic_setup,
    link_page,
    leaving,
    list_page,
    reminders,
)
"""The modules whose views stand on the blueprint `bp`; importing them adds these."""


def add_price_pages(app: Flask) -> None:
    """Give `app` the pages about prices."""
    for blueprint in (reminders.feeds, bp, yaml_editor.bp, history.bp, folder_page.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        draft_in_brief=draft_in_brief,
        name_of=name_of,
        yaml_address=yaml_address,
        in_words=in_words,
        column_words=column_words,
        age=age,
        today=lambda: site().today(),
        problem_words=problem_words,
        names_of=names_of,
        field_words=field_words,
        withdrawal_of=leaving.withdrawal_of,
        problems_on_disk=folder_page.problems_on_disk,
        lines_between=lines_between,
    )
    for function in (signed_money, signed_percent, spoken, who):
        app.add_template_filter(function)


def in_words(change: Change) -> str:
    """A change of the tables as a sentence in the reader's language."""
    return change_in_words(change, catalogue().ugettext, language())


def column_words(column: PriceColumn) -> str:
    """Whose price a column holds, as it stands inside a sentence."""
    return catalogue().ugettext(COLUMN_WORDS[column])


def problem_words(problem: Problem) -> str:
    """A problem without its place, which stands beside it as a link, in the reader's language."""
    says, fix = (spoken(text) for text in (problem.says, problem.fix))
    where = f"{problem.where}: " if problem.where else ""
    end = "" if says.endswith(("?", ".")) else "."
    how = _("Fix: %(fix)s", fix=fix) if fix else ""
    return f"{where}{says}{end}{' ' if how else ''}{how}{'' if not how or how.endswith(('?', '.')) else '.'}"


def names_of(owner: str, problem: Problem) -> str:
    """``Ketamine infusion, without insurance``: what the keys of a problem are about; nothing where they say it all."""
    book = tables_of(owner).book
    about = names_on(path_of(problem.where), book.tables) if book and problem.where else ()
    return names_in_words(about, catalogue().ugettext, language())


def field_words(problem: FieldProblem) -> str:
    """Why a reference patient cannot be estimated, in the reader's language."""
    return problem_sentence(problem.template, dict(problem.values))


def signed_money(cents: int) -> str:
    """``+$150`` or ``−$25``, to be read as a difference."""
    return f"{'+' if cents > 0 else '−' if cents < 0 else ''}{money(abs(cents))}"


def signed_percent(basis_points: int) -> str:
    """``+4.2%``, with one digit after the point where there is more."""
    sign = "+" if basis_points > 0 else "−" if basis_points < 0 else ""
    return f"{sign}{percent(round(abs(basis_points), -1))}"


def lines_between(before: str, after: str) -> list[DiffLine]:
    """The lines in which two texts differ."""
    return diff_lines(before.encode(), after.encode())
