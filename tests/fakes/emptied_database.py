"""A database in PostgreSQL that every test leaves empty: a copy for each costs ten times that."""

from typing import Any

from psycopg import Connection, OperationalError, sql
from sqlalchemy import make_url

_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
_COUNT_ANEW = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
_MANY = 1000
# Who lost a race may still be in a transaction, which would let us wait for ever.
_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class EmptiedDatabase:
    """The database at *url*, and a connection to it for what nobody tests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = self._connect()
        names = [name for (name,) in self._connection.execute(_TABLES)]
        self._filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
            for name in names
        )

    def empty(self) -> None:
        """Empty all tables, and end whoever is still there."""
        try:
            self._empty()
        except OperationalError:  # a test ended all connections, ours among them
            self._connection.close()
            self._connection = self._connect()
            self._empty()

    def close(self) -> None:
        """Leave it."""
        self._connection.close()

    def _connect(self) -> Connection[tuple[Any, ...]]:
        url = make_url(self.url).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        connection = Connection.connect(address, autocommit=True, prepare_threshold=0)
        # Rows go in any order, as their references are not looked at.
        connection.execute("SET session_replication_role = replica")
        return connection

    def _empty(self) -> None:
        self._connection.execute(_END_OTHERS)
        for (name,) in self._connection.execute(self._filled).fetchall():
            table = sql.Identifier(name)
            deleted = self._connection.execute(sql.SQL("DELETE FROM {}").format(table))
            if deleted.rowcount > _MANY:  # whoever reads the table later would pass them all
                self._connection.execute(sql.SQL("VACUUM {}").format(table))
        self._connection.execute(_COUNT_ANEW)
