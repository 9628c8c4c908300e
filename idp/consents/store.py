"""Queries on consents; none of them commits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.consents.model import Consent, ConsentChange, ConsentLedgerEntry
from idp.relying_parties.model import ClientId


def consented_claims(
    session: Session, citizen_id: CitizenId, client_id: ClientId
) -> frozenset[str]:
    """The claims that the citizen agreed to share with the relying party."""
    claims = session.execute(
        select(Consent.claims).where(
            Consent.citizen_id == citizen_id, Consent.client_id == client_id
        )
    ).scalar_one_or_none()
    return frozenset(claims or ())


def give(
    session: Session,
    *,
    citizen_id: CitizenId,
    client_id: ClientId,
    claims: Collection[str],
    text_hash: str,
    at: datetime,
) -> None:
    """Add *claims* to the standing consent, and say so in the ledger."""
    consent = session.execute(
        select(Consent)
        .where(Consent.citizen_id == citizen_id, Consent.client_id == client_id)
        .with_for_update()
    ).scalar_one_or_none()
    if consent is None:
        consent = Consent(citizen_id=citizen_id, client_id=client_id, claims=[], updated_at=at)
        session.add(consent)
    consent.claims = sorted({*consent.claims, *claims})
    consent.updated_at = at
    session.add(
        ConsentLedgerEntry(
            citizen_id=citizen_id,
            client_id=client_id,
            change=ConsentChange.GIVEN,
            claims=sorted(claims),
            text_hash=text_hash,
            at=at,
        )
    )
