"""What the pages ask; the log knows longest when a portal got something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from idp.audit.model import AuditEvent
from idp.citizens.model import CitizenId
from idp.consents.model import Consent
from idp.relying_parties.model import ClientId

_GOT_SOMETHING: Final = "code_issued"


@dataclass(frozen=True, slots=True)
class Connected:
    """A portal that the citizen shares *claims* with; the times of its sign-ins, if there were."""

    client_id: ClientId
    claims: frozenset[str]
    first_at: datetime | None
    last_at: datetime | None


def connected(session: Session, citizen_id: CitizenId) -> Sequence[Connected]:
    """Every portal that the citizen shares anything with, the one used last first."""
    used = (
        select(
            AuditEvent.client_id,
            func.min(AuditEvent.at).label("first_at"),
            func.max(AuditEvent.at).label("last_at"),
        )
        .where(AuditEvent.citizen_id == citizen_id, AuditEvent.kind == _GOT_SOMETHING)
        .group_by(AuditEvent.client_id)
        .subquery()
    )
    rows = session.execute(
        select(Consent.client_id, Consent.claims, used.c.first_at, used.c.last_at)
        .outerjoin(used, and_(used.c.client_id == Consent.client_id))
        .where(Consent.citizen_id == citizen_id)
        .order_by(func.coalesce(used.c.last_at, Consent.updated_at).desc(), Consent.client_id)
    )
    return [
        Connected(client_id, frozenset(claims), first_at, last_at)
        for client_id, claims, first_at, last_at in rows
        if claims
    ]
