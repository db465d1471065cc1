"""Files that try to crash the reader, to fill the memory or to take very long. Each must be refused."""

_LEVELS = 50_000
_BYTES = 990_000


def _anchors(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def _merges(levels: int) -> str:
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def _filled(part: str, before: str = "", after: str = "") -> str:
    return before + part * ((_BYTES - len(before) - len(after)) // len(part)) + after


TEXTS = {
    "dashes": "- " * _LEVELS,
    "dashes below a key": "a:\n" + "- " * _LEVELS,
    "question marks": "? " * _LEVELS,
    "dashes and question marks": "- ? " * _LEVELS,
    "square brackets": "[" * _LEVELS,
    "square brackets below a key": "a: " + "[" * _LEVELS + "]" * _LEVELS,
    "curly braces": "{" * _LEVELS,
    "braces with keys": "{a: " * _LEVELS,
    "brackets and braces": "[{" * _LEVELS,
    "a megabyte of brackets": _filled("["),
    "ever deeper indentation": "".join(" " * depth + "a:\n" for depth in range(1_300)),
    "tag directives": "".join(f"%TAG !a{n}! x\n" for n in range(60_000)) + "--- {a: b}",
    "anchors": _anchors(30),
    "merge keys": _merges(30),
    "a megabyte of items": _filled("a,", "a: [", "]"),
    "a megabyte of empty lists": _filled("[],", "a: [", "]"),
    "a megabyte of pairs": _filled("a: b,", "a: {", "}"),
    "a megabyte of repeated keys": _filled("a:\n"),
    "a megabyte of keys": "".join(f"k{n}:\n" for n in range(110_000)),
    "many unknown charges": "charges:\n" + "".join(f"  k{n}: x\n" for n in range(4_500)),
    "many unknown keys": "charges:\n  a:\n    label: b\n" + "".join(f"    labell{n}: x\n" for n in range(4_500)),
    "many wrong dates": "charges:\n  a:\n    label: b\n    self_pay:\n"
    + "".join(f"      d{n}: 1\n" for n in range(4_500)),
    "one long key": "a" * _BYTES + ": b",
    "one long unknown key below a charge": "charges:\n  a:\n    " + "l" * 900 + ": b",
    "one long value": "defaults:\n  checked: " + "9" * _BYTES,
    "one long amount": "charges:\n  a:\n    self_pay:\n      2026-01-01: " + "9" * _BYTES,
    "one long quotation": 'texts: {notice: "' + "\\x41" * 240_000,
    "a megabyte of line ends": _filled("\n", "a: b"),
    "a megabyte of blanks": _filled("\n ", "a: b"),
    "a megabyte of comments": _filled("#\n"),
    "a megabyte of invisible characters": _filled("\u2028", "a: b")[: _BYTES // 3],
    "a megabyte of documents": _filled("---\n"),
    "too large": "a: b\n" + "#" * 1_000_000,
}

HOSTILE = {name: text.encode() for name, text in TEXTS.items()} | {
    "zeros": bytes(_BYTES),
    "no UTF-8": b"a: b\n" + b"\xff" * _BYTES,
    "UTF-16": "charges: {}".encode("utf-16"),
}
"""Name -> bytes."""
