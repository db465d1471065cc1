"""
By which names the site answers, and its public address.

A request says in its `Host` header which site it means; whoever sends it writes there what they like. A name that is
not this site's is refused in words, and absolute links use the address that whoever runs the site has set.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, has_request_context, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})
"""What `serve --host` says for all of the machine's addresses, which are nobody's names."""

ANY = "*"

LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?P<name>{LABEL}(?:\.{LABEL})*|\[[0-9A-Fa-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?")
LONGEST = 260

REFUSED = "estimator.host_refused"


class BadAddress(Exception):
    """A setting about addresses cannot be used; the message says which and how to write it."""


class HostRefused(BadRequest):
    """The request is for a name that is not this site's."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """
    `address` is the site's own, such as ``https://prices.example.org``, if it is known.

    `names` are all by which it answers, in small letters and without a port; None for any.
    """

    address: str | None = None
    names: frozenset[str] | None = None

    @property
    def https(self) -> bool:
        """Whether browsers reach the site by https."""
        return (self.address or "").startswith("https:")

    def takes(self, said: str) -> bool:
        """Whether a `Host` header is well formed and names this site."""
        found = HOST.fullmatch(said) if len(said) <= LONGEST else None
        return found is not None and (self.names is None or found["name"].lower() in self.names)


class AddressedFlask(Flask):
    """An app whose absolute links begin with the site's own address, where that is known."""

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """As Flask's; `_external` asks for an absolute link."""
        address = hosts_of(self).address
        if not (values.get("_external") and address and has_request_context()):
            return super().url_for(endpoint, **values)
        return address + super().url_for(endpoint, **{**values, "_external": False})


def hosts_of(app: Flask) -> Hosts:
    """What was set for `app`, by default no address and any name."""
    return cast(Hosts, app.extensions.get("hosts", Hosts()))


def hosts_in(settings: Mapping[str, str], listening: str) -> Hosts:
    """
    What ``ESTIMATOR_ADDRESS`` and ``ESTIMATOR_HOSTS`` say, and the host that the server listens on.

    This machine's own names are always among them. Raises `BadAddress`.
    """
    address = _address(settings.get("ESTIMATOR_ADDRESS", "").strip())
    more = settings.get("ESTIMATOR_HOSTS", "").replace(",", " ").split()
    if ANY in more:
        return Hosts(address)
    own = [] if listening in EVERYWHERE else [f"[{listening}]" if ":" in listening else listening]
    own += [urlsplit(address).netloc] if address else []
    names = LOOPBACK | {_name(one) for one in (*more, *own)}
    return Hosts(address, names)


def add_hosts(app: Flask) -> None:
    """Have `app` refuse what is for another site, by `app.extensions["hosts"]`, before anything looks at the name."""
    inner = app.wsgi_app

    def checked(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        said, hosts = environ.get("HTTP_HOST", ""), hosts_of(app)
        if not said or not hosts.takes(said):
            # The page of the refusal is made like all others, under a name that is sound; so is an answer to HTTP/1.0.
            environ["HTTP_HOST"] = urlsplit(hosts.address).netloc if hosts.address else "localhost"
            environ[REFUSED] = bool(said)
        return inner(environ, start_response)

    app.wsgi_app = checked  # type: ignore[method-assign]
    app.before_request(_refuse)


def words_of_refusal() -> tuple[str, str]:
    """A heading and what the reader, or whoever runs the site, can do about it. Never the name that was sent."""
    address = hosts_of(current_app).address
    if address:
        return str(_("This site has another name")), str(_("Open it at %(address)s.", address=address))
    return (
        str(_("This site has another name")),
        str(_("Whoever runs it can let it answer to this one too, with ESTIMATOR_ADDRESS or ESTIMATOR_HOSTS.")),
    )


def is_https() -> bool:
    """Whether browsers reach the site by https, as the request shows or the settings say."""
    return bool(request.is_secure or current_app.config.get("DESK_HTTPS") or hosts_of(current_app).https)


def environment_hosts(listening: str) -> Hosts:
    """`hosts_in` of this process's environment."""
    return hosts_in(os.environ, listening)


def _refuse() -> None:
    if request.environ.get(REFUSED):
        raise HostRefused


def _address(said: str) -> str | None:
    if not said:
        return None
    parts = urlsplit(said)
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in ("http", "https") or any(rest) or not HOST.fullmatch(parts.netloc):
        raise BadAddress(f"ESTIMATOR_ADDRESS is '{said}'. Write it like https://prices.example.org, without a path.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _name(said: str) -> str:
    found = HOST.fullmatch(said)
    if found is None:
        raise BadAddress(f"'{said}' is no name of a site. ESTIMATOR_HOSTS holds names like prices.example.org, or *.")
    return found["name"].lower()
