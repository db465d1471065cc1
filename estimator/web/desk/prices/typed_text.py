"""A table's bytes as a browser shows them, and what comes back from it as bytes again."""

import re
from collections import Counter
from difflib import SequenceMatcher

_BREAK = re.compile(r"\r\n|\r|\n")
_MARK = "\ufeff"


def shown(data: bytes) -> str:
    """The text for a ``<textarea>``: a byte order mark left out, every line ended by a line feed."""
    return plain(data.decode("utf-8", "replace"))


def plain(text: str) -> str:
    """`text` as the browser sends it, its lines ended by a line feed alone."""
    return _BREAK.sub("\n", text.removeprefix(_MARK))


def typed(text: str, data: bytes) -> bytes:
    """
    What was typed in place of `data`, with the ends of lines and the byte order mark as they were there.

    A text that was not changed gives back the same bytes. New lines end as most of the others do.
    """
    new = plain(text)
    if new == shown(data):
        return data
    old = data.decode("utf-8", "replace")
    ends = _BREAK.findall(old)
    usual = Counter(ends).most_common(1)[0][0] if ends else "\n"
    body = new.replace("\n", usual) if len(set(ends)) <= 1 else _with_ends(new, old, usual)
    if plain(body) != new:
        # A lone carriage return that stayed has met a line feed: the two would be read as one end of a line.
        body = new.replace("\n", usual)
    return ((_MARK if old.startswith(_MARK) else "") + body).encode("utf-8", "replace")


def _with_ends(new: str, old: str, usual: str) -> str:
    """`new` with the ends of those lines of `old` that are still there; the file mixes them."""
    lines, ends = _BREAK.split(old.removeprefix(_MARK)), [*_BREAK.findall(old), ""]
    written = new.split("\n")
    kept = [usual] * len(written)
    for block in SequenceMatcher(None, lines, written, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            kept[block.b + step] = ends[block.a + step] or usual
    kept[-1] = ""
    return "".join(line + end for line, end in zip(written, kept, strict=True))
