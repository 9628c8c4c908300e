"""What a piece of work asks of the stores, counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from idp.adapters.redis.connection import ThreadsOwn
from idp.db.database import Database
from idp.db.rows import Prepared, Rows


@dataclass
class Questions:
    """Names of commands to Redis; statements to the database, and how often it made them true."""

    commands: list[object] = field(default_factory=list)
    statements: list[object] = field(default_factory=list)
    commits: int = 0

    def asked(self, *execution: object) -> None:
        """SQLAlchemy executes a statement."""
        self.statements.append(execution[2])

    def committed(self, *_: object) -> None:
        """SQLAlchemy commits."""
        self.commits += 1


@contextmanager
def counted(database: Database) -> Iterator[Questions]:
    """Count in this process, on any client of Redis, until the end of the block."""
    questions = Questions()
    ask, run, commit = ThreadsOwn.execute_command, Rows.all, Rows.commit
    change = Rows.change

    def asked(self: ThreadsOwn, *args: Any, **options: Any) -> Any:
        questions.commands.append(args[0])
        return ask(self, *args, **options)

    def ran(self: Rows, statement: Prepared, **values: object) -> list[tuple[Any, ...]]:
        questions.statements.append(statement)
        return run(self, statement, **values)

    def changed(self: Rows, statement: Prepared, **values: object) -> int:
        questions.statements.append(statement)
        return change(self, statement, **values)

    def committed(self: Rows) -> None:
        questions.commits += 1
        commit(self)

    event.listen(database.engine, "before_cursor_execute", questions.asked)
    event.listen(database.engine, "commit", questions.committed)
    try:
        with (
            patch.object(ThreadsOwn, "execute_command", asked),
            patch.object(Rows, "all", ran),
            patch.object(Rows, "change", changed),
            patch.object(Rows, "commit", committed),
        ):
            yield questions
    finally:
        event.remove(database.engine, "before_cursor_execute", questions.asked)
        event.remove(database.engine, "commit", questions.committed)
