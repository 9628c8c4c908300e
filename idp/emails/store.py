"""Queries on addresses to be verified; none of them commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.core.email_address import EmailAddress
from idp.emails.model import EmailVerification, EmailVerificationId


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose address is asked about."""

    citizen_id: CitizenId
    address: EmailAddress


def forget_of(session: Session, citizen_id: CitizenId) -> None:
    """Let earlier links of a citizen lead nowhere: the last address given is the one meant."""
    session.execute(delete(EmailVerification).where(EmailVerification.citizen_id == citizen_id))


def find(session: Session, handle: str, now: datetime) -> Asked | None:
    """What the link with that digest asks, while it lasts."""
    row = session.execute(
        select(EmailVerification.citizen_id, EmailVerification.address).where(
            EmailVerification.handle == handle, EmailVerification.expires_at > now
        )
    ).one_or_none()
    return None if row is None else Asked(row.citizen_id, EmailAddress(row.address))


def address_of(
    session: Session, verification_id: EmailVerificationId, now: datetime
) -> EmailAddress | None:
    """Where the link goes; `None` once it is of no use."""
    address = session.execute(
        select(EmailVerification.address).where(
            EmailVerification.id == verification_id, EmailVerification.expires_at > now
        )
    ).scalar_one_or_none()
    return None if address is None else EmailAddress(address)


def pending_address_of(
    session: Session, citizen_id: CitizenId, now: datetime
) -> EmailAddress | None:
    """The address a citizen was last asked about, while the link lasts: for the account's page."""
    address = session.execute(
        select(EmailVerification.address).where(
            EmailVerification.citizen_id == citizen_id, EmailVerification.expires_at > now
        )
    ).scalar_one_or_none()
    return None if address is None else EmailAddress(address)


def spend(session: Session, handle: str, now: datetime) -> Asked | None:
    """Take the question with that digest, while it lasts; one caller gets it."""
    row = session.execute(
        delete(EmailVerification)
        .where(EmailVerification.handle == handle, EmailVerification.expires_at > now)
        .returning(EmailVerification.citizen_id, EmailVerification.address)
    ).one_or_none()
    return None if row is None else Asked(row.citizen_id, EmailAddress(row.address))


def forget_expired(session: Session, now: datetime) -> int:
    """Delete what lasted long enough; how many that were."""
    result = session.execute(delete(EmailVerification).where(EmailVerification.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount
