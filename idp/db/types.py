"""Column types: moments in UTC, and personal data that is encrypted before it leaves us."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import DateTime, Enum, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from idp.db.encryption import PersonalDataCipher

_Read = Callable[[Any], str | None]
_Moment = Callable[[Any], Any]


def _stored(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(UTC)


def _given_back(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the way in and out, on databases with and without zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; refuse a moment without a zone."""
        return _stored(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back in UTC: SQLite forgets the zone, PostgreSQL answers in the session's."""
        return _given_back(value)

    def bind_processor(self, dialect: Dialect) -> _Moment | None:
        """The same for many values: what is asked most takes the shortest way."""
        if self.impl_instance.bind_processor(dialect) is not None:
            return super().bind_processor(dialect)
        return _stored

    def result_processor(self, dialect: Dialect, coltype: object) -> _Moment | None:
        """As above."""
        if self.impl_instance.result_processor(dialect, coltype) is not None:
            return super().result_processor(dialect, coltype)
        return _given_back


class PersonalText(TypeDecorator[str]):
    """
    Text that is encrypted at rest.

    The cipher belongs to the engine's dialect (`Database.open` puts it there), so that models know
    no key and two applications in one process cannot read each other's rows.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        """Take the name that is authenticated with each value, as `table.column`."""
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt."""
        return None if value is None else _cipher(dialect).encrypt(value, column=self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt. Raises `UnreadableCiphertext`."""
        return None if value is None else _cipher(dialect).decrypt(value, column=self.column)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Read | None:
        """The same for many values: what is read most takes the shortest way."""
        if self.impl_instance.result_processor(dialect, coltype) is not None:
            return super().result_processor(dialect, coltype)
        column = self.column

        def read(value: Any) -> str | None:  # noqa: ANN401 (the driver's)
            return None if value is None else _cipher(dialect).decrypt(value, column=column)

        return read


def one_of(values: type[StrEnum]) -> Enum:
    """A column that holds one of *values*, as text: adding a member needs no migration."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [str(member) for member in members],
    )


def _cipher(dialect: Dialect) -> PersonalDataCipher:
    return cast(PersonalDataCipher, dialect.personal_data_cipher)  # type: ignore[attr-defined]
