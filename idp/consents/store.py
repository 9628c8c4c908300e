"""Queries on consents; none of them commits."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from idp.citizens.model import CitizenId
from idp.consents.model import Consent, ConsentChange, ConsentLedgerEntry, ShownText
from idp.core.handles import digest
from idp.db.rows import Prepared, Source, rows_of
from idp.relying_parties.model import ClientId

_Value = SQLCoreOperations[Any]

_CLAIMS: Final = Prepared(
    select(Consent.claims).where(
        Consent.citizen_id == bindparam("citizen_id"), Consent.client_id == bindparam("client_id")
    )
)


def consented_claims(source: Source, citizen_id: CitizenId, client_id: ClientId) -> frozenset[str]:
    """The claims that the citizen agreed to share with the relying party."""
    row = rows_of(source).one(_CLAIMS, citizen_id=citizen_id, client_id=client_id)
    return frozenset() if row is None else frozenset(row[0])


def standing(*, citizen_id: _Value, client_id: _Value) -> ColumnElement[bool]:
    """Which consent of that citizen at that relying party shares anything: one, or none."""
    return and_(
        Consent.citizen_id == citizen_id,
        Consent.client_id == client_id,
        cast(Consent.claims, String) != "[]",
    )


def sharing(claim: str, *, citizen_id: _Value, client_id: _Value) -> ColumnElement[bool]:
    """Which consent of that citizen at that relying party shares *claim*: one, or none."""
    return and_(
        Consent.citizen_id == citizen_id,
        Consent.client_id == client_id,
        cast(Consent.claims, String).contains(f'"{claim}"', autoescape=True),
    )


def lock_all(session: Session, citizen_id: CitizenId) -> None:
    """
    Let nothing be made of a citizen's consents until the commit.

    Before the account is locked, where both are: an answer to a portal holds the consent first.
    """
    session.execute(
        select(Consent.id)
        .where(Consent.citizen_id == citizen_id)
        .order_by(Consent.id)
        .with_for_update()
    )


def consented_parties(session: Session, citizen_id: CitizenId) -> frozenset[ClientId]:
    """The relying parties that the citizen shares anything with."""
    rows = session.execute(
        select(Consent.client_id, Consent.claims).where(Consent.citizen_id == citizen_id)
    )
    return frozenset(row.client_id for row in rows if row.claims)


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
        select(Consent).where(_of(citizen_id, client_id)).with_for_update()
    ).scalar_one_or_none()
    if consent is None:
        consent = _begun(session, citizen_id, client_id, at)
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


def withdraw(
    session: Session, *, citizen_id: CitizenId, client_id: ClientId, text_hash: str, at: datetime
) -> frozenset[str]:
    """Empty the standing consent, and say so in the ledger; the claims that were shared so far."""
    withdrawn = _withdraw_where(session, _of(citizen_id, client_id), text_hash, at)
    return withdrawn.get(client_id, frozenset())


def withdraw_all(
    session: Session, *, citizen_id: CitizenId, text_hash: str, at: datetime
) -> dict[ClientId, frozenset[str]]:
    """Empty every standing consent of a citizen; what was shared, by relying party."""
    return _withdraw_where(session, Consent.citizen_id == citizen_id, text_hash, at)


def keep_text(session: Session, text: str, at: datetime) -> str:
    """Keep the words that a person was shown, of ours alone; the hash they are found by."""
    text_hash = digest(text)
    # On the connection: the session would write first whatever else the caller has begun, and what
    # is wrong with that is no fault of the text.
    connection = session.connection()
    known = select(ShownText.hash).where(ShownText.hash == text_hash)
    if connection.execute(known).first() is None:
        values = {"hash": text_hash, "text": text, "first_shown_at": at}
        # Shown to another at the same moment, it is there.
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(ShownText).values(values))
    return text_hash


def shown_text(session: Session, text_hash: str) -> ShownText | None:
    """The words behind a hash, and when they were shown first."""
    return session.get(ShownText, text_hash)


def _withdraw_where(
    session: Session, which: ColumnElement[bool], text_hash: str, at: datetime
) -> dict[ClientId, frozenset[str]]:
    shared = session.execute(
        select(Consent).where(which).order_by(Consent.id).with_for_update()
    ).scalars()
    withdrawn = {}
    for consent in shared:
        if not consent.claims:
            continue
        withdrawn[consent.client_id] = frozenset(consent.claims)
        session.add(
            ConsentLedgerEntry(
                citizen_id=consent.citizen_id,
                client_id=consent.client_id,
                change=ConsentChange.WITHDRAWN,
                claims=consent.claims,
                text_hash=text_hash,
                at=at,
            )
        )
        consent.claims = []
        consent.updated_at = at
    return withdrawn


def _begun(session: Session, citizen_id: CitizenId, client_id: ClientId, at: datetime) -> Consent:
    """An empty consent; the one of another request, if that began it at the same moment."""
    consent = Consent(citizen_id=citizen_id, client_id=client_id, claims=[], updated_at=at)
    try:
        with session.begin_nested():
            session.add(consent)
    except IntegrityError:
        return session.execute(
            select(Consent).where(_of(citizen_id, client_id)).with_for_update()
        ).scalar_one()
    return consent


def _of(citizen_id: CitizenId, client_id: ClientId) -> ColumnElement[bool]:
    return and_(Consent.citizen_id == citizen_id, Consent.client_id == client_id)
