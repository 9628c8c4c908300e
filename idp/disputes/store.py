"""Queries on complaints and cases; none of them commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId, IdentityNumberReservation
from idp.core.phone_number import PhoneNumber
from idp.disputes.model import (
    CaseNumber,
    Complaint,
    ComplaintId,
    Dispute,
    DisputeOutcome,
    DisputeStatus,
    DisputeStep,
    DisputeVote,
)
from idp.operators.model import Operator


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """What an account's own page says of a case: that there is one, not whose."""

    number: CaseNumber
    status: DisputeStatus
    holder_until: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list."""

    number: CaseNumber
    status: DisputeStatus
    outcome: DisputeOutcome | None
    filed_at: datetime
    holder_until: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case after which the account stayed as it was, and when that was decided."""

    number: CaseNumber
    resolved_at: datetime


def complaint(
    session: Session, complaint_id: ComplaintId, *, browser: str, now: datetime
) -> Complaint | None:
    """The complaint, if it is this browser's and has not expired."""
    return session.execute(
        select(Complaint).where(
            Complaint.id == complaint_id,
            Complaint.browser == browser,
            Complaint.expires_at > now,
        )
    ).scalar_one_or_none()


def locked_complaint(session: Session, complaint_id: ComplaintId) -> Complaint | None:
    """The complaint, which nobody else changes until the caller's transaction ends."""
    return session.execute(
        select(Complaint).where(Complaint.id == complaint_id).with_for_update()
    ).scalar_one_or_none()


def take_owed_question(session: Session, complaint_id: ComplaintId) -> bool:
    """Take the question that is owed; true for one caller only."""
    taken = session.execute(
        update(Complaint)
        .where(Complaint.id == complaint_id, Complaint.question_owed.is_(True))
        .values(question_owed=False)
        .returning(Complaint.id)
    )
    return taken.first() is not None


def phone_of_complaint(session: Session, complaint_id: str) -> PhoneNumber | None:
    """Where the codes of a complaint go."""
    number = session.execute(
        select(Complaint.phone_text).where(Complaint.id == complaint_id)
    ).scalar_one_or_none()
    return None if number is None else PhoneNumber(number)


def phone_of_claimant(session: Session, number: str) -> PhoneNumber | None:
    """Where the claimant of a case is reached."""
    phone = session.execute(
        select(Dispute.phone_text).where(Dispute.number == number)
    ).scalar_one_or_none()
    return None if phone is None else PhoneNumber(phone)


def case_of_both(session: Session, number: CaseNumber | None, phone: bytes) -> CaseNumber | None:
    """The case with that number, if its claimant has that phone; one query, whatever is typed."""
    return session.execute(
        select(Dispute.number).where(
            Dispute.number == (number or ""), Dispute.phone_number_index == phone
        )
    ).scalar_one_or_none()


def dispute(session: Session, number: CaseNumber) -> Dispute | None:
    """The case."""
    return session.get(Dispute, number)


def is_dispute(session: Session, number: CaseNumber) -> bool:
    """Whether there is such a case; reads nothing of it."""
    found = session.execute(select(Dispute.number).where(Dispute.number == number))
    return found.first() is not None


def locked_dispute(session: Session, number: CaseNumber) -> Dispute | None:
    """The case, which nobody else changes until the caller's transaction ends."""
    return session.execute(
        select(Dispute).where(Dispute.number == number).with_for_update()
    ).scalar_one_or_none()


def open_case_of(session: Session, identity_number: bytes, phone: bytes) -> CaseNumber | None:
    """The open case that this claimant has about this identity number."""
    return session.execute(
        select(Dispute.number).where(
            Dispute.identity_number_index == identity_number,
            Dispute.phone_number_index == phone,
            Dispute.resolved_at.is_(None),
        )
    ).scalar_one_or_none()


def kept_case_of(
    session: Session, holder: CitizenId, identity_number: bytes, phone: bytes, *, since: datetime
) -> KeptCase | None:
    """The case of this claimant about this account that was decided for the holder since then."""
    found = session.execute(
        select(Dispute.number, Dispute.resolved_at)
        .where(
            Dispute.citizen_id == holder,
            Dispute.identity_number_index == identity_number,
            Dispute.phone_number_index == phone,
            Dispute.outcome == DisputeOutcome.KEEP,
            Dispute.resolved_at > since,
        )
        .order_by(Dispute.resolved_at.desc())
        .limit(1)
    ).first()
    return None if found is None or found[1] is None else KeptCase(found[0], found[1])


def disputes(session: Session, *, resolved: bool) -> Sequence[Dispute]:
    """The cases, the oldest first; those that are resolved only if asked for."""
    query = select(Dispute).order_by(Dispute.filed_at, Dispute.number)
    if not resolved:
        query = query.where(Dispute.resolved_at.is_(None))
    return session.execute(query).scalars().all()


