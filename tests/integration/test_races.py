"""What must happen once happens once, however many ask at the same moment."""

from collections import Counter
from datetime import timedelta

import pytest
import redis
from sqlalchemy import func, select

from idp.adapters.redis.grants import RedisAccessTokens, RedisAuthorizationCodes
from idp.adapters.redis.sessions import RedisSessions
from idp.adapters.redis.throttle import RedisThrottle
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.model import Citizen, CitizenId, Evidence
from idp.citizens.phone_store import release_phone
from idp.consent.decide import DecideConsent
from idp.consents.model import Consent, ConsentLedgerEntry
from idp.consents.store import consented_claims
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.grants.model import AccessToken, AuthorizationCode, Redeemed, Replayed
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode, Verdict
from idp.otp.one_time_passwords import (
    CodeGenerator,
    OneTimePasswords,
    OtpBudgets,
    OtpPolicy,
    ResendTooEarly,
)
from idp.settings import Rate
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.interactions import redis_interactions
from tests.fakes.otp_challenges import OtpQueue, redis_challenges
from tests.fakes.people import (
    AN,
    BINH_DINH,
    DAK_LAK,
    authorization_of,
    citizen_of,
    evidence_of,
    interaction_of,
    request_of,
    session_of,
)

MINUTE = timedelta(minutes=1)
CODES = {"lifetime": MINUTE, "token_lifetime": 5 * MINUTE, "refresh_lifetime": 60 * MINUTE}
NUMBER = PhoneNumber.parse("0912000001")
HERE = "203.0.113.0/24"
PLENTY = (Rate(count=1_000_000, period=MINUTE),)


# --- codes and tokens -----------------------------------------------------------------------------


