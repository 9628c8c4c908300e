"""
Statements without entities, for what is asked thousands of times a second.

SQLAlchemy builds a statement, and says how its values are converted (moments in UTC, encrypted
text); that is kept for each dialect. What it does besides for each execution costs four times the
query, so the driver's own cursor runs it, or what is below that (`db/postgresql.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Delete, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

_Convert = Callable[[Any], Any] | None
_Row = tuple[Any, ...]
_GIVEN: Final = object()
"""In the place of a constant: the value is given each time."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """
    *values*: each name, how its value is converted, and the value where it stands in the statement
    (else that is given each time); in the order in which the driver wants them, where it does not
    take names (*named*). *columns*: of those that are to be converted.
    """

    text: str
    named: bool
    values: tuple[tuple[str, _Convert, Any], ...]
    columns: tuple[tuple[int, Callable[[Any], Any]], ...]

    def parameters(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 (a mapping or a sequence)
        converted = [
            (given[name] if convert is None else convert(given[name]))
            if constant is _GIVEN
            else constant
            for name, convert, constant in self.values
        ]
        if self.named:
            return {name: value for (name, _, _), value in zip(self.values, converted, strict=True)}
        return converted

    def row(self, raw: Sequence[Any]) -> _Row:
        row = list(raw)
        for place, convert in self.columns:
            row[place] = convert(row[place])
        return tuple(row)


class Prepared:
    """
    A statement that is compiled once.

    What differs each time is a `bindparam` with a name. An INSERT has one for each of *columns*,
    and nothing is filled in for it.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update | Delete,
        *,
        columns: Sequence[str] = (),
    ) -> None:
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._columns = list(columns) or None
        self._compiled: WeakKeyDictionary[Dialect, _Compiled] = WeakKeyDictionary()
        self._last: tuple[Dialect | None, _Compiled | None] = None, None  # found at a glance

    def compiled(self, dialect: Dialect) -> _Compiled:
        """As that dialect says it."""
        last, compiled = self._last
        if last is dialect and compiled is not None:
            return compiled
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = self._compile(dialect)
        self._last = dialect, found
        return found

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)
        converted = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        described = (
            self._statement.column_descriptions
            if isinstance(self._statement, Select)
            else self._statement.returning_column_descriptions
        )
        converters = [
            each["type"].dialect_impl(dialect).result_processor(dialect, None) for each in described
        ]
        return _Compiled(
            text=str(compiled),
            named=not compiled.positional,
            values=tuple(
                (name, converted[name], _constant(compiled.binds[name], converted[name]))
                for name in (compiled.positiontup if compiled.positional else compiled.binds)
            ),
            columns=tuple(
                (place, convert) for place, convert in enumerate(converters) if convert is not None
            ),
        )


def _constant(bind: BindParameter[Any], convert: _Convert) -> Any:  # noqa: ANN401 (the driver's)
    if bind.required:
        return _GIVEN
    return bind.effective_value if convert is None else convert(bind.effective_value)


class Rows(ABC):
    """Runs prepared statements on one connection. Raises SQLAlchemy's errors."""

    _dialect: Dialect

    def all(self, statement: Prepared, **values: object) -> list[_Row]:
        """Every row of the answer."""
        compiled = statement.compiled(self._dialect)
        found = self._fetch(compiled.text, compiled.parameters(values))
        if not compiled.columns:
            return list(map(tuple, found))
        return [compiled.row(raw) for raw in found]

    def one(self, statement: Prepared, **values: object) -> _Row | None:
        """The row of an answer that has one or none."""
        found = self.all(statement, **values)
        return found[0] if found else None

    def change(self, statement: Prepared, **values: object) -> int:
        """How many rows it has changed."""
        compiled = statement.compiled(self._dialect)
        return self._count(compiled.text, compiled.parameters(values))

    def commit(self) -> None:
        """Make it true."""
        self._commit()

    @abstractmethod
    def _fetch(self, text: str, parameters: Any) -> Sequence[Sequence[Any]]: ...  # noqa: ANN401 (as the driver wants them)

    @abstractmethod
    def _count(self, text: str, parameters: Any) -> int: ...  # noqa: ANN401 (as the driver wants them)

    @abstractmethod
    def _commit(self) -> None: ...


class CursorRows(Rows):
    """Runs them on the driver's own cursor."""

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._cursor: DBAPICursor | None = None

    def begin_immediately(self) -> None:
        """Begin as a writer (SQLite)."""
        self._run("BEGIN IMMEDIATE", ())

    def _fetch(self, text: str, parameters: Any) -> Sequence[Sequence[Any]]:  # noqa: ANN401 (as the driver's)
        return self._run(text, parameters).fetchall()

    def _count(self, text: str, parameters: Any) -> int:  # noqa: ANN401 (as the driver's)
        return self._run(text, parameters).rowcount

    def _commit(self) -> None:
        try:
            self._connection.commit()
        except self._dialect.loaded_dbapi.Error as error:
            raise self._translated("COMMIT", error) from error

    def _run(self, text: str, parameters: Any) -> DBAPICursor:  # noqa: ANN401 (as the driver's)
        try:
            if self._cursor is None:
                self._cursor = self._connection.cursor()
            self._cursor.execute(text, parameters)
        except self._dialect.loaded_dbapi.Error as error:
            raise self._translated(text, error) from error
        return self._cursor

    def _translated(self, text: str, error: Any) -> Exception:  # noqa: ANN401 (the driver's)
        """As SQLAlchemy says it; a connection that broke goes back to no pool."""
        lost = self._dialect.is_disconnect(error, self._connection.dbapi_connection, self._cursor)
        if lost:
            self._connection.invalidate(error)
        return translated(self._dialect, text, error, lost=lost)


Source = Session | Rows
"""What a query that needs no entities runs on."""


def rows_of(source: Source) -> Rows:
    """The same connection and transaction, for prepared statements."""
    if isinstance(source, Session):
        connection = source.connection()
        return CursorRows(connection.connection, connection.dialect)
    return source


def translated(
    dialect: Dialect, text: str | None, error: Exception, *, lost: bool = False
) -> Exception:
    """The driver's *error* as SQLAlchemy says it; without values, for it ends in logs."""
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
