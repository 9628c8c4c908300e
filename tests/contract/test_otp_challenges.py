"""One contract for every store of one-time password challenges."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import redis

from idp.adapters.redis.otp_challenges import RedisOtpChallenges
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.otp.ports import OtpChallenges
from idp.statistics.model import Measure, Tick
from tests.fakes.clock import FakeClock
from tests.fakes.otp_challenges import OtpChallengesInMemory

MINUTE = timedelta(minutes=1)
LIFETIME = 15 * MINUTE
NUMBER = "ab" * 32
SIGN_IN, RECOVERY = OtpPurpose.SIGN_IN, OtpPurpose.RECOVERY
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def challenges(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> OtpChallenges:
    if request.param == "redis":
        return RedisOtpChallenges(redis_client)
    return OtpChallengesInMemory(clock)


@pytest.fixture
def challenge(clock: FakeClock) -> Challenge:
    now = clock.now() + timedelta(microseconds=123456)
    return Challenge(
        id=ChallengeId("challenge"),
        purpose=SIGN_IN,
        person="citizen",
        number_index=NUMBER,
        interaction_id="interaction",
        client_id="binh-dinh",
        codes=(SentCode(0, now + 3 * MINUTE),),
        resend_from=now + MINUTE,
    )


@pytest.fixture
def stored(challenges: OtpChallenges, challenge: Challenge) -> Challenge:
    challenges.add(challenge, lifetime=LIFETIME)
    return challenge


def test_it_is_found_as_it_was_stored(challenges: OtpChallenges, stored: Challenge) -> None:
    assert challenges.find(stored.id) == stored


def test_a_blank_one_without_codes_is_stored_alike(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    blank = Challenge(
        ChallengeId("blank"), RECOVERY, None, NUMBER, "i", None, (), challenge.resend_from
    )
    challenges.add(blank, lifetime=LIFETIME)

    assert challenges.find(blank.id) == blank


def test_nothing_is_known_of_an_unknown_one(challenges: OtpChallenges, stored: Challenge) -> None:
    unknown = ChallengeId("unknown")
    challenges.note_delivery(unknown, failed=True)

    assert challenges.find(unknown) is None
    assert challenges.count_attempt(unknown) is None
    assert challenges.add_code(unknown, stored.codes[0], resend_from=stored.resend_from) is None
    assert not challenges.spend(unknown)
    assert challenges.find(unknown) is None


def test_attempts_add_up(challenges: OtpChallenges, stored: Challenge) -> None:
    counted = [challenges.count_attempt(stored.id) for _ in range(3)]

    assert [challenge.attempts for challenge in counted if challenge] == [1, 2, 3]
    assert challenges.find(stored.id) == counted[-1]


def test_a_code_is_added_and_keeps_the_attempts(
    challenges: OtpChallenges, stored: Challenge
) -> None:
    challenges.count_attempt(stored.id)
    code = SentCode(1, stored.codes[0].expires_at + MINUTE)

    changed = challenges.add_code(stored.id, code, resend_from=stored.resend_from + MINUTE)

    assert changed is not None
    assert changed.codes == (*stored.codes, code)
    assert changed.resend_from == stored.resend_from + MINUTE
    assert changed.attempts == 1
    assert challenges.find(stored.id) == changed


def test_a_code_can_be_added_to_one_that_was_stored_with_attempts(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    challenges.add(challenge, lifetime=LIFETIME)
    for counter in range(1, 4):
        challenges.count_attempt(challenge.id)
        code = SentCode(counter, challenge.codes[0].expires_at)
        changed = challenges.add_code(challenge.id, code, resend_from=challenge.resend_from)

    assert changed is not None
    assert [code.counter for code in changed.codes] == [0, 1, 2, 3]
    assert changed.attempts == 3


def test_an_undelivered_text_shows_until_the_next_one(
    challenges: OtpChallenges, stored: Challenge
) -> None:
    challenges.note_delivery(stored.id, failed=True)
    found = challenges.find(stored.id)
    counted = challenges.count_attempt(stored.id)
    changed = challenges.add_code(stored.id, stored.codes[0], resend_from=stored.resend_from)

    assert found is not None
    assert counted is not None
    assert changed is not None
    assert [found.delivery_failed, counted.delivery_failed, changed.delivery_failed] == [
        True,
        True,
        False,
    ]


def test_a_text_that_went_out_in_the_end_is_not_called_undelivered(
    challenges: OtpChallenges, stored: Challenge
) -> None:
    for failed in (False, True, False):
        challenges.note_delivery(stored.id, failed=failed)

    assert challenges.find(stored.id) == stored


def test_it_is_spent_once(challenges: OtpChallenges, stored: Challenge) -> None:
    assert [challenges.spend(stored.id) for _ in range(3)] == [True, False, False]
    assert challenges.find(stored.id) is None
    assert challenges.count_attempt(stored.id) is None


def test_its_lifetime_is_not_prolonged_by_what_happens_to_it(
    challenges: OtpChallenges, stored: Challenge, pass_time: PassTime
) -> None:
    pass_time(10 * MINUTE)
    challenges.count_attempt(stored.id)
    challenges.add_code(stored.id, stored.codes[0], resend_from=stored.resend_from)
    challenges.note_delivery(stored.id, failed=True)
    pass_time(5 * MINUTE)

    assert challenges.find(stored.id) is None


def test_one_caller_starts_a_cooldown(challenges: OtpChallenges, pass_time: PassTime) -> None:
    assert [challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE) for _ in range(3)] == [
        True,
        False,
        False,
    ]
    assert challenges.start_cooldown(RECOVERY, NUMBER, MINUTE)
    assert challenges.start_cooldown(SIGN_IN, "cd" * 32, MINUTE)

    pass_time(MINUTE)
    assert challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)


def test_a_cooldown_tells_how_long_it_lasts(challenges: OtpChallenges, pass_time: PassTime) -> None:
    assert challenges.cooldown_left(SIGN_IN, NUMBER) == timedelta(0)
    challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)
    challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)
    pass_time(MINUTE / 2)

    left = challenges.cooldown_left(SIGN_IN, NUMBER)

    assert MINUTE / 2 - timedelta(seconds=5) < left <= MINUTE / 2


def test_a_cooldown_can_be_given_back(challenges: OtpChallenges) -> None:
    challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)
    challenges.end_cooldown(SIGN_IN, NUMBER)
    challenges.end_cooldown(RECOVERY, NUMBER)

    assert challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)


def test_exhausted_challenges_are_counted_for_a_while(
    challenges: OtpChallenges, pass_time: PassTime
) -> None:
    assert challenges.exhausted(SIGN_IN, NUMBER) == (0, timedelta(0))
    challenges.count_exhausted(SIGN_IN, NUMBER, 15 * MINUTE)
    pass_time(10 * MINUTE)
    challenges.count_exhausted(SIGN_IN, NUMBER, 15 * MINUTE)

    count, left = challenges.exhausted(SIGN_IN, NUMBER)
    assert count == 2
    assert 14 * MINUTE < left <= 15 * MINUTE
    assert challenges.exhausted(RECOVERY, NUMBER)[0] == 0

    pass_time(15 * MINUTE)
    assert challenges.exhausted(SIGN_IN, NUMBER) == (0, timedelta(0))


def test_after_a_proof_everything_starts_over(challenges: OtpChallenges) -> None:
    challenges.count_exhausted(SIGN_IN, NUMBER, MINUTE)
    challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)
    arrived = Tick(Measure.OTP_CONFIRMED, "", "viettel", datetime(2026, 11, 22, tzinfo=UTC))
    challenges.start_over(SIGN_IN, NUMBER, arrived)

    assert challenges.exhausted(SIGN_IN, NUMBER) == (0, timedelta(0))
    assert challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)


def test_redis_holds_nothing_without_an_end(
    redis_client: redis.Redis, challenge: Challenge
) -> None:
    challenges = RedisOtpChallenges(redis_client)
    challenges.add(challenge, lifetime=LIFETIME)
    challenges.count_attempt(challenge.id)
    challenges.add_code(challenge.id, challenge.codes[0], resend_from=challenge.resend_from)
    challenges.note_delivery(challenge.id, failed=True)
    challenges.start_cooldown(SIGN_IN, NUMBER, MINUTE)
    challenges.count_exhausted(SIGN_IN, NUMBER, MINUTE)

    ends = {key: redis_client.pttl(key) for key in redis_client.scan_iter()}

    assert len(ends) == 3
    assert all(0 < end <= 15 * 60_000 for end in ends.values())
