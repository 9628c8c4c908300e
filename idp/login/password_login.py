"""Checking identity number and password: the same work and the same answer for every reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from idp.audit.events import BudgetExceeded, PasswordRefused
from idp.audit.log import record
from idp.authenticators.store import knows_number
from idp.citizens import store
from idp.citizens.blind_indexes import typed_number_index
from idp.citizens.holds import holds_of
from idp.citizens.model import CitizenId, CitizenStatus
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.rules import is_only_inactive
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.sign_in import AccountInactive, SignInBarred
from idp.sessions.rules import PASSWORD_AND_SMS
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, BudgetSpent, Counted, Throttle

_LONGEST_PASSWORD: Final = 1024
"""Anything longer is no password of ours; hashing megabytes would be a gift to an attacker."""


class WrongCredentials(Exception):
    """Number or password, unknown or wrong: which one is nobody's business."""


@dataclass(frozen=True, slots=True)
class LoginBudgets:
    """
    How often passwords may be tried.

    By (typed number, network), so that a stranger elsewhere slows himself first; by typed number
    from everywhere together, with growing waits, so that many networks do not help him much. A
    device on which that citizen has signed in before has its own: nobody else can slow it.
    """

    per_number_and_network: Budget
    per_number: Budget
    per_device: Budget
    failures_per_network: Budget
    failures_system: Budget


@dataclass(frozen=True, slots=True)
class PasswordVerified:
    """The password was right *at* that moment; the second factor's turn is next."""

    citizen_id: CitizenId
    at: datetime


class PasswordLogin:
    """Identity number and password."""

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        hasher: PasswordHasher,
        throttle: Throttle,
        budgets: LoginBudgets,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._hasher = hasher
        self._throttle = throttle
        self._budgets = budgets
        self._clock = clock

    def __call__(
        self, typed_number: str, password: str, *, network: str, device: str | None = None
    ) -> PasswordVerified:
        """
        Verify *password* for the account of *typed_number*, on the device with that digest.

        Raises `WrongCredentials`, `BudgetSpent`, and after the right password `SignInBarred` or
        `AccountInactive`; `HasherBusy` where too many wait.
        """
        number_index = typed_number_index(self._index, typed_number)
        counted = self._count_attempt(number_index, network, device)
        at = self._clock.now()
        with self._database.reading_rows() as reading:
            found = store.sign_in_record(reading, number_index)
        stored = found.password_hash if found else None
        if not self._hasher.verify(password[:_LONGEST_PASSWORD], stored) or found is None:
            self._note_failure(found.citizen_id if found else None, network)
            raise WrongCredentials
        for each in counted:
            self._throttle.clear(each.budget, *each.key)
        if self._hasher.needs_rehash(found.password_hash):
            self._rehash(found, password)
        if found.status is CitizenStatus.HELD:
            raise self._barred(found.citizen_id)
        return PasswordVerified(found.citizen_id, at)

    def _barred(self, citizen_id: CitizenId) -> SignInBarred:
        with self._database.reading() as reading:
            holds = holds_of(reading, citizen_id)
        if not is_only_inactive(holds):
            return SignInBarred()
        # A code is asked for on the way: together they are what a sign-in takes.
        return AccountInactive(citizen_id, amr=PASSWORD_AND_SMS, password_at=self._clock.now())

    def _count_attempt(
        self, number_index: bytes, network: str, device: str | None
    ) -> tuple[Counted, ...]:
        """
        Count before the password is looked at; what was counted.

        Raises `BudgetSpent`, recorded once a window.
        """
        number, budgets = number_index.hex(), self._budgets
        with noting_exceeded(self._database, self._clock):
            if device is not None and self._knows_number(device, number_index):
                counted: tuple[Counted, ...] = (Counted(budgets.per_device, (number, device)),)
            else:
                # Whoever has used up a network's failures must not learn from the next answer
                # whether this password would have been right for this number.
                self._throttle.require(budgets.failures_per_network, network)
                counted = (
                    Counted(budgets.per_number_and_network, (number, network)),
                    Counted(budgets.per_number, (number,)),
                )
            self._throttle.count_in_turn(*counted)
        return counted

    def _knows_number(self, device: str, number_index: bytes) -> bool:
        with self._database.reading_rows() as reading:
            return knows_number(reading, device, number_index)

    def _note_failure(self, citizen_id: CitizenId | None, network: str) -> None:
        """Record it, and count it against the network and, as an alarm, the whole system."""
        network_spent = self._begins_to_refuse(self._budgets.failures_per_network, network)
        system_spent = self._begins_to_refuse(self._budgets.failures_system)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            record(transaction, PasswordRefused(citizen_id=citizen_id), now)
            if network_spent:
                event = BudgetExceeded(budget=self._budgets.failures_per_network.name)
                record(transaction, event, now)
            if system_spent:
                event = BudgetExceeded(budget=self._budgets.failures_system.name)
                record(transaction, event, now)

    def _begins_to_refuse(self, budget: Budget, *key: str) -> bool:
        try:
            self._throttle.count(budget, *key)
        except BudgetSpent as spent:
            return spent.first
        return False

    def _rehash(self, found: store.SignInRecord, password: str) -> None:
        new_hash = self._hasher.hash(password)
        with self._database.transaction() as transaction:
            store.rehash_password(
                transaction, found.citizen_id, former=found.password_hash, new=new_hash
            )
