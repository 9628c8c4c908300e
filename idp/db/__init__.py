"""
The durable store: one SQL database, spoken through Flask-SQLAlchemy's models.

Owns the declarative base, the column types (encrypted, blind-indexed, UTC), the two kinds of
transaction, the queries' connection, and the series that cases are numbered in. Does not own any
other table: those stand in their capability.
"""

from typing import Final

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, registry

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base of every durable entity; constraint names are the same on each database."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        # Rows of a nation outgrow 31 bits; SQLite numbers rows by itself only in an INTEGER.
        type_annotation_map={int: BigInteger().with_variant(Integer, "sqlite")},
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
