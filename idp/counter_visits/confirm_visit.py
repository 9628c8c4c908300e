"""An officer's part of a visit: whose code it is, and that the card shows the same person."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from idp.audit.events import CounterVisitConfirmed, CounterVisitShown
from idp.audit.log import record
from idp.citizens import store as citizens
from idp.citizens.holds import ChangesBarred, ensure_changeable
from idp.citizens.link_identity_number import link_identity_number
from idp.citizens.model import CitizenId, CitizenStatus, Evidence, EvidenceKind
from idp.core.birth_date import BirthDate
from idp.core.clock import Clock
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.counter_visits import store
from idp.counter_visits.codes import VisitCodes
from idp.counter_visits.model import DocumentKind, VisitId
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Throttle

_ATTRIBUTES = ("birth_date", "full_name", "identity_number")


class NoSuchVisit(Exception):
    """No open visit has this code, or it was confirmed meanwhile."""


class NotAnOfficer(Exception):
    """The operator's role confirms no visits."""


@dataclass(frozen=True, slots=True)
class VisitToConfirm:
    """What the officer compares with the card: no more of the number than tells cards apart."""

    id: VisitId
    full_name: FullName
    birth_date: BirthDate
    identity_numbers: tuple[IdentityNumber, ...]


class ConfirmVisit:
    """
    Shows an officer whose code it is, and takes the officer's word that the card is that person's.

    Codes are short, so the wrong ones are counted for each officer: nobody goes through them. A
    right one does not begin that count anew: an officer can have a code of their own.
    """

    def __init__(
        self,
        *,
        database: Database,
        codes: VisitCodes,
        throttle: Throttle,
        wrong_codes: Budget,
        follow_ups: FollowUps,
        lapses_after: timedelta,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._database = database
        self._codes = codes
        self._throttle = throttle
        self._wrong_codes = wrong_codes
        self._follow_ups = follow_ups
        self._lapses_after = lapses_after
        self._index = index
        self._clock = clock

    def look(self, typed_code: str, *, by: VerifiedOperator) -> VisitToConfirm:
        """
        The person whose code it is; the look is in the audit log, for the citizen to see.

        Raises `NoSuchVisit`, `NotAnOfficer`, `ChangesBarred`, `BudgetSpent`.
        """
        self._require_officer(by)
        with noting_exceeded(self._database, self._clock):
            self._throttle.require(self._wrong_codes, by.name)
        try:
            return self._look(typed_code, by)
        except NoSuchVisit:
            with noting_exceeded(self._database, self._clock):
                self._throttle.count(self._wrong_codes, by.name)
            raise

    def _look(self, typed_code: str, by: VerifiedOperator) -> VisitToConfirm:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            index = self._codes.index(typed_code)
            visit = store.visit_by_code(transaction, index, now)
            if visit is None:
                raise NoSuchVisit
            citizen = citizens.citizen(transaction, visit.citizen_id, "identity_numbers")
            self._require_active(transaction, citizen.id)
            shown = CounterVisitShown(citizen_id=citizen.id, visit_id=visit.id, by=by.name)
            record(transaction, shown, now)
        return VisitToConfirm(
            visit.id,
            citizen.full_name,
            citizen.birth_date,
            tuple(IdentityNumber(each.value) for each in citizen.identity_numbers if each.active),
        )

    def __call__(
        self,
        visit_id: VisitId,
        document: DocumentKind,
        *,
        card_number: IdentityNumber | None = None,
        by: VerifiedOperator,
    ) -> None:
        """
        Keep that the person was there with that document; the citizen is told.

        *card_number* is what the document shows where the account holds another number only: it is
        added. Spent, then kept: of two officers one confirms. Raises `NoSuchVisit`, `NotAnOfficer`,
        `ChangesBarred`, `NumberTaken`, `KindHeld`.
        """
        self._require_officer(by)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            citizen_id = store.spend(transaction, visit_id, now)
            if citizen_id is None:
                raise NoSuchVisit
            citizens.lock(transaction, citizen_id)
            self._require_active(transaction, citizen_id)  # else the code is as it was
            transaction.add(
                Evidence(
                    citizen_id=citizen_id,
                    kind=EvidenceKind.COUNTER_VISIT,
                    verifier=by.name,
                    reference=f"{document}:{visit_id}",
                    attributes=list(_ATTRIBUTES),
                    verified_at=now,
                    expires_at=now + self._lapses_after,
                )
            )
            if card_number is not None:
                link_identity_number(
                    transaction,
                    citizen_id,
                    card_number,
                    index=self._index,
                    evidence=EvidenceKind.COUNTER_VISIT,
                    by=by.name,
                    at=now,
                )
            confirmed = CounterVisitConfirmed(
                citizen_id=citizen_id, visit_id=visit_id, document=document, by=by.name
            )
            record(transaction, confirmed, now)
            told = NoticeKind.LEVEL_RAISED
            owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        self._follow_ups.do(owed)

    def _require_active(self, transaction: Session, citizen_id: CitizenId) -> None:
        ensure_changeable(transaction, citizen_id)
        if citizens.status_of(transaction, citizen_id) is not CitizenStatus.ACTIVE:
            raise ChangesBarred

    def _require_officer(self, by: VerifiedOperator) -> None:
        if not may(by.role, Permission.CONFIRM_VISITS):
            raise NotAnOfficer
