"""One-time passwords: sent, resent, counted, compared, spent."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.carriers.rules import hinted_carrier
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.otp.model import Challenge, Checked, OtpPurpose, Verdict
from idp.otp.one_time_passwords import (
    CodeGenerator,
    OneTimePasswords,
    OtpBudgets,
    OtpPolicy,
    Paused,
    ResendTooEarly,
)
from idp.settings import Rate
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.otp_challenges import OtpChallengesInMemory, OtpQueue
from tests.fakes.people import AN, BINH, NOON

NUMBER = PhoneNumber.parse("0912000001")
OTHER_NUMBER = PhoneNumber.parse("0912000002")
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"
MINUTE = timedelta(minutes=1)
PREFIXES = {"091": "vinaphone", "093": "mobifone"}
POLICY = OtpPolicy(
    lifetime=3 * MINUTE,
    attempts=5,
    resend_after=MINUTE,
    live_codes=3,
    challenges_before_pause=3,
    pause=15 * MINUTE,
)
BUDGETS = OtpBudgets(
    anonymous_per_number=Budget("otp_per_number", (Rate(count=5, period=60 * MINUTE),)),
    sign_in_per_number=Budget("otp_sign_in_per_number", (Rate(count=10, period=60 * MINUTE),)),
    anonymous_per_network=Budget(
        "otp_anonymous_per_network", (Rate(count=8, period=5 * MINUTE),), by_network=True
    ),
    per_carrier=Budget("otp_per_carrier", (Rate(count=100, period=5 * MINUTE),)),
    system=Budget("otp_system", (Rate(count=1000, period=5 * MINUTE),)),
)


@dataclass
class Desk:
    """The use case, and everything around it that a test looks at."""

    otp: OneTimePasswords
    clock: FakeClock
    codes: CodeGenerator
    queue: OtpQueue
    database: Database

    def begin(
        self,
        purpose: OtpPurpose = OtpPurpose.SIGN_IN,
        person: str | None = AN,
        number: PhoneNumber = NUMBER,
        network: str = HERE,
    ) -> Challenge:
        return self.otp.begin(
            purpose,
            person=person,
            number=number,
            interaction_id="interaction",
            client_id="binh-dinh",
            network=network,
        )

    def check(self, challenge: Challenge, typed: str, **other: object) -> Checked:
        bound = {
            "purpose": challenge.purpose,
            "person": challenge.person,
            "interaction_id": challenge.interaction_id,
            **other,
        }
        return self.otp.check(challenge.id, typed, **bound)  # type: ignore[arg-type]

    def code(self, challenge: Challenge, counter: int = 0) -> str:
        return self.codes.code(challenge.id, counter)

    def wrong(self, challenge: Challenge) -> str:
        right = {self.code(challenge, counter) for counter in range(10)}
        return next(text for text in map("{:06}".format, range(11)) if text not in right)

    def exhaust(self, challenge: Challenge) -> None:
        for _ in range(POLICY.attempts):
            self.check(challenge, self.wrong(challenge))

    def events(self) -> list[tuple[str, str | None]]:
        with self.database.reading() as reading:
            rows = reading.execute(select(AuditEvent.kind, AuditEvent.citizen_id))
            return [(row.kind, row.citizen_id) for row in rows]


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock, queue, codes = FakeClock(NOON), OtpQueue(), CodeGenerator(b"k" * 32)
    database = database_in_memory()
    otp = OneTimePasswords(
        challenges=OtpChallengesInMemory(clock),
        deliveries=queue,
        codes=codes,
        policy=POLICY,
        budgets=BUDGETS,
        carrier_of=partial(hinted_carrier, prefixes=PREFIXES),
        index=BlindIndex(b"i" * 32),
        database=database,
        clock=clock,
    )
    yield Desk(otp, clock, codes, queue, database)
    database.engine.dispose()


def test_the_right_code_is_accepted_once(desk: Desk) -> None:
    challenge = desk.begin()

    verdicts = [desk.check(challenge, desk.code(challenge)).verdict for _ in range(2)]

    assert verdicts == [Verdict.ACCEPTED, Verdict.GONE]
    assert desk.queue.jobs == [(challenge.id, 0)]


def test_a_wrong_code_costs_a_try(desk: Desk) -> None:
    challenge = desk.begin()

    left = [desk.check(challenge, desk.wrong(challenge)) for _ in range(2)]

    assert left == [Checked(Verdict.WRONG, 4), Checked(Verdict.WRONG, 3)]
    assert desk.events() == [("otp_refused", AN)] * 2


def test_after_the_last_try_even_the_right_code_is_refused(desk: Desk) -> None:
    challenge = desk.begin()
    verdicts = [desk.check(challenge, desk.wrong(challenge)).verdict for _ in range(5)]

    assert verdicts == [Verdict.WRONG] * 4 + [Verdict.EXHAUSTED]
    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.EXHAUSTED


def test_the_right_code_at_the_last_try_is_accepted(desk: Desk) -> None:
    challenge = desk.begin()
    for _ in range(4):
        desk.check(challenge, desk.wrong(challenge))

    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.ACCEPTED


def test_a_try_is_counted_before_it_is_compared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash in between costs the attacker, not us."""
    challenge = desk.begin()

    def crash(*_: object) -> str:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(desk.codes, "code", crash)
        with pytest.raises(RuntimeError):
            desk.check(challenge, "123456")

    stored = desk.otp.challenge(challenge.id)
    assert stored is not None
    assert stored.attempts == 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "mã số", "\x00"])