def count_open(session: Session, now: datetime) -> tuple[int, int]:
    """How many cases are open, and how many of them operators can decide now."""
    decidable = or_(Dispute.holder_answered_at.is_not(None), Dispute.holder_until <= now)
    counted = session.execute(
        select(func.count(), func.count().filter(decidable))
        .select_from(Dispute)
        .where(Dispute.resolved_at.is_(None))
    ).one()
    return counted[0], counted[1]


def listed_cases(
    session: Session,
    *,
    resolved: bool,
    limit: int,
    offset: int = 0,
    after: tuple[datetime, CaseNumber] | None = None,
) -> Sequence[ListedCase]:
    """
    Some of the cases, the oldest first: how far each is, and nobody's data.

    *after*: only those filed after that one (moment and number).
    """
    query = select(
        Dispute.number,
        Dispute.status,
        Dispute.outcome,
        Dispute.filed_at,
        Dispute.holder_until,
        Dispute.holder_answered_at,
    ).order_by(Dispute.filed_at, Dispute.number)
    if not resolved:
        query = query.where(Dispute.resolved_at.is_(None))
    if after is not None:
        at, number = after
        query = query.where(
            or_(Dispute.filed_at > at, (Dispute.filed_at == at) & (Dispute.number > number))
        )
    rows = session.execute(query.limit(limit).offset(offset))
    return [
        ListedCase(number, status, outcome, filed_at, until, answered=answered_at is not None)
        for number, status, outcome, filed_at, until, answered_at in rows
    ]


def dispute_about(session: Session, number: CaseNumber, citizen_id: CitizenId) -> Dispute | None:
    """The case, if it is about that citizen's account."""
    return session.execute(
        select(Dispute).where(Dispute.number == number, Dispute.citizen_id == citizen_id)
    ).scalar_one_or_none()


def open_disputes_of(session: Session, citizen_id: CitizenId) -> Sequence[OpenDispute]:
    """What is open about a citizen's account, the oldest first."""
    rows = session.execute(
        select(Dispute.number, Dispute.status, Dispute.holder_until, Dispute.holder_answered_at)
        .where(Dispute.citizen_id == citizen_id, Dispute.resolved_at.is_(None))
        .order_by(Dispute.filed_at, Dispute.number)
    )
    return [
        OpenDispute(number, status, until, answered=answered_at is not None)
        for number, status, until, answered_at in rows
    ]


def steps_of(session: Session, number: CaseNumber) -> Sequence[DisputeStep]:
    """What happened in a case, in order."""
    return (
        session.execute(
            select(DisputeStep).where(DisputeStep.number == number).order_by(DisputeStep.id)
        )
        .scalars()
        .all()
    )


def votes_of(session: Session, number: CaseNumber) -> Sequence[DisputeVote]:
    """What operators decided, void or not, in order."""
    return (
        session.execute(
            select(DisputeVote).where(DisputeVote.number == number).order_by(DisputeVote.id)
        )
        .scalars()
        .all()
    )


def standing_votes(session: Session, number: CaseNumber) -> Mapping[str, DisputeOutcome]:
    """
    Who has decided what, and nobody differently since.

    Without those who are no operators any more: what they wished does not bind their successors.
    """
    rows = session.execute(
        select(DisputeVote.by, DisputeVote.outcome).where(
            DisputeVote.number == number,
            DisputeVote.void.is_(False),
            ~exists().where(Operator.name == DisputeVote.by, Operator.disabled_at.is_not(None)),
        )
    )
    return {by: outcome for by, outcome in rows}  # noqa: C416 (rows are no tuples to mypy)


def void_votes(session: Session, number: CaseNumber) -> None:
    """Open the question anew."""
    session.execute(
        update(DisputeVote)
        .where(DisputeVote.number == number, DisputeVote.void.is_(False))
        .values(void=True)
    )


def not_ended(session: Session) -> Sequence[Dispute]:
    """Decided cases after which something may still work, or somebody not know."""
    return (
        session.execute(
            select(Dispute)
            .where(Dispute.resolved_at.is_not(None), Dispute.ended_at.is_(None))
            .order_by(Dispute.resolved_at)
        )
        .scalars()
        .all()
    )


def note_ended(session: Session, number: CaseNumber, at: datetime) -> None:
    """Note that nothing does, and that both sides are told."""
    session.execute(
        update(Dispute)
        .where(Dispute.number == number, Dispute.ended_at.is_(None))
        .values(ended_at=at)
    )


def forget_expired(session: Session, now: datetime) -> int:
    """Delete the complaints that nobody sent; how many those were."""
    result = session.execute(delete(Complaint).where(Complaint.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount


def forget_resolved(session: Session, before: datetime) -> int:
    """Delete the cases that were decided before that moment, with all that was said in them."""
    numbers = select(Dispute.number).where(Dispute.resolved_at < before, Dispute.ended_at < before)
    for part in (DisputeStep, DisputeVote):
        session.execute(delete(part).where(part.number.in_(numbers)))
    session.execute(
        delete(IdentityNumberReservation).where(IdentityNumberReservation.reference.in_(numbers))
    )
    gone = delete(Dispute).where(Dispute.resolved_at < before, Dispute.ended_at < before)
    return cast("CursorResult[object]", session.execute(gone)).rowcount