def test_of_eight_redemptions_one_wins_and_its_token_does_not_outlive_the_replays(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    codes = RedisAuthorizationCodes(redis_client, **CODES)
    tokens = RedisAccessTokens(redis_client, lifetime=5 * MINUTE, code_lifetime=MINUTE, clock=clock)
    value = codes.issue(AuthorizationCode(authorization_of(), "https://b.example/cb", None, None))

    def redeem(_: int) -> str | None:
        outcome = codes.redeem(value, BINH_DINH)
        if isinstance(outcome, Redeemed):
            authorization = outcome.code.authorization
            return tokens.issue(AccessToken(authorization, clock.now() + 5 * MINUTE, clock.now()))
        assert isinstance(outcome, Replayed)
        tokens.revoke([outcome.grant_id])
        return None

    issued = [value for value in at_once(8, redeem) if value is not None]

    assert len(issued) == 1
    assert isinstance(issued[0], str)
    assert tokens.find(issued[0]) is None


def test_strangers_cannot_burn_a_code_that_its_owner_redeems_at_the_same_moment(
    redis_client: redis.Redis,
) -> None:
    codes = RedisAuthorizationCodes(redis_client, **CODES)
    value = codes.issue(AuthorizationCode(authorization_of(), "https://b.example/cb", None, None))

    outcomes = at_once(8, lambda n: codes.redeem(value, DAK_LAK if n else BINH_DINH))

    assert [type(outcome).__name__ for outcome in outcomes] == ["Redeemed"] + ["Unknown"] * 7


# --- one-time passwords ---------------------------------------------------------------------------


class CountingCodes(CodeGenerator):
    """Counts how often a code was made to be compared."""

    def __init__(self) -> None:
        super().__init__(b"k" * 32)
        self.compared: list[int] = []

    def code(self, challenge_id: ChallengeId, counter: int) -> str:
        """See `CodeGenerator`."""
        self.compared.append(counter)
        return super().code(challenge_id, counter)


@pytest.fixture
def codes() -> CountingCodes:
    return CountingCodes()


@pytest.fixture
def queue() -> OtpQueue:
    return OtpQueue()


@pytest.fixture
def otp(
    redis_client: redis.Redis,
    redis_url: str,
    sqlite_database: Database,
    index: BlindIndex,
    clock: FakeClock,
    codes: CountingCodes,
    queue: OtpQueue,
) -> OneTimePasswords:
    return OneTimePasswords(
        challenges=redis_challenges(redis_client),
        deliveries=queue,
        codes=codes,
        policy=OtpPolicy(
            lifetime=3 * MINUTE,
            attempts=5,
            resend_after=MINUTE,
            live_codes=3,
            challenges_before_pause=3,
            pause=15 * MINUTE,
        ),
        budgets=OtpBudgets(
            anonymous_per_number=Budget("number", PLENTY),
            sign_in_per_number=Budget("sign_in", PLENTY),
            anonymous_per_network=Budget("network", PLENTY),
            per_carrier=Budget("carrier", PLENTY),
            system=Budget("system", PLENTY),
        ),
        carrier_of=lambda _: None,
        index=index,
        database=sqlite_database,
        clock=clock,
    )


def begin(otp: OneTimePasswords, interaction_id: str = "interaction") -> Challenge:
    return otp.begin(
        OtpPurpose.SIGN_IN,
        person=AN,
        number=NUMBER,
        interaction_id=interaction_id,
        client_id=None,
        network=HERE,
    )


def check(otp: OneTimePasswords, challenge: Challenge, typed: str) -> Verdict:
    return otp.check(
        challenge.id,
        typed,
        purpose=OtpPurpose.SIGN_IN,
        person=AN,
        interaction_id=challenge.interaction_id,
    ).verdict


def test_sixty_four_guesses_at_once_are_five_guesses(
    otp: OneTimePasswords, codes: CountingCodes
) -> None:
    challenge = begin(otp)
    right = codes.code(challenge.id, 0)
    guesses = [text for text in map("{:06}".format, range(65)) if text != right][:64]
    codes.compared.clear()

    verdicts = Counter(at_once(64, lambda n: check(otp, challenge, guesses[n])))

    assert len(codes.compared) == 5
    assert verdicts == {Verdict.WRONG: 4, Verdict.EXHAUSTED: 60}
    assert check(otp, challenge, right) is Verdict.EXHAUSTED


def test_the_right_code_typed_sixteen_times_at_once_is_accepted_once(
    otp: OneTimePasswords, codes: CountingCodes
) -> None:
    challenge = begin(otp)
    right = codes.code(challenge.id, 0)

    verdicts = Counter(at_once(16, lambda _: check(otp, challenge, right)))

    assert verdicts[Verdict.ACCEPTED] == 1
    assert not verdicts.keys() - {Verdict.ACCEPTED, Verdict.GONE, Verdict.EXHAUSTED}


def test_a_thousand_resends_for_one_number_send_one_text_per_cooldown(
    otp: OneTimePasswords, queue: OtpQueue, clock: FakeClock, pass_time: object
) -> None:
    challenge = begin(otp)
    assert queue.jobs == [(challenge.id, 0)]
    pass_time(MINUTE)  # type: ignore[operator]

    def resend(_: int) -> int:
        refused = 0
        for _ in range(50):
            try:
                otp.resend(challenge, network=HERE)
            except ResendTooEarly:
                refused += 1
        return refused

    refused = at_once(20, resend)

    assert sum(refused) == 999  # type: ignore[arg-type]
    assert queue.jobs == [(challenge.id, 0), (challenge.id, 1)]


def test_a_thousand_challenges_for_one_number_send_one_text(
    otp: OneTimePasswords, queue: OtpQueue
) -> None:
    def begin_many(number: int) -> int:
        return sum(bool(begin(otp, f"interaction-{number}").codes) for _ in range(50))

    assert sum(at_once(20, begin_many)) == 1  # type: ignore[arg-type]
    assert len(queue.jobs) == 1


def test_codes_and_attempts_at_the_same_moment_lose_nothing(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    challenges = redis_challenges(redis_client)
    challenge = Challenge(
        ChallengeId("c"), OtpPurpose.SIGN_IN, AN, "ab", "i", None, (), clock.now()
    )
    challenges.add(challenge, lifetime=15 * MINUTE)

    def change(number: int) -> None:
        if number % 2:
            challenges.count_attempt(challenge.id)
        else:
            challenges.add_code(
                challenge.id, SentCode(number, clock.now()), resend_from=clock.now()
            )

    at_once(16, change)

    found = challenges.find(challenge.id)
    assert found is not None
    assert found.attempts == 8
    assert sorted(code.counter for code in found.codes) == list(range(0, 16, 2))


def test_a_budget_is_not_overdrawn(redis_client: redis.Redis, redis_url: str) -> None:
    throttle = RedisThrottle(redis_client, exempt_networks=())
    budget = Budget("budget", (Rate(count=10, period=MINUTE),))

    outcomes = at_once(32, lambda _: throttle.count(budget, "key"))

    assert Counter(type(outcome) for outcome in outcomes) == {type(None): 10, BudgetSpent: 22}


# --- interactions and sessions --------------------------------------------------------------------


def test_changes_of_one_interaction_lose_nothing(redis_client: redis.Redis) -> None:
    interactions = redis_interactions(redis_client)
    interaction = interaction_of(request_of(), challenge_id="")
    interactions.add(interaction, network=HERE)

    def note(number: int) -> None:
        for _ in range(10):
            interactions.update(
                interaction,
                lambda current: current.with_(challenge_id=f"{current.challenge_id}{number:x}"),
            )

    at_once(8, note)

    found = interactions.find(interaction.id)
    assert found is not None
    assert found.challenge_id is not None
    assert Counter(found.challenge_id) == {str(number): 10 for number in range(8)}
    assert found.version == 80


def test_a_portal_is_answered_once(redis_client: redis.Redis) -> None:
    interactions = redis_interactions(redis_client)
    interaction = interaction_of(request_of())
    interactions.add(interaction, network=HERE)

    answered = at_once(16, lambda _: interactions.answer(interaction))

    assert sorted(map(str, answered)) == ["False"] * 15 + ["True"]


def test_a_session_is_ended_once(redis_client: redis.Redis, clock: FakeClock) -> None:
    sessions = RedisSessions(redis_client, idle=MINUTE, maximum=60 * MINUTE, clock=clock)
    session = session_of(auth_time=clock.now())
    handle = sessions.begin(session)

    ended = at_once(16, lambda _: sessions.end(handle))

    assert [outcome for outcome in ended if outcome is not None] == [session]


def test_ending_all_sessions_and_one_of_them_ends_each_once(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    sessions = RedisSessions(redis_client, idle=MINUTE, maximum=60 * MINUTE, clock=clock)
    handles = [
        sessions.begin(session_of(auth_time=clock.now(), session_id=f"s{n}")) for n in range(6)
    ]

    def end(number: int) -> list[str]:
        if number < len(handles):
            ended = sessions.end(handles[number])
            return [] if ended is None else [ended.id]
        return list(sessions.end_all_of(AN))

    ended = [name for names in at_once(8, end) for name in names]  # type: ignore[union-attr]

    assert sorted(ended) == [f"s{n}" for n in range(6)]


# --- the database ---------------------------------------------------------------------------------


def add_citizen(database: Database, index: BlindIndex, new: Citizen) -> None:
    with database.transaction() as transaction:
        citizens.add(transaction, new, index)


def test_two_first_consents_at_once_are_one(
    database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    add_citizen(database, index, citizen_of())
    decide = DecideConsent(database=database, clock=clock)
    asked = (frozenset({"name"}), frozenset({"birthdate"}))

    outcomes = at_once(8, lambda n: decide.allow(AN, BINH_DINH, asked[n % 2], shown="text"))

    assert outcomes == [None] * 8
    with database.reading() as reading:
        assert consented_claims(reading, AN, BINH_DINH) == {"name", "birthdate"}
        assert reading.scalar(select(func.count()).select_from(Consent)) == 1
        assert reading.scalar(select(func.count()).select_from(ConsentLedgerEntry)) == 8


def test_a_number_is_taken_from_its_holder_once(
    database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    add_citizen(database, index, citizen_of())
    number_index = phone_number_index(index, NUMBER)

    def release(_: int) -> CitizenId | None:
        with database.transaction() as transaction:
            return release_phone(transaction, number_index, clock.now())

    outcomes = at_once(8, release)

    assert sorted(map(str, outcomes)) == [AN] + ["None"] * 7


def test_readers_who_then_write_are_never_locked_out(
    database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    add_citizen(database, index, citizen_of())

    def read_then_write(_: int) -> None:
        for _ in range(10):
            with database.transaction() as transaction:
                held = len(citizens.evidence_of(transaction, AN))
                transaction.add(evidence_of(verified_at=clock.now() + held * MINUTE))
            with database.reading() as reading:
                citizens.evidence_of(reading, AN)

    outcomes = at_once(10, read_then_write)

    assert outcomes == [None] * 10
    with database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(Evidence)) == 100


def test_one_identity_number_makes_one_citizen(database: Database, index: BlindIndex) -> None:
    def enrol(number: int) -> None:
        new = citizen_of(CitizenId(f"{number:036}"), phone=f"09120000{number:02}")
        add_citizen(database, index, new)

    outcomes = at_once(10, enrol)

    assert outcomes.count(None) == 1
    with database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(Citizen)) == 1
