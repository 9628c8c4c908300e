"""Queries on links in notices and on reports; none of them commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from idp.citizens.model import AccountHold, CitizenId, HoldKind
from idp.messaging.model import NoticeKind
from idp.unrecognised.model import NoticeLink, ReportNumber


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice was about."""

    kind: NoticeKind
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report whose account is still locked."""

    number: ReportNumber
    citizen_id: CitizenId
    placed_at: datetime


def find(session: Session, handle: str, now: datetime) -> Told | None:
    """What the link with that digest is about, while it lasts."""
    row = session.execute(
        select(NoticeLink.kind, NoticeLink.at).where(
            NoticeLink.handle == handle, NoticeLink.expires_at > now
        )
    ).one_or_none()
    return None if row is None else Told(row.kind, row.at)


def spend(session: Session, handle: str, now: datetime) -> CitizenId | None:
    """Take the link with that digest, while it lasts; one caller gets whose it is."""
    return session.execute(
        delete(NoticeLink)
        .where(NoticeLink.handle == handle, NoticeLink.expires_at > now)
        .returning(NoticeLink.citizen_id)
    ).scalar_one_or_none()


def open_report_of(session: Session, citizen_id: CitizenId) -> ReportNumber | None:
    """The report that keeps the account locked now."""
    number = session.execute(
        select(AccountHold.reference)
        .where(
            AccountHold.citizen_id == citizen_id,
            AccountHold.kind == HoldKind.UNRECOGNISED_ACTIVITY,
            AccountHold.lifted_at.is_(None),
        )
        .order_by(AccountHold.id)
        .limit(1)
    ).scalar_one_or_none()
    return None if number is None else ReportNumber(number)


def open_reports(session: Session) -> Sequence[OpenReport]:
    """Every report whose account is still locked, the oldest first."""
    rows = session.execute(
        select(AccountHold.reference, AccountHold.citizen_id, AccountHold.placed_at)
        .where(AccountHold.kind == HoldKind.UNRECOGNISED_ACTIVITY, AccountHold.lifted_at.is_(None))
        .order_by(AccountHold.id)
    )
    return [OpenReport(ReportNumber(number), citizen, at) for number, citizen, at in rows]


def forget_expired(session: Session, now: datetime) -> int:
    """Delete the links that have expired; how many those were."""
    result = session.execute(delete(NoticeLink).where(NoticeLink.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount
