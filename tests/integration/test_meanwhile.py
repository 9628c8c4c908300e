"""What somebody else does between the first look at an account and the change: in PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from idp.account.security import change_password
from idp.account.security.change_password import ChangePassword, SessionOver
from idp.authenticators import add_app, add_passkey, make_recovery_codes
from idp.authenticators import store as authenticators
from idp.authenticators.add_app import AddApp
from idp.authenticators.add_passkey import AddPasskey
from idp.authenticators.attempts import Attempts
from idp.authenticators.changes import TooMany
from idp.authenticators.forget_devices import end_authenticators
from idp.authenticators.make_recovery_codes import CODES, MakeRecoveryCodes
from idp.authenticators.model import AuthenticatorApp, Passkey
from idp.authenticators.passkeys import NewPasskey
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.close_account import close_account
from idp.citizens.holds import ChangesBarred, place_hold
from idp.citizens.model import HoldKind, PasswordCredential, Phone
from idp.core.email_address import EmailAddress
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.emails import ask_to_verify
from idp.emails import store as emails
from idp.emails.ask_to_verify import AskToVerifyEmail
from idp.emails.model import EmailVerificationId
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.links import Links
from idp.phones import begin_phone
from idp.phones.begin_phone import BeginPhone, PhonePolicy, TooManyPhones
from idp.phones.model import PendingPhone
from idp.recovery import reset_password
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.reset_password import ResetPassword
from idp.sessions.model import Authentication
from idp.throttling.ports import Budget
from tests.fakes.clock import FakeClock
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, TWO_FACTORS, citizen_of, session_of
from tests.fakes.sign_ins import sign_in_in_memory
from tests.fakes.throttle import ThrottleInMemory

pytestmark = pytest.mark.postgresql

PLENTY = Budget("plenty", ())
OWN, OTHER = PhoneNumber("+84912000001"), PhoneNumber("+84912000077")


class _Ceremonies:
    """A browser that made a passkey each time it was asked."""

    def __init__(self) -> None:
        self._made = 0

    def created(self, _answer: str, **_: object) -> NewPasskey:
        self._made += 1
        return NewPasskey(f"key-{self._made}".encode(), b"public", 0, copyable=False)


class House:
    """An's account, and what changes it."""

    def __init__(self, database: Database, index: BlindIndex, clock: FakeClock) -> None:
        self.database, self.index, self.clock = database, index, clock
        self.sign_in, self.sessions = sign_in_in_memory(database, clock)
        self.follow_ups = FollowUps(
            end_sessions=self.sign_in, notices=NoticesInMemory(), database=database, clock=clock
        )
        changes: dict[str, Any] = {
            "database": database,
            "follow_ups": self.follow_ups,
            "clock": clock,
        }
        self.make_codes = MakeRecoveryCodes(index=index, **changes)
        made = _Ceremonies()
        self.add_passkey = AddPasskey(ceremonies=lambda: cast("Any", made), at_most=1, **changes)
        throttle = ThrottleInMemory(clock)
        self.add_app = AddApp(
            attempts=Attempts(database=database, throttle=throttle, clock=clock),
            budget=PLENTY,
            at_most=1,
            **changes,
        )
        self.reset = ResetPassword(**changes)
        self.change_password = ChangePassword(sign_in=self.sign_in, **changes)
        self.ask_mail = AskToVerifyEmail(
            database=database,
            throttle=throttle,
            budget=PLENTY,
            queue=cast("Any", self),
            links=Links("https://idp.example", b"k" * 32),
            lasts=timedelta(days=1),
            clock=clock,
        )
        self.begin_phone = BeginPhone(
            trust=lambda _: None,  # type: ignore[arg-type]
            policy=PhonePolicy(
                at_most=2,
                cooling_off=timedelta(days=3),
                sim_change_window=timedelta(days=3),
                kept=timedelta(hours=1),
            ),
            database=database,
            index=index,
            clock=clock,
        )
        with database.transaction() as transaction:
            citizens.add(transaction, citizen_of(phone=OWN.e164), index)

    def send_link(self, _verification_id: EmailVerificationId) -> None:
        """See `EmailLinks`."""

    def add_phone(self, number: PhoneNumber) -> int:
        with self.database.transaction() as transaction:
            phone = Phone(
                citizen_id=AN,
                number=number.e164,
                number_index=phone_number_index(self.index, number),
                is_default=False,
                verified_at=self.clock.now(),
            )
            transaction.add(phone)
            transaction.flush()
            return phone.id

    def decide(self, *, closes: bool = False) -> None:
        """What a decided dispute does to an account, or a citizen who closes it."""
        with self.database.transaction() as transaction:
            if closes:
                citizens.lock(transaction, AN)
                close_account(transaction, AN, self.clock.now())
            else:
                place_hold(transaction, AN, HoldKind.OPERATOR, self.clock.now())
            end_authenticators(transaction, AN, self.clock.now())

    def move_default_phone(self) -> None:
        """What a recovery by another phone does: codes go there, and the password is its."""
        with self.database.transaction() as transaction:
            citizens.lock(transaction, AN)
            phone = transaction.execute(select(Phone).where(Phone.is_default)).scalar_one()
            phone.active = False
            citizens.replace_password(transaction, AN, "the recovered one", self.clock.now())

    def count(self, model: type) -> int:
        with self.database.reading() as reading:
            return reading.scalar(select(func.count()).select_from(model)) or 0

    def password(self) -> str:
        with self.database.reading() as reading:
            return reading.execute(select(PasswordCredential.hash)).scalar_one()


