"""Owing, and doing."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.db.database import Database
from idp.follow_ups import store
from idp.follow_ups.model import EndOfSessions, FollowUp, FollowUpId, FollowUpKind
from idp.follow_ups.ports import EndsSessions, FollowUpNotices
from idp.messaging.model import NoticeKind
from idp.sessions.model import Session as BrowserSession
from idp.sessions.model import SessionId

LEFT_AFTER: Final = timedelta(minutes=1)
"""How long whoever owes something has time to do it, before the worker does."""
CLOCK_SKEW: Final = timedelta(seconds=5)
_MOST: Final = 500  # a round; the rest is due in the next
_FAILURES: Final = 3
"""In a row, and the round is over: each may have waited for a Redis that hangs."""

log = structlog.get_logger(__name__)


class FollowUps:
    """
    Notes what must follow in the transaction that makes it due, and does it after the commit.

    What cannot be done then stays noted, and the worker does it: sessions are refused meanwhile. A
    notice may go out twice where a process ends at the wrong moment, and is never forgotten.
    """

    def __init__(
        self,
        *,
        end_sessions: EndsSessions,
        notices: FollowUpNotices,
        database: Database,
        clock: Clock,
    ) -> None:
        self._end_sessions = end_sessions
        self._notices = notices
        self._database = database
        self._clock = clock

    def owe_end(
        self,
        transaction: Session,
        citizen_id: CitizenId,
        reason: str,
        at: datetime,
        *,
        kept: SessionId | None = None,
    ) -> FollowUpId:
        """End the citizen's sessions of *at* and before, but *kept*."""
        # By the clock of another machine a session may have begun a little later than it did.
        return _add(
            transaction,
            FollowUp(
                citizen_id=citizen_id,
                kind=FollowUpKind.END_SESSIONS,
                word=reason,
                at=at,
                until=at + CLOCK_SKEW,
                kept_session=kept,
            ),
        )

    def owe_notice(
        self, transaction: Session, kind: NoticeKind, citizen_id: CitizenId, at: datetime
    ) -> FollowUpId:
        """Tell the citizen what happened at that moment."""
        return _add(
            transaction,
            FollowUp(citizen_id=citizen_id, kind=FollowUpKind.NOTICE, word=kind, at=at),
        )

    def owe_former_phone(
        self, transaction: Session, recovery_id: str, citizen_id: CitizenId, at: datetime
    ) -> FollowUpId:
        """Tell the phone that was the citizen's until that recovery."""
        return _add(
            transaction,
            FollowUp(
                citizen_id=citizen_id, kind=FollowUpKind.FORMER_PHONE, word=recovery_id, at=at
            ),
        )

    def do(self, *owed: FollowUpId) -> None:
        """After the commit: do what is *owed*, in that order; what fails is left to the worker."""
        for each in owed:
            self._try(each)

    def what_is_left(self) -> int:
        """
        Do what nobody has done in time; how much that was.

        Ends after some failures in a row. What it did not come to is the first of the next round,
        so that what always fails keeps nothing else back.
        """
        now = self._clock.now()
        until = now + LEFT_AFTER
        with self._database.transaction() as transaction:
            left = store.take_due(transaction, now, until=until, limit=_MOST)
        done = failures = 0
        for tried, each in enumerate(left, start=1):
            if self._try(each):
                done, failures = done + 1, 0
                continue
            failures += 1
            if failures == _FAILURES:
                with self._database.transaction() as transaction:
                    store.give_back(transaction, left[tried:], taken_until=until, due_at=now)
                break
        return done

    def _try(self, follow_up_id: FollowUpId) -> bool:
        """Whether it is done."""
        try:
            self._do(follow_up_id)
        except Exception:
            # Whatever it was: the change stands, and its answer must not say that it failed.
            log.exception("follow_up.left", follow_up_id=follow_up_id)
            return False
        return True

    def _do(self, follow_up_id: FollowUpId) -> None:
        with self._database.reading() as reading:
            owed = store.find(reading, follow_up_id)
        if owed is None:
            return
        self._carry_out(owed)
        with self._database.transaction() as transaction:
            store.settle(transaction, follow_up_id)

    def _carry_out(self, owed: FollowUp) -> None:
        if owed.kind is FollowUpKind.NOTICE:
            self._notices.tell(NoticeKind(owed.word), owed.citizen_id, owed.at)
            return
        if owed.kind is FollowUpKind.FORMER_PHONE:
            self._notices.tell_former_phone(owed.word)
            return
        until = owed.at if owed.until is None else owed.until
        if owed.kind is FollowUpKind.END_SESSION:
            self._end_sessions.finish(owed.citizen_id, SessionId(owed.id), until=until)
            return
        self._end_sessions.carry_out(
            EndOfSessions(owed.citizen_id, owed.word, until, owed.kept_session)
        )


def owe_end_of(transaction: Session, ending: BrowserSession, at: datetime) -> FollowUpId:
    """
    End *ending*, and whatever else is under its name; from the commit on it counts for nothing.

    The row has the session's name: whoever else signs it out meanwhile gets an `IntegrityError`.
    """
    return _add(
        transaction,
        FollowUp(
            id=FollowUpId(ending.id),
            citizen_id=ending.authentication.citizen_id,
            kind=FollowUpKind.END_SESSION,
            word="signed_out",
            at=at,
            until=ending.authentication.auth_time,
        ),
    )


def _add(transaction: Session, owed: FollowUp) -> FollowUpId:
    owed.id = owed.id or FollowUpId(new_handle())
    owed.due_at = owed.at + LEFT_AFTER
    transaction.add(owed)
    return owed.id
