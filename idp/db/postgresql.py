"""
Prepared statements on PostgreSQL, run by libpq itself.

The driver's cursor reads a statement's text anew each time, looks whether it is prepared, and waits
in Python; SQLAlchemy's pool checks a connection out and in, and turns it over for what only reads.
Together that costs four times what libpq and the conversion of values do. So these connections are
none of the pool's: they begin and commit when they are told to, and are used by one thread at a
time.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

import orjson
from psycopg import Connection, OperationalError, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.types.json import Json, set_json_loads
from sqlalchemy import Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from idp.db.encryption import PersonalDataCipher
from idp.db.rows import Rows, translated

RESTED: Final = 1.0
"""Seconds after which a connection might have been closed behind our back."""
_RESTS_SINCE: Final = "rests_since"

_WAITS: Final[Mapping[str, int]] = {
    "connect_timeout": 3,  # seconds, for each address there is
    "tcp_user_timeout": 10_000,  # milliseconds for what was sent to arrive
    "keepalives_idle": 5,  # seconds of silence, then a sign of life is asked for
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
"""By libpq's names. A statement may take its time, as long as the server's machine is there."""

_DONE: Final = frozenset(
    {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY}
)


_IDLE: Final = pq.TransactionStatus.IDLE


def _moment(value: datetime) -> str:
    """As the driver would write it, which takes six times as long."""
    return orjson.dumps(value)[1:-1].decode()


def _json(value: Json) -> str:
    """As the driver would: what stands in the log is found, and sealed, as it is written."""
    return json.dumps(value.obj)


_WRITTEN: Final[Mapping[type, Callable[[Any], str]]] = {datetime: _moment, Json: _json}


class PostgresqlRows(Rows):
    """Runs prepared statements on a connection of the driver's; libpq's part alone is used."""

    def __init__(self, driver: Connection[Any], dialect: Dialect) -> None:
        set_json_loads(orjson.loads, driver)
        self._driver = driver
        self._dialect = dialect
        self._libpq = driver.pgconn
        self._values = Transformer(driver)
        self._prepared: dict[str, bytes] = {}
        self._rests_since = monotonic()

    def begin(self) -> None:
        """Begin a transaction."""
        self._say("BEGIN")

    def lives(self) -> bool:
        """Whether it can be used; the server is asked where it has rested."""
        if monotonic() - self._rests_since < RESTED:
            return True
        try:
            self._say("")
        except DBAPIError:
            return False
        return True

    def rest(self) -> None:
        """Be used no more for now; what was not committed is taken back."""
        if self._libpq.transaction_status != _IDLE:
            self._say("ROLLBACK")
        self._rests_since = monotonic()

    def close(self) -> None:
        """End it."""
        self._driver.close()

    def _fetch(self, text: str, parameters: Any) -> Sequence[Sequence[Any]]:  # noqa: ANN401 (a sequence)
        result = self._run(text, parameters)
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def _count(self, text: str, parameters: Any) -> int:  # noqa: ANN401 (a sequence)
        return self._run(text, parameters).command_tuples or 0

    def _commit(self) -> None:
        self._say("COMMIT")

    def _say(self, command: str) -> None:
        try:
            self._check(self._libpq.exec_(command.encode()))
        except self._dialect.loaded_dbapi.Error as error:
            raise self._translated(command, error) from error

    def _run(self, text: str, values: Sequence[Any]) -> pq.abc.PGresult:
        try:
            name = self._prepared.get(text) or self._prepare(text)
            # As text: what a value is to the server, its place in the statement decides.
            texts = [
                value if (write := _WRITTEN.get(type(value))) is None else write(value)
                for value in values
            ]
            dumped: Any = self._values.dump_sequence(texts, [PyFormat.TEXT] * len(texts))
            result = self._libpq.exec_prepared(name, dumped)
            if result.status not in _DONE:
                self._check(result)
        except self._dialect.loaded_dbapi.Error as error:
            raise self._translated(text, error) from error
        return result

    def _prepare(self, text: str) -> bytes:
        name = b"rows_%d" % len(self._prepared)
        self._check(self._libpq.prepare(name, text.encode()))
        self._prepared[text] = name
        return name

    def _check(self, result: pq.abc.PGresult) -> None:
        if result.status in _DONE:
            return
        if self._is_lost:  # libpq has words for it, and no code
            raise OperationalError(result.get_error_message())
        raise error_from_result(result)

    @property
    def _is_lost(self) -> bool:
        """Whether it is known to be closed."""
        return self._libpq.status != pq.ConnStatus.OK

    def _translated(self, text: str, error: Exception) -> Exception:
        return translated(self._dialect, text, error, lost=self._is_lost)


class PostgresqlConnections:
    """
    The connections that rest, the last used first; as many as were ever needed at once.

    Disposing of *engine* ends them.
    """

    def __init__(self, engine: Engine, cipher: PersonalDataCipher) -> None:
        self._engine = engine
        # What SQLAlchemy knows of the database, with the places of values as libpq has them.
        self._dialect = PGDialect_psycopg(  # type: ignore[no-untyped-call]
            dbapi=engine.dialect.loaded_dbapi, paramstyle="numeric_dollar"
        )
        self._dialect.personal_data_cipher = cipher  # type: ignore[attr-defined]
        self._resting: list[PostgresqlRows] = []
        event.listen(engine, "engine_disposed", self._close)

    def borrowed(self, *, to_write: bool = False) -> "_Borrowed":
        """One of them; with *to_write* in a transaction, committed unless an exception comes."""
        return _Borrowed(self, to_write=to_write)

    def take(self) -> PostgresqlRows:
        """One that lives, for one thread, until it is given back."""
        while self._resting:
            try:
                connection = self._resting.pop()
            except IndexError:  # another thread took the last
                break
            if connection.lives():
                return connection
            connection.close()
        return self._new()

    def _new(self) -> PostgresqlRows:
        try:
            taken = self._engine.raw_connection()
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise translated(self._dialect, None, error) from error
        driver: Any = taken.driver_connection
        taken.detach()
        driver.autocommit = True
        return PostgresqlRows(driver, self._dialect)

    def give_back(self, rows: PostgresqlRows) -> None:
        """Let others have it; a transaction that is not committed is rolled back."""
        try:
            rows.rest()
        except DBAPIError:
            rows.close()
        else:
            self._resting.append(rows)

    def _close(self, _engine: Engine) -> None:
        while self._resting:
            self._resting.pop().close()


class _Borrowed:
    """The time in which a connection is borrowed; no generator, which takes twice as long."""

    def __init__(self, connections: PostgresqlConnections, *, to_write: bool) -> None:
        self._connections = connections
        self._to_write = to_write

    def __enter__(self) -> PostgresqlRows:
        rows = self._rows = self._connections.take()
        if self._to_write:
            try:
                rows.begin()
            except BaseException:
                self._connections.give_back(rows)
                raise
        return rows

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        try:
            if self._to_write and kind is None:
                self._rows.commit()
        finally:
            self._connections.give_back(self._rows)


def ping_what_rested(engine: Engine) -> None:
    """
    Replace connections that were closed while nobody used them.

    Like `pool_pre_ping`, but a connection that was in use a moment ago is not asked: that would be
    one more question for each answer of a busy process.
    """

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        if monotonic() - record.info.get(_RESTS_SINCE, monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool tries another one, in the end a new one


def notice_the_dead(engine: Engine) -> None:
    """
    End connections to a machine that vanished without a word, unless the address says otherwise.

    A machine that lost its power, or its network, sends no farewell: TCP waits a quarter of an hour
    for its answer, and so would every thread here, though another server has long taken its place.
    """

    @event.listens_for(engine, "do_connect")
    def _on_connect(
        _dialect: Dialect,
        _record: ConnectionPoolEntry,
        _args: object,
        parameters: dict[str, Any],
    ) -> None:
        for name, value in _WAITS.items():
            parameters.setdefault(name, value)
