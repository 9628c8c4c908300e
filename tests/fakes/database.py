"""A database that is gone with its test."""

import sqlite3
from functools import cache
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

import idp
from idp.db import Base
from idp.db.database import Database
from idp.db.encryption import PersonalDataCipher


def database_in_memory(key: bytes = b"d" * 32) -> Database:
    """Open an SQLite database in memory with every table; dispose of its engine afterwards."""
    engine = create_engine("sqlite://")
    database = Database.open(engine, PersonalDataCipher([("k1", key)]))
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        connection.rollback()
        raw.deserialize(_tables())
    return database


def keep_nothing_through_a_crash() -> None:
    """Let SQLite wait for no disk: the files of a run of tests need not survive the machine."""
    prepares = idp.db.database._prepare_sqlite

    def prepare(engine: Engine) -> None:
        prepares(engine)
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))

    idp.db.database._prepare_sqlite = prepare


def make_tables(engine: Engine) -> None:
    """Make every table there is."""
    for model in Path(idp.__file__).parent.glob("*/model.py"):
        import_module(f"idp.{model.parent.name}.model")
    Base.metadata.create_all(engine)


@cache
def _tables() -> bytes:
    engine = create_engine("sqlite://")
    make_tables(engine)
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        connection.rollback()
        tables = raw.serialize()
    engine.dispose()
    return tables
