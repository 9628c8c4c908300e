"""Holds: what keeps an account from being used or changed, each independent of the others."""

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens import store
from idp.citizens.holds import holds_of
from idp.citizens.model import CitizenStatus, HoldKind
from idp.citizens.rules import bars_changes, bars_sign_in
from idp.core.handles import Handle
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.interactions.hold_account import HoldAccount
from idp.interactions.sign_in import SignInBarred
from idp.sessions.model import Authentication, Session
from idp.sessions.rules import PASSWORD_AND_SMS
from tests.fakes.clock import FakeClock
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, citizen_of
from tests.fakes.sign_ins import sign_in_in_memory


class House:
    """An's account, and who signs in to it."""

    def __init__(self, database: Database, index: BlindIndex, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.sign_in, self.sessions = sign_in_in_memory(database, clock)
        self.hold = HoldAccount(
            database=database,
            follow_ups=FollowUps(
                end_sessions=self.sign_in, notices=NoticesInMemory(), database=database, clock=clock
            ),
            clock=clock,
        )
        with database.transaction() as transaction:
            store.add(transaction, citizen_of(AN), index)

    def begin(self, former: Handle | None = None) -> tuple[Handle, Session]:
        """A sign-in with every factor."""
        return self.sign_in(Authentication(AN, self.clock.now(), PASSWORD_AND_SMS), former)

    @property
    def status(self) -> CitizenStatus | None:
        with self.database.reading() as reading:
            return store.status_of(reading, AN)

    @property
    def events(self) -> list[str]:
        with self.database.reading() as reading:
            kinds = reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars()
            return [kind for kind in kinds if kind.startswith("account_")]


@pytest.fixture
def house(database: Database, index: BlindIndex, clock: FakeClock) -> House:
    return House(database, index, clock)


def test_a_hold_ends_the_sessions_and_lets_nobody_begin_another(house: House) -> None:
    handle, _ = house.begin()

    assert house.hold.place(AN, HoldKind.OPERATOR, by="huong")

    assert house.sessions.find(handle) is None
    with pytest.raises(SignInBarred):
        house.begin()
    assert house.sessions.end_all_of(AN) == ()


def test_an_account_is_held_until_its_last_hold_is_lifted(house: House) -> None:
    house.hold.place(AN, HoldKind.OPERATOR, by="huong")
    house.hold.place(AN, HoldKind.INACTIVE, by="inactivity")

    assert house.hold.lift(AN, HoldKind.OPERATOR, by="huong")
    assert house.status is CitizenStatus.HELD
    assert house.hold.lift(AN, HoldKind.INACTIVE, by="citizen")
    assert house.status is CitizenStatus.ACTIVE
    house.begin()


def test_the_same_hold_is_placed_and_lifted_once(house: House) -> None:
    assert house.hold.place(AN, HoldKind.OPERATOR, by="huong")
    assert not house.hold.place(AN, HoldKind.OPERATOR, by="lan")
    assert house.hold.lift(AN, HoldKind.OPERATOR, by="lan")
    assert not house.hold.lift(AN, HoldKind.OPERATOR, by="lan")

    assert house.events == ["account_held", "account_released"]


def test_a_dispute_leaves_the_account_working_and_unchanged(house: House) -> None:
    handle, _ = house.begin()

    house.hold.place(AN, HoldKind.DISPUTE, by="dispute", reference="KN-2026-000001")

    assert house.sessions.find(handle) is not None
    assert house.status is CitizenStatus.ACTIVE
    with house.database.reading() as reading:
        holds = holds_of(reading, AN)
    assert (bars_sign_in(holds), bars_changes(holds)) == (False, True)


def test_a_closed_account_stays_closed_whatever_is_lifted(house: House) -> None:
    house.hold.place(AN, HoldKind.OPERATOR, by="huong")
    with house.database.transaction() as transaction:
        store.citizen(transaction, AN).status = CitizenStatus.CLOSED

    house.hold.lift(AN, HoldKind.OPERATOR, by="huong")

    assert house.status is CitizenStatus.CLOSED
