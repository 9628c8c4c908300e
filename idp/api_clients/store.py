"""Queries on programs; none of them commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp.api_clients.model import ApiClient, ApiClientName
from idp.operators.model import Operator, OperatorName


def all_of(session: Session) -> Sequence[tuple[ApiClient, Operator]]:
    """Every program by its name, disabled ones too, each with who answers for it."""
    query = select(ApiClient, Operator).join(Operator, Operator.name == ApiClient.answered_by)
    return [(row[0], row[1]) for row in session.execute(query.order_by(ApiClient.name))]


def find(session: Session, name: ApiClientName) -> tuple[ApiClient, Operator] | None:
    """The program that is not disabled, and who answers for it: nobody disabled."""
    query = (
        select(ApiClient, Operator)
        .join(Operator, Operator.name == ApiClient.answered_by)
        .where(
            ApiClient.name == name,
            ApiClient.disabled_at.is_(None),
            Operator.disabled_at.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])


def one(session: Session, name: ApiClientName) -> ApiClient | None:
    """The program, disabled or not, whoever answers for it."""
    return session.get(ApiClient, name)


def renew(
    session: Session,
    name: ApiClientName,
    *,
    secret_hash: bytes,
    last_four: str,
    by: OperatorName,
    at: datetime,
    expires_at: datetime,
) -> bool:
    """Replace the secret of one that is not disabled, and who answers; true where that was done."""
    renewed = session.execute(
        update(ApiClient)
        .where(ApiClient.name == name, ApiClient.disabled_at.is_(None))
        .values(
            secret_hash=secret_hash,
            last_four=last_four,
            answered_by=by,
            renewed_at=at,
            expires_at=expires_at,
        )
        .returning(ApiClient.name)
    )
    return renewed.first() is not None


def disable(session: Session, name: ApiClientName, at: datetime) -> bool:
    """Disable it; true for the one caller that did."""
    disabled = session.execute(
        update(ApiClient)
        .where(ApiClient.name == name, ApiClient.disabled_at.is_(None))
        .values(disabled_at=at)
        .returning(ApiClient.name)
    )
    return disabled.first() is not None


def person_behind(session: Session, name: str) -> str:
    """Who answers for what *name* did: the operator of that name, or the one behind a program."""
    client = name.partition(":")[2]
    if not client:
        return name
    return session.execute(
        select(ApiClient.answered_by).where(ApiClient.name == client)
    ).scalar_one()
