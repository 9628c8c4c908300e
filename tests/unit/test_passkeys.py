"""The ceremonies of a passkey: what is accepted of an honest authenticator, and of no other."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.authenticators.add_passkey import AddPasskey
from idp.authenticators.attempts import Attempts
from idp.authenticators.changes import TooMany
from idp.authenticators.passkeys import PasskeyRefused, Place
from idp.authenticators.verify_passkey import PasskeyVerified, VerifyPasskey
from idp.authenticators.webauthn import WebauthnCeremonies
from idp.citizens import store as citizens
from idp.citizens.holds import ChangesBarred, place_hold
from idp.citizens.model import CitizenId, HoldKind
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import EndOfSessions
from idp.messaging.model import NoticeKind
from tests.fakes.authenticator import SoftwareAuthenticator, to_bytes, to_text
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.passkey_challenges import LIFETIME, PasskeyChallengesInMemory
from tests.fakes.people import AN, BINH, NOON, citizen_of
from tests.fakes.throttle import ThrottleInMemory

ORIGIN = "https://idp.example"
HERE, THERE = Place("sign_in:here"), Place("sign_in:there")


class Told:
    """Implements `Notices`: remembers."""

    def __init__(self) -> None:
        self.kinds: list[NoticeKind] = []

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """See the port."""
        self.kinds.append(kind)


class Nobody:
    """Implements `EndsSessions`: nobody has one."""

    def carry_out(self, end: EndOfSessions) -> None:
        """See the port."""


@dataclass
class Provider:
    """Who asks, and judges."""

    database: Database
    add: AddPasskey
    verify: VerifyPasskey
    told: Told
    clock: FakeClock

    def register(
        self, authenticator: SoftwareAuthenticator, whose: CitizenId = AN, **how: int
    ) -> None:
        options = self.add.options(whose, shown_name="Bưởi")
        self.add(whose, authenticator.create(options, **how), name="Máy tính")

    def sign_in(
        self, authenticator: SoftwareAuthenticator, whose: CitizenId | None = None
    ) -> PasskeyVerified:
        options = self.verify.options(place=HERE, citizen_id=whose)
        return self.verify(authenticator.get(options), place=HERE, citizen_id=whose)

    def refusal(self, answer: str, *, place: Place = HERE, whose: CitizenId | None = None) -> str:
        with pytest.raises(PasskeyRefused) as refused:
            self.verify(answer, place=place, citizen_id=whose)
        return refused.value.reason

    def events(self) -> list[str]:
        with self.database.reading() as reading:
            return list(reading.execute(select(AuditEvent.kind)).scalars())


@pytest.fixture
def provider() -> Iterator[Provider]:
    clock, told = FakeClock(NOON), Told()
    database = database_in_memory()
    index = BlindIndex(b"i" * 32)
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(), index)
        other = citizen_of(BINH, numbers=("052090000002",), phone=None)
        citizens.add(transaction, other, index)
    ceremonies = WebauthnCeremonies(
        issuer=ORIGIN,
        site="idp.example",
        name="Cổng",
        challenges=PasskeyChallengesInMemory(clock),
    )
    attempts = Attempts(database=database, throttle=ThrottleInMemory(clock), clock=clock)
    yield Provider(
        database,
        AddPasskey(
            database=database,
            ceremonies=lambda: ceremonies,
            follow_ups=FollowUps(
                end_sessions=Nobody(), notices=told, database=database, clock=clock
            ),
            at_most=2,
            clock=clock,
        ),
        VerifyPasskey(
            database=database, ceremonies=lambda: ceremonies, attempts=attempts, clock=clock
        ),
        told,
        clock,
    )
    database.engine.dispose()


@pytest.fixture
def authenticator() -> SoftwareAuthenticator:
    return SoftwareAuthenticator(ORIGIN)


def test_the_browser_is_asked_for_a_key_that_is_found_without_a_name_and_knows_its_person(
    provider: Provider,
) -> None:
    asked: dict[str, Any] = json.loads(provider.add.options(AN, shown_name="Bưởi"))["publicKey"]

    assert asked["rp"]["id"] == "idp.example"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert asked["attestation"] == "none"
    assert len(to_bytes(asked["challenge"])) == 32


def test_a_passkey_signs_in_without_a_name(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    provider.register(authenticator)

    assert provider.sign_in(authenticator) == PasskeyVerified(AN, copyable=False)
    assert provider.told.kinds == [NoticeKind.AUTHENTICATOR_ADDED]
    assert provider.events() == ["authenticator_added"]
    assert "allowCredentials" not in json.loads(provider.verify.options(place=HERE))["publicKey"]


def test_a_key_that_may_be_copied_is_told_from_one_that_stays_in_its_hardware(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    authenticator.copyable = True
    provider.register(authenticator)

    assert provider.sign_in(authenticator).copyable


def test_after_the_password_only_that_citizens_keys_count(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    provider.register(authenticator)
    provider.register(authenticator, BINH)
    options = provider.verify.options(place=HERE, citizen_id=AN)

    (allowed,) = json.loads(options)["publicKey"]["allowCredentials"]
    assert allowed["id"] == to_text(authenticator.credentials[0].id)
    assert provider.refusal(authenticator.get(options, which=1), whose=AN) == "other_owner"
    assert provider.events()[-1] == "second_factor_refused"


def test_an_answer_counts_once(provider: Provider, authenticator: SoftwareAuthenticator) -> None:
    provider.register(authenticator)
    answer = authenticator.get(provider.verify.options(place=HERE))
    provider.verify(answer, place=HERE)

    assert provider.refusal(answer) == "challenge"


def test_an_answer_to_another_place_or_too_late_is_none(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    provider.register(authenticator)
    answer = authenticator.get(provider.verify.options(place=THERE))
    late = authenticator.get(provider.verify.options(place=HERE))
    provider.clock.advance(LIFETIME)

    assert provider.refusal(answer) == "challenge"
    assert provider.refusal(late) == "challenge"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: setattr(one, "origin", "https://idp.example.evil.example"),
        lambda one: setattr(one, "origin", "http://idp.example"),
        lambda one: setattr(one, "verifies", False),
        lambda one: setattr(one.credentials[0], "rp_id", "evil.example"),
        lambda one: setattr(one.credentials[0], "key", one.credentials[1].key),
    ],
    ids=["origin", "scheme", "no-verification", "rp-id", "signature"],
)
def test_what_is_not_proved_is_refused(
    provider: Provider,
    authenticator: SoftwareAuthenticator,
    spoil: Callable[[SoftwareAuthenticator], None],
) -> None:
    provider.register(authenticator)
    provider.register(authenticator, BINH)
    spoil(authenticator)
    answer = authenticator.get(provider.verify.options(place=HERE), which=0)

    assert provider.refusal(answer) == "unverified"


def test_the_owner_has_to_be_named(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    provider.register(authenticator)
    answer = json.loads(authenticator.get(provider.verify.options(place=HERE)))
    stranger = json.loads(json.dumps(answer))
    stranger["response"]["userHandle"] = to_text(BINH.encode())
    del answer["response"]["userHandle"]

    assert provider.refusal(json.dumps(stranger)) == "other_owner"
    assert provider.refusal(json.dumps(answer)) == "no_owner"


def test_a_key_that_counts_backwards_may_be_a_copy(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    provider.register(authenticator)
    provider.sign_in(authenticator)
    authenticator.counts = False

    assert provider.refusal(authenticator.get(provider.verify.options(place=HERE))) == "copied"


def test_a_key_that_never_counts_is_good_again_and_again(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    authenticator.counts = False
    provider.register(authenticator)

    assert [provider.sign_in(authenticator).citizen_id for _ in range(2)] == [AN, AN]


@pytest.mark.parametrize(
    "answer", ["", "{", "[]", "null", "{}", '{"id": "a", "rawId": "b"}', '{"rawId": 1}', "9" * 999]
)
def test_what_is_no_answer_is_refused(
    provider: Provider, authenticator: SoftwareAuthenticator, answer: str
) -> None:
    assert provider.refusal(answer) == "malformed"
    assert provider.events() == []  # a stranger must not be able to fill the log
    with pytest.raises(PasskeyRefused):
        provider.add(AN, answer, name="Máy tính")


def test_an_unknown_key_is_refused(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    authenticator.create(provider.add.options(AN, shown_name="Bưởi"))

    assert provider.refusal(authenticator.get(provider.verify.options(place=HERE))) == "unknown"


def test_one_authenticator_makes_one_passkey_and_nobody_elses(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    answer = authenticator.create(provider.add.options(AN, shown_name="Bưởi"))
    provider.add(AN, answer, name="Máy tính")
    held = json.loads(provider.add.options(AN, shown_name="Bưởi"))["publicKey"]

    assert [each["id"] for each in held["excludeCredentials"]] == [
        to_text(authenticator.credentials[0].id)
    ]
    with pytest.raises(PasskeyRefused):
        provider.add(AN, answer, name="Máy tính")


def test_another_algorithm_is_not_taken(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    with pytest.raises(PasskeyRefused) as refused:
        provider.register(authenticator, algorithm=-47)

    assert refused.value.reason == "not_supported"


def test_nobody_has_more_than_allowed(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    provider.register(authenticator)
    provider.register(authenticator)

    with pytest.raises(TooMany):
        provider.register(authenticator)


def test_a_disputed_account_gets_no_passkey(
    provider: Provider, authenticator: SoftwareAuthenticator
) -> None:
    with provider.database.transaction() as transaction:
        place_hold(transaction, AN, HoldKind.DISPUTE, NOON)

    with pytest.raises(ChangesBarred):
        provider.register(authenticator)
    assert provider.told.kinds == []
