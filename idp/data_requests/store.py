"""Queries on requests; none of them commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import Citizen, CitizenId
from idp.data_requests.model import DataRequest, DataRequestAnswer, RequestKind, RequestNumber


def open_request_of(
    session: Session, citizen_id: CitizenId, kind: RequestKind
) -> RequestNumber | None:
    """The citizen's request of that kind that is not finished."""
    return session.execute(
        select(DataRequest.number).where(
            DataRequest.citizen_id == citizen_id,
            DataRequest.kind == kind,
            DataRequest.finished_at.is_(None),
        )
    ).scalar_one_or_none()


def requests_of(session: Session, citizen_id: CitizenId) -> Sequence[DataRequest]:
    """Everything a citizen has asked, the last first."""
    query = select(DataRequest).where(DataRequest.citizen_id == citizen_id)
    return session.execute(query.order_by(DataRequest.filed_at.desc())).scalars().all()


def request_of(
    session: Session, number: RequestNumber, citizen_id: CitizenId
) -> DataRequest | None:
    """That request, if it is this citizen's."""
    found = session.get(DataRequest, number)
    return found if found is not None and found.citizen_id == citizen_id else None


def answers_to(session: Session, number: RequestNumber) -> Sequence[DataRequestAnswer]:
    """What was answered, the first first."""
    query = select(DataRequestAnswer).where(DataRequestAnswer.number == number)
    return session.execute(query.order_by(DataRequestAnswer.id)).scalars().all()


def requests(session: Session, *, finished: bool) -> Sequence[DataRequest]:
    """Every request that is not finished, or every one."""
    query = select(DataRequest)
    if not finished:
        query = query.where(DataRequest.finished_at.is_(None))
    return session.execute(query.order_by(DataRequest.filed_at, DataRequest.number)).scalars().all()


def overdue(session: Session, now: datetime) -> Sequence[DataRequest]:
    """Requests a term of which has passed."""
    query = select(DataRequest).where(_is_overdue(now))
    return session.execute(query.order_by(DataRequest.filed_at)).scalars().all()


def count_overdue(session: Session, now: datetime) -> int:
    """How many those are."""
    query = select(func.count()).select_from(DataRequest).where(_is_overdue(now))
    return session.execute(query).scalar_one()


def forget_words_of_closed(session: Session) -> None:
    """
    Wipe the words of finished requests of accounts whose own details were wiped.

    Each time all of them: they are few, and nothing has to be remembered about it.
    """
    wiped = select(Citizen.id).where(Citizen.pseudonymised_at.is_not(None))
    finished = select(DataRequest.number).where(
        DataRequest.citizen_id.in_(wiped), DataRequest.finished_at.is_not(None)
    )
    session.execute(
        update(DataRequestAnswer).where(DataRequestAnswer.number.in_(finished)).values(words="")
    )
    session.execute(update(DataRequest).where(DataRequest.number.in_(finished)).values(words=""))


def request(session: Session, number: RequestNumber) -> DataRequest | None:
    """That request, whoever's it is."""
    return session.get(DataRequest, number)


def locked(session: Session, number: RequestNumber) -> DataRequest | None:
    """That request; nobody else changes it until the commit."""
    query = select(DataRequest).where(DataRequest.number == number)
    return session.execute(query.with_for_update()).scalar_one_or_none()


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    return and_(
        DataRequest.finished_at.is_(None),
        or_(
            DataRequest.done_due <= now,
            DataRequest.answered_at.is_(None) & (DataRequest.answer_due <= now),
        ),
    )
