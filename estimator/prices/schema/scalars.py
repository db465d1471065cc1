"""
The kinds of single values in a price table, and what their text means.

The reader hands every scalar over as text, so that ``NO``, ``010`` and ``45.10`` mean what the person wrote. Each kind
comes with the JSON Schema that describes it to editors. Amounts become cents, percentages basis points.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from estimator.money import parse_amount, parse_decimal, parse_percent, parse_typed_amount, plain_amount
from estimator.sentences import Sentence, say

SAYS, FIX = "what is wrong", "how to put it right"
"""Where the context of an error holds its sentences; pydantic's own message is plain text without a template."""


def refuse(sentence: Sentence, fix: str = "") -> PydanticCustomError:
    """An error whose sentence, and the way to put it right, a person reads as they stand."""
    return PydanticCustomError("table", sentence, {SAYS: sentence, FIX: fix})


def as_text(value: Any) -> str:
    """`value` where it is the text of a scalar; refused where it is a list or a group of keys."""
    if not isinstance(value, str):
        kind = say("a list") if isinstance(value, list) else say("a group of keys")
        raise refuse(say("expected one value here, not %(kind)s", kind=kind))
    return value


def _no_suggestion(_: str) -> str:
    return ""


def _scalar(parse: Callable[[str], Any], suggest: Callable[[str], str] = _no_suggestion) -> BeforeValidator:
    """Run `parse` on the text of a scalar; the sentence of its ValueError becomes the problem's, `suggest` its fix."""

    def validate(value: Any) -> Any:
        text = as_text(value)
        try:
            return parse(text)
        except ValueError as error:
            raise refuse(error.args[0], suggest(text)) from error

    return BeforeValidator(validate)


def _plain_amount(text: str) -> str:
    try:
        return say("write %(value)s", value=plain_amount(parse_typed_amount(text)))
    except ValueError:
        return ""


def _plain_percent(text: str) -> str:
    if not re.fullmatch(r"[0-9.]+ *%", text):
        return ""
    return say("write %(value)s", value=text.removesuffix("%").strip())


def _plain_yes_no(text: str) -> str:
    words = {"true": "yes", "on": "yes", "y": "yes", "false": "no", "off": "no", "n": "no"}
    word = words.get(text.lower(), text.lower())
    return say("write %(value)s", value=word) if word in ("yes", "no") else say("write yes or no")


def _plain_deductible(text: str) -> str:
    return say("write one of %(names)s", names="yes, no, drug")


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(say("'%(text)s' is not a date like 2026-01-31", text=text))


def _yes_no(text: str) -> bool:
    # YAML 1.2, and so whatever saves in it, knows only true and false.
    if text not in ("yes", "no", "true", "false"):
        raise ValueError(say("'%(text)s' is neither yes nor no", text=text))
    return text in ("yes", "true")


def _deductible(text: str) -> bool | str:
    return text if text == "drug" else _yes_no(text)


def _answer(text: str) -> str:
    """An answer is written as in a link, where it is yes or no."""
    return {"true": "yes", "false": "no"}.get(text, _words(text))


def _count(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,3}", text):
        raise ValueError(say("'%(text)s' is not a whole number like 6", text=text))
    return int(text)


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", text):
        says = say("'%(text)s' is not a name: use small letters, digits, - and _, beginning with a letter", text=text)
        raise ValueError(says)
    return text


