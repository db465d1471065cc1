"""Where the price tables, the templates and the app's own data are: in a checkout, or for the installed package."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
SHIPPED = PACKAGE / "_data"
"""Filled when the wheel is built; absent in a checkout."""


def templates_folder() -> Path:
    """The page templates: the installed package's own, else the checkout's."""
    return _first_with("patient", SHIPPED / "templates", CHECKOUT / "templates")


def pricing_folder(cwd: Path | None = None) -> Path:
    """The price tables: ``pricing/`` of the working directory, else the installed ones, else the checkout's."""
    return working_folder(cwd) or shipped_pricing()


def working_folder(cwd: Path | None = None) -> Path | None:
    """``pricing/`` of the working directory, which people edit; None where there is none. Never the program's own."""
    folder = (Path.cwd() if cwd is None else cwd) / "pricing"
    return folder if (folder / "national").is_dir() else None


def shipped_pricing() -> Path:
    """The price tables that this release of the program comes with, which only a release changes."""
    return _first_with("national", SHIPPED / "pricing", CHECKOUT / "pricing")


def data_folder() -> Path:
    """
    What the app keeps: the store of versions and the desk's secret.

    ``ESTIMATOR_DATA``, else ``var/`` of a checkout, else ``ketamine-estimator/`` in the user's folder for state.
    """
    if named := os.environ.get("ESTIMATOR_DATA"):
        return Path(named)
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / "var"
    state = os.environ.get("XDG_STATE_HOME", "")
    # The standard says that a relative path there means nothing.
    base = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return base / "ketamine-estimator"


def translations_folder() -> Path:
    """The message catalogues of the interface."""
    return PACKAGE / "translations"


def _first_with(inside: str, *folders: Path) -> Path:
    return next((folder for folder in folders if (folder / inside).is_dir()), folders[-1])
