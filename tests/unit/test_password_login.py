"""Identity number and password: one answer for every reason, and no end of tries for nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from idp.audit.model import AuditEvent
from idp.authenticators.model import SeenDevice
from idp.authenticators.store import note_device
from idp.citizens import store as citizens
from idp.citizens.model import Citizen, CitizenStatus, PasswordCredential
from idp.citizens.password_hasher import PasswordHasher
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.sign_in import SignInBarred
from idp.login.password_login import (
    LoginBudgets,
    PasswordLogin,
    PasswordVerified,
    WrongCredentials,
)
from idp.settings import Rate
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.people import AN, BINH, NOON, citizen_of
from tests.fakes.throttle import ThrottleInMemory

MINUTE = timedelta(minutes=1)
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"
AN_S, BINH_S, NOBODY_S = "052090000001", "052090000002", "052090000003"
PASSWORD = "Đúng mật khẩu 1!"


class CountingHasher(PasswordHasher):
    """Counts what it verifies: each costs the same, whoever it is for."""

    verified = 0

    def verify(self, password: str, stored: str | None) -> bool:
        """See `PasswordHasher`."""
        self.verified += 1
        return super().verify(password, stored)


def cheap(iterations: int = 1) -> CountingHasher:
    return CountingHasher(
        memory_kib=8,
        iterations=iterations,
        hashes_at_once=1,
        queue_deadline=timedelta(seconds=30),
    )


@dataclass
class Counter:
    """Where people sign in, and what a test looks at."""

    database: Database
    index: BlindIndex
    clock: FakeClock
    throttle: ThrottleInMemory
    hasher: CountingHasher

    def login(
        self,
        number: str = AN_S,
        password: str = PASSWORD,
        network: str = HERE,
        device: str | None = None,
    ) -> PasswordVerified:
        return PasswordLogin(
            database=self.database,
            index=self.index,
            hasher=self.hasher,
            throttle=self.throttle,
            budgets=LoginBudgets(
                per_number_and_network=Budget(
                    "per_number_and_network", (Rate(count=5, period=MINUTE),)
                ),
                per_number=Budget(
                    "per_number",
                    (Rate(count=30, period=5 * MINUTE), Rate(count=60, period=30 * MINUTE)),
                ),
                per_device=Budget("per_device", (Rate(count=5, period=MINUTE),)),
                failures_per_network=Budget(
                    "failures_per_network", (Rate(count=8, period=5 * MINUTE),), by_network=True
                ),
                failures_system=Budget("failures_system", (Rate(count=20, period=5 * MINUTE),)),
            ),
            clock=self.clock,
        )(number, password, network=network, device=device)

    def fail(
        self, times: int, number: str = AN_S, network: str = HERE, device: str | None = None
    ) -> None:
        for _ in range(times):
            with pytest.raises(WrongCredentials):
                self.login(number, "wrong", network, device)

    def know(self, device: str) -> None:
        """An signs in on that device."""
        seen = SeenDevice(None, device, "Firefox", "Linux")
        with self.database.transaction() as transaction:
            note_device(transaction, AN, seen, self.clock.now())

    def events(self) -> list[tuple[str, str | None]]:
        with self.database.reading() as reading:
            rows = reading.execute(select(AuditEvent.kind, AuditEvent.citizen_id))
            return [(row.kind, row.citizen_id) for row in rows]


@pytest.fixture
def counter() -> Iterator[Counter]:
    database = database_in_memory()
    index, hasher, clock = BlindIndex(b"i" * 32), cheap(), FakeClock(NOON)
    with database.transaction() as transaction:
        for citizen in (citizen_of(), citizen_of(BINH, numbers=(BINH_S,), phone=None)):
            assert citizen.credential
            citizen.credential.hash = hasher.hash(PASSWORD)
            citizens.add(transaction, citizen, index)
    yield Counter(database, index, clock, ThrottleInMemory(clock), hasher)
    database.engine.dispose()


def test_the_right_pair_is_verified(counter: Counter) -> None:
    assert counter.login() == PasswordVerified(AN, NOON)
    assert counter.events() == []


@pytest.mark.parametrize(
    "typed", ["052 090 000 001", "052.090.000.001", "０５２０９００００００１ "]
)
def test_the_number_may_be_written_as_people_do(counter: Counter, typed: str) -> None:
    assert counter.login(typed).citizen_id == AN


@pytest.mark.parametrize(
    ("number", "password", "whose"),
    [
        (AN_S, "wrong", AN),
        (AN_S, "", AN),
        (AN_S, PASSWORD.lower(), AN),
        (AN_S, "x" * 100_000, AN),
        (NOBODY_S, PASSWORD, None),
        ("no number at all", PASSWORD, None),
        ("", PASSWORD, None),
        ("9" * 100_000, PASSWORD, None),
    ],
)
def test_every_wrong_pair_gets_the_same_answer_for_the_same_work(
    counter: Counter, number: str, password: str, whose: str | None
) -> None:
    with pytest.raises(WrongCredentials) as refused:
        counter.login(number, password)

    assert str(refused.value) == ""
    assert counter.hasher.verified == 1
    assert counter.events() == [("password_refused", whose)]


def test_held_and_phoneless_accounts_say_so_after_the_right_password_only(
    counter: Counter,
) -> None:
    with counter.database.transaction() as transaction:
        transaction.execute(
            update(Citizen).where(Citizen.id == AN).values(status=CitizenStatus.HELD)
        )

    with pytest.raises(SignInBarred):
        counter.login()
    assert counter.login(BINH_S) == PasswordVerified(BINH, NOON)
    counter.fail(1, AN_S)
    counter.fail(1, BINH_S)


def test_tries_are_counted_for_a_number_that_nobody_has_too(counter: Counter) -> None:
    for number in (AN_S, NOBODY_S):
        counter.throttle = ThrottleInMemory(counter.clock)
        counter.fail(5, number)
        with pytest.raises(BudgetSpent) as spent:
            counter.login(number)
        assert spent.value.budget == "per_number_and_network"


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(counter: Counter) -> None:
    counter.fail(5, network=THERE)

    assert counter.login(network=HERE).citizen_id == AN


@pytest.mark.parametrize("number", [AN_S, NOBODY_S])
def test_many_networks_are_slowed_together_whether_or_not_anybody_has_the_number(
    counter: Counter, number: str
) -> None:
    compared, refused = 0, []
    for attempt in range(1000):
        try:
            counter.login(number, "wrong", f"198.{attempt // 250}.{attempt % 250}.0/24")
        except WrongCredentials:
            compared += 1
        except BudgetSpent as spent:
            refused.append((spent.budget, spent.retry_after))
        if attempt in {333, 666}:
            counter.clock.advance(5 * MINUTE)

    assert (compared, len(refused)) == (60, 940)
    assert refused[0] == ("per_number", 5 * MINUTE)
    assert max(refused) == ("per_number", 20 * MINUTE)


def test_a_thousand_wrong_passwords_of_strangers_do_not_slow_the_owners_device(
    counter: Counter,
) -> None:
    counter.know("owned")
    for attempt in range(1000):
        with pytest.raises((WrongCredentials, BudgetSpent)):
            counter.login(AN_S, "wrong", f"198.{attempt // 250}.{attempt % 250}.0/24")
    for tail in range(8):
        counter.fail(1, f"0520900001{tail:02}", HERE)

    assert counter.login(device="owned").citizen_id == AN
    with pytest.raises(BudgetSpent):
        counter.login(device="another")
    with pytest.raises(BudgetSpent):
        counter.login(BINH_S, device="owned")


def test_a_known_device_has_no_endless_tries_either(counter: Counter) -> None:
    counter.know("owned")
    counter.fail(5, device="owned")

    with pytest.raises(BudgetSpent) as spent:
        counter.login(device="owned")
    assert spent.value.budget == "per_device"


def test_the_right_password_clears_the_tries(counter: Counter) -> None:
    counter.fail(4)
    counter.login()

    counter.fail(4)


def test_one_network_cannot_try_one_password_over_all_numbers(counter: Counter) -> None:
    """Once its failures are used up, even the right pair tells it nothing."""
    for tail in range(8):
        counter.fail(1, f"0520900001{tail:02}")
    verified = counter.hasher.verified

    for number in (AN_S, NOBODY_S):
        with pytest.raises(BudgetSpent) as spent:
            counter.login(number)
        assert spent.value.budget == "failures_per_network"

    assert counter.hasher.verified == verified
    assert counter.events()[-2:] == [("password_refused", None), ("budget_exceeded", None)]
    assert counter.login(network=THERE).citizen_id == AN
    counter.clock.advance(5 * MINUTE)
    assert counter.login().citizen_id == AN


def test_too_many_failures_everywhere_are_an_alarm_and_no_lock(counter: Counter) -> None:
    for tail in range(21):
        counter.fail(1, f"0520900001{tail:02}", f"198.51.{tail}.0/24")

    assert counter.events()[-2:] == [("password_refused", None), ("budget_exceeded", None)]
    assert counter.login().citizen_id == AN


def test_a_hash_of_former_cost_is_renewed_and_the_password_stays(counter: Counter) -> None:
    counter.hasher = cheap(iterations=2)
    counter.login()

    with counter.database.reading() as reading:
        credential = reading.get_one(PasswordCredential, AN)
    assert not counter.hasher.needs_rehash(credential.hash)
    assert credential.changed_at == NOON
    assert counter.login().citizen_id == AN
