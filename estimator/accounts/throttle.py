"""
How often somebody may try to sign in: counted in the store, so that it holds for every process, before any hashing.

An attempt is counted as a failure when it begins and taken back when it succeeds, so that attempts that run at the same
time cannot slip through together.
"""

import hashlib
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from estimator.store.account_tables import failed_sign_ins
from estimator.store.database import Database, insert_new

FORGOTTEN_AFTER = timedelta(hours=24)
"""Failures count together until there was none for this long."""

FIRST_WAIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ThrottleKey:
    """What failures are counted by; after `free` of them the wait doubles with each, up to `longest`."""

    digest: str
    free: int
    longest: timedelta


def key_of_name(compared: str) -> ThrottleKey:
    """Of a name or address as typed, whether anybody has it or not."""
    return ThrottleKey(_digest(f"name:{compared}"), 5, timedelta(minutes=15))


def key_of_account(id_: int) -> str:
    """Of the codes asked for after an account's password."""
    return _digest(f"account:{id_}")


def key_of_codes(id_: int) -> ThrottleKey:
    """Of the second steps of an account, which only somebody with its password can try."""
    return ThrottleKey(key_of_account(id_), 5, timedelta(minutes=15))


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
            longest = max(row.wait_until for row in rows.values())
            if longest > now:
                return longest - now  # type: ignore[no-any-return]
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


def _locked(connection: Connection, key: ThrottleKey, now: datetime) -> Any:
    """The key's row, which nobody else can change until the transaction ends."""
    insert_new(connection, failed_sign_ins, [{"key": key.digest, "failures": 0, "last_at": now, "wait_until": now}])
    wanted = select(failed_sign_ins).where(failed_sign_ins.c.key == key.digest).with_for_update()
    return connection.execute(wanted).one()


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
