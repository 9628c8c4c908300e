"""`idp db`: the database's shape."""

from collections.abc import Callable

import click
from flask import Flask
from flask_migrate import upgrade as migrate


def db_commands(open_app: Callable[[], Flask], migrations: str) -> click.Group:
    """Build the `db` group; *open_app* is called once per command."""

    @click.group("db")
    def db() -> None:
        """The database."""

    @db.command("upgrade")
    def upgrade() -> None:
        """Apply every migration that has not been applied."""
        with open_app().app_context():
            migrate(migrations)
        click.echo("The database is up to date.")

    return db
