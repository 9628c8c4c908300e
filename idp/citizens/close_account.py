"""Closing an account, as a part of whatever closes it."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    PasswordCredential,
)


def close_account(session: Session, citizen_id: CitizenId, at: datetime) -> bool:
    """
    Close the account, in the caller's transaction; true for the one caller that did.

    Its identity numbers are free for another enrolment, which makes another citizen with other
    subjects; password and evidence are gone. The phone stays, for the notice that tells of it,
    until somebody proves it anew, or `pseudonymise_closed` wipes what is left. Ends no session and
    no authenticator.
    """
    closed = session.execute(
        update(Citizen)
        .where(Citizen.id == citizen_id, Citizen.status != CitizenStatus.CLOSED)
        .values(status=CitizenStatus.CLOSED, updated_at=at, closed_at=at)
        .returning(Citizen.id)
    )
    if closed.first() is None:
        return False
    session.execute(
        update(CitizenIdentityNumber)
        .where(
            CitizenIdentityNumber.citizen_id == citizen_id, CitizenIdentityNumber.active.is_(True)
        )
        .values(active=False)
    )
    session.execute(
        update(Evidence)
        .where(Evidence.citizen_id == citizen_id, Evidence.lapsed_at.is_(None))
        .values(lapsed_at=at)
    )
    session.execute(delete(PasswordCredential).where(PasswordCredential.citizen_id == citizen_id))
    return True
