"""The entities of a citizen. What identifies a person is encrypted and found by blind index."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of

CitizenId = NewType("CitizenId", str)
"""A random UUID, ours alone: a relying party sees the pairwise subject instead."""


ClaimValue = str | int | bool | Mapping[str, str]
"""What a claim can hold; the last is for `address` (OpenID Connect Core §5.1.1)."""


class CitizenStatus(StrEnum):
    """
    Whether the account can be used; a held one says so only after the right password.

    `HELD` sums up the account's holds, for the sign-in to read in one row: `holds.place_hold` and
    `holds.lift_hold` alone write it.
    """

    ACTIVE = "active"
    HELD = "held"
    CLOSED = "closed"


class HoldKind(StrEnum):
    """Why an account is held."""

    OPERATOR = "operator"
    INACTIVE = "inactive"
    UNRECOGNISED_ACTIVITY = "unrecognised_activity"
    """The citizen saw something in the own activity that they had not done."""
    DISPUTE = "dispute"
    """Somebody else says the identity number is theirs: sign-in works, changes do not."""


class EvidenceKind(StrEnum):
    """What speaks for a person being who they say; the level table in config.toml names these."""

    SELF_DECLARED = "self_declared"
    CARRIER_MATCH = "carrier_match"
    COUNTER_VISIT = "counter_visit"
    QUALIFIED_SIGNATURE = "qualified_signature"
    VNEID_LEVEL_2 = "vneid_level_2"


class Citizen(Base):
    """
    A person with an account.

    A *test_person* is invented, for portals that are being tried where real people sign in as well.
    *last_sign_in_at* is right to a day. That of a new account is when it was made; that of one that
    was locked for want of use, when it was opened again.
    """

    __tablename__ = "citizen"
    __table_args__ = (Index("ix_citizen_status_last_sign_in", "status", "last_sign_in_at"),)

    id: Mapped[CitizenId] = mapped_column(String(36), primary_key=True)
    status: Mapped[CitizenStatus] = mapped_column(one_of(CitizenStatus))
    name_text: Mapped[str] = mapped_column("full_name", PersonalText("citizen.full_name"))
    birth_date_text: Mapped[str] = mapped_column("birth_date", PersonalText("citizen.birth_date"))
    email: Mapped[str | None] = mapped_column(PersonalText("citizen.email"))
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    standard_claims_text: Mapped[str | None] = mapped_column(
        "standard_claims", PersonalText("citizen.standard_claims")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_sign_in_at: Mapped[datetime] = mapped_column(
        UtcDateTime(),
        nullable=True,  # for SQLite alone, which adds no other column: every row has one
        default=lambda row: row.get_current_parameters()["created_at"],
    )
    test_person: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    pseudonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    identity_numbers: Mapped[list["CitizenIdentityNumber"]] = relationship(lazy="raise")
    phones: Mapped[list["Phone"]] = relationship(lazy="raise")
    evidence: Mapped[list["Evidence"]] = relationship(lazy="raise")
    credential: Mapped["PasswordCredential | None"] = relationship(lazy="raise")

    @property
    def full_name(self) -> FullName:
        """The name as the citizen wrote it at enrolment."""
        return FullName(self.name_text)

    @property
    def birth_date(self) -> BirthDate:
        """The birth date, or the year alone."""
        return BirthDate.from_iso(self.birth_date_text)

    @property
    def standard_claims(self) -> Mapping[str, ClaimValue]:
        """Standard claims beyond the record; only the person of certification runs has some."""
        return read_standard_claims(self.standard_claims_text)

    def number_of(self, kind: IdentityNumberKind) -> IdentityNumber | None:
        """The active number of that kind."""
        for number in self.identity_numbers:
            if number.active and number.kind == kind:
                return IdentityNumber(number.value)
        return None

    @property
    def phone_number(self) -> PhoneNumber | None:
        """Where one-time passwords go: the active default number."""
        for phone in self.phones:
            if phone.active and phone.is_default:
                return PhoneNumber(phone.number)
        return None


def read_standard_claims(text: str | None) -> Mapping[str, ClaimValue]:
    """The claims that are stored as *text*, a JSON object; `None` is none."""
    return {} if text is None else dict(json.loads(text))


class CitizenIdentityNumber(Base):
    """
    One identity number of a citizen: CCCD and CMND of one person are two rows.

    One active number of a kind: of two, nobody could say which one a portal is to be told.
    """

    __tablename__ = "citizen_identity_number"
    __table_args__ = (
        Index(
            "uq_citizen_identity_number_active",
            "value_index",
            unique=True,
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
        Index(
            "uq_citizen_identity_number_kind",
            "citizen_id",
            "kind",
            unique=True,
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    kind: Mapped[IdentityNumberKind] = mapped_column(one_of(IdentityNumberKind))
    value: Mapped[str] = mapped_column(PersonalText("citizen_identity_number.value"))
    value_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ClaimedIdentityNumber(Base):
    """
    A number that a citizen says is theirs, and nobody has confirmed.

    It opens nothing, is released to nobody and is nobody else's hindrance: it is here so that it
    need not be typed again when evidence comes (`link_identity_number`).
    """

    __tablename__ = "claimed_identity_number"

    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), primary_key=True)
    value: Mapped[str] = mapped_column(PersonalText("claimed_identity_number.value"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Phone(Base):
    """A verified phone number; at most one active citizen has it."""

    __tablename__ = "phone"
    __table_args__ = (
        Index(
            "uq_phone_active",
            "number_index",
            unique=True,
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
        Index(
            "uq_phone_default",
            "citizen_id",
            unique=True,
            sqlite_where=text("active = 1 AND is_default = 1"),
            postgresql_where=text("active AND is_default"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    number: Mapped[str] = mapped_column(PersonalText("phone.number"))
    number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    active: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime] = mapped_column(UtcDateTime())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class FormerEmail(Base):
    """A verified address that another took the place of, until its reader was told of that."""

    __tablename__ = "former_email"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    address: Mapped[str] = mapped_column(PersonalText("former_email.address"))
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


class PasswordCredential(Base):
    """What is kept of a password: its Argon2id hash."""

    __tablename__ = "password_credential"

    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Evidence(Base):
    """
    A record that speaks for a person's identity; levels are derived from these alone.

    *attributes* are the names of what was confirmed, *spelling* which writing of the name matched.
    *ask_again_from*: the carrier was asked about it once more without a word that settles it, and
    is not to be asked again before that.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index(
            "ix_evidence_rematch",
            "verifier",
            "ask_again_from",
            "verified_at",
            sqlite_where=text("kind = 'carrier_match' AND lapsed_at IS NULL"),
            postgresql_where=text("kind = 'carrier_match' AND lapsed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(one_of(EvidenceKind))
    verifier: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(256))
    attributes: Mapped[list[str]] = mapped_column(JSON)
    spelling: Mapped[str | None] = mapped_column(String(16))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))
    verified_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lapsed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ask_again_from: Mapped[datetime | None] = mapped_column(UtcDateTime())


class AccountHold(Base):
    """
    Something that keeps an account from being used, or from being changed, until it is lifted.

    *reference* names the case it belongs to, where there is one: an id, never a person's data.
    """

    __tablename__ = "account_hold"
    __table_args__ = (
        Index(
            "uq_account_hold_standing",
            "citizen_id",
            "kind",
            "reference",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    kind: Mapped[HoldKind] = mapped_column(one_of(HoldKind))
    reference: Mapped[str] = mapped_column(String(64))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class IdentityNumberReservation(Base):
    """
    An identity number that was taken from an account, and waits for whose it is.

    *phone_index* is of the phone that person has proved; with any other nobody gets the number.
    *reference* names the case. *taken_at*: that person has an account with it.
    """

    __tablename__ = "identity_number_reservation"
    __table_args__ = (
        Index(
            "uq_identity_number_reservation_standing",
            "value_index",
            unique=True,
            sqlite_where=text("taken_at IS NULL"),
            postgresql_where=text("taken_at IS NULL"),
        ),
    )

    reference: Mapped[str] = mapped_column(String(64), primary_key=True)
    value_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    until: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
