"""That somebody was told."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime


class InactivityNotice(Base):
    """
    One notice to a citizen who had not signed in *since*, counted from 1.

    A later sign-in begins anew: what was told before it counts no more.
    """

    __tablename__ = "inactivity_notice"

    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime())