@pytest.fixture
def house(postgresql_database: Database, index: BlindIndex, clock: FakeClock) -> House:
    return House(postgresql_database, index, clock)


@pytest.fixture
def meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Any, str, Callable[[], object]], Meanwhile]:
    """Has something done after the first call of a function, as far as it can be done."""
    return lambda owner, name, deed: Meanwhile(house.database, deed).after(monkeypatch, owner, name)


# --- authenticators -------------------------------------------------------------------------------


def test_of_two_sets_of_recovery_codes_the_later_counts_alone(
    house: House, meanwhile: Callable[..., Meanwhile]
) -> None:
    other = meanwhile(
        make_recovery_codes.store, "replace_recovery_codes", lambda: house.make_codes(AN)
    )

    house.make_codes(AN)

    assert isinstance(other.outcome(), tuple)
    with house.database.reading() as reading:
        assert authenticators.recovery_codes_left(reading, AN)[0] == CODES


def test_two_tabs_add_no_more_passkeys_than_one_may_have(
    house: House, meanwhile: Callable[..., Meanwhile]
) -> None:
    other = meanwhile(
        add_passkey.store, "passkeys_of", lambda: house.add_passkey(AN, "", name="other")
    )

    house.add_passkey(AN, "", name="one")

    assert isinstance(other.outcome(), TooMany)
    assert house.count(Passkey) == 1


def test_two_tabs_set_up_one_app(house: House, meanwhile: Callable[..., Meanwhile]) -> None:
    other = meanwhile(add_app.store, "forget_pending_apps", lambda: house.add_app.begin(AN, "two"))

    first = house.add_app.begin(AN, "one")

    second = other.outcome()
    with house.database.reading() as reading:
        assert authenticators.pending_app(reading, AN, first) is None
        assert authenticators.pending_app(reading, AN, str(second)) is not None
    assert house.count(AuthenticatorApp) == 1


@pytest.mark.parametrize("closes", [False, True])
def test_no_passkey_outlives_a_decision_that_comes_between(
    house: House, meanwhile: Callable[..., Meanwhile], *, closes: bool
) -> None:
    other = meanwhile(add_passkey.store, "passkeys_of", lambda: house.decide(closes=closes))

    house.add_passkey(AN, "", name="one")

    assert other.outcome() is None
    assert house.count(Passkey) == 0


@pytest.mark.parametrize("closes", [False, True])
def test_no_passkey_comes_after_a_decision(house: House, *, closes: bool) -> None:
    house.decide(closes=closes)

    with pytest.raises(ChangesBarred):
        house.add_passkey(AN, "", name="one")
    assert house.count(Passkey) == 0


