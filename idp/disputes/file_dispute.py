"""Making a case of a complaint."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import AccountHeld, DisputeFiled
from idp.audit.log import record
from idp.carriers.model import Outcome
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.number_store import locked_holder
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.series import next_number
from idp.disputes import store
from idp.disputes.model import (
    CaseNumber,
    Complaint,
    ComplaintId,
    Dispute,
    DisputeStatus,
    DisputeStep,
    Side,
    StepKind,
)
from idp.disputes.ports import ClaimantNotice, ClaimantNotices
from idp.disputes.rules import case_number, case_series, phone_proved
from idp.messaging.model import NoticeKind
from idp.messaging.ports import Notices

HELD_BY: Final = "dispute"


class NotReady(Exception):
    """No complaint with a proved phone and a carrier's match about an account: see the pages."""


@dataclass(frozen=True, slots=True)
class _Filed:
    number: CaseNumber
    is_new: bool


class FileDispute:
    """
    Files the case, and holds the account against changes.

    The holder may go on signing in, and has *holder_answers_within* to answer.
    """

    def __init__(
        self,
        *,
        database: Database,
        notices: Notices,
        claimants: ClaimantNotices,
        holder_answers_within: timedelta,
        proves_for: timedelta,
        decision_stands: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._notices = notices
        self._claimants = claimants
        self._holder_answers_within = holder_answers_within
        self._proves_for = proves_for
        self._decision_stands = decision_stands
        self._clock = clock

    def __call__(self, complaint_id: ComplaintId) -> CaseNumber:
        """
        File it, and tell both sides; the number of the case.

        A claimant whose case about this identity number is open gets its number, and nothing is
        filed. Raises `NotReady`.
        """
        try:
            filed = self._file(complaint_id)
        except IntegrityError:  # the same complaint from another tab was faster: now it is there
            filed = self._file(complaint_id)
        if filed.is_new:
            self._claimants.tell_claimant(ClaimantNotice.RECEIVED, filed.number)
        return filed.number

    def _file(self, complaint_id: ComplaintId) -> _Filed:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.locked_complaint(transaction, complaint_id)
            if row is None or row.outcome is not Outcome.MATCH:
                raise NotReady
            if not phone_proved(row.phone_confirmed_at, now, self._proves_for):
                raise NotReady
            standing = store.open_case_of(
                transaction, row.identity_number_index, row.phone_number_index
            )
            if standing is not None:
                transaction.delete(row)
                return _Filed(standing, is_new=False)
            holder = locked_holder(transaction, row.identity_number_index)
            if holder is None:
                raise NotReady
            if store.kept_case_of(
                transaction,
                holder,
                row.identity_number_index,
                row.phone_number_index,
                since=now - self._decision_stands,
            ):
                raise NotReady
            series = case_series(now)
            number = case_number(series, next_number(transaction, series))
            self._write(transaction, row, number, holder, now)
            transaction.delete(row)
            transaction.flush()
            # Before the commit: no time runs against a holder who could not be told. Where the
            # commit fails, one notice too many is the lesser harm.
            self._notices.tell(NoticeKind.DISPUTE_OPENED, holder, now)
            return _Filed(number, is_new=True)

    def _write(
        self,
        transaction: Session,
        row: Complaint,
        number: CaseNumber,
        holder: CitizenId,
        now: datetime,
    ) -> None:
        until = now + self._holder_answers_within
        transaction.add(
            Dispute(
                number=number,
                status=DisputeStatus.RECEIVED,
                citizen_id=holder,
                client_id=row.client_id,
                number_text=row.number_text,
                identity_number_index=row.identity_number_index,
                name_text=row.name_text,
                birth_date_text=row.birth_date_text,
                phone_text=row.phone_text,
                phone_number_index=row.phone_number_index,
                story=row.story,
                carrier=row.carrier,
                reference=row.reference,
                filed_at=now,
                holder_until=until,
            )
        )
        transaction.flush()
        transaction.add(
            DisputeStep(number=number, kind=StepKind.FILED, at=now, by=Side.CLAIMANT, until=until)
        )
        place_hold(transaction, holder, HoldKind.DISPUTE, now, reference=number)
        held = AccountHeld(citizen_id=holder, hold=HoldKind.DISPUTE, reference=number, by=HELD_BY)
        record(transaction, held, now)
        filed = DisputeFiled(
            citizen_id=holder, client_id=row.client_id, dispute=number, carrier=row.carrier
        )
        record(transaction, filed, now)
