"""Queries on pending enrolments; none of them commits."""

from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from idp.core.phone_number import PhoneNumber
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId


def pending(
    session: Session, pending_id: PendingEnrolmentId, *, browser: str, now: datetime
) -> PendingEnrolment | None:
    """The pending enrolment, if it is this browser's and has not expired."""
    return session.execute(
        select(PendingEnrolment).where(
            PendingEnrolment.id == pending_id,
            PendingEnrolment.browser == browser,
            PendingEnrolment.expires_at > now,
        )
    ).scalar_one_or_none()


def locked(session: Session, pending_id: PendingEnrolmentId) -> PendingEnrolment | None:
    """The pending enrolment, which nobody else changes until the caller's transaction ends."""
    return session.execute(
        select(PendingEnrolment).where(PendingEnrolment.id == pending_id).with_for_update()
    ).scalar_one_or_none()


def kept_in(session: Session, browser: str, now: datetime) -> PendingEnrolment | None:
    """The newest pending enrolment of a browser."""
    return session.execute(
        select(PendingEnrolment)
        .where(PendingEnrolment.browser == browser, PendingEnrolment.expires_at > now)
        .order_by(PendingEnrolment.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def number_of_pending(session: Session, pending_id: str) -> PhoneNumber | None:
    """Where the one-time passwords of a pending enrolment go."""
    number = session.execute(
        select(PendingEnrolment.phone_text).where(PendingEnrolment.id == pending_id)
    ).scalar_one_or_none()
    return None if number is None else PhoneNumber(number)


def forget_proof(session: Session, pending_id: PendingEnrolmentId) -> None:
    """Let it be as if nobody had proved to hold the phone."""
    session.execute(
        update(PendingEnrolment)
        .where(PendingEnrolment.id == pending_id)
        .values(phone_confirmed_at=None)
    )


def forget_all_in(session: Session, browser: str) -> None:
    """Delete what a browser left unfinished."""
    session.execute(delete(PendingEnrolment).where(PendingEnrolment.browser == browser))


def forget_finished(session: Session, done: PendingEnrolment) -> None:
    """Delete *done*, and what the same person left unfinished in the same browser."""
    session.execute(
        delete(PendingEnrolment).where(
            or_(
                PendingEnrolment.id == done.id,
                (PendingEnrolment.browser == done.browser)
                & (PendingEnrolment.identity_number_index == done.identity_number_index),
            )
        )
    )


def forget_expired(session: Session, now: datetime) -> int:
    """Delete what was kept long enough; how many that were."""
    result = session.execute(delete(PendingEnrolment).where(PendingEnrolment.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount


def take_owed_question(session: Session, pending_id: PendingEnrolmentId) -> bool:
    """Take the question that is owed; true for one caller only."""
    result = session.execute(
        update(PendingEnrolment)
        .where(PendingEnrolment.id == pending_id, PendingEnrolment.question_owed.is_(True))
        .values(question_owed=False)
    )
    return cast("CursorResult[object]", result).rowcount == 1
