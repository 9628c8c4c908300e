"""Queries on programs; none of them commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp.api_clients.model import PREFIX, ApiClient, ApiClientName
from idp.operators.model import Operator


def all_of(
    session: Session, *, limit: int | None = None, offset: int = 0
) -> Sequence[tuple[ApiClient, Operator]]:
    """Programs by their names, disabled ones too, each with who answers for it."""
    query = select(ApiClient, Operator).join(Operator, Operator.name == ApiClient.answered_by)
    query = query.order_by(ApiClient.name).limit(limit).offset(offset)
    return [(row[0], row[1]) for row in session.execute(query)]


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


def locked(session: Session, name: ApiClientName) -> ApiClient | None:
    """The program that is not disabled; nobody else changes it until the commit."""
    query = select(ApiClient).where(ApiClient.name == name, ApiClient.disabled_at.is_(None))
    return session.execute(query.with_for_update()).scalar_one_or_none()


def disable(session: Session, name: ApiClientName, at: datetime) -> bool:
    """Disable it; true for the one caller that did."""
    disabled = session.execute(
        update(ApiClient)
        .where(ApiClient.name == name, ApiClient.disabled_at.is_(None))
        .values(disabled_at=at)
        .returning(ApiClient.name)
    )
    return disabled.first() is not None


def people_behind(session: Session, name: str) -> frozenset[str]:
    """
    Who may have done what *name* did: the operator of that name, or who answers for a program.

    Also who did before: whoever lets a program ask for something, and has somebody else renew it,
    is not a second person.
    """
    if not name.startswith(PREFIX):
        return frozenset({name})
    found = session.get(ApiClient, name.removeprefix(PREFIX))
    return frozenset() if found is None else frozenset({found.answered_by, *found.answered_before})
