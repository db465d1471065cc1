"""
Templates in the reader's language: each is compiled once for every language, its messages already in the text.

A page has hundreds of sentences. Asked for while it is made, each looks up the request and its language, a catalogue,
and puts values into the sentence with ``%``. Compiled into the template it is text, and the values stand in between.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property
from typing import Any, cast

from babel.support import NullTranslations
from flask import Flask, has_request_context
from flask.templating import Environment
from flask_babel import Babel, Domain
from jinja2 import Template, nodes, pass_context
from jinja2.ext import InternationalizationExtension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup

from estimator.core.answers import Language
from estimator.web.filters import filters_in
from estimator.web.site import catalogue, language, messages_in

_VALUE = re.compile(r"%\((\w+)\)s|%%")


class SpokenEnvironment(Environment):
    """Flask's templates, one environment for each language; a request is answered in its own."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.spoken: dict[Language, SpokenEnvironment] = {}
        self.catalogue: NullTranslations | None = None

    def get_or_select_template(
        self, template_name_or_list: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """The template in the language of this request; within such an environment the one that it names."""
        here = self
        if self.catalogue is None and has_request_context():
            here = self.spoken_in(language())
        return super(SpokenEnvironment, here).get_or_select_template(template_name_or_list, parent, globals)

    def spoken_in(self, wanted: Language) -> "SpokenEnvironment":
        """The same environment with the messages of a language."""
        own, messages = self.spoken.get(wanted), messages_in(wanted)
        if own is None or own.catalogue is not messages:
            own = self.overlay()
            own.catalogue = messages
            own.globals = {**self.globals, **said_by(messages)}
            own.filters = {**self.filters, **filters_in(wanted)}
            self.spoken[wanted] = own
        return own


def said_by(messages: NullTranslations) -> Mapping[str, Callable[..., str]]:
    """What templates call for a message that is worked out, such as a plural, straight from one catalogue."""

    @pass_context
    def gettext(context: Context, message: str, /, **values: Any) -> str:
        return _filled(context, messages.ugettext(message), values)

    @pass_context
    def ngettext(context: Context, one: str, many: str, number: int, /, **values: Any) -> str:
        return _filled(context, messages.ungettext(one, many, number), {"num": number} | values)

    @pass_context
    def pgettext(context: Context, place: str, message: str, /, **values: Any) -> str:
        return _filled(context, str(messages.upgettext(place, message)), {"context": place} | values)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext, "pgettext": pgettext}


def _filled(context: Context, message: str, values: Mapping[str, Any]) -> str:
    return (Markup(message) if context.eval_ctx.autoescape else message) % values


class SiteDomain(Domain):
    """Flask-Babel's messages from the catalogue of this request, which it would look for at every one of them."""

    def get_translations(self) -> NullTranslations:
        """The catalogue in which Flask-Babel's functions look."""
        return catalogue() if has_request_context() else super().get_translations()  # type: ignore[no-untyped-call]


class SiteBabel(Babel):
    """Flask-Babel with this domain."""

    @cached_property
    def domain_instance(self) -> SiteDomain:
        """Where its functions take their messages from."""
        return SiteDomain(domain=self.domain)  # type: ignore[no-untyped-call]


class SpokenMessages(InternationalizationExtension):
    """``{% trans %}`` as Jinja reads it; in an environment with a catalogue a plain message becomes its text."""

    priority = InternationalizationExtension.priority + 1

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """The statement's nodes; only a message without plural or context is put in here."""
        said = super().parse(parser)
        messages = cast(SpokenEnvironment, self.environment).catalogue
        match said:
            case nodes.Output(nodes=[nodes.Call(node=nodes.Name(name="gettext"), args=[nodes.Const(value=message)])]):
                call = cast(nodes.Call, said.nodes[0])
                parts = None if messages is None else _parts(messages.ugettext(message), call.kwargs)
                return said if parts is None else nodes.Output(parts, lineno=said.lineno)
        return said


def _parts(message: str, values: list[nodes.Keyword]) -> list[nodes.Expr] | None:
    """A message as text and the expressions in it; None where one would be worked out twice."""
    known = {one.key: one.value for one in values}
    parts: list[nodes.Expr] = []
    reached = 0
    for found in _VALUE.finditer(message):
        parts.append(nodes.TemplateData(message[reached : found.start()]))
        reached = found.end()
        if found[1] is None:
            parts.append(nodes.TemplateData("%"))
        elif found[1] in known:
            parts.append(known.pop(found[1]))
        else:
            return None
    return [*parts, nodes.TemplateData(message[reached:])]
