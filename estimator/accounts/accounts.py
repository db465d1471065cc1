"""
Accounts of the clinic's desk: who there is, and what each may do at whose tables.

A role is held at one owner's tables or at all of them (`EVERYWHERE`), and each role may do what the ones before it
may. Every change is written to the log in the same transaction.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any, Literal, cast, get_args

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from estimator.accounts import one_time
from estimator.accounts.throttle import key_of_account, start_of_name
from estimator.sentences import marked as _
from estimator.sentences import say
from estimator.store.account_tables import (
    accounts,
    failed_sign_ins,
    grants,
    passkeys,
    recovery_codes,
    sign_ins,
    unfinished,
)
from estimator.store.database import Database
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import (
    ABOUT,
    BECAME,
    BY_DISK,
    BY_ESTIMATOR,
    NO_ROLE,
    ROLE_AT,
    ROLE_EVERYWHERE,
    WITH_THE_SECOND_STEP,
    listed,
)

Role = Literal["editor", "publisher", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the one that may do least: drafts; publications too; accounts, settings and the log too."""

EVERYWHERE = "*"
"""The scope that is every owner's tables."""

EVERYWHERE_IN_COMMANDS = "all"
"""What commands say for `EVERYWHERE`; no clinic begun at the desk has this name."""

LONGEST_NAME = 80
LONGEST_EMAIL = 200
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role at one owner's tables, or `EVERYWHERE`."""

    role: Role
    scope: str

    def covers(self, role: Role, owner: str) -> bool:
        """Whether this is enough to do what `role` may at `owner`'s tables."""
        return self.scope in (EVERYWHERE, owner) and ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Account:
    """One person; `totp` is their encrypted secret, `passkeys` and `recovery_codes` are how many they have."""

    id: int
    name: str
    email: str | None
    password: str | None
    totp: str | None
    passkey_user: bytes
    added_at: datetime
    disabled_at: datetime | None
    grants: tuple[Grant, ...]
    passkeys: int
    recovery_codes: int

    @property
    def second_factor(self) -> bool:
        """Whether a password alone is not enough."""
        return self.totp is not None or self.passkeys > 0

    def may(self, role: Role, owner: str) -> bool:
        """Whether this person may do what `role` may at `owner`'s tables."""
        return self.disabled_at is None and any(grant.covers(role, owner) for grant in self.grants)

    def scopes(self, role: Role) -> frozenset[str]:
        """The owners at whose tables they may do what `role` may; with `EVERYWHERE` among them, all."""
        return frozenset(grant.scope for grant in self.grants if self.may(role, grant.scope))

    def manages(self, other: "Account") -> bool:
        """Whether this person may change `other`: only as the owner of all the tables where `other` has a role."""
        return bool(other.grants) and all(self.may("owner", grant.scope) for grant in other.grants)


