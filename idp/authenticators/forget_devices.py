"""Forgetting the browsers of a citizen, wherever the password or the owner changes."""

from datetime import datetime

from sqlalchemy.orm import Session

from idp.audit.events import AuthenticatorsEnded, DevicesForgotten
from idp.audit.log import record
from idp.authenticators import store
from idp.citizens.model import CitizenId


def end_remembered_devices(session: Session, citizen_id: CitizenId, at: datetime) -> int:
    """
    Forget every known and remembered device of a citizen, in the caller's transaction; how many.

    The cookies stay where they are, and mean nothing for this citizen any more.
    """
    forgotten = store.forget_devices(session, citizen_id)
    if forgotten:
        record(session, DevicesForgotten(citizen_id=citizen_id, devices=forgotten), at)
    return forgotten


def end_authenticators(session: Session, citizen_id: CitizenId, at: datetime) -> None:
    """Take every app, passkey, recovery code and device from an account, as part of its end."""
    end_remembered_devices(session, citizen_id, at)
    taken = store.take_all(session, citizen_id)
    if taken:
        record(session, AuthenticatorsEnded(citizen_id=citizen_id, authenticators=taken), at)
