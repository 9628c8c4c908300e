"""
The worker's part: what is left of closed accounts names nobody, and in the end is nobody's.

First the readable details go; the blind indexes stay, by which a court could still find whose the
log is. When what is kept has been kept long enough, they go too.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Phone,
)
from idp.core.clock import Clock
from idp.core.handles import random_bytes
from idp.db.database import Database

_AT_ONCE = 100
_INDEX_BYTES = 32


def pseudonymise_closed(database: Database, after: timedelta, clock: Clock) -> int:
    """Wipe the details of accounts closed so long ago, when the last notice is sent; how many."""
    now = clock.now()
    with database.transaction() as transaction:
        closed = _closed(transaction, now - after, Citizen.pseudonymised_at.is_(None))
        transaction.execute(
            update(Citizen)
            .where(Citizen.id.in_(closed))
            .values(
                name_text="",
                birth_date_text="",
                email=None,
                email_verified_at=None,
                standard_claims_text=None,
                pseudonymised_at=now,
            )
        )
        transaction.execute(
            update(CitizenIdentityNumber)
            .where(CitizenIdentityNumber.citizen_id.in_(closed))
            .values(value="")
        )
        transaction.execute(
            update(Phone)
            .where(Phone.citizen_id.in_(closed))
            .values(number="", active=False, is_default=False, removed_at=now)
        )
    return len(closed)


def forget_closed(database: Database, kept: timedelta, clock: Clock) -> int:
    """Cut what is left of accounts closed so long ago off from any number; how many those were."""
    numbers = exists().where(CitizenIdentityNumber.citizen_id == Citizen.id)
    with database.transaction() as transaction:
        closed = _closed(
            transaction, clock.now() - kept, Citizen.pseudonymised_at.is_not(None), numbers
        )
        transaction.execute(
            delete(CitizenIdentityNumber).where(CitizenIdentityNumber.citizen_id.in_(closed))
        )
        phones = transaction.execute(select(Phone).where(Phone.citizen_id.in_(closed))).scalars()
        for phone in phones:  # evidence and recoveries refer to the rows
            phone.number_index = random_bytes(_INDEX_BYTES)
    return len(closed)


def _closed(session: Session, before: datetime, *conditions: object) -> list[CitizenId]:
    found = session.execute(
        select(Citizen.id)
        .where(Citizen.status == CitizenStatus.CLOSED, Citizen.closed_at <= before, *conditions)  # type: ignore[arg-type]
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list(found.scalars())
