"""Queries on citizens' mail addresses; none of them commits."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import Citizen, CitizenId, FormerEmail
from idp.core.email_address import EmailAddress


def verified_email_of(session: Session, citizen_id: CitizenId) -> EmailAddress | None:
    """The address that mail to the citizen may go to."""
    value = session.execute(
        select(Citizen.email).where(
            Citizen.id == citizen_id, Citizen.email_verified_at.is_not(None)
        )
    ).scalar_one_or_none()
    return None if value is None else EmailAddress(value)


def emails_at(session: Session, citizen_id: CitizenId, moment: datetime) -> list[EmailAddress]:
    """The address of mail to the citizen, and each that was it until that moment or later."""
    now = verified_email_of(session, citizen_id)
    former = session.execute(
        select(FormerEmail.address)
        .where(FormerEmail.citizen_id == citizen_id, FormerEmail.replaced_at >= moment)
        .order_by(FormerEmail.id)
    ).scalars()
    return [*([] if now is None else [now]), *map(EmailAddress, former)]


def forget_former_emails(session: Session, before: datetime) -> None:
    """Delete the addresses that were replaced before that moment."""
    session.execute(delete(FormerEmail).where(FormerEmail.replaced_at < before))


def set_verified_email(
    session: Session, citizen_id: CitizenId, address: EmailAddress, at: datetime
) -> None:
    """
    Store an address of which it is known that the citizen reads mail to it.

    The one before is kept for a while: whoever reads its mail is told, too.
    """
    former = verified_email_of(session, citizen_id)
    if former is not None and former != address:
        session.add(FormerEmail(citizen_id=citizen_id, address=former.value, replaced_at=at))
    session.execute(
        update(Citizen)
        .where(Citizen.id == citizen_id)
        .values(email=address.value, email_verified_at=at, updated_at=at)
    )
