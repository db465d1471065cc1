"""
How often somebody may try to sign in: counted in the store, so that it holds for every process, before any hashing.

An attempt is counted as a failure when it begins and taken back when it succeeds, so that attempts that run at the same
time cannot slip through together.

Guesses at a name are counted by the address they come from, and a browser in which the person has signed in before
counts for itself: so whoever guesses elsewhere keeps nobody out. Source: OWASP, "Slow Down Online Guessing Attacks with
Device Cookies".
"""

import hashlib
import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from estimator.store.account_tables import failed_sign_ins
from estimator.store.database import Database, insert_new

FORGOTTEN_AFTER = timedelta(hours=24)
"""Failures count together until there was none for this long."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ThrottleKey:
    """What failures are counted by; after `free` of them the wait doubles with each, up to `longest`."""

    digest: str
    free: int
    longest: timedelta


def keys_of_guess(compared: str, address: str | None) -> tuple[ThrottleKey, ThrottleKey]:
    """
    Of a name or e-mail address as typed, whether anybody has it or not: from a network address, and from anywhere.

    The second limit is wide: it slows down guessing from a thousand addresses at once.
    """
    name = start_of_name(compared)
    here = ThrottleKey(name + key_of_address(address).digest[: len(name)], 5, LONGEST)
    return here, ThrottleKey(name + "0" * len(name), 100, LONGEST)


def start_of_name(compared: str) -> str:
    """What the digests of all guesses at a name begin with."""
    return _digest(f"name:{compared}")[:32]


def key_of_browser(known: str) -> ThrottleKey:
    """Of a browser in which somebody has signed in before, by what its signed cookie holds."""
    return ThrottleKey(_digest(f"browser:{known}"), 5, LONGEST)


def key_of_account(id_: int) -> str:
    """Of the codes asked for after an account's password."""
    return _digest(f"account:{id_}")


def key_of_codes(id_: int) -> ThrottleKey:
    """Of the second steps of an account, which only somebody with its password can try."""
    return ThrottleKey(key_of_account(id_), 5, LONGEST)


def key_of_address(address: str | None) -> ThrottleKey:
    """Of a network address; the last half of an IPv6 address is the household's own."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        said = address or ""
    else:
        said = str(ipaddress.ip_network((ip, 64), strict=False) if ip.version == 6 else ip)
    return ThrottleKey(_digest(f"address:{said}"), 20, timedelta(minutes=5))


@dataclass(frozen=True, slots=True, eq=False)
class Throttle:
    """The counts in a store."""

    database: Database

    def begin(self, keys: Collection[ThrottleKey], now: datetime) -> timedelta | None:
        """Count an attempt under every key; or, when one has to wait, count nothing and answer for how long."""
        with self.database.writing() as connection:
            ordered = sorted(keys, key=lambda key: key.digest)
            rows = {key: _locked(connection, key, now) for key in ordered}
            # No wait is longer than its longest, whatever a clock that was set back makes of the times in the store.
            waits = (min(row.wait_until - now, key.longest) for key, row in rows.items())
            longest = max(waits, default=timedelta())
            if longest > timedelta():
                _set_back(connection, rows, now)
                return longest
            for key, row in rows.items():
                failures = 1 if now - row.last_at > FORGOTTEN_AFTER else row.failures + 1
                values = {"failures": failures, "last_at": now, "wait_until": now + wait_after(failures, key)}
                connection.execute(update(failed_sign_ins).where(failed_sign_ins.c.key == key.digest).values(values))
            connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.last_at < now - FORGOTTEN_AFTER))
        return None

    def succeeded(self, own: ThrottleKey | None, shared: Collection[ThrottleKey], now: datetime) -> None:
        """Forget the failures of the one who signed in, and take this attempt back from counts shared with others."""
        with self.database.writing() as connection:
            if own:
                connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.key == own.digest))
            for key in shared:
                fewer = {"failures": failed_sign_ins.c.failures - 1, "wait_until": now}
                at_least_one = (failed_sign_ins.c.key == key.digest) & (failed_sign_ins.c.failures > 0)
                connection.execute(update(failed_sign_ins).where(at_least_one).values(fewer))


def wait_after(failures: int, key: ThrottleKey) -> timedelta:
    """Nothing for the first few failures, then half a minute, one minute, two …"""
    over = failures - key.free
    return min(FIRST_WAIT * 2**over, key.longest) if 0 <= over < 32 else key.longest if over > 0 else timedelta()


def _set_back(connection: Connection, rows: Mapping[ThrottleKey, Any], now: datetime) -> None:
    """Write times anew that lie in the future, so that a wait ends although the clock was set back."""
    for key, row in rows.items():
        if row.last_at > now:
            values = {"last_at": now, "wait_until": min(row.wait_until, now + key.longest)}
            connection.execute(update(failed_sign_ins).where(failed_sign_ins.c.key == key.digest).values(values))


def _locked(connection: Connection, key: ThrottleKey, now: datetime) -> Any:
    """The key's row, which nobody else can change until the transaction ends."""
    insert_new(connection, failed_sign_ins, [{"key": key.digest, "failures": 0, "last_at": now, "wait_until": now}])
    wanted = select(failed_sign_ins).where(failed_sign_ins.c.key == key.digest).with_for_update()
    return connection.execute(wanted).one()


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
