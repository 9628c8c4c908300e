"""What operators do with a case: ask for more, give more time, decide it two by two."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from idp.audit.events import (
    AccountClosed,
    AccountHeld,
    AccountReleased,
    DisputeDecided,
    DisputeExtended,
    DisputeMoreAsked,
    DisputeResolved,
    IdentityNumberReleased,
    PhoneMoved,
)
from idp.audit.log import record
from idp.citizens.close_account import close_account
from idp.citizens.holds import lift_hold, place_hold
from idp.citizens.model import HoldKind
from idp.citizens.number_store import release_identity_number, reserve_number
from idp.citizens.phone_store import holder_of_phone, release_phone
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.file_dispute import HELD_BY
from idp.disputes.model import (
    CaseNumber,
    Dispute,
    DisputeOutcome,
    DisputeStatus,
    DisputeStep,
    DisputeVote,
    Side,
    StepKind,
)
from idp.disputes.ports import (
    ClaimantNotice,
    ClaimantNotices,
    EndAuthenticators,
)
from idp.disputes.rules import Ruling, rule_on
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind
from idp.messaging.ports import Notices
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may

_STEPS = {
    DisputeOutcome.KEEP: StepKind.KEPT,
    DisputeOutcome.TRANSFER: StepKind.TRANSFERRED,
    DisputeOutcome.CLOSE: StepKind.CLOSED,
}
_NOTICES = {
    DisputeOutcome.KEEP: NoticeKind.DISPUTE_KEPT,
    DisputeOutcome.TRANSFER: NoticeKind.DISPUTE_TRANSFERRED,
    DisputeOutcome.CLOSE: NoticeKind.DISPUTE_CLOSED,
}


class NoSuchCase(Exception):
    """No case has that number."""


class MayNotDecide(Exception):
    """The operator's role decides no cases: whoever called has let it come this far."""


class CaseResolved(Exception):
    """Two operators have decided it."""


class NumberGone(Exception):
    """The account has not the identity number any more: there is nothing to transfer."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One operator's decision, and why, for the file: both sides are told the outcome alone."""

    outcome: DisputeOutcome
    reason: str
    by: VerifiedOperator


class EndDisputed:
    """Ends a case that is decided: the waiting of both sides, who are told."""

    def __init__(
        self, *, database: Database, notices: Notices, claimants: ClaimantNotices, clock: Clock
    ) -> None:
        self._database = database
        self._notices = notices
        self._claimants = claimants
        self._clock = clock

    def __call__(self, case: Dispute) -> None:
        """Do so, and note it at last: what fails on the way is done again, rather than not."""
        if case.outcome is None or case.resolved_at is None:
            raise LookupError("a case that nobody has decided")
        self._notices.tell(_NOTICES[case.outcome], case.citizen_id, case.resolved_at)
        self._claimants.tell_claimant(ClaimantNotice.RESOLVED, case.number)
        with self._database.transaction() as transaction:
            store.note_ended(transaction, case.number, self._clock.now())

    def what_is_left(self) -> int:
        """Do so for every case where it failed the first time; how many those were."""
        with self._database.reading() as reading:
            left = store.not_ended(reading)
        for case in left:
            self(case)
        return len(left)


