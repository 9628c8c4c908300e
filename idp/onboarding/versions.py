"""Making a registration so: the row, its next version, the life of its keys, and the audit log."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.audit.events import RelyingPartyRegistered
from idp.audit.log import record
from idp.onboarding.diff import FieldChange, diff
from idp.onboarding.model import Stale
from idp.relying_parties import store
from idp.relying_parties.keys import end_of, thumbprint
from idp.relying_parties.model import RelyingPartyKey, RelyingPartyRecord
from idp.relying_parties.registration import Registration

_PEOPLE: Final = "contacts"
"""The member that holds people's addresses: the versions have them, the audit log does not."""


def add(
    session: Session,
    registration: Registration,
    *,
    by: str,
    reason: str,
    team: str | None,
    key_lasts: timedelta,
    at: datetime,
) -> RelyingPartyRecord:
    """Store a new registration."""
    row = store.add(session, registration, at, by=by, reason=reason, team=team)
    _keep_keys(session, row, registration, key_lasts, at)
    _record(session, row, diff({}, registration.document), by=by, reason=reason, at=at)
    return row


def replace(
    session: Session,
    row: RelyingPartyRecord,
    registration: Registration,
    *,
    by: str,
    reason: str,
    key_lasts: timedelta,
    at: datetime,
) -> tuple[FieldChange, ...]:
    """Make *registration* the next version of a locked one; what differs, which may be nothing."""
    changes = diff(row.registration, registration.document)
    if changes:
        store.replace(session, row, registration, at, by=by, reason=reason)
        _keep_keys(session, row, registration, key_lasts, at)
        _record(session, row, changes, by=by, reason=reason, at=at)
    return changes


def stale(session: Session, row: RelyingPartyRecord, base_version: int) -> Stale | None:
    """What somebody else has changed since *base_version*, `None` where nobody has."""
    if row.version == base_version:
        return None
    newest = store.version(session, row.client_id, row.version)
    base = store.version(session, row.client_id, base_version)
    before: Mapping[str, object] = {} if base is None else base.document
    return Stale(
        version=row.version,
        theirs=diff(before, row.registration),
        by="" if newest is None else newest.by,
        at=row.updated_at if newest is None else newest.at,
        reason="" if newest is None else newest.reason,
    )


def _keep_keys(
    session: Session,
    row: RelyingPartyRecord,
    registration: Registration,
    lasts: timedelta,
    at: datetime,
) -> None:
    """A key that is new ends some day; one that comes again has what is left of its first life."""
    rows = select(RelyingPartyKey).where(RelyingPartyKey.client_id == row.client_id)
    known = {key.thumbprint: key for key in session.execute(rows).scalars()}
    named = {
        name: end_of(key)
        for key in registration.relying_party.keys.jwks
        if (name := thumbprint(key)) is not None
    }
    for name, end in named.items():
        latest = at + lasts
        if name not in known:
            session.add(
                RelyingPartyKey(
                    client_id=row.client_id,
                    thumbprint=name,
                    created_at=at,
                    expires_at=latest if end is None else min(end, latest),
                )
            )
        elif end is not None and end < known[name].expires_at:
            known[name].expires_at = end
    for name, key in known.items():
        key.removed_at = None if name in named else key.removed_at or at
    session.flush()
    session.expire(row, ["keys"])


def _record(
    session: Session,
    row: RelyingPartyRecord,
    changes: tuple[FieldChange, ...],
    *,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    told = tuple(
        (change.field, " ".join(change.before), " ".join(change.after))
        for change in changes
        if change.field != _PEOPLE
    )
    event = RelyingPartyRegistered(
        client_id=row.client_id,
        changed=() if row.version == 1 else tuple(change.field for change in changes),
        version=row.version,
        changes=told,
        by=by,
        reason=reason,
    )
    record(session, event, at)
