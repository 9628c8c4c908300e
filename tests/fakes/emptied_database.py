"""A database in PostgreSQL that every test leaves empty: a copy for each costs ten times that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import Connection, sql
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


@contextmanager
def emptying(url: str) -> Iterator[Callable[[], None]]:
    """What empties all tables of the database at *url*, and ends whoever is still in it."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with Connection.connect(address, autocommit=True, prepare_threshold=0) as connection:
        # Rows go in any order, as their references are not looked at.
        connection.execute("SET session_replication_role = replica")
        names = [name for (name,) in connection.execute(_TABLES)]
        filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
            for name in names
        )

        def empty() -> None:
            connection.execute(_END_OTHERS)
            for (name,) in connection.execute(filled).fetchall():
                table = sql.Identifier(name)
                deleted = connection.execute(sql.SQL("DELETE FROM {}").format(table))
                if deleted.rowcount > _MANY:  # whoever reads the table later would pass them all
                    connection.execute(sql.SQL("VACUUM {}").format(table))
            connection.execute(_COUNT_ANEW)

        yield empty