class DecideDispute:
    """
    Notes one operator's decision; the second same one, by another operator, carries it out.

    *reserved_for* is how long an identity number waits for its claimant after a transfer.
    """

    def __init__(
        self,
        *,
        database: Database,
        end: EndDisputed,
        follow_ups: FollowUps,
        end_authenticators: EndAuthenticators,
        reserved_for: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._end = end
        self._follow_ups = follow_ups
        self._end_authenticators = end_authenticators
        self._reserved_for = reserved_for
        self._clock = clock

    def __call__(self, number: CaseNumber, decision: Decision) -> Ruling:
        """
        Decide; what became of it.

        The account, the case and the audit log change in one transaction, after which no session of
        the former holder's counts; then those end, and both sides are told. Raises `NoSuchCase`,
        `CaseResolved`, and where it would be carried out `NumberGone`: nothing is noted then.
        `MayNotDecide`, a second look at the role.
        """
        _ensure_may_decide(decision.by)
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            row = _open(store.locked_dispute(transaction, number))
            ruling = rule_on(
                decision.outcome,
                decision.by.name,
                standing=store.standing_votes(transaction, number),
                holder_until=row.holder_until,
                holder_answered=row.holder_answered_at is not None,
                now=now,
            )
            if ruling in {Ruling.TOO_EARLY, Ruling.DECIDED_ALREADY}:
                return ruling
            self._note(transaction, row, decision, now)
            if ruling is Ruling.DIFFERENT:
                store.void_votes(transaction, number)
                _add_step(transaction, row, StepKind.DECIDED_ANEW, decision.by, now)
            elif ruling is Ruling.FIRST:
                _add_step(transaction, row, StepKind.DECIDED_ONCE, decision.by, now)
            else:
                self._carry_out(transaction, row, decision, now)
                if decision.outcome is not DisputeOutcome.KEEP:
                    holder = row.citizen_id
                    owed.append(
                        self._follow_ups.owe_end(transaction, holder, "dispute_decided", now)
                    )
        self._follow_ups.do(*owed)
        if ruling is Ruling.AGREED:
            self._end(row)
        return ruling

    def _note(self, transaction: Session, row: Dispute, decision: Decision, now: datetime) -> None:
        row.status = DisputeStatus.IN_PROGRESS
        transaction.add(
            DisputeVote(
                number=row.number,
                by=decision.by.name,
                outcome=decision.outcome,
                reason=decision.reason,
                at=now,
            )
        )
        transaction.flush()
        decided = DisputeDecided(
            citizen_id=row.citizen_id,
            dispute=row.number,
            outcome=decision.outcome,
            by=decision.by.name,
        )
        record(transaction, decided, now)

    def _carry_out(
        self, transaction: Session, row: Dispute, decision: Decision, now: datetime
    ) -> None:
        holder, number = row.citizen_id, row.number
        lift_hold(transaction, holder, HoldKind.DISPUTE, now, reference=number)
        lifted = AccountReleased(
            citizen_id=holder, hold=HoldKind.DISPUTE, reference=number, by=decision.by.name
        )
        record(transaction, lifted, now)
        if decision.outcome is DisputeOutcome.TRANSFER:
            self._transfer(transaction, row, now)
        elif decision.outcome is DisputeOutcome.CLOSE:
            close_account(transaction, holder, now)
            self._end_authenticators(transaction, holder, now)
            record(transaction, AccountClosed(citizen_id=holder, by=HELD_BY), now)
        row.status = DisputeStatus.RESOLVED
        row.outcome = decision.outcome
        row.resolved_at = now
        _add_step(transaction, row, _STEPS[decision.outcome], decision.by, now)
        resolved = DisputeResolved(citizen_id=holder, dispute=number, outcome=decision.outcome)
        record(transaction, resolved, now)

    def _transfer(self, transaction: Session, row: Dispute, now: datetime) -> None:
        """
        Take the number, its evidence, what signs in and the claimant's phone from the account.

        The account keeps its subject and its history. It is held from now on: whatever it could
        still be entered by would be the former holder's.
        """
        holder = row.citizen_id
        number_index, phone_index = row.identity_number_index, row.phone_number_index
        if not release_identity_number(transaction, holder, number_index, now):
            raise NumberGone
        released = IdentityNumberReleased(citizen_id=holder, dispute=row.number)
        record(transaction, released, now)
        reserve_number(
            transaction,
            number_index,
            phone_index,
            until=now + self._reserved_for,
            reference=row.number,
        )
        if holder_of_phone(transaction, phone_index) == holder:
            release_phone(transaction, phone_index, now)
            record(transaction, PhoneMoved(citizen_id=holder), now)
        self._end_authenticators(transaction, holder, now)
        place_hold(transaction, holder, HoldKind.OPERATOR, now, reference=row.number)
        held = AccountHeld(
            citizen_id=holder, hold=HoldKind.OPERATOR, reference=row.number, by=HELD_BY
        )
        record(transaction, held, now)


class ConductDispute:
    """What operators do before they decide."""

    def __init__(
        self,
        *,
        database: Database,
        follow_ups: FollowUps,
        claimants: ClaimantNotices,
        clock: Clock,
    ) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._claimants = claimants
        self._clock = clock

    def ask_more(
        self, number: CaseNumber, side: Side, question: str, *, by: VerifiedOperator
    ) -> None:
        """Ask one side for more; the other one sees that, not what. Raises as `DecideDispute`."""
        _ensure_may_decide(by)
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            row = _open(store.locked_dispute(transaction, number))
            holder = row.citizen_id
            row.status = DisputeStatus.MORE_NEEDED
            transaction.add(
                DisputeStep(
                    number=number,
                    kind=StepKind.MORE_ASKED,
                    at=now,
                    by=by.name,
                    words=question,
                    words_for=side,
                )
            )
            asked = DisputeMoreAsked(citizen_id=holder, dispute=number, side=side, by=by.name)
            record(transaction, asked, now)
            if side is Side.HOLDER:
                told = NoticeKind.DISPUTE_MORE_NEEDED
                owed.append(self._follow_ups.owe_notice(transaction, told, holder, now))
        self._follow_ups.do(*owed)
        if side is Side.CLAIMANT:
            self._claimants.tell_claimant(ClaimantNotice.MORE_NEEDED, number)

    def extend(self, number: CaseNumber, more: timedelta, *, by: VerifiedOperator) -> datetime:
        """
        Give the holder *more* time, from now or from the end of it; until when they have it.

        Raises as `DecideDispute`.
        """
        _ensure_may_decide(by)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = _open(store.locked_dispute(transaction, number))
            row.holder_until = until = max(row.holder_until, now) + more
            # Whoever gives the holder time waits for it, though something was said before.
            row.holder_answered_at = None
            _add_step(transaction, row, StepKind.EXTENDED, by, now, until=until)
            extended = DisputeExtended(
                citizen_id=row.citizen_id, dispute=number, until=until, by=by.name
            )
            record(transaction, extended, now)
        return until


def _ensure_may_decide(operator: VerifiedOperator) -> None:
    if not may(operator.role, Permission.DECIDE_DISPUTES):
        raise MayNotDecide


def _open(row: Dispute | None) -> Dispute:
    if row is None:
        raise NoSuchCase
    if not row.is_open:
        raise CaseResolved
    return row


def _add_step(
    transaction: Session,
    row: Dispute,
    kind: StepKind,
    by: VerifiedOperator,
    at: datetime,
    *,
    until: datetime | None = None,
) -> None:
    transaction.add(DisputeStep(number=row.number, kind=kind, at=at, by=by.name, until=until))
