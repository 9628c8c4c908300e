"""`idp db`: the database's shape."""

from collections.abc import Callable

import click
from flask import Flask

from idp.db.migrate import migrate


def db_commands(open_app: Callable[[], Flask], migrations: str) -> click.Group:
    """Build the `db` group; *open_app* is called once per command."""

    @click.group("db")
    def db() -> None:
        """The database."""

    @db.command("upgrade")
    def upgrade() -> None:
        """Apply every migration that has not been applied."""
        migrate(open_app(), migrations)
        click.echo("The database is up to date.")

    return db
