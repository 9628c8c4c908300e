"""Numbers that are given out one after the other."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base


class Series(Base):
    """One series of numbers, and the last that was given out."""

    __tablename__ = "series"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int]
