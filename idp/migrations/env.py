"""What Alembic runs: migrations on the application's own engine, through Flask-Migrate."""

from typing import Literal

from alembic import context
from flask import current_app
from sqlalchemy import Enum

from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime


def render_plainly(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our column types as what the database sees: a migration outlives the code it met."""
    if kind == "type" and isinstance(item, PersonalText):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run_migrations_online() -> None:
    """Run on the engine of the application that `flask_migrate` was given."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,  # SQLite alters no column: Alembic copies the table
            render_item=render_plainly,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
