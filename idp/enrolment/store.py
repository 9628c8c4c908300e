"""Queries on pending enrolments; none of them commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens import store as citizens
from idp.citizens.model import CitizenId
from idp.citizens.number_store import holder_of_identity_number, is_reserved
from idp.citizens.phone_store import holder_of_phone
from idp.citizens.rules import is_same_person
from idp.core.phone_number import PhoneNumber
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId


@dataclass(frozen=True, slots=True)
class ExistingAccount:
    """
    Whose account it is, and whether it was made with another number of the same person.

    *holder* is `None` for an identity number that was taken from an account, and waits for whose it
    is: until then nobody else gets it.
    """

    holder: CitizenId | None
    by_other_number: bool = False


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


def kept_for(
    session: Session, identity_number: bytes, phone_number: bytes, *, browser: str, now: datetime
) -> PendingEnrolmentId | None:
    """
    The pending enrolment with both numbers, for whoever takes it up; one query.

    Of several this browser's own, then one whose phone was proved: what a stranger typed in another
    person's name does not stand before what the person did.
    """
    return session.execute(
        select(PendingEnrolment.id)
        .where(
            or_(
                PendingEnrolment.identity_number_index == identity_number,
                PendingEnrolment.claimed_number_index == identity_number,
            ),
            PendingEnrolment.phone_number_index == phone_number,
            PendingEnrolment.expires_at > now,
        )
        .order_by(
            (PendingEnrolment.browser == browser).desc(),
            PendingEnrolment.phone_confirmed_at.is_not(None).desc(),
            PendingEnrolment.created_at.desc(),
        )
        .limit(1)
    ).scalar_one_or_none()


def account_of(session: Session, row: PendingEnrolment) -> ExistingAccount | None:
    """
    The account of the person whom a carrier confirmed *row* to be about.

    By the identity number; else by what one person's other number leaves behind, the phone or the
    claimed number, where name and birth date are the same. Said to a matching subscriber alone.
    """
    holder = holder_of_identity_number(session, row.identity_number_index)
    if holder is not None:
        return ExistingAccount(holder)
    if is_reserved(session, row.identity_number_index, besides={row.phone_number_index}):
        return ExistingAccount(None)
    others = [holder_of_phone(session, row.phone_number_index)]
    if row.claimed_number_index is not None:
        others.append(holder_of_identity_number(session, row.claimed_number_index))
    identity = row.details.identity
    for other in others:
        if other is not None and is_same_person(
            citizens.citizen(session, other, "identity_numbers"),
            identity.identity_number,
            identity.full_name,
            identity.birth_date,
        ):
            return ExistingAccount(other, by_other_number=True)
    return None


def number_of_pending(session: Session, pending_id: str) -> PhoneNumber | None:
    """Where the one-time passwords of a pending enrolment go."""
    number = session.execute(
        select(PendingEnrolment.phone_text).where(PendingEnrolment.id == pending_id)
    ).scalar_one_or_none()
    return None if number is None else PhoneNumber(number)


def begin_again(session: Session, pending_id: PendingEnrolmentId, interaction_id: str) -> None:
    """Make it a part of another interaction, as if nobody had proved to hold the phone."""
    session.execute(
        update(PendingEnrolment)
        .where(PendingEnrolment.id == pending_id)
        .values(phone_confirmed_at=None, interaction_id=interaction_id)
    )


def forget_all_in(session: Session, browser: str) -> None:
    """Delete what a browser left unfinished."""
    session.execute(delete(PendingEnrolment).where(PendingEnrolment.browser == browser))


def forget_finished(session: Session, done: PendingEnrolment) -> None:
    """
    Delete *done*, and what the same person left unfinished in the same browser.

    But for what another tab is finishing at this moment: it waits for us.
    """
    finished = (
        select(PendingEnrolment.id)
        .where(
            or_(
                PendingEnrolment.id == done.id,
                (PendingEnrolment.browser == done.browser)
                & (PendingEnrolment.identity_number_index == done.identity_number_index),
            )
        )
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(PendingEnrolment).where(PendingEnrolment.id.in_(finished)))


def forget_expired(session: Session, now: datetime) -> int:
    """Delete what was kept long enough; how many that were."""
    result = session.execute(delete(PendingEnrolment).where(PendingEnrolment.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount


def take_old_number_question(
    session: Session, pending_id: PendingEnrolmentId, revision: int
) -> bool:
    """Take the one question with an old number; true for one caller of a revision only."""
    result = session.execute(
        update(PendingEnrolment)
        .where(
            PendingEnrolment.id == pending_id,
            PendingEnrolment.revision == revision,
            PendingEnrolment.old_number_asked.is_(False),
        )
        .values(old_number_asked=True)
    )
    return cast("CursorResult[object]", result).rowcount == 1


def give_old_number_question_back(
    session: Session, pending_id: PendingEnrolmentId, revision: int
) -> None:
    """Let it be asked once more: nobody has answered."""
    session.execute(
        update(PendingEnrolment)
        .where(PendingEnrolment.id == pending_id, PendingEnrolment.revision == revision)
        .values(old_number_asked=False)
    )


def take_owed_question(session: Session, pending_id: PendingEnrolmentId) -> bool:
    """Take the question that is owed; true for one caller only."""
    result = session.execute(
        update(PendingEnrolment)
        .where(PendingEnrolment.id == pending_id, PendingEnrolment.question_owed.is_(True))
        .values(question_owed=False)
    )
    return cast("CursorResult[object]", result).rowcount == 1
