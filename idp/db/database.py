"""Transactions: explicit, short, never open while a password is hashed or a carrier asked."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import PoolProxiedConnection

from idp.db.encryption import PersonalDataCipher
from idp.db.rows import CursorRows, Rows, translated

if TYPE_CHECKING:
    import sqlite3

    from idp.db.postgresql import PostgresqlConnections


class Database:
    """
    Opens transactions on one engine.

    On SQLite a transaction that writes begins with `BEGIN IMMEDIATE`: one that starts as a reader
    and then wants to write is refused ("database is locked") whatever the time-out.
    """

    def __init__(self, engine: Engine, direct: "PostgresqlConnections | None") -> None:
        self.engine = engine
        self._direct = direct
        self._writer = sessionmaker(
            engine.execution_options(writes=True), expire_on_commit=False, autoflush=False
        )
        self._reader = sessionmaker(_reading(engine), expire_on_commit=False, autoflush=False)

    @classmethod
    def open(cls, engine: Engine, cipher: PersonalDataCipher) -> "Database":
        """
        Prepare *engine*: the cipher for its personal columns, SQLite's journal and locking.

        Its errors quote no parameters: they end in logs, and may be what a citizen typed.
        """
        engine.hide_parameters = True
        engine.dialect.personal_data_cipher = cipher  # type: ignore[attr-defined]
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
            return cls(engine, None)
        # The driver weighs 9 MB: an installation on SQLite carries none of it.
        from idp.db.postgresql import (  # noqa: PLC0415
            PostgresqlConnections,
            notice_the_dead,
            ping_what_rested,
        )

        notice_the_dead(engine)
        ping_what_rested(engine)
        return cls(engine, PostgresqlConnections(engine, cipher))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back by an exception."""
        with self._writer.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with self._reader() as session:
            yield session

    def writing_rows(self) -> AbstractContextManager[Rows]:
        """Like `transaction`, for what needs no entities."""
        if self._direct is not None:
            return self._direct.borrowed(to_write=True)
        return self._written_cursor_rows()

    @contextmanager
    def _written_cursor_rows(self) -> Iterator[Rows]:
        with self._borrowed() as connection:
            rows = CursorRows(connection, self.engine.dialect)
            rows.begin_immediately()
            yield rows
            rows.commit()

    def reading_rows(self) -> AbstractContextManager[Rows]:
        """Like `reading`, for what needs no entities; each statement sees what is committed."""
        return self._cursor_rows() if self._direct is None else self._direct.borrowed()

    @contextmanager
    def _cursor_rows(self) -> Iterator[Rows]:
        with self._borrowed() as connection:
            yield CursorRows(connection, self.engine.dialect)  # SQLite begins nothing by itself

    @contextmanager
    def _borrowed(self) -> Iterator[PoolProxiedConnection]:
        """A connection of the pool, which rolls back what was not committed."""
        try:
            connection = self.engine.raw_connection()
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise translated(self.engine.dialect, None, error) from error
        try:
            yield connection
        finally:
            connection.close()

    def ping(self) -> None:
        """Raise SQLAlchemy's error where the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))


def _reading(engine: Engine) -> Engine:
    """
    The engine for what only reads.

    PostgreSQL's READ COMMITTED shows each statement what is committed by then, inside a transaction
    or outside: without one, BEGIN and ROLLBACK need not travel. SQLite's is a snapshot, and costs
    no travel.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: "sqlite3.Connection", _record: Any) -> None:  # noqa: ANN401
        connection.isolation_level = None  # the driver's own BEGIN would be a reader's
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 10000")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
