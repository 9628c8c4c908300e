"""Applying migrations."""

from flask import Flask

from idp.db import db


def migrate(app: Flask, folder: str) -> None:
    """Apply every migration in *folder* that the database of *app* has not seen."""
    # Alembic weighs 7 MB: only a process that migrates loads it.
    from flask_migrate import Migrate, upgrade  # noqa: PLC0415

    Migrate(app, db, directory=folder, render_as_batch=True)
    with app.app_context():
        upgrade()
