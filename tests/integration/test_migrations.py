"""The migrations make what the models say, on both databases."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from idp.app import MIGRATIONS, Parts
from idp.db import Base, db
from idp.db.migrate import migrate
from idp.settings import load
from tests.conftest import CONFIG


@pytest.fixture
def migrated(database_url: str, environment: dict[str, str]) -> Iterator[Engine]:
    settings = load(environment | {"IDP__DATABASE__URL": database_url}, config=CONFIG)
    parts = Parts(settings)
    migrate(parts.flask, MIGRATIONS)
    migrate(parts.flask, MIGRATIONS)  # safe to repeat
    with parts.flask.app_context():
        yield db.engine
        db.engine.dispose()


def test_nothing_is_missing_and_nothing_too_much(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []


def test_partial_indexes_are_partial(migrated: Engine) -> None:
    """Else a number that was given up could never be enrolled again."""
    found = {
        index["name"]: index["unique"]
        for table in ("phone", "citizen_identity_number")
        for index in inspect(migrated).get_indexes(table)
    }
    assert {
        "uq_phone_active",
        "uq_phone_default",
        "uq_citizen_identity_number_active",
    } <= {name for name, unique in found.items() if unique}

    with migrated.connect() as connection:
        if migrated.dialect.name == "sqlite":
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
        else:
            rows = connection.execute(text("SELECT indexname, indexdef FROM pg_indexes"))
        definitions = {row[0]: str(row[1]) for row in rows}
    assert all(
        " WHERE " in definitions[name]
        for name in ("uq_phone_active", "uq_phone_default", "uq_citizen_identity_number_active")
    )
