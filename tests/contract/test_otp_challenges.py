"""One contract for every store of one-time password challenges."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import redis

from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.otp.ports import Hindered, OtpChallenges
from idp.settings import Rate
from idp.statistics.model import Measure, Tick
from idp.throttling.ports import Budget, BudgetSpent, Counted
from tests.fakes.clock import FakeClock
from tests.fakes.otp_challenges import OtpChallengesInMemory, redis_challenges
from tests.fakes.people import NOON

MINUTE = timedelta(minutes=1)
LIFETIME = 15 * MINUTE
NUMBER = "ab" * 32
RECOVERY = OtpPurpose.RECOVERY
ARRIVED = Tick(Measure.OTP_CONFIRMED, "", "viettel", NOON)
TWO = Counted(Budget("two", (Rate(count=2, period=60 * MINUTE),)))
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def challenges(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> OtpChallenges:
    if request.param == "redis":
        return redis_challenges(redis_client)
    return OtpChallengesInMemory(clock)


@pytest.fixture
def challenge(clock: FakeClock) -> Challenge:
    now = clock.now() + timedelta(microseconds=123456)
    return Challenge(
        id=ChallengeId("challenge"),
        purpose=OtpPurpose.SIGN_IN,
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
    assert not challenges.spend(replace(stored, id=unknown), ARRIVED)
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
    assert [challenges.spend(stored, ARRIVED) for _ in range(3)] == [True, False, False]
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


def begin(
    challenges: OtpChallenges, challenge: Challenge, name: str, *counted: Counted
) -> Hindered | None:
    return challenges.begin(
        replace(challenge, id=ChallengeId(name)),
        lifetime=LIFETIME,
        cooldown=MINUTE,
        used_up_before_pause=2,
        counted=counted,
    )


def send_again(
    challenges: OtpChallenges, challenge: Challenge, *counted: Counted
) -> Hindered | None:
    return challenges.send_again(challenge, cooldown=MINUTE, counted=counted)


def is_stored(challenges: OtpChallenges, name: str) -> bool:
    return challenges.find(ChallengeId(name)) is not None


def about(hindered: Hindered | None, wait: timedelta) -> bool:
    return hindered is not None and wait - timedelta(seconds=5) < hindered.wait <= wait


def test_one_of_a_number_begins_with_a_text_and_the_next_after_its_cooldown(
    challenges: OtpChallenges, challenge: Challenge, pass_time: PassTime
) -> None:
    assert begin(challenges, challenge, "first") is None
    pass_time(MINUTE / 2)
    second = begin(challenges, challenge, "second")
    third = send_again(challenges, challenge)

    for hindered in (second, third):
        assert about(hindered, MINUTE / 2)
        assert not (hindered and hindered.paused)
    assert [is_stored(challenges, name) for name in ("first", "second")] == [True, False]

    pass_time(MINUTE / 2)
    assert begin(challenges, challenge, "fourth") is None
    assert about(send_again(challenges, challenge), MINUTE)
    pass_time(MINUTE)
    assert send_again(challenges, challenge) is None
    assert about(begin(challenges, challenge, "fifth"), MINUTE)


def test_another_purpose_and_another_number_have_a_cooldown_of_their_own(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    begin(challenges, challenge, "first")

    assert begin(challenges, replace(challenge, purpose=RECOVERY), "second") is None
    assert begin(challenges, replace(challenge, number_index="cd" * 32), "third") is None


def test_what_shares_its_waits_shares_its_cooldown(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    begin(challenges, replace(challenge, purpose=RECOVERY), "first")

    other_phone = replace(challenge, purpose=OtpPurpose.OTHER_PHONE)
    assert about(begin(challenges, other_phone, "second"), MINUTE)


def test_a_spent_budget_stores_nothing_and_begins_no_cooldown(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    of_others = replace(challenge, number_index="cd" * 32)
    assert begin(challenges, of_others, "first", TWO) is None
    assert send_again(challenges, replace(challenge, purpose=RECOVERY), TWO) is None

    for _ in range(2):
        with pytest.raises(BudgetSpent) as spent:
            begin(challenges, challenge, "second", TWO)
        assert spent.value.budget == "two"
    with pytest.raises(BudgetSpent):
        send_again(challenges, challenge, TWO)
    assert not is_stored(challenges, "second")
    assert begin(challenges, challenge, "third") is None


def test_what_a_cooldown_hinders_is_not_counted(
    challenges: OtpChallenges, challenge: Challenge, pass_time: PassTime
) -> None:
    begin(challenges, challenge, "first", TWO)
    for _ in range(5):
        assert begin(challenges, challenge, "second", TWO) is not None
        assert send_again(challenges, challenge, TWO) is not None
    pass_time(MINUTE)

    assert send_again(challenges, challenge, TWO) is None


def test_those_that_are_used_up_bring_a_pause_for_a_while(
    challenges: OtpChallenges, challenge: Challenge, pass_time: PassTime
) -> None:
    challenges.count_used_up(challenge, 15 * MINUTE)
    pass_time(10 * MINUTE)
    assert begin(challenges, challenge, "first") is None
    challenges.count_used_up(challenge, 15 * MINUTE)

    paused = begin(challenges, challenge, "second", TWO)

    assert about(paused, 15 * MINUTE)
    assert paused is not None
    assert paused.paused
    assert not is_stored(challenges, "second")
    assert begin(challenges, replace(challenge, purpose=RECOVERY), "third") is None

    pass_time(15 * MINUTE)
    assert begin(challenges, challenge, "fourth") is None


def test_after_a_proof_everything_starts_over(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    begin(challenges, challenge, "challenge")
    for _ in range(2):
        challenges.count_used_up(challenge, MINUTE)
    challenges.spend(challenge, ARRIVED)

    assert begin(challenges, challenge, "another") is None


def test_what_was_spent_before_starts_nothing_over(
    challenges: OtpChallenges, challenge: Challenge
) -> None:
    begin(challenges, challenge, "challenge")
    challenges.spend(challenge, ARRIVED)
    begin(challenges, challenge, "another")
    challenges.spend(challenge, ARRIVED)

    assert about(begin(challenges, challenge, "third"), MINUTE)


def test_redis_holds_nothing_without_an_end(
    redis_client: redis.Redis, challenge: Challenge
) -> None:
    challenges = redis_challenges(redis_client)
    begin(challenges, challenge, challenge.id)
    challenges.count_attempt(challenge.id)
    challenges.add_code(challenge.id, challenge.codes[0], resend_from=challenge.resend_from)
    challenges.note_delivery(challenge.id, failed=True)
    challenges.count_used_up(challenge, MINUTE)

    ends = {key: redis_client.pttl(key) for key in redis_client.scan_iter()}

    assert len(ends) == 3
    assert all(0 < end <= 15 * 60_000 for end in ends.values())
