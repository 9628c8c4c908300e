"""Statements without SQLAlchemy's execution: values, errors, transactions, on both databases."""

from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from idp.audit.events import SignedOut
from idp.audit.log import record
from idp.audit.model import AuditEvent
from idp.db.database import Database
from idp.db.encryption import PersonalDataCipher
from idp.db.rows import Prepared, rows_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALL = Prepared(select(AuditEvent.at, AuditEvent.kind, AuditEvent.details))
ADD_WITH_ID = Prepared(insert(AuditEvent), columns=("id", "at", "kind", "details"))
END_ALL_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
BROKEN = Prepared(select(text("no_such_column")).select_from(AuditEvent))


def events(database: Database) -> list[tuple[object, ...]]:
    with database.reading_rows() as reading:
        return reading.all(ALL)


def test_values_come_back_as_the_columns_say(database: Database) -> None:
    with database.writing_rows() as writing:
        record(writing, SignedOut(citizen_id="a"), NOW)

    assert events(database) == [(NOW, "signed_out", {})]


def test_an_exception_takes_everything_back(database: Database) -> None:
    with suppress(LookupError), database.writing_rows() as writing:
        record(writing, SignedOut(citizen_id="a"), NOW)
        raise LookupError

    assert events(database) == []


def test_a_session_and_its_rows_are_one_transaction(database: Database) -> None:
    with suppress(LookupError), database.transaction() as transaction:
        record(transaction, SignedOut(citizen_id="a"), NOW)
        assert len(rows_of(transaction).all(ALL)) == 1
        raise LookupError

    assert events(database) == []


def test_errors_are_those_of_sqlalchemy_and_quote_no_value(database: Database) -> None:
    row = {"id": 1, "at": NOW, "kind": "once", "details": {"secret": "0912000001"}}
    with database.writing_rows() as writing:
        writing.change(ADD_WITH_ID, **row)

    with pytest.raises(IntegrityError) as raised, database.writing_rows() as writing:
        writing.change(ADD_WITH_ID, **row)

    assert "0912000001" not in str(raised.value)
    assert len(events(database)) == 1


def test_after_an_error_the_connection_serves_on(database: Database) -> None:
    for borrow in (database.reading_rows, database.writing_rows):
        with pytest.raises((OperationalError, ProgrammingError)), borrow() as rows:
            rows.all(BROKEN)

    assert events(database) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_was_ended_is_replaced(database: Database) -> None:
    with pytest.raises(OperationalError), database.reading_rows() as rows:
        rows.all(Prepared(select(text("pg_terminate_backend(pg_backend_pid())"))))

    assert events(database) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_was_ended_while_it_rested_is_not_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.db.postgresql.RESTED", 0.0)
    assert events(database) == []
    with database.transaction() as transaction:
        transaction.execute(END_ALL_OTHERS)

    assert events(database) == []


def test_two_that_write_at_once_have_a_connection_each(postgresql_database: Database) -> None:
    with postgresql_database.writing_rows() as one, postgresql_database.writing_rows() as other:
        record(one, SignedOut(citizen_id="a"), NOW)
        assert other.all(ALL) == []
        one.commit()
        assert len(other.all(ALL)) == 1


def test_values_of_every_kind_go_there_and_back(database: Database) -> None:
    details = {"text": "Đặng 'Mẫu' \\ %s", "number": 7, "list": [True, None]}
    with database.writing_rows() as writing:
        writing.change(ADD_WITH_ID, id=2**40, at=NOW, kind="50 %", details=details)

    assert events(database) == [(NOW, "50 %", details)]


def test_reading_leaves_no_connection_that_commits_by_itself(database: Database) -> None:
    with database.reading_rows() as rows:
        rows.all(ALL)
    with suppress(LookupError), database.transaction() as transaction:
        transaction.execute(insert(AuditEvent), {"at": NOW, "kind": "lost", "details": {}})
        raise LookupError

    assert events(database) == []


def test_a_server_that_vanished_without_a_word_is_noticed(postgresql_database: Database) -> None:
    """TCP would wait a quarter of an hour for its answer, and every thread with it."""
    with closing(postgresql_database.engine.raw_connection()) as connection:
        told = cast("Any", connection.driver_connection).info.get_parameters()

    assert int(told["connect_timeout"]) <= 5  # seconds
    assert int(told["tcp_user_timeout"]) <= 15_000  # milliseconds
    silent = int(told["keepalives_interval"]) * int(told["keepalives_count"])
    assert int(told["keepalives_idle"]) + silent <= 15  # seconds


def test_what_the_address_says_of_waiting_counts(
    postgresql_database: Database, cipher: PersonalDataCipher
) -> None:
    url = postgresql_database.engine.url.update_query_dict({"keepalives_idle": "60"})
    engine = create_engine(url)
    Database.open(engine, cipher)

    with closing(engine.raw_connection()) as connection:
        told = cast("Any", connection.driver_connection).info.get_parameters()
    engine.dispose()

    assert told["keepalives_idle"] == "60"
    assert "connect_timeout" in told
