"""What a check says about a price book: a path into the book instead of a line of a file."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from estimator.prices.problems import KeyPath
from estimator.sentences import say


class Finding(NamedTuple):
    """Something wrong, or worth a look, at one path of a book; the reader knows which file and line that is."""

    path: KeyPath
    says: str
    fix: str = ""


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean …``, or the names there are; nothing where there are none."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return say("did you mean %(name)s?", name=near[0])
    return say("write one of %(names)s", names=", ".join(known)) if known else ""