class AccountRefused(Exception):
    """The store says no to a change of accounts; a `template` sentence and its values, about a `field` if any."""

    def __init__(self, template: str, field: str = "", **values: str) -> None:
        super().__init__(template.format(**values))
        self.template, self.field, self.values = template, field, values


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """The accounts in a store."""

    database: Database

    def get(self, id_: int) -> Account | None:
        with self.database.reading() as connection:
            return account_in(connection, id_)

    def named(self, said: str) -> Account | None:
        """Whoever signs in by this name or e-mail address."""
        with self.database.reading() as connection:
            key = normalized(said)
            wanted = selected_accounts().where((accounts.c.name_key == key) | (accounts.c.email_key == key))
            return next(iter(accounts_in(connection.execute(wanted))), None)

    def all(self) -> list[Account]:
        """Everybody, by name."""
        with self.database.reading() as connection:
            return accounts_in(connection.execute(selected_accounts().order_by(accounts.c.name_key)))

    def any(self) -> bool:
        with self.database.reading() as connection:
            return connection.scalar(select(accounts.c.id).limit(1)) is not None

    def add(
        self, name: str, email: str | None, granted: Collection[Grant], *, by: str, now: datetime
    ) -> tuple[Account, str]:
        """
        A new account, and the one-time code that its person starts with.

        Raises `AccountRefused` for a name or an address that cannot be used or that somebody has.
        """
        name, email = _named(name), _addressed(email)
        row = {
            "name": name,
            "name_key": normalized(name),
            "email": email,
            "email_key": normalized(email) if email else None,
        }
        try:
            with self.database.writing() as connection:
                _refuse_taken(connection, name, email)
                made = insert(accounts).values(**row, passkey_user=token_bytes(32), added_at=now)
                result = connection.execute(made.returning(accounts.c.id))
                id_ = result.scalar_one()
                _grant(connection, id_, granted)
                code = one_time.make_in(connection, id_, now)
                account = _known(connection, id_)
                _log(connection, by, "added an account", account, roles_in_words(account.grants))
        except IntegrityError as error:
            raise AccountRefused(TAKEN, "name", name=name) from error
        return account, code

    def give(self, id_: int, role: Grant, *, by: str) -> bool:
        """Give a role; at the same tables it takes the place of another. As `take`."""
        return self._change(id_, lambda held: {one for one in held if one.scope != role.scope} | {role}, by)

    def take(self, id_: int, role: Grant, *, by: str) -> bool:
        """
        Take a role away; False where that changes nothing.

        Raises `AccountRefused`: everybody has a role, and somebody has to own everything.
        """
        return self._change(id_, lambda held: held - {role}, by)

    def _change(self, id_: int, change: Callable[[Set[Grant]], Set[Grant]], by: str) -> bool:
        """Change the roles as they are at this moment: of two who change different ones, both are heard."""
        with self.database.writing() as connection:
            before = _locked(connection, id_)
            granted = change(set(before.grants))
            if granted == set(before.grants):
                return False
            connection.execute(delete(grants).where(grants.c.account_id == id_))
            _grant(connection, id_, granted)
            _keep_an_owner(connection, before)
            detail = say(BECAME, before=roles_in_words(before.grants), after=roles_in_words(granted))
            _log(connection, by, "changed roles", before, detail)
            return True

    def disable(self, id_: int, *, by: str, now: datetime) -> None:
        """Nobody signs in to this account until it is enabled; whoever is signed in no longer is."""
        with self.database.writing() as connection:
            before = _locked(connection, id_)
            _set(connection, id_, disabled_at=now)
            _end_everywhere(connection, id_)
            _keep_an_owner(connection, before)
            _log(connection, by, "disabled an account", before)

    def enable(self, id_: int, *, by: str) -> None:
        with self.database.writing() as connection:
            _set(connection, id_, disabled_at=None)
            _log(connection, by, "enabled an account", _known(connection, id_))

    def reset(self, id_: int, *, by: str, now: datetime, second_factor: bool = False) -> str:
        """
        Take the password away, end every session, and answer a new one-time code to start again with.

        Waits after failed attempts are over. The second factor stays unless `second_factor` says that it is lost too.
        """
        with self.database.writing() as connection:
            account = _known(connection, id_)
            _set(connection, id_, password=None)
            _end_everywhere(connection, id_)
            names = [start_of_name(normalized(said)) for said in (account.name, account.email) if said]
            theirs = or_(failed_sign_ins.c.key == key_of_account(id_), *map(failed_sign_ins.c.key.startswith, names))
            connection.execute(delete(failed_sign_ins).where(theirs))
            if second_factor:
                _set(connection, id_, totp=None, totp_last=None)
                for table in (passkeys, recovery_codes):
                    connection.execute(delete(table).where(table.c.account_id == id_))
            _log(connection, by, "reset a sign-in", account, WITH_THE_SECOND_STEP if second_factor else "")
            return one_time.make_in(connection, id_, now)

    def set_password(self, id_: int, hashed: str, *, keep: str | None = None, by: str, action: str) -> None:
        """Keep a new password's hash; every session ends, but the one whose digest is `keep`."""
        with self.database.writing() as connection:
            _set(connection, id_, password=hashed)
            _end_everywhere(connection, id_, keep)
            _log(connection, by, action, _known(connection, id_))

    def start(self, id_: int, code: str, hashed: str, *, by: str, now: datetime) -> bool:
        """Use a one-time code up and keep the password's hash; False, and nothing happens, if it is used or old."""
        with self.database.writing() as connection:
            _locked(connection, id_)
            if not one_time.use_in(connection, id_, code, now):
                return False
            _set(connection, id_, password=hashed)
            _end_everywhere(connection, id_)
            _log(connection, by, "set a password", _known(connection, id_))
            return True

    def rehash(self, id_: int, before: str, hashed: str) -> None:
        """Keep the same password's newer hash, unless it was changed meanwhile."""
        with self.database.writing() as connection:
            same = (accounts.c.id == id_) & (accounts.c.password == before)
            connection.execute(update(accounts).where(same).values(password=hashed))


TAKEN = _("Somebody has the name or the address {name} already.")


def normalized(said: str) -> str:
    """A name or an address as it is compared: letters alike, capitals and spaces alike."""
    return " ".join(unicodedata.normalize("NFKC", said).casefold().split())[:120]


def password_mark(kept: str | None) -> str:
    """What tells a password's hash from the next one; nobody gets back from it to the hash."""
    return hashlib.sha256(f"password:{kept or ''}".encode()).hexdigest()


def roles_in_words(granted: Collection[Grant]) -> str:
    """Roles in the log's words, such as ``publisher of example-harbor, owner of everything``."""
    words = [
        ROLE_EVERYWHERE[one.role] if one.scope == EVERYWHERE else say(ROLE_AT[one.role], scope=one.scope)
        for one in sorted(granted)
    ]
    return listed(words or [NO_ROLE])


def account_in(connection: Connection, id_: int) -> Account | None:
    """The account as `connection` sees it."""
    return next(iter(accounts_in(connection.execute(selected_accounts().where(accounts.c.id == id_)))), None)