def test_whatever_is_typed_is_at_worst_wrong(desk: Desk, typed: str) -> None:
    challenge = desk.begin()

    assert desk.check(challenge, typed).verdict is Verdict.WRONG


def test_a_code_ends_at_its_own_end(desk: Desk) -> None:
    challenge = desk.begin()
    desk.clock.advance(POLICY.lifetime)

    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.EXPIRED


def test_a_code_lives_until_the_last_moment(desk: Desk) -> None:
    challenge = desk.begin()
    desk.clock.advance(POLICY.lifetime - timedelta(microseconds=1))

    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": OtpPurpose.RECOVERY},
        {"person": BINH},
        {"person": None},
        {"interaction_id": "another"},
    ],
)
def test_a_code_proves_nothing_elsewhere(desk: Desk, other: dict[str, object]) -> None:
    challenge = desk.begin()

    assert desk.check(challenge, desk.code(challenge), **other).verdict is Verdict.GONE
    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.ACCEPTED


def test_guessing_elsewhere_costs_tries_too(desk: Desk) -> None:
    challenge = desk.begin()
    for _ in range(POLICY.attempts):
        desk.check(challenge, desk.wrong(challenge), interaction_id="another")

    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.EXHAUSTED


@pytest.mark.parametrize("challenge_id", [None, "no such challenge"])
def test_without_a_challenge_nothing_is_right(desk: Desk, challenge_id: str | None) -> None:
    checked = desk.otp.check(
        challenge_id,
        "123456",
        purpose=OtpPurpose.SIGN_IN,
        person=AN,
        interaction_id="interaction",
    )

    assert checked == Checked(Verdict.GONE)


def test_a_blank_challenge_is_never_met_and_looks_like_any_other(desk: Desk) -> None:
    real = desk.begin(OtpPurpose.RECOVERY, AN)
    blank = desk.begin(OtpPurpose.RECOVERY, None, OTHER_NUMBER)

    assert desk.check(blank, desk.code(blank)) == Checked(Verdict.WRONG, 4)
    seen = [
        [desk.check(challenge, desk.wrong(challenge)).verdict for _ in range(count)]
        for challenge, count in ((blank, 4), (real, 5))
    ]
    assert [seen[0], seen[1][1:]] == [seen[1][1:], seen[0]]
    assert [job[0] for job in desk.queue.jobs] == [real.id, blank.id]
    assert len(blank.codes) == len(real.codes)


def test_a_blank_challenge_expires_like_any_other(desk: Desk) -> None:
    blank = desk.begin(OtpPurpose.RECOVERY, None)
    desk.clock.advance(POLICY.lifetime)

    assert desk.check(blank, desk.code(blank)) == Checked(Verdict.EXPIRED, 4)


# --- sending another ------------------------------------------------------------------------------


def test_a_resend_waits_its_turn(desk: Desk) -> None:
    challenge = desk.begin()
    desk.clock.advance(timedelta(seconds=40))

    with pytest.raises(ResendTooEarly) as early:
        desk.otp.resend(challenge, network=HERE)

    assert early.value.wait == timedelta(seconds=20)
    assert desk.queue.jobs == [(challenge.id, 0)]


def test_a_resend_brings_a_new_code_and_the_old_one_stays_valid(desk: Desk) -> None:
    challenge = desk.begin()
    desk.clock.advance(MINUTE)
    resent = desk.otp.resend(challenge, network=HERE)

    assert desk.queue.jobs == [(challenge.id, 0), (challenge.id, 1)]
    assert desk.code(challenge, 0) != desk.code(challenge, 1)
    assert resent.resend_from == desk.clock.now() + MINUTE
    assert desk.check(resent, desk.code(challenge, 0)).verdict is Verdict.ACCEPTED


