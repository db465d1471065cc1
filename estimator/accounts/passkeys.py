"""Passkeys: public keys of what people carry, a phone or a security key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from estimator.accounts.accounts import Account, AccountRefused, add_account_entry_in
from estimator.accounts.second_factors import first_recovery_codes_in, without_second_factor_in
from estimator.sentences import marked as _
from estimator.store.account_tables import passkeys
from estimator.store.database import Database

LONGEST_NAME = 80
MOST = 20
"""How many one person can have."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """One key; `site` is the host name it was made for, and the only one where it works."""

    credential: bytes
    account_id: int
    name: str
    public_key: bytes
    site: str
    sign_count: int
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Passkeys:
    """The passkeys in a store."""

    database: Database

    def of(self, account: Account) -> list[Passkey]:
        """The account's keys, the oldest first."""
        wanted = select(passkeys).where(passkeys.c.account_id == account.id).order_by(passkeys.c.added_at)
        with self.database.reading() as connection:
            return [Passkey(**row) for row in connection.execute(wanted).mappings()]

    def get(self, credential: bytes) -> Passkey | None:
        """The key with this id."""
        with self.database.reading() as connection:
            row = connection.execute(select(passkeys).where(passkeys.c.credential == credential)).mappings().first()
            return Passkey(**row) if row else None

    def add(self, account: Account, key: Passkey) -> list[str]:
        """
        Keep a key; answers new recovery codes where there were none, else an empty list.

        Raises `AccountRefused` when there are too many, or somebody has this one.
        """
        with self.database.writing() as connection:
            mine: Collection[object] = connection.execute(
                select(passkeys.c.credential).where(passkeys.c.account_id == account.id)
            ).all()
            if len(mine) >= MOST:
                raise AccountRefused(_("You have {most} passkeys already. Remove one first."), "name", most=str(MOST))
            if connection.scalar(select(passkeys.c.credential).where(passkeys.c.credential == key.credential)):
                raise AccountRefused(_("This passkey is in use already."), "name")
            row = {name: getattr(key, name) for name in Passkey.__slots__}
            connection.execute(insert(passkeys).values(row))
            add_account_entry_in(connection, account.name, "added a passkey", account.id, key.name)
            return first_recovery_codes_in(connection, account.id)

    def used(self, key: Passkey, sign_count: int, now: datetime) -> bool:
        """Note a use; False when the key was used meanwhile with the same or a higher count, as a copy would be."""
        same = (passkeys.c.credential == key.credential) & (passkeys.c.sign_count == key.sign_count)
        with self.database.writing() as connection:
            wanted = update(passkeys).where(same).values(sign_count=sign_count, used_at=now)
            return connection.execute(wanted).rowcount == 1

    def remove(self, account: Account, credential: bytes) -> bool:
        """Whether the account had this key; it has it no longer."""
        mine = (passkeys.c.account_id == account.id) & (passkeys.c.credential == credential)
        with self.database.writing() as connection:
            name = connection.scalar(select(passkeys.c.name).where(mine))
            if name is None:
                return False
            connection.execute(delete(passkeys).where(mine))
            without_second_factor_in(connection, account.id)
            add_account_entry_in(connection, account.name, "removed a passkey", account.id, name)
            return True
