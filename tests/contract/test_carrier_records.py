"""What everyone may rely on who asks the carriers, of the double and of the real adapter alike."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Protocol

import pytest

from idp.adapters.camara import CamaraCarrierRecords, CarrierEndpoint
from idp.carriers.model import Attribute, ClaimedIdentity, Outcome, Spelling
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from sandbox.tempers import Carrier, read_tempers
from tests.fakes.carrier_records import (
    CARRIERS,
    PREFIXES,
    CarrierRecordsInMemory,
    Subscription,
)
from tests.fakes.served_sandbox import ServedSandbox, served_sandbox

TEMPERS = read_tempers()
UNACCENTED = frozenset(name for name in CARRIERS if not TEMPERS[Carrier(name)].accented_names)
ACCENTED_CARRIER = "vinaphone"
UNACCENTED_CARRIER = min(UNACCENTED)
CARRIER_WITHOUT_BIRTH_DATES = "gmobile"

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NUMBER_ID = IdentityNumber.parse("052090000001")
NAME = FullName.parse("Nguyễn Văn Hòa")
BORN = BirthDate(1990, 1, 2)
PERSON = ClaimedIdentity(NUMBER_ID, NAME, BORN)

_numbers = count(1)


class StandingClock:
    def now(self) -> datetime:
        return NOW


class World(Protocol):
    """Carriers that a test may furnish."""

    @property
    def records(self) -> CarrierRecords: ...
    def add(self, number: PhoneNumber, subscription: Subscription) -> None: ...
    def silence(self, carrier: str) -> None: ...


class WorldInMemory:
    def __init__(self) -> None:
        self.records = CarrierRecordsInMemory(StandingClock(), unaccented=UNACCENTED)

    def add(self, number: PhoneNumber, subscription: Subscription) -> None:
        self.records.subscriptions[number] = subscription

    def silence(self, carrier: str) -> None:
        self.records.silent.add(carrier)


class WorldOverHttp:
    def __init__(self, sandbox: ServedSandbox, records: CamaraCarrierRecords) -> None:
        self._sandbox = sandbox
        self.records = records

    def add(self, number: PhoneNumber, subscription: Subscription) -> None:
        assert subscription.full_name
        # Only a carrier that keeps no dates of birth at all forgets one.
        born = subscription.birth_date or BORN
        self._sandbox.post(
            "/api/subscriptions",
            phone_number=number.e164,
            carrier=subscription.carrier,
            id_document=held.value if (held := subscription.identity_number) else None,
            full_name=subscription.full_name.value,
            birth_date=born.isoformat(),
            sim_changed_at=_text(subscription.sim_changed_at),
            recycled_at=_text(subscription.recycled_on),
        )

    def silence(self, carrier: str) -> None:
        self._sandbox.post("/api/faults", carrier=carrier, kind="http_500")


def _text(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with served_sandbox(StandingClock()) as served:
        yield served


def adapter(sandbox: ServedSandbox, call_timeout: timedelta) -> CamaraCarrierRecords:
    return CamaraCarrierRecords(
        tuple(
            CarrierEndpoint(
                name,
                base_url=f"{sandbox.base_url}/carriers/{name}",
                token_url=f"{sandbox.base_url}/carriers/{name}/token",
                unaccented=name in UNACCENTED,
                client_id="dvc-idp",
            )
            for name in CARRIERS
        ),
        prefixes=PREFIXES,
        key=sandbox.client_key,
        clock=StandingClock(),
        call_timeout=call_timeout,
    )


@pytest.fixture(scope="module")
def records_over_http(sandbox: ServedSandbox) -> Iterator[CamaraCarrierRecords]:
    records = adapter(sandbox, timedelta(seconds=3))
    yield records
    records.close()


@pytest.fixture
def world_over_http(
    sandbox: ServedSandbox, records_over_http: CamaraCarrierRecords
) -> Iterator[WorldOverHttp]:
    yield WorldOverHttp(sandbox, records_over_http)
    sandbox.http.delete("/api/faults").raise_for_status()


@pytest.fixture(params=["in_memory", "over_http"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "in_memory":
        return WorldInMemory()
    return request.getfixturevalue("world_over_http")  # type: ignore[no-any-return]


@pytest.fixture
def number() -> PhoneNumber:
    """A number that no other test uses, with a prefix of VinaPhone."""
    return PhoneNumber.parse(f"0917{next(_numbers):06}")


def held_by(
    carrier: str,
    *,
    identity_number: IdentityNumber | None = NUMBER_ID,
    full_name: FullName = NAME,
    birth_date: BirthDate | None = BORN,
    sim_changed_at: datetime | None = None,
    recycled_on: date | None = None,
) -> Subscription:
    return Subscription(
        carrier, identity_number, full_name, birth_date, sim_changed_at, recycled_on
    )


def test_the_holder_matches(world: World, number: PhoneNumber) -> None:
    world.add(number, held_by(ACCENTED_CARRIER))

    outcome = world.records.match(number, PERSON)

    assert outcome.outcome is Outcome.MATCH
    assert outcome.carrier == ACCENTED_CARRIER
    assert outcome.spelling is Spelling.AS_TYPED
    assert outcome.attributes == set(Attribute)
    assert outcome.differing == frozenset()
    assert outcome.checked_at == NOW
    assert outcome.asked == (ACCENTED_CARRIER,)
    assert outcome.reference


@pytest.mark.parametrize(
    ("claimed", "differing"),
    [
        (
            ClaimedIdentity(IdentityNumber("052090000002"), NAME, BORN),
            {Attribute.IDENTITY_NUMBER},
        ),
        (
            ClaimedIdentity(NUMBER_ID, FullName.parse("Nguyễn Văn Hoan"), BORN),
            {Attribute.FULL_NAME},
        ),
        (ClaimedIdentity(NUMBER_ID, NAME, BirthDate(1990, 2, 1)), {Attribute.BIRTH_DATE}),
        (
            ClaimedIdentity(NUMBER_ID, FullName.parse("Nguyen Van Hoa"), BORN),
            {Attribute.FULL_NAME},
        ),
    ],
)
@pytest.mark.parametrize("carrier", [ACCENTED_CARRIER, "viettel"])
def test_anyone_else_does_not_and_is_told_what_differs(
    world: World,
    number: PhoneNumber,
    carrier: str,
    claimed: ClaimedIdentity,
    differing: set[Attribute],
) -> None:
    world.add(number, held_by(carrier))

    outcome = world.records.match(number, claimed)

    assert outcome.outcome is Outcome.MISMATCH
    assert outcome.differing == differing
    assert not outcome.attributes & differing


@pytest.mark.parametrize("carrier", [ACCENTED_CARRIER, "viettel"])
def test_a_record_without_an_identity_number_says_neither_yes_nor_no(
    world: World, number: PhoneNumber, carrier: str
) -> None:
    world.add(number, held_by(carrier, identity_number=None))

    outcome = world.records.match(number, PERSON)

    assert outcome.outcome is Outcome.NOT_AVAILABLE
    assert outcome.carrier == carrier
    assert outcome.differing == frozenset()


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("nguyễn văn hoà", "Nguyễn Văn Hòa"),
        ("Ðặng Thị Mai", "Đặng Thị Mai"),
        ("H’Hen Niê", "H'Hen Niê"),
        ("Y Moan Êban", "Y  MOAN ÊBAN"),
    ],
)
def test_spellings_of_one_name_match(
    world: World, number: PhoneNumber, typed: str, recorded: str
) -> None:
    world.add(number, held_by(ACCENTED_CARRIER, full_name=FullName.parse(recorded)))

    claimed = ClaimedIdentity(NUMBER_ID, FullName.parse(typed), BORN)

    assert world.records.match(number, claimed).outcome is Outcome.MATCH


class TestUnaccentedRecords:
    def test_the_name_matches_without_marks(self, world: World, number: PhoneNumber) -> None:
        world.add(number, held_by(UNACCENTED_CARRIER))

        outcome = world.records.match(number, PERSON)

        assert outcome.outcome is Outcome.MATCH
        assert outcome.spelling is Spelling.ASCII

    def test_but_not_without_the_date_of_birth(self, world: World, number: PhoneNumber) -> None:
        world.add(number, held_by(UNACCENTED_CARRIER))

        year_only = ClaimedIdentity(NUMBER_ID, NAME, BirthDate(1990))

        assert world.records.match(number, year_only).outcome is Outcome.MISMATCH

    def test_a_wrong_date_of_birth_is_not_blamed_on_the_name(
        self, world: World, number: PhoneNumber
    ) -> None:
        world.add(number, held_by(UNACCENTED_CARRIER))

        outcome = world.records.match(
            number, ClaimedIdentity(NUMBER_ID, NAME, BirthDate(1990, 2, 1))
        )

        assert outcome.differing == {Attribute.BIRTH_DATE}


def test_an_old_number_in_the_record_matches_only_itself(world: World, number: PhoneNumber) -> None:
    old = IdentityNumber.parse("210000001")
    world.add(number, held_by(ACCENTED_CARRIER, identity_number=old))

    with_old = world.records.match(number, ClaimedIdentity(old, NAME, BORN))
    with_new = world.records.match(number, PERSON)

    assert with_old.outcome is Outcome.MATCH
    assert with_new.differing == {Attribute.IDENTITY_NUMBER}


@pytest.mark.parametrize(
    ("carrier", "recorded", "claimed"),
    [
        (ACCENTED_CARRIER, BirthDate(1990), BORN),
        (ACCENTED_CARRIER, BORN, BirthDate(1990)),
        (CARRIER_WITHOUT_BIRTH_DATES, None, BORN),
    ],
)
def test_a_date_of_birth_that_cannot_be_compared_stays_unconfirmed(
    world: World,
    number: PhoneNumber,
    carrier: str,
    recorded: BirthDate | None,
    claimed: BirthDate,
) -> None:
    world.add(number, held_by(carrier, birth_date=recorded))

    outcome = world.records.match(number, ClaimedIdentity(NUMBER_ID, NAME, claimed))

    assert outcome.outcome is Outcome.MATCH
    assert outcome.attributes == {Attribute.IDENTITY_NUMBER, Attribute.FULL_NAME}


def test_a_ported_number_is_found_behind_its_prefix(world: World, number: PhoneNumber) -> None:
    world.add(number, held_by("mobifone"))

    outcome = world.records.match(number, PERSON)

    assert outcome.carrier == "mobifone"
    assert outcome.asked == ("vinaphone", "viettel", "mobifone")


def test_a_number_that_nobody_serves(world: World, number: PhoneNumber) -> None:
    outcome = world.records.match(number, PERSON)

    assert outcome.outcome is Outcome.NOT_SUBSCRIBER
    assert outcome.carrier is None
    assert set(outcome.asked) == set(CARRIERS)
    with pytest.raises(CarrierUnavailable):
        world.records.sim_changed_within(number, timedelta(hours=72))
    with pytest.raises(CarrierUnavailable):
        world.records.recycled_since(number, date(2026, 1, 1))


class TestOutage:
    def test_of_the_holder_is_never_a_verdict(self, world: World, number: PhoneNumber) -> None:
        world.add(number, held_by(ACCENTED_CARRIER))
        world.silence(ACCENTED_CARRIER)

        with pytest.raises(CarrierUnavailable) as outage:
            world.records.match(number, PERSON)

        assert outage.value.carriers == (ACCENTED_CARRIER,)

    def test_of_another_does_not_matter(self, world: World, number: PhoneNumber) -> None:
        world.add(number, held_by("viettel"))
        world.silence("vinaphone")
        world.silence("gmobile")

        assert world.records.match(number, PERSON).outcome is Outcome.MATCH

    def test_leaves_open_whether_anyone_serves_the_number(
        self, world: World, number: PhoneNumber
    ) -> None:
        world.silence("gmobile")

        with pytest.raises(CarrierUnavailable) as outage:
            world.records.match(number, PERSON)

        assert outage.value.carriers == ("gmobile",)

    def test_leaves_open_what_happened_to_a_sim(self, world: World, number: PhoneNumber) -> None:
        world.add(number, held_by(ACCENTED_CARRIER))
        world.silence(ACCENTED_CARRIER)

        with pytest.raises(CarrierUnavailable):
            world.records.sim_changed_within(number, timedelta(hours=72))
        with pytest.raises(CarrierUnavailable):
            world.records.recycled_since(number, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("hours_ago", "changed"), [(None, False), (20, True), (71, True), (80, False)]
)
def test_a_sim_change(
    world: World,
    number: PhoneNumber,
    hours_ago: int | None,
    changed: bool,  # noqa: FBT001
) -> None:
    at = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    world.add(number, held_by(ACCENTED_CARRIER, sim_changed_at=at))

    assert world.records.sim_changed_within(number, timedelta(hours=72)) is changed


def test_a_sim_change_is_found_beyond_what_the_first_call_answers(
    world: World, number: PhoneNumber
) -> None:
    at = NOW - timedelta(days=5)
    world.add(number, held_by(CARRIER_WITHOUT_BIRTH_DATES, sim_changed_at=at))

    assert world.records.sim_changed_within(number, timedelta(days=60)) is True


@pytest.mark.parametrize(
    ("recycled_on", "recycled"),
    [(None, False), (date(2026, 3, 2), True), (date(2026, 2, 27), False)],
)
def test_a_recycled_number(
    world: World,
    number: PhoneNumber,
    recycled_on: date | None,
    recycled: bool,  # noqa: FBT001
) -> None:
    world.add(number, held_by(ACCENTED_CARRIER, recycled_on=recycled_on))

    assert world.records.recycled_since(number, date(2026, 3, 1)) is recycled


class TestFaultsOverHttp:
    @pytest.mark.parametrize("api", ["number-recycling", "kyc-match"])
    @pytest.mark.parametrize("kind", ["garbage", "http_500", "http_429"])
    def test_every_kind_at_every_stage_is_an_outage(
        self,
        sandbox: ServedSandbox,
        world_over_http: WorldOverHttp,
        number: PhoneNumber,
        kind: str,
        api: str,
    ) -> None:
        world_over_http.add(number, held_by(ACCENTED_CARRIER))
        sandbox.post("/api/faults", carrier=ACCENTED_CARRIER, kind=kind, api=api)

        with pytest.raises(CarrierUnavailable) as outage:
            world_over_http.records.match(number, PERSON)

        assert outage.value.carriers == (ACCENTED_CARRIER,)

    def test_a_token_endpoint_that_fails_is_an_outage_of_its_carrier(
        self, sandbox: ServedSandbox, world_over_http: WorldOverHttp, number: PhoneNumber
    ) -> None:
        world_over_http.add(number, held_by(ACCENTED_CARRIER))
        without_tokens = adapter(sandbox, timedelta(seconds=3))
        sandbox.post("/api/faults", carrier=ACCENTED_CARRIER, kind="http_500", api="token")

        with pytest.raises(CarrierUnavailable) as outage:
            without_tokens.match(number, PERSON)

        without_tokens.close()
        assert outage.value.carriers == (ACCENTED_CARRIER,)

    @pytest.mark.usefixtures("world_over_http")
    def test_a_carrier_that_keeps_silent_is_not_waited_for(
        self, sandbox: ServedSandbox, number: PhoneNumber
    ) -> None:
        for carrier in CARRIERS:
            sandbox.post("/api/faults", carrier=carrier, kind="timeout")
        impatient = adapter(sandbox, timedelta(milliseconds=50))

        with pytest.raises(CarrierUnavailable):
            impatient.match(number, PERSON)

        impatient.close()

    def test_a_record_that_cannot_be_compared_is_neither_match_nor_mismatch(
        self, sandbox: ServedSandbox, world_over_http: WorldOverHttp, number: PhoneNumber
    ) -> None:
        world_over_http.add(number, held_by(ACCENTED_CARRIER))
        sandbox.post("/api/faults", carrier=ACCENTED_CARRIER, kind="not_available")

        outcome = world_over_http.records.match(number, PERSON)

        assert outcome.outcome is Outcome.NOT_AVAILABLE
        assert outcome.attributes == frozenset()

    def test_the_refusal_of_a_document_is_a_mismatch(
        self, sandbox: ServedSandbox, world_over_http: WorldOverHttp, number: PhoneNumber
    ) -> None:
        world_over_http.add(number, held_by(ACCENTED_CARRIER))
        sandbox.post("/api/faults", carrier=ACCENTED_CARRIER, kind="mismatch_error")

        outcome = world_over_http.records.match(number, PERSON)

        assert outcome.outcome is Outcome.MISMATCH
        assert outcome.differing == {Attribute.IDENTITY_NUMBER}