def test_at_most_three_codes_live_at_a_time(desk: Desk) -> None:
    patient = Desk(desk.otp, desk.clock, desk.codes, desk.queue, desk.database)
    patient.otp.policy = OtpPolicy(
        lifetime=10 * MINUTE,
        attempts=5,
        resend_after=MINUTE,
        live_codes=3,
        challenges_before_pause=3,
        pause=15 * MINUTE,
    )
    challenge = patient.begin()
    for _ in range(3):
        desk.clock.advance(MINUTE)
        challenge = patient.otp.resend(challenge, network=HERE)

    assert patient.check(challenge, patient.code(challenge, 0)).verdict is Verdict.WRONG
    assert patient.check(challenge, patient.code(challenge, 1)).verdict is Verdict.ACCEPTED


def test_all_codes_of_a_challenge_share_its_tries(desk: Desk) -> None:
    challenge = desk.begin()
    for _ in range(3):
        desk.check(challenge, desk.wrong(challenge))
    desk.clock.advance(MINUTE)
    resent = desk.otp.resend(challenge, network=HERE)

    assert desk.check(resent, desk.wrong(resent)) == Checked(Verdict.WRONG, 1)


def test_an_expired_code_is_replaced_on_request_only(desk: Desk) -> None:
    challenge = desk.begin()
    desk.clock.advance(4 * MINUTE)

    assert desk.check(challenge, desk.code(challenge)).verdict is Verdict.EXPIRED
    assert len(desk.queue.jobs) == 1
    resent = desk.otp.resend(challenge, network=HERE)
    assert desk.check(resent, desk.code(challenge, 0)).verdict is Verdict.WRONG
    assert desk.check(resent, desk.code(challenge, 1)).verdict is Verdict.ACCEPTED


def test_one_number_gets_one_text_per_cooldown_whoever_asks(desk: Desk) -> None:
    desk.begin()
    desk.clock.advance(timedelta(seconds=10))
    second = desk.begin()

    assert second.codes == ()
    assert second.resend_from == desk.clock.now() + timedelta(seconds=50)
    assert len(desk.queue.jobs) == 1


def test_another_purpose_and_another_number_have_their_own_cooldown(desk: Desk) -> None:
    desk.begin(OtpPurpose.SIGN_IN)
    desk.begin(OtpPurpose.RECOVERY)
    desk.begin(OtpPurpose.SIGN_IN, number=OTHER_NUMBER)

    assert len(desk.queue.jobs) == 3


def test_a_challenge_without_a_code_accepts_nothing(desk: Desk) -> None:
    desk.begin()
    second = desk.begin()

    assert desk.check(second, desk.code(second)) == Checked(Verdict.WRONG, 4)


def test_a_used_code_ends_the_cooldown(desk: Desk) -> None:
    first = desk.begin()
    desk.check(first, desk.code(first))

    assert desk.begin().codes


# --- pauses and budgets ---------------------------------------------------------------------------


def test_the_third_exhausted_challenge_brings_a_pause(desk: Desk) -> None:
    for _ in range(3):
        challenge = desk.begin()
        desk.exhaust(challenge)
        desk.clock.advance(MINUTE)

    with pytest.raises(Paused) as paused:
        desk.begin()

    assert paused.value.wait == POLICY.pause - MINUTE
    desk.clock.advance(paused.value.wait)
    assert desk.begin().codes


def test_proving_possession_starts_the_count_over(desk: Desk) -> None:
    for _ in range(2):
        desk.exhaust(desk.begin())
        desk.clock.advance(MINUTE)
    challenge = desk.begin()
    desk.check(challenge, desk.code(challenge))
    desk.exhaust(desk.begin())
    desk.clock.advance(MINUTE)

    assert desk.begin().codes


def test_more_tries_after_the_last_do_not_bring_the_pause_nearer(desk: Desk) -> None:
    challenge = desk.begin()
    for _ in range(5):
        desk.exhaust(challenge)
    desk.clock.advance(MINUTE)

    assert desk.begin().codes


def test_strangers_cannot_use_up_the_budget_of_sign_ins(desk: Desk) -> None:
    for _ in range(5):
        desk.begin(OtpPurpose.RECOVERY)
        desk.clock.advance(MINUTE)

    with pytest.raises(BudgetSpent) as spent:
        desk.begin(OtpPurpose.RECOVERY, network=THERE)

    assert spent.value.budget == "otp_per_number"
    assert desk.begin(OtpPurpose.SIGN_IN).codes
    assert desk.events()[-1] == ("budget_exceeded", AN)


