"""SQLAlchemy column types of our own; values come out on SQLite as they do on PostgreSQL."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator

from estimator.sentences import InLanguages, Sentence

# SQLite counts up by itself for INTEGER keys only.
Serial = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An instant; SQLite keeps no time zone, so that it is UTC on the way in and out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class StoredSentence(TypeDecorator[str]):
    """A column for the template and the values of a `Sentence`; NULL for any other text."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return _as_json(value) if isinstance(value, Sentence) else None

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _from_json(value)


def _as_json(value: object) -> object:
    match value:
        case Sentence():
            return {"says": value.template, "with": {name: _as_json(one) for name, one in value.values.items()}}
        case InLanguages():
            return {"in": dict(value.languages)}
        case date():
            return {"day": value.isoformat()}
    return value


def _from_json(value: Any) -> Any:
    match value:
        case {"says": template, "with": values}:
            return Sentence(template, {name: _from_json(one) for name, one in values.items()})
        case {"in": languages}:
            return InLanguages(languages)
        case {"day": day}:
            return date.fromisoformat(day)
    return value
