"""
Imports point one way, as the contracts in pyproject.toml say: a copy of the package with one wrong import breaks them.

`make check` and `make test` run the same command on the package itself.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

COPIED = ("estimator/**/*.py", "pyproject.toml", "tests/support/only_imports.py")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A folder with what the linter reads, and nothing else."""
    folder = tmp_path_factory.mktemp("layers")
    for pattern in COPIED:
        for file in ROOT.glob(pattern):
            copy = folder / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
    return folder


@pytest.fixture
def package(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "copy")


def lint(folder: Path) -> tuple[int, str]:
    """The exit code of the linter in a folder, and what it said, in one line."""
    command = [sys.executable, str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def add(package: Path, module: str, text: str) -> None:
    """Text at the end of a module of the copy; a new module, and its packages, where there is none."""
    file = package.joinpath("estimator", *module.split(".")).with_suffix(".py")
    file.parent.mkdir(exist_ok=True)
    (file.parent / "__init__.py").touch()
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"\n\n{text}\n")


def test_the_package_as_it_is_keeps_every_contract(pristine):
    code, said = lint(pristine)
    assert code == 0, said
    assert " 0 broken." in said


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        (
            "core.ledger",
            "from estimator.versions import publications",
            "core.ledger -> estimator.versions.publications",
        ),
        ("core.ledger", "def late():\n    import flask", "core.ledger -> flask"),
        ("core.course", "import os", "core.course -> os"),
        ("core.plan", "from estimator.prices.reading import load", "core.plan -> estimator.prices.reading"),
        ("core.results", "from estimator.core.estimate import estimate", "No cycles are allowed in estimator.core"),
        ("prices.schema.scalars", "import yaml", "schema.scalars -> yaml"),
        ("prices.book", "from estimator.core.answers import Answers", "prices.book -> estimator.core.answers"),
        ("prices.schema.files", "from estimator.prices import checks", "schema.files -> estimator.prices.checks"),
        (
            "sentences",
            "from estimator.prices.schema.basics import Text",
            "sentences -> estimator.prices.schema.basics",
        ),
        ("store.migrations.env", "import estimator.accounts.accounts", "env -> estimator.accounts.accounts"),
        (
            "accounts.accounts",
            "from estimator.versions import drafts",
            "accounts.accounts -> estimator.versions.drafts",
        ),
        ("versions.folder.sync", "import estimator.web.site", "sync -> estimator.web.site"),
        ("commands.printing", "import estimator.web.rounding", "printing -> estimator.web.rounding"),
        ("web.filters", "from estimator.web.patient import forms", "filters -> estimator.web.patient.forms"),
        ("web.patient.forms", "import estimator.web.desk.forms", "patient.forms -> estimator.web.desk.forms"),
        ("web.desk.prices.history", "import estimator.web.desk.auth.log", "history -> estimator.web.desk.auth.log"),
    ],
)
def test_an_import_that_points_up_or_out_breaks_a_contract(package, module, text, said):
    add(package, module, text)
    code, answer = lint(package)
    assert code == 1
    assert " 0 broken." not in answer
    assert said in answer


@pytest.mark.parametrize(
    "module", ["reports.monthly", "reports", "prices.extra", "versions.extra", "web.extra", "web.desk.extra"]
)
def test_a_new_room_or_module_says_first_where_it_belongs(package, module):
    add(package, module, "")
    code, answer = lint(package)
    assert code == 1
    assert "not listed as layers" in answer
    assert f"- estimator.{module.removesuffix('.monthly')} " in answer


def test_a_contract_about_a_module_that_is_gone_is_said(package):
    (package / "estimator/prices/book.py").unlink()
    code, answer = lint(package)
    assert code == 1
    assert "estimator.prices.book" in answer
