"""The standing consent, and the ledger of how it came to be."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.relying_parties.model import ClientId


class ConsentChange(StrEnum):
    """What happened to a consent."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Consent(Base):
    """What a citizen agrees to share with a relying party until they say otherwise."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("citizen_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    client_id: Mapped[ClientId] = mapped_column(String(128))
    claims: Mapped[list[str]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ConsentLedgerEntry(Base):
    """One change of a consent, with the hash of the text that was shown. Never updated."""

    __tablename__ = "consent_ledger"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    client_id: Mapped[ClientId] = mapped_column(String(128))
    change: Mapped[ConsentChange] = mapped_column(one_of(ConsentChange))
    claims: Mapped[list[str]] = mapped_column(JSON)
    text_hash: Mapped[str] = mapped_column(String(43))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class ShownText(Base):
    """
    The words behind a hash in the ledger, or in the event of an enrolment, kept once for all.

    Words of ours alone: a text with a person's data in it would be kept with nobody to ask for it.
    """

    __tablename__ = "shown_text"

    hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    first_shown_at: Mapped[datetime] = mapped_column(UtcDateTime())