def _state(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(say("'%(text)s' is not a state's two capital letters", text=text))
    return text


def _address(text: str) -> str:
    """
    An address that pages may link to: by https, also where a table says http, so that no table of before is lost by it.

    Never with a name or a password in it: it would be shown to everybody.
    """
    found = re.fullmatch(r"https?://([^\s\"<>\\/?#@]+(?:[/?#][^\s\"<>\\]*)?)", text)
    if not found:
        says = say("'%(text)s' is not an address that begins with https://, without a name and a password", text=text)
        raise ValueError(says)
    return f"https://{found[1]}"


def _site(text: str) -> str:
    if not re.fullmatch(r"https://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?", text):
        raise ValueError(
            say("'%(text)s' is not the address of a site like https://www.example.org, without a path", text=text)
        )
    return text


def site_in(text: str) -> str:
    """The site that somebody means with the address of one of its pages; nothing where there is none."""
    found = re.match(r"(?:https?://)?([a-z0-9][a-z0-9.-]*[a-z0-9](?::[0-9]{1,5})?)(?:[/?#]|$)", text.strip().lower())
    return f"https://{found[1]}" if found else ""


def _plain_site(text: str) -> str:
    return say("write %(value)s", value=site_in(text)) if site_in(text) else ""


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        says = say(
            "'%(text)s' is not a colour like \"#0b5d53\": # and six digits or letters a to f, in quotes", text=text
        )
        raise ValueError(says)
    return text


def _time_zone(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*", text):
        raise ValueError(say("'%(text)s' is not a time zone like America/Denver", text=text))
    return text


def _words(text: str) -> str:
    if text.strip() in ("", "~", "null"):
        raise ValueError(say("this is empty; write the words or remove the key"))
    return text


AMOUNT_JSON = {"type": ["number", "string"], "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$", "minimum": 0}
NAME_JSON = {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,59}$"}

PERCENT_JSON = {
    "type": ["number", "string"],
    "pattern": r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$",
    "minimum": 0,
    "maximum": 100,
}
DECIMAL_JSON = {"type": ["number", "string"], "pattern": r"^[0-9]{1,4}(\.[0-9]{1,4})?$", "minimum": 0}
YES_NO_JSON = ["yes", "no", True, False]
DAY_JSON = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
COUNT_JSON = {"type": ["integer", "string"], "pattern": r"^(0|[1-9][0-9]{0,3})$", "minimum": 0, "maximum": 9999}

Amount = Annotated[int, _scalar(parse_amount, _plain_amount), WithJsonSchema(AMOUNT_JSON)]
Percent = Annotated[int, _scalar(parse_percent, _plain_percent), WithJsonSchema(PERCENT_JSON)]
RelativeValue = Annotated[Decimal, _scalar(partial(parse_decimal, places=2)), WithJsonSchema(DECIMAL_JSON)]
Factor = Annotated[Decimal, _scalar(partial(parse_decimal, places=3)), WithJsonSchema(DECIMAL_JSON)]
ConversionFactor = Annotated[Decimal, _scalar(partial(parse_decimal, places=4)), WithJsonSchema(DECIMAL_JSON)]
Count = Annotated[int, _scalar(_count), WithJsonSchema(COUNT_JSON)]
Day = Annotated[date, _scalar(_day), WithJsonSchema(DAY_JSON)]
YesNo = Annotated[bool, _scalar(_yes_no, _plain_yes_no), WithJsonSchema({"enum": YES_NO_JSON})]
Deductible = Annotated[
    bool | Literal["drug"], _scalar(_deductible, _plain_deductible), WithJsonSchema({"enum": [*YES_NO_JSON, "drug"]})
]
"""Whether a deductible comes first, and whether it is the one for drugs."""
Name = Annotated[str, _scalar(_identifier), WithJsonSchema(NAME_JSON)]
State = Annotated[str, _scalar(_state), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
Address = Annotated[
    str, _scalar(_address), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https://[^@/?#]+"})
]
Site = Annotated[
    str,
    _scalar(_site, _plain_site),
    WithJsonSchema({"type": "string", "pattern": r"^https://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?$"}),
]
"""The origin of a site, as a browser compares it: https, a name in small letters, a port where it is not 443."""
Colour = Annotated[str, _scalar(_colour), WithJsonSchema({"type": "string", "pattern": "^#[0-9a-f]{6}$"})]
TimeZone = Annotated[str, _scalar(_time_zone), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z/_+0-9-]+$"})]
"""A time zone by its IANA name, such as ``America/Denver``; whether there is one of this name, the checks say."""
Words = Annotated[str, _scalar(_words), WithJsonSchema({"type": "string", "minLength": 1})]
Code = Annotated[str, _scalar(_words), WithJsonSchema({"type": ["string", "integer"]})]
Answer = Annotated[str, _scalar(_answer), WithJsonSchema({"type": ["string", "number", "boolean"]})]


K = TypeVar("K")
V = TypeVar("V")


def _frozen_mapping(value: Mapping[K, V]) -> Mapping[K, V]:
    return MappingProxyType(dict(value))


Frozen = Annotated[Mapping[K, V], AfterValidator(_frozen_mapping)]
"""A group of keys that nobody can change."""
