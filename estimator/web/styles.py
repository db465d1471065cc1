"""
The pages' style sheets: inlined, so that a page is one request, and allowed by hash in the page's own policy.

`style` is called from templates; whatever it returns is noted for the Content-Security-Policy header.
"""

import base64
import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

from flask import g
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent / "static"


def style(*names: str, extra: str = "") -> Markup:
    """A ``<style>`` element of the named sheets and some extra rules, its hash added to the page's policy."""
    text = "".join(_sheet(name) for name in names) + extra
    if "style_hashes" not in g:
        g.style_hashes = []
    g.style_hashes.append(_hash(text))
    return Markup("<style>") + Markup(text) + Markup("</style>")


@cache
def _sheet(name: str) -> str:
    return shortened((FOLDER / f"{name}.css").read_text(encoding="utf-8"))


def shortened(css: str) -> str:
    """`css` without comments and needless spaces. Our sheets hold no strings in which they would matter."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?|(?<=:) | (?=!important)", r"\1", css).replace(";}", "}").strip()


@lru_cache(maxsize=64)
def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
