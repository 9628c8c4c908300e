"""Queries on announcements; none of them commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, true, update
from sqlalchemy.orm import Session

from idp.announcements.model import (
    Announcement,
    AnnouncementAddressee,
    AnnouncementId,
    AnnouncementMail,
    Audience,
    ClaimedMail,
)
from idp.announcements.rules import Draft
from idp.core.email_address import EmailAddress
from idp.core.handles import new_handle
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId, RelyingPartyRecord


def add(
    session: Session,
    announcement_id: AnnouncementId,
    draft: Draft,
    *,
    by: OperatorName,
    at: datetime,
) -> None:
    """Store the announcement, and whom it names."""
    session.add(
        Announcement(
            id=announcement_id,
            audience=draft.audience,
            title_vi=draft.title_vi,
            title_en=draft.title_en,
            text_vi=draft.text_vi,
            text_en=draft.text_en,
            at=at,
            by=by,
        )
    )
    session.flush()
    if draft.client_ids:
        named = [
            {"announcement_id": announcement_id, "client_id": client_id}
            for client_id in sorted(draft.client_ids)
        ]
        session.execute(insert(AnnouncementAddressee), named)


def add_mails(
    session: Session,
    announcement_id: AnnouncementId,
    addresses: Collection[EmailAddress],
    at: datetime,
) -> None:
    """Put a mail for each address into the outbox, due at once."""
    rows = [
        {
            "id": new_handle(),
            "announcement_id": announcement_id,
            "address": address.value,
            "attempts": 0,
            "created_at": at,
            "next_attempt_at": at,
        }
        for address in addresses
    ]
    if rows:
        session.execute(insert(AnnouncementMail), rows)
    _count(session, announcement_id, mails=Announcement.mails + len(rows))


def announcement(session: Session, announcement_id: AnnouncementId) -> Announcement | None:
    """The announcement, withdrawn or not."""
    return session.get(Announcement, announcement_id)


def listed(
    session: Session,
    *,
    teams: Collection[str] | None,
    limit: int,
    offset: int = 0,
    before: tuple[datetime, AnnouncementId] | None = None,
) -> Sequence[Announcement]:
    """
    The announcements that concern *teams* (`None`: all), the newest first.

    A team does not see what was withdrawn, nor what names others alone. *before*: only those older
    than the one of that moment and id.
    """
    query = select(Announcement).where(_concerns(teams))
    if before is not None:
        at, announcement_id = before
        older = or_(
            Announcement.at < at, (Announcement.at == at) & (Announcement.id < announcement_id)
        )
        query = query.where(older)
    newest = query.order_by(Announcement.at.desc(), Announcement.id.desc())
    return session.execute(newest.limit(limit).offset(offset)).scalars().all()


def withdraw(session: Session, announcement_id: AnnouncementId, at: datetime) -> bool:
    """
    Take it back, with the mails that are not sent; true for the one caller that did.

    The mails first, as by whoever has sent one: else two wait for each other.
    """
    session.execute(
        delete(AnnouncementMail)
        .where(AnnouncementMail.announcement_id == announcement_id)
        .execution_options(synchronize_session=False)
    )
    withdrawn = session.execute(
        update(Announcement)
        .where(Announcement.id == announcement_id, Announcement.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
        .returning(Announcement.id)
    )
    return withdrawn.first() is not None


def due_mails(session: Session, now: datetime, *, limit: int) -> Sequence[str]:
    """The mails whose time has come, the longest overdue first."""
    query = (
        select(AnnouncementMail.id)
        .where(AnnouncementMail.next_attempt_at <= now)
        .order_by(AnnouncementMail.next_attempt_at)
    )
    return session.execute(query.limit(limit)).scalars().all()


def claim_mail(
    session: Session, mail_id: str, now: datetime, *, lease: timedelta
) -> ClaimedMail | None:
    """Take a mail that is due, for *lease*, counting the attempt; `None` for all but one."""
    claimed = session.execute(
        update(AnnouncementMail)
        .where(AnnouncementMail.id == mail_id, AnnouncementMail.next_attempt_at <= now)
        .values(attempts=AnnouncementMail.attempts + 1, next_attempt_at=now + lease)
        .returning(
            AnnouncementMail.announcement_id,
            AnnouncementMail.address,
            AnnouncementMail.attempts,
            AnnouncementMail.created_at,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if claimed is None:
        return None
    return ClaimedMail(
        id=mail_id,
        announcement_id=claimed.announcement_id,
        address=EmailAddress(claimed.address),
        attempts=claimed.attempts,
        created_at=claimed.created_at,
    )


def mail_sent(session: Session, mail_id: str) -> None:
    """The contact has it; counted by the first caller alone."""
    announcement_id = _leave_outbox(session, mail_id)
    if announcement_id is not None:
        _count(session, announcement_id, mails_sent=Announcement.mails_sent + 1)


def mail_given_up(session: Session, mail_id: str) -> None:
    """The contact will not get it; counted by the first caller alone."""
    announcement_id = _leave_outbox(session, mail_id)
    if announcement_id is not None:
        _count(session, announcement_id, mails_given_up=Announcement.mails_given_up + 1)


def put_off_mail(session: Session, mail_id: str, until: datetime) -> None:
    """Try it again then."""
    session.execute(
        update(AnnouncementMail)
        .where(AnnouncementMail.id == mail_id)
        .values(next_attempt_at=until)
        .execution_options(synchronize_session=False)
    )


def _leave_outbox(session: Session, mail_id: str) -> AnnouncementId | None:
    """Whose mail it was; `None` where it is gone already."""
    statement = (
        delete(AnnouncementMail)
        .where(AnnouncementMail.id == mail_id)
        .returning(AnnouncementMail.announcement_id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none()


def _count(session: Session, announcement_id: AnnouncementId, **counts: ColumnElement[int]) -> None:
    session.execute(
        update(Announcement)
        .where(Announcement.id == announcement_id)
        .values(**counts)
        .execution_options(synchronize_session=False)
    )


def named_by(
    session: Session, announcements: Collection[AnnouncementId]
) -> Mapping[AnnouncementId, Sequence[ClientId]]:
    """Whom each of them names."""
    query = select(AnnouncementAddressee).where(
        AnnouncementAddressee.announcement_id.in_(announcements)
    )
    found: dict[AnnouncementId, list[ClientId]] = {}
    for each in session.execute(query.order_by(AnnouncementAddressee.client_id)).scalars():
        found.setdefault(each.announcement_id, []).append(each.client_id)
    return found


def _concerns(teams: Collection[str] | None) -> ColumnElement[bool]:
    if teams is None:
        return true()
    names_own = exists().where(
        AnnouncementAddressee.announcement_id == Announcement.id,
        AnnouncementAddressee.client_id == RelyingPartyRecord.client_id,
        RelyingPartyRecord.team.in_(teams),
    )
    is_for_them = or_(Announcement.audience != Audience.NAMED, names_own)
    return is_for_them & Announcement.withdrawn_at.is_(None)
