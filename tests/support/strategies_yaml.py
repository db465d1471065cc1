"""Hypothesis strategies for tables as text: trees, ways to write them, and slips of the keyboard."""

import json
from pathlib import Path

import yaml
from hypothesis import strategies as st

SMALL_BOOK = Path(__file__).parent.parent / "small_book"


def small_book():
    """The files of the small book: name -> bytes."""
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for kind in ("national", "clinics")
        for path in sorted((SMALL_BOOK / kind).glob("*.yaml"))
    }


def plain(data):
    """A table as text, lists and dicts, read by a reader that is not ours."""
    return yaml.load(data, Loader=yaml.CBaseLoader)


def words(most=40):
    """Text as people may write it; no controls, no invisible characters, and not the two words for nothing."""
    letters = st.characters(
        min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=["C", "Z"], include_characters=" "
    )
    return st.text(letters, min_size=1, max_size=most).map(str.strip).filter(lambda text: text not in ("", "~", "null"))


def names():
    return st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)


def trees(leaves=None):
    """Groups of keys with anything below them, all of it text."""
    leaves = words() | st.sampled_from(
        ["yes", "NO", "010", "1:30", "45.10", "~", "", "<<x", "#", "- a", "a: b", "'", '"']
    )
    keys = names() | words(10).filter(lambda key: key != "<<")
    inner = st.recursive(
        leaves,
        lambda below: st.lists(below, max_size=4) | st.dictionaries(keys, below, max_size=4),
        max_leaves=20,
    )
    return st.dictionaries(keys, inner, max_size=5)


@st.composite
def amounts(draw):
    """An amount as tables write it."""
    text = str(draw(st.integers(0, 9_999_999)))
    return text + draw(st.sampled_from(["", ".5", ".05", ".00", ".99"]))


@st.composite
def dated_prices(draw):
    """Start dates with prices, in each of the three forms."""
    days = draw(st.lists(st.dates().map(str), min_size=1, max_size=3, unique=True))
    forms = st.one_of(
        amounts(),
        st.fixed_dictionaries({"price": amounts()}, optional={"source": names()}),
        st.fixed_dictionaries({"low": amounts(), "typical": amounts(), "high": amounts()}),
    )
    return {day: draw(forms) for day in days}


def texts():
    """Plain words, or words per language."""
    return words() | st.fixed_dictionaries({"en": words()}, optional={"es": words()})


def charge_tables():
    """A ``charges`` section that the schema accepts; the figures need not make sense."""
    coverage = st.fixed_dictionaries(
        {"status": st.sampled_from(["covered", "varies", "not_covered"]), "reason": texts()}
    )
    charge = st.fixed_dictionaries(
        {"label": texts()},
        optional={
            "per": texts(),
            "codes": st.lists(words(6), max_size=3),
            "self_pay": dated_prices(),
            "commercial": dated_prices(),
            "never_with": st.lists(names(), max_size=2),
            "coverage": st.dictionaries(names(), coverage, max_size=2),
        },
    )
    return st.fixed_dictionaries({"charges": st.dictionaries(names(), charge, max_size=4)})


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


@st.composite
def writings(draw, tree):
    """`tree` as YAML text, in one of the ways in which people and programs write it."""
    text = yaml.dump(
        tree,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=draw(st.booleans()),
        default_style=draw(st.sampled_from([None, "'", '"'])),
        default_flow_style=draw(st.sampled_from([None, True, False])),
        width=draw(st.sampled_from([20, 80, 1000])),
        indent=draw(st.integers(2, 6)),
        explicit_start=draw(st.booleans()),
        line_break=draw(st.sampled_from(["\n", "\r\n"])),
    )
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@st.composite
def slips(draw, data):
    """`data` after a few slips of the keyboard: something left out, doubled, moved or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        put = draw(
            st.sampled_from(
                [b"", b" ", b"\n", b"\t", b":", b"- ", b"$", b'"', b"{", b"[", b"&a ", b"*a", b"!x ", b"<<", b"%"]
            )
            | st.binary(max_size=4)
            | st.just(data[start:end] * 2)
        )
        data = data[:start] + put + data[end:]
    return data


@st.composite
def misfits(draw, data):
    """A table in which one value, anywhere, has been replaced by something else."""
    tree = plain(data)
    here = tree
    while True:
        keys = list(here) if isinstance(here, dict) else range(len(here))
        key = draw(st.sampled_from(keys))
        if isinstance(here[key], str) or not here[key] or draw(st.integers(0, 4)) == 0:
            break
        here = here[key]
    here[key] = draw(
        st.sampled_from(
            ["", "none", "0", "-1", "1e9", "yes", "2026-13-01", "infusion", [], {}, [[]], {"low": "9"}, ["x"], {"": ""}]
        )
        | trees()
        | words()
    )
    if isinstance(here, dict) and draw(st.booleans()):
        here[draw(names())] = here.pop(key)
    return json.dumps(tree, ensure_ascii=False, indent=1).encode()