# --- the password ---------------------------------------------------------------------------------


def test_a_recovery_that_comes_between_keeps_its_password(
    house: House, meanwhile: Callable[..., Meanwhile]
) -> None:
    """Whoever holds the lost phone proved it a moment before, and sets a password as well."""
    other = meanwhile(reset_password, "has_default_phone", house.move_default_phone)

    house.reset(AN, "the thief's", phone_index=phone_number_index(house.index, OWN), client_id=None)

    assert other.outcome() is None
    assert house.password() == "the recovered one"
    with pytest.raises(RecoveryGone):
        house.reset(
            AN, "the thief's", phone_index=phone_number_index(house.index, OWN), client_id=None
        )


def test_a_session_that_a_reset_ended_changes_no_password(house: House) -> None:
    """However long the new password was hashed: what was set meanwhile stays."""
    session = session_of(auth_time=house.clock.now())
    house.sessions.begin(session)
    house.change_password(session, "the citizen's own")
    house.reset(AN, "reset", phone_index=phone_number_index(house.index, OWN), client_id=None)

    with pytest.raises(SessionOver):
        house.change_password(session, "the thief's")
    assert house.password() == "reset"


def test_a_session_that_is_to_end_changes_no_password(house: House) -> None:
    session = session_of(auth_time=house.clock.now())
    house.sessions.begin(session)
    with house.database.transaction() as transaction:
        house.follow_ups.owe_end(transaction, AN, "password_reset", house.clock.now())

    with pytest.raises(SessionOver):
        house.change_password(session, "the thief's")
    assert house.password() != "the thief's"


def test_a_reset_that_comes_between_is_the_last_word(
    house: House, meanwhile: Callable[..., Meanwhile]
) -> None:
    session = session_of(auth_time=house.clock.now())
    house.sessions.begin(session)
    other = meanwhile(
        change_password,
        "replace_password",
        lambda: house.reset(
            AN, "reset", phone_index=phone_number_index(house.index, OWN), client_id=None
        ),
    )

    house.change_password(session, "the thief's")

    assert other.outcome() is None
    assert house.password() == "reset"
    assert house.sessions.of_citizen(AN) == ()


# --- what waits for a proof -----------------------------------------------------------------------


def test_of_two_addresses_the_last_one_given_is_the_one_meant(
    house: House, meanwhile: Callable[..., Meanwhile]
) -> None:
    """With two of them the account's page would not know which one to show."""
    later = EmailAddress("later@example.vn")
    other = meanwhile(ask_to_verify.store, "forget_of", lambda: house.ask_mail(AN, later))

    house.ask_mail(AN, EmailAddress("sooner@example.vn"))

    assert other.outcome() is None
    with house.database.reading() as reading:
        assert emails.pending_address_of(reading, AN, house.clock.now()) == later


def test_two_numbers_that_are_being_added_are_no_more_than_one_may_have(
    house: House, meanwhile: Callable[..., Meanwhile]
) -> None:
    authentication = Authentication(AN, house.clock.now(), TWO_FACTORS)
    another = PhoneNumber("+84912000088")
    other = meanwhile(
        begin_phone.store,
        "forget_pending_of",
        lambda: house.begin_phone(authentication, another),
    )

    house.begin_phone(authentication, OTHER)

    assert isinstance(other.outcome(), str)
    with house.database.reading() as reading:
        assert reading.execute(select(PendingPhone.id)).scalars().all() == [other.outcome()]


def test_a_number_that_was_added_meanwhile_is_counted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The carrier is asked about the SIM between the first look and the second."""
    monkeypatch.setattr(house.begin_phone, "_trust", lambda _: house.add_phone(OTHER))

    with pytest.raises(TooManyPhones):
        house.begin_phone(
            Authentication(AN, house.clock.now(), TWO_FACTORS), PhoneNumber("+84912000088")
        )
    assert house.count(PendingPhone) == 0