def add_account_entry_in(connection: Connection, by: str, action: str, id_: int, detail: str = "") -> None:
    """A line about an account, as a part of somebody's transaction."""
    _log(connection, by, action, _known(connection, id_), detail)


def selected_accounts() -> Select[Any]:
    """Accounts for `accounts_in`: a row for each role, with how many passkeys and recovery codes there are."""
    counts = (
        select(func.count()).where(table.c.account_id == accounts.c.id).scalar_subquery().label(table.name)
        for table in (passkeys, recovery_codes)
    )
    has_role = grants.c.account_id == accounts.c.id
    return select(accounts, grants.c.role, grants.c.scope, *counts).outerjoin(grants, has_role)


def accounts_in(rows: Iterable[Row[Any]]) -> list[Account]:
    """The accounts of the rows that `selected_accounts` selects, in their order."""
    by_id: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).append(row)
    return [_account(one[0], one) for one in by_id.values()]


def _account(row: Row[Any], roles: Iterable[Row[Any]]) -> Account:
    return Account(
        row.id,
        row.name,
        row.email,
        row.password,
        row.totp,
        bytes(row.passkey_user),
        row.added_at,
        row.disabled_at,
        tuple(sorted(Grant(cast(Role, one.role), one.scope) for one in roles if one.role is not None)),
        row.passkeys,
        row.recovery_codes,
    )


def _known(connection: Connection, id_: int) -> Account:
    found = account_in(connection, id_)
    if found is None:
        raise AccountRefused(_("There is no such account."))
    return found


def _set(connection: Connection, id_: int, **values: object) -> None:
    connection.execute(update(accounts).where(accounts.c.id == id_).values(values))


def _grant(connection: Connection, id_: int, granted: Collection[Grant]) -> None:
    if not granted:
        raise AccountRefused(_("Give at least one role. To shut somebody out, disable the account."), "role")
    connection.execute(
        insert(grants), [{"account_id": id_, "role": one.role, "scope": one.scope} for one in sorted(set(granted))]
    )


def _end_everywhere(connection: Connection, id_: int, keep: str | None = None) -> None:
    ended = delete(sign_ins).where(sign_ins.c.account_id == id_)
    connection.execute(ended if keep is None else ended.where(sign_ins.c.digest != keep))
    connection.execute(delete(unfinished).where(unfinished.c.account_id == id_))
    one_time.end_in(connection, id_)


OWNS_EVERYTHING = (grants.c.role == "owner") & (grants.c.scope == EVERYWHERE)


def _locked(connection: Connection, id_: int) -> Account:
    """The account, while whoever else changes what people may do waits. SQLite has one writer anyway."""
    # All accounts, in one order: rows of grants come and go, so that locks on them would let two wait in a circle.
    # Whoever signs in, and only names the account, need not wait.
    connection.execute(select(accounts.c.id).order_by(accounts.c.id).with_for_update(key_share=True)).all()
    return _known(connection, id_)


def _keep_an_owner(connection: Connection, before: Account) -> None:
    if Grant("owner", EVERYWHERE) not in before.grants or before.disabled_at is not None:
        return
    enabled = select(grants.c.account_id).join(accounts).where(OWNS_EVERYTHING, accounts.c.disabled_at.is_(None))
    if connection.execute(enabled.limit(1)).first() is None:
        raise AccountRefused(
            _("{name} is the last owner of everything. Make somebody else one first."), "role", name=before.name
        )


def _refuse_taken(connection: Connection, name: str, email: str | None) -> None:
    for said in filter(None, (name, email)):
        if connection.execute(select(accounts.c.id).where(_answers_to(said))).first() is not None:
            raise AccountRefused(TAKEN, "name" if said == name else "email", name=said)


def _answers_to(said: str) -> ColumnElement[bool]:
    return (accounts.c.name_key == normalized(said)) | (accounts.c.email_key == normalized(said))


def _named(said: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", said).split())
    if not name:
        raise AccountRefused(_("Write a name."), "name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountRefused(
            _("Write a name of at most {most} letters, without invisible ones."), "name", most=str(LONGEST_NAME)
        )
    if normalized(name) in (normalized(BY_DISK), normalized(BY_ESTIMATOR)):
        raise AccountRefused(TAKEN, "name", name=name)
    return name


def _addressed(said: str | None) -> str | None:
    email = (said or "").strip()
    if not email:
        return None
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not EMAIL.fullmatch(email):
        raise AccountRefused(_("Write an e-mail address like name@example.org, or leave it open."), "email")
    return email


def _log(connection: Connection, by: str, action: str, account: Account, detail: str = "") -> None:
    """The line stands with the one owner whose tables the account is about, so that a clinic's owner can read it."""
    scopes = {grant.scope for grant in account.grants}
    where = scopes.pop() if len(scopes) == 1 and EVERYWHERE not in scopes else ""
    told = say(ABOUT, about=account.name, detail=detail) if detail else account.name
    add_entry_in(connection, by, action, where, told)
