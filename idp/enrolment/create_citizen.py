"""Making the account: everything in one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import CitizenEnrolled, PhoneMoved
from idp.audit.log import record
from idp.carriers.model import Outcome
from idp.citizens import store as citizens
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.number_store import claim_number, take_reserved
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.phone_store import locked_phone, release
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.enrolment import store
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId
from idp.enrolment.rules import phone_proved
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind
from idp.statistics.model import EVERYBODY, Measure, Stage, Tick
from idp.statistics.ports import Tally

_TRIES: Final = 3
_SELF: Final = "citizen"


class AlreadyEnrolled(Exception):
    """The person has an account, with this identity number or the other one."""


class NotReady(Exception):
    """No pending enrolment with a proved phone and a carrier's match: another page is due."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """
    A new citizen, and when a code proved that the phone is at hand.

    *client_id*: for whose sake it was begun.
    """

    citizen_id: CitizenId
    phone_confirmed_at: datetime
    client_id: str | None


class CreateCitizen:
    """
    Makes a citizen of a pending enrolment.

    A phone number that another citizen had goes to the new one, for a carrier named its holder
    today; the sessions of the other end, since whoever began them may have had that phone.
    """

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        hasher: PasswordHasher,
        follow_ups: FollowUps,
        proves_for: timedelta,
        carrier_match_lapses_after: timedelta,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._hasher = hasher
        self._follow_ups = follow_ups
        self._proves_for = proves_for
        self._carrier_match_lapses_after = carrier_match_lapses_after
        self._tally = tally
        self._clock = clock

    def __call__(self, pending_id: PendingEnrolmentId, password: str) -> Enrolled:
        """
        Make the account with *password*, which has passed the rules.

        Raises `AlreadyEnrolled`, `NotReady`, `HasherBusy`; nothing is left behind then but the
        pending enrolment.
        """
        password_hash = self._hasher.hash(password)  # before the transaction: it takes its time
        enrolled, owed = self._create_repeatedly(pending_id, password_hash)
        self._follow_ups.do(*owed)
        self._tally.count(
            Tick(
                Measure.ENROLMENT,
                enrolled.client_id or EVERYBODY,
                Stage.ENROLLED,
                self._clock.now(),
            )
        )
        return enrolled

    def _create_repeatedly(
        self, pending_id: PendingEnrolmentId, password_hash: str
    ) -> tuple[Enrolled, Sequence[FollowUpId]]:
        for _ in range(_TRIES - 1):
            try:
                return self._create(pending_id, password_hash)
            except IntegrityError:
                # Another enrolment was faster, with this identity number or this phone: the next
                # try finds its account, or moves the number as any carrier's match does.
                continue
        return self._create(pending_id, password_hash)

    def _create(
        self, pending_id: PendingEnrolmentId, password_hash: str
    ) -> tuple[Enrolled, Sequence[FollowUpId]]:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            pending = store.locked(transaction, pending_id)
            if pending is None or pending.outcome is not Outcome.MATCH:
                raise NotReady
            confirmed_at = pending.phone_confirmed_at
            if confirmed_at is None or not phone_proved(confirmed_at, now, self._proves_for):
                raise NotReady
            # Before the question whose account it is: what the same person's other enrolment made
            # after that question is no former holder's, but stops the insertion below.
            held = locked_phone(transaction, pending.phone_number_index)
            if store.account_of(transaction, pending) is not None:
                raise AlreadyEnrolled
            owed = [*self._move_phone(transaction, held, pending.client_id, now)]
            citizen = _citizen(pending, password_hash, confirmed_at, now)
            citizens.add(transaction, citizen, self._index)
            take_reserved(transaction, pending.identity_number_index, now)
            if pending.claimed_number is not None:
                claim_number(transaction, citizen.id, pending.claimed_number, now)
            for evidence in self._evidence(pending, citizen, now):
                transaction.add(evidence)
            store.forget_finished(transaction, pending)
            event = CitizenEnrolled(
                citizen_id=citizen.id,
                client_id=pending.client_id,
                notice_version=pending.notice_version,
                notice_hash=pending.notice_hash,
            )
            record(transaction, event, now)
            told = NoticeKind.ENROLMENT_FINISHED
            owed.append(self._follow_ups.owe_notice(transaction, told, citizen.id, now))
            return Enrolled(citizen.id, confirmed_at, pending.client_id), owed

    def _move_phone(
        self, transaction: Session, held: Phone | None, client_id: str | None, now: datetime
    ) -> Sequence[FollowUpId]:
        """Take the number from who had it until now, if anybody had; what follows for them."""
        if held is None:
            return ()
        release(transaction, held, now)
        former = held.citizen_id
        record(transaction, PhoneMoved(citizen_id=former, client_id=client_id), now)
        return (
            self._follow_ups.owe_end(transaction, former, "phone_moved", now),
            self._follow_ups.owe_notice(transaction, NoticeKind.PHONE_LOST, former, now),
        )

    def _evidence(
        self, pending: PendingEnrolment, citizen: Citizen, now: datetime
    ) -> tuple[Evidence, Evidence]:
        checked_at = pending.checked_at or now
        return (
            Evidence(
                citizen_id=citizen.id,
                kind=EvidenceKind.SELF_DECLARED,
                verifier=_SELF,
                reference="",
                attributes=["identity_number", "full_name", "birth_date"],
                verified_at=pending.created_at,
            ),
            Evidence(
                citizen_id=citizen.id,
                kind=EvidenceKind.CARRIER_MATCH,
                verifier=pending.carrier or "",
                reference=pending.reference or "",
                attributes=pending.confirmed,
                spelling=pending.spelling,
                phone_id=citizen.phones[0].id,
                verified_at=checked_at,
                expires_at=checked_at + self._carrier_match_lapses_after,
            ),
        )


def _citizen(
    pending: PendingEnrolment, password_hash: str, confirmed_at: datetime, now: datetime
) -> Citizen:
    details = pending.details
    number = details.identity.identity_number
    return Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text=details.identity.full_name.value,
        birth_date_text=details.identity.birth_date.isoformat(),
        email=details.email,
        created_at=now,
        updated_at=now,
        identity_numbers=[
            CitizenIdentityNumber(kind=number.kind, value=number.value, created_at=now)
        ],
        phones=[Phone(number=details.phone_number.e164, verified_at=confirmed_at)],
        credential=PasswordCredential(hash=password_hash, changed_at=now),
    )
