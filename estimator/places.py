"""Where the price tables and the templates are: in a checkout, or inside the installed package."""

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
    here = Path.cwd() if cwd is None else cwd
    return _first_with("national", here / "pricing", SHIPPED / "pricing", CHECKOUT / "pricing")


def translations_folder() -> Path:
    """The message catalogues of the interface."""
    return PACKAGE / "translations"


def _first_with(inside: str, *folders: Path) -> Path:
    return next((folder for folder in folders if (folder / inside).is_dir()), folders[-1])
