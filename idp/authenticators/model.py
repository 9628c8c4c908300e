"""The entities: what proves a second factor, and a browser that was seen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime

_LONGEST_CREDENTIAL_ID = 1023
"""Bytes (Web Authentication §4, credential ID)."""


class SecondFactor(StrEnum):
    """What completes a sign-in after the password, the strongest first."""

    PASSKEY = "passkey"
    APP = "app"
    SMS = "sms"
    RECOVERY_CODE = "recovery_code"


class AuthenticatorKind(StrEnum):
    """What a citizen can add, name and take away."""

    APP = "app"
    PASSKEY = "passkey"
    DEVICE = "device"


class AuthenticatorApp(Base):
    """
    An app that shows codes (RFC 6238); it counts from *confirmed_at* on, when one was right.

    *step_used* is the time step of the last code that counted: none before it counts again.
    """

    __tablename__ = "authenticator_app"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    name: Mapped[str] = mapped_column(PersonalText("authenticator_app.name"))
    secret: Mapped[str] = mapped_column(PersonalText("authenticator_app.secret"))
    step_used: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Passkey(Base):
    """
    A discoverable credential (Web Authentication §6.2) that verifies its person by itself.

    *public_key* is a COSE key. *copyable*: the authenticator says that its key may leave it, into a
    cloud that the citizen's devices share.
    """

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    name: Mapped[str] = mapped_column(PersonalText("passkey.name"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(_LONGEST_CREDENTIAL_ID), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    copyable: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecoveryCode(Base):
    """One code of a printed list; kept as a keyed hash, good once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("citizen_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class KnownDevice(Base):
    """
    A browser in which the citizen has signed in; found by the digest of its cookie's handle.

    A browser that a family shares has one handle, and a row for each of them. *skips_code_until*:
    the citizen wished to be spared the second factor here until then.
    """

    __tablename__ = "known_device"
    __table_args__ = (
        UniqueConstraint("handle_digest", "citizen_id"),
        Index("ix_known_device_citizen_used", "citizen_id", "last_used_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    handle_digest: Mapped[str] = mapped_column(String(43))
    name: Mapped[str | None] = mapped_column(PersonalText("known_device.name"))
    browser: Mapped[str] = mapped_column(String(32))
    system: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    skips_code_until: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """
    The browser a sign-in happens in.

    *former* is the digest of the handle it came with, *digest* that of the one it has from now on.
    *remembered_until*: the citizen wishes to be spared the second factor on it; `None` leaves an
    earlier wish as it is.
    """

    former: str | None
    digest: str
    browser: str
    system: str
    remembered_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Factors:
    """
    What a citizen has besides the password, and what is known of the browser at hand.

    *known*: the citizen has signed in there before. *remembered*: and is spared the second factor.
    *number* is where text messages go; it may have been lost.
    """

    passkey: bool
    app: bool
    recovery_code: bool
    known: bool
    remembered: bool
    number: PhoneNumber | None