def test_one_network_asks_for_so_many_anonymous_codes_only(desk: Desk) -> None:
    numbers = [PhoneNumber.parse(f"09120000{count:02}") for count in range(9)]
    for number in numbers[:8]:
        desk.begin(OtpPurpose.RECOVERY, None, number)

    with pytest.raises(BudgetSpent):
        desk.begin(OtpPurpose.RECOVERY, None, numbers[8])
    assert desk.begin(OtpPurpose.RECOVERY, None, numbers[8], THERE).codes


def test_a_spent_budget_leaves_no_cooldown_behind(desk: Desk) -> None:
    for _ in range(5):
        desk.begin(OtpPurpose.RECOVERY)
        desk.clock.advance(MINUTE)
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            desk.begin(OtpPurpose.RECOVERY)

    assert len(desk.queue.jobs) == 5


def test_enrolments_leave_no_citizen_in_the_log(desk: Desk) -> None:
    challenge = desk.begin(OtpPurpose.ENROLMENT, "pending-enrolment")
    desk.check(challenge, desk.wrong(challenge))

    assert desk.events() == [("otp_refused", None)]


def test_codes_are_six_digits_and_differ_by_challenge_and_counter() -> None:
    codes = CodeGenerator(b"k" * 32)
    made = {codes.code(f"challenge-{name}", counter) for name in range(20) for counter in range(5)}  # type: ignore[arg-type]

    assert all(len(code) == 6 and code.isdecimal() for code in made)
    assert len(made) > 95


def test_a_network_that_asked_for_too_many_cannot_use_up_other_peoples_budgets(desk: Desk) -> None:
    for count in range(8):
        desk.begin(OtpPurpose.RECOVERY, None, PhoneNumber.parse(f"09130000{count:02}"))
    for _ in range(20):
        with pytest.raises(BudgetSpent) as spent:
            desk.begin(OtpPurpose.RECOVERY, None, NUMBER)
        assert spent.value.budget == "otp_anonymous_per_network"

    assert desk.begin(OtpPurpose.RECOVERY, AN, NUMBER, THERE).codes


def pumped(number: int) -> PhoneNumber:
    return PhoneNumber.parse(f"0914000{number:03}")


def test_texts_pumped_to_one_carrier_stop_no_other_carriers_codes(desk: Desk) -> None:
    for number in range(100):
        desk.begin(number=pumped(number))
    for number in (100, 101):
        with pytest.raises(BudgetSpent) as spent:
            desk.begin(number=pumped(number))
        assert spent.value.budget == "otp_per_carrier"

    assert desk.begin(number=PhoneNumber.parse("0931000001")).codes
    assert desk.begin(number=PhoneNumber.parse("0561000001")).codes  # of no carrier we know
    assert desk.events() == [("carrier_budget_exceeded", None)]
    with desk.database.reading() as reading:
        details = reading.scalars(select(AuditEvent.details)).one()
    assert details == {"budget": "otp_per_carrier", "carrier": "vinaphone"}


def test_what_a_carriers_budget_refuses_uses_up_the_systems_no_further(desk: Desk) -> None:
    for number in range(100):
        desk.begin(number=pumped(number))
    for number in range(100, 1000):
        with suppress(BudgetSpent):
            desk.begin(number=pumped(number))
    for number in range(100):
        assert desk.begin(number=PhoneNumber.parse(f"0931000{number:03}")).codes


def test_another_code_of_a_challenge_counts_at_its_carrier_too(desk: Desk) -> None:
    first = desk.begin()
    for number in range(99):
        desk.begin(number=pumped(number))
    desk.clock.advance(MINUTE)

    with pytest.raises(BudgetSpent) as spent:
        desk.otp.resend(first, network=HERE)
    assert spent.value.budget == "otp_per_carrier"
    with pytest.raises(BudgetSpent) as spent:
        desk.otp.begin_again(first, network=HERE)
    assert spent.value.budget == "otp_per_carrier"


def test_a_stranger_cannot_fill_the_log(desk: Desk) -> None:
    """Neither by guessing on at a challenge that is used up, nor by asking for more and more."""
    challenge = desk.begin(OtpPurpose.RECOVERY, None)
    for _ in range(4):
        desk.exhaust(challenge)
    assert desk.events() == [("otp_refused", None)] * POLICY.attempts

    for count in range(40):
        with suppress(BudgetSpent):
            desk.begin(OtpPurpose.RECOVERY, None, PhoneNumber.parse(f"09130000{count:02}"))
    assert desk.events()[POLICY.attempts :] == [("budget_exceeded", None)]
