"""Adding the other number of a person, CCCD or CMND, to the account they have."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import IdentityNumberLinked
from idp.audit.log import record
from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.model import Citizen, CitizenId, CitizenIdentityNumber, EvidenceKind
from idp.citizens.number_store import (
    drop_claimed_number,
    holder_of_identity_number,
    is_reserved,
    take_reserved,
)
from idp.citizens.phone_store import phone_indexes_of
from idp.citizens.store import lock
from idp.core.identity_number import IdentityNumber
from idp.db.encryption import BlindIndex


class NumberTaken(Exception):
    """The number has another account, or none (`holder`), and waits for whose it is."""

    def __init__(self, holder: CitizenId | None) -> None:
        super().__init__()
        self.holder = holder


class KindHeld(Exception):
    """The account has a number of that kind: which one is right is for an operator to say."""


def link_identity_number(
    session: Session,
    citizen_id: CitizenId,
    number: IdentityNumber,
    *,
    index: BlindIndex,
    evidence: EvidenceKind,
    by: str,
    at: datetime,
) -> bool:
    """
    Add *number* to the account, in the caller's transaction; false where it is there already.

    The caller has the evidence: *evidence* is its kind, *by* the carrier or the operator that gave
    it. A 9-digit number alone never is any, nor is a claim of the citizen's own. The citizen's id
    stays, and with it every subject (`sub`, `TechID`) that portals know.

    Raises `NumberTaken`, `KindHeld`; nothing is written then. Whoever links at the wish of the
    citizen asks `bars_changes` first.
    """
    lock(session, citizen_id)
    number_index = identity_number_index(index, number.value)
    holder = holder_of_identity_number(session, number_index)
    if holder == citizen_id:
        return False
    if holder is not None or is_reserved(
        session, number_index, besides=phone_indexes_of(session, citizen_id)
    ):
        raise NumberTaken(holder)
    held = session.execute(
        select(CitizenIdentityNumber.id).where(
            CitizenIdentityNumber.citizen_id == citizen_id,
            CitizenIdentityNumber.kind == number.kind,
            CitizenIdentityNumber.active.is_(True),
        )
    )
    if held.first() is not None:
        raise KindHeld
    row = CitizenIdentityNumber(
        citizen_id=citizen_id,
        kind=number.kind,
        value=number.value,
        value_index=number_index,
        created_at=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody enrolled with it, or was given it, since we looked.
        holder = holder_of_identity_number(session, number_index)
        if holder is None:
            raise
        raise NumberTaken(holder) from None
    session.get_one(Citizen, citizen_id).updated_at = at
    drop_claimed_number(session, citizen_id)
    take_reserved(session, number_index, at)
    event = IdentityNumberLinked(
        citizen_id=citizen_id, number_kind=number.kind, evidence=evidence, by=by
    )
    record(session, event, at)
    return True
