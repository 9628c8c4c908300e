"""Making a team's people, and making them anew when they have been tried enough."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import AccountClosed, TestPeopleRenewed
from idp.audit.log import record
from idp.authenticators.forget_devices import end_authenticators
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.close_account import close_account
from idp.citizens.holds import place_hold
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    HoldKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.number_store import drop_claimed_number, holder_of_identity_number
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.phone_store import release_phone
from idp.core.clock import Clock
from idp.core.handles import new_code, new_uuid
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.emails import store as emails
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.operators.create_team import UnknownTeam
from idp.operators.model import OperatorName, TeamId, VerifiedOperator
from idp.operators.permissions import Permission, may, may_see
from idp.operators.store import team as find_team
from idp.test_people import store
from idp.test_people.model import TEST_PEOPLE, InventedPerson, PeopleSet, Purpose
from idp.test_people.numbers import MOST_SETS

VERIFIER: Final = "test_people"
"""Who vouches for them: no carrier is asked about them again."""
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUP: Final = 4


class NoNumbersLeft(Exception):
    """There are as many teams with people as there are numbers for."""


class RenewTestPeople:
    """
    Makes the accounts of a team's people; those of the time before are closed.

    New accounts have other subjects: what a portal kept of the former ones is nobody's.
    """

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        hasher: PasswordHasher,
        follow_ups: FollowUps,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._hasher = hasher
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, team: TeamId, *, by: VerifiedOperator) -> None:
        """Do so. Raises `UnknownTeam` for one that *by* may not see too, `NoNumbersLeft`."""
        if not (may(by.role, Permission.MANAGE_OWN_RELYING_PARTIES) and may_see(by, team)):
            raise UnknownTeam(team)
        password = _new_password()
        password_hash = self._hasher.hash(password)
        try:
            owed = self._renew(team, password, password_hash, by.name)
        except IntegrityError:  # another took that number, or made the same set: now it is there
            owed = self._renew(team, password, password_hash, by.name)
        self._follow_ups.do(*owed)

    def _renew(
        self, team: TeamId, password: str, password_hash: str, by: OperatorName
    ) -> Sequence[FollowUpId]:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if find_team(transaction, team) is None:
                raise UnknownTeam(team)
            made = self._set(transaction, team, by, now)
            made.password, made.made_at, made.made_by = password, now, by
            transaction.flush()
            closed = [
                citizen_id
                for person in TEST_PEOPLE
                if (citizen_id := self._close(transaction, person, made, by, now)) is not None
            ]
            for person in TEST_PEOPLE:
                if person.has_account:
                    self._add(transaction, person, made, password_hash, now)
            record(transaction, TestPeopleRenewed(team=team, set_number=made.number, by=by), now)
            return [
                self._follow_ups.owe_end(transaction, citizen_id, "account_closed", now)
                for citizen_id in closed
            ]

    def _set(
        self, transaction: Session, team: TeamId, by: OperatorName, now: datetime
    ) -> PeopleSet:
        found = store.set_of(transaction, team)
        if found is None:
            number = store.next_number(transaction)
            if number >= MOST_SETS:
                raise NoNumbersLeft
            found = PeopleSet(number=number, team=team, password="", made_at=now, made_by=by)
            transaction.add(found)
        return found

    def _close(
        self,
        transaction: Session,
        person: InventedPerson,
        made: PeopleSet,
        by: OperatorName,
        now: datetime,
    ) -> CitizenId | None:
        number = person.identity_number(made.number).value
        citizen_id = holder_of_identity_number(
            transaction, identity_number_index(self._index, number)
        )
        phone_index = phone_number_index(self._index, person.phone_number(made.number))
        release_phone(transaction, phone_index, now)
        if citizen_id is None or not close_account(transaction, citizen_id, now):
            return None
        end_authenticators(transaction, citizen_id, now)
        drop_claimed_number(transaction, citizen_id)
        emails.forget_of(transaction, citizen_id)
        record(transaction, AccountClosed(citizen_id=citizen_id, by=by), now)
        return citizen_id

    def _add(
        self,
        transaction: Session,
        person: InventedPerson,
        made: PeopleSet,
        password_hash: str,
        now: datetime,
    ) -> None:
        number = person.identity_number(made.number)
        citizen = Citizen(
            id=CitizenId(new_uuid()),
            status=CitizenStatus.ACTIVE,
            name_text=person.full_name.value,
            birth_date_text=person.birth_date.isoformat(),
            created_at=now,
            updated_at=now,
            test_person=True,
            identity_numbers=[
                CitizenIdentityNumber(kind=number.kind, value=number.value, created_at=now)
            ],
            phones=[Phone(number=person.phone_number(made.number).e164, verified_at=now)],
            credential=PasswordCredential(hash=password_hash, changed_at=now),
        )
        citizens.add(transaction, citizen, self._index)
        for kind in person.evidence:
            transaction.add(_evidence(kind, citizen, now))
        if person.purpose is Purpose.HELD:
            place_hold(transaction, citizen.id, HoldKind.OPERATOR, now, reference="")


def _evidence(kind: EvidenceKind, citizen: Citizen, now: datetime) -> Evidence:
    of_the_phone = kind is EvidenceKind.CARRIER_MATCH
    return Evidence(
        citizen_id=citizen.id,
        kind=kind,
        verifier=VERIFIER,
        reference="",
        attributes=["identity_number", "full_name", "birth_date"],
        phone_id=citizen.phones[0].id if of_the_phone else None,
        verified_at=now,
    )


def _new_password() -> str:
    """A password that keeps the rules, to be read off a page and typed."""
    first, second = (new_code(_READABLE, _GROUP) for _each in range(2))
    return f"Thu-{first}-{second}-1"
