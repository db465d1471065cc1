"""The pages about texts and versions: the YAML editor, history, compare, undo, and the files on disk."""

from flask import Flask

from estimator.versions.comparing import DiffLine, diff_lines
from estimator.web.desk.prices import folder_page, history, yaml_editor
from estimator.web.desk.prices.folder_page import problems_on_disk
from estimator.web.desk.stored_words import reason, who


def add_looking_back(app: Flask) -> None:
    """Give `app` these pages."""
    for blueprint in (yaml_editor.bp, history.bp, folder_page.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(problems_on_disk=problems_on_disk, lines_between=lines_between)
    for function in (reason, who):
        app.add_template_filter(function)


def lines_between(before: str, after: str) -> list[DiffLine]:
    """The lines in which two texts differ."""
    return diff_lines(before.encode(), after.encode())
