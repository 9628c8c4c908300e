"""One contract for what waits between two pages of a registration."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.registration_drafts import (
    DRAFT_LASTS,
    SECRET_LASTS,
    RedisFreshSecrets,
    RedisRegistrationDrafts,
)
from idp.core.handles import new_handle
from idp.db.encryption import PersonalDataCipher
from idp.onboarding.drafts import Draft, FreshSecrets, RegistrationDrafts
from idp.operators.model import OperatorName, TeamId
from idp.relying_parties.model import ClientId
from tests.fakes.clock import FakeClock
from tests.fakes.registration_drafts import FreshSecretsInMemory, RegistrationDraftsInMemory

PassTime = Callable[[timedelta], None]
MINH, HOA = OperatorName("minh"), OperatorName("hoa")
BINH_DINH, DAK_LAK = ClientId("binh-dinh"), ClientId("dak-lak")
DRAFT = Draft(MINH, TeamId("binh-dinh"), {"client_name": "Cổng", "contacts": ["a@b.example"]})
LATER = Draft(MINH, None, {"client_name": "Cổng mới"})


@pytest.fixture(params=["memory", "redis"])
def drafts(
    request: pytest.FixtureRequest,
    redis_client: redis.Redis,
    cipher: PersonalDataCipher,
    clock: FakeClock,
) -> RegistrationDrafts:
    if request.param == "redis":
        return RedisRegistrationDrafts(redis_client, cipher)
    return RegistrationDraftsInMemory(clock, lasts=DRAFT_LASTS)


@pytest.fixture(params=["memory", "redis"])
def secrets_on_their_way(
    request: pytest.FixtureRequest,
    redis_client: redis.Redis,
    cipher: PersonalDataCipher,
    clock: FakeClock,
) -> FreshSecrets:
    if request.param == "redis":
        return RedisFreshSecrets(redis_client, cipher)
    return FreshSecretsInMemory(clock, lasts=SECRET_LASTS)


def test_a_draft_is_found_as_it_was_kept_last(drafts: RegistrationDrafts) -> None:
    handle = drafts.begin(DRAFT)
    assert drafts.find(handle, operator=MINH) == DRAFT

    assert drafts.keep(handle, LATER)

    assert drafts.find(handle, operator=MINH) == LATER


def test_it_is_nobody_elses(drafts: RegistrationDrafts) -> None:
    handle = drafts.begin(DRAFT)

    assert drafts.find(handle, operator=HOA) is None
    assert not drafts.keep(handle, Draft(HOA, None, {}))
    assert not drafts.end(handle, operator=HOA)
    assert drafts.find(new_handle(), operator=MINH) is None
    assert drafts.find(handle, operator=MINH) == DRAFT


def test_it_ends_once_and_does_not_come_back(drafts: RegistrationDrafts) -> None:
    handle = drafts.begin(DRAFT)

    assert [drafts.end(handle, operator=MINH) for _ in range(2)] == [True, False]
    assert not drafts.keep(handle, LATER)
    assert drafts.find(handle, operator=MINH) is None


def test_it_lasts_a_day_after_the_last_page(
    drafts: RegistrationDrafts, pass_time: PassTime
) -> None:
    handle = drafts.begin(DRAFT)
    pass_time(DRAFT_LASTS / 2)
    drafts.keep(handle, LATER)
    pass_time(DRAFT_LASTS / 2)
    assert drafts.find(handle, operator=MINH) == LATER
    pass_time(DRAFT_LASTS / 2)

    assert drafts.find(handle, operator=MINH) is None


@pytest.mark.parametrize("handle", ["", "unknown", "\x00", "ß" * 3000])
def test_whatever_stands_in_an_address_finds_nothing(
    drafts: RegistrationDrafts, secrets_on_their_way: FreshSecrets, handle: str
) -> None:
    assert drafts.find(handle, operator=MINH) is None
    assert secrets_on_their_way.take(handle, client_id=BINH_DINH, operator=MINH) is None


def test_a_secret_is_taken_once(secrets_on_their_way: FreshSecrets) -> None:
    handle = secrets_on_their_way.keep("s3cret", client_id=BINH_DINH, operator=MINH)

    taken = [
        secrets_on_their_way.take(handle, client_id=client_id, operator=operator)
        for client_id, operator in (
            (DAK_LAK, MINH),
            (BINH_DINH, HOA),
            (BINH_DINH, MINH),
            (BINH_DINH, MINH),
        )
    ]

    assert taken == [None, None, "s3cret", None]


def test_a_secret_waits_for_minutes_only(
    secrets_on_their_way: FreshSecrets, pass_time: PassTime
) -> None:
    handle = secrets_on_their_way.keep("s3cret", client_id=BINH_DINH, operator=MINH)
    pass_time(SECRET_LASTS)

    assert secrets_on_their_way.take(handle, client_id=BINH_DINH, operator=MINH) is None


def test_redis_holds_nothing_readable_and_nothing_without_an_end(
    redis_client: redis.Redis, cipher: PersonalDataCipher
) -> None:
    handle = RedisRegistrationDrafts(redis_client, cipher).begin(DRAFT)
    other = RedisFreshSecrets(redis_client, cipher).keep(
        "s3cret", client_id=BINH_DINH, operator=MINH
    )

    keys = list(redis_client.scan_iter())
    held = b"".join(redis_client.dump(key) or b"" for key in keys) + b"".join(keys)
    assert len(keys) == 2
    assert all(redis_client.pttl(key) > 0 for key in keys)
    for hidden in ("Cổng", "a@b.example", "s3cret", "minh", handle, other):
        assert hidden.encode() not in held
