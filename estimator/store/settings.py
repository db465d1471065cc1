"""What owners set for their desk: a value by name, per owner of tables or (``*``) for the whole site."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from estimator.sentences import say
from estimator.store.database import Database
from estimator.store.journal import add_entry_in
from estimator.store.stored_sentences import ABOUT, NOT_SET, SETTING_WORDS
from estimator.store.tables import settings

WHOLE_SITE = "*"


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """The settings in a store."""

    database: Database

    def get(self, owner: str, name: str) -> str | None:
        """What was set, or None."""
        wanted = select(settings.c.value).where(settings.c.owner == owner, settings.c.name == name)
        with self.database.reading() as connection:
            return connection.scalar(wanted)

    def set(self, owner: str, name: str, value: str | None, by: str) -> None:
        """Set a value, or with None take it back; the log says who did."""
        with self.database.writing() as connection:
            put_in(connection, name, value, owner)
            said = SETTING_WORDS.get(value, value) if value else NOT_SET
            detail = say(ABOUT, about=SETTING_WORDS.get(name, name), detail=said)
            add_entry_in(connection, by, "set", "" if owner == WHOLE_SITE else owner, detail)


def copy_in(connection: Connection, before: str, after: str) -> None:
    """Set for `after` what is set for `before`, as a part of a transaction that says so in the log."""
    for name, value in connection.execute(select(settings.c.name, settings.c.value).where(settings.c.owner == before)):
        put_in(connection, name, value, after)


def put_in(connection: Connection, name: str, value: str | None, owner: str = WHOLE_SITE) -> None:
    """Set a value, or with None take it back, as a part of a transaction that says in the log what it is about."""
    connection.execute(delete(settings).where(settings.c.owner == owner, settings.c.name == name))
    if value is not None:
        connection.execute(insert(settings).values(owner=owner, name=name, value=value))
