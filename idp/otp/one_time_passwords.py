"""
Sending, resending and checking one-time passwords.

The code is HOTP (RFC 4226) by pyotp; its secret is HMAC(server key, challenge id), so that neither
the store nor the queue holds anything from which a code could be told.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import pyotp

from idp.audit.events import BudgetExceeded, CarrierBudgetExceeded, OtpRefused, SecurityEvent
from idp.audit.log import record
from idp.citizens.blind_indexes import phone_number_index
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.core.mac import Mac
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.otp.model import (
    OTHER_CARRIER,
    Challenge,
    ChallengeId,
    Checked,
    OtpPurpose,
    SentCode,
    Verdict,
)
from idp.otp.ports import Codes, OtpChallenges, OtpDeliveries
from idp.statistics.model import EVERYBODY, Measure, Tick
from idp.throttling.ports import Budget, BudgetSpent, Counted

DIGITS: Final = 6
_SECRET_BYTES: Final = 20  # RFC 4226 §4: 160 bits
_OF_NO_CITIZEN: Final = frozenset(
    {
        OtpPurpose.ENROLMENT,
        OtpPurpose.OTHER_PHONE,
        OtpPurpose.DISPUTE,
        OtpPurpose.DISPUTE_FOLLOWED,
        OtpPurpose.PHONE_ADDED,
    }
)

CarrierOf = Callable[[PhoneNumber], str | None]
"""The name of the carrier that a number's prefix hints at: a look into a table, no question."""


class ResendTooEarly(Exception):
    """The next text may be sent after *wait*."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


class Paused(Exception):
    """Too many challenges in a row were used up; the next may begin after *wait*."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True)
class OtpPolicy:
    """The numbers behind the rules, from settings."""

    lifetime: timedelta
    attempts: int
    resend_after: timedelta
    live_codes: int
    challenges_before_pause: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class OtpBudgets:
    """
    How many texts may be sent.

    A sign-in code, sent after the right password, has its own budget per number: strangers, who
    know no password, cannot use it up. Whoever pumps texts to numbers of one carrier, to share what
    they cost, stops that carrier's codes and no other's.
    """

    anonymous_per_number: Budget
    sign_in_per_number: Budget
    anonymous_per_network: Budget
    per_carrier: Budget
    system: Budget


class CodeGenerator:
    """Derives the codes of a challenge."""

    def __init__(self, key: bytes) -> None:
        self._key = Mac(key)

    def code(self, challenge_id: ChallengeId, counter: int) -> str:
        """The six digits of that challenge and counter."""
        return _Hotp(self._key.of(challenge_id)[:_SECRET_BYTES]).at(counter)


class _Hotp(pyotp.HOTP):
    """HOTP of a seed that is bytes: pyotp takes it as base32, and decodes that twice for a code."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        super().__init__("", digits=DIGITS)

    def byte_secret(self) -> bytes:
        """The seed; pyotp asks for it."""
        return self._seed


class OneTimePasswords:
    """One-time passwords by SMS, for whichever purpose."""

    def __init__(
        self,
        *,
        challenges: OtpChallenges,
        deliveries: OtpDeliveries,
        codes: Codes,
        policy: OtpPolicy,
        budgets: OtpBudgets,
        carrier_of: CarrierOf,
        index: BlindIndex,
        database: Database,
        clock: Clock,
    ) -> None:
        self._challenges = challenges
        self._deliveries = deliveries
        self._codes = codes
        self.policy = policy
        self._budgets = budgets
        self._carrier_of = carrier_of
        self._index = index
        self._database = database
        self._clock = clock

    def begin(
        self,
        purpose: OtpPurpose,
        *,
        person: str | None,
        number: PhoneNumber,
        interaction_id: str,
        client_id: str | None,
        network: str,
    ) -> Challenge:
        """
        Begin a challenge and have the first code sent to *number*.

        A blank one (*person* is `None`) costs and counts the same. While the number's cool-down
        runs no text is sent: the challenge then has no code yet, and `resend_from` says when.
        Raises `BudgetSpent`, `Paused`.
        """
        now = self._clock.now()
        return self._begin(
            Challenge(
                id=ChallengeId(new_handle()),
                purpose=purpose,
                person=person,
                number_index=phone_number_index(self._index, number).hex(),
                interaction_id=interaction_id,
                client_id=client_id,
                codes=(self._next_code((), now),),
                resend_from=now + self.policy.resend_after,
                carrier=self._carrier_of(number) or OTHER_CARRIER,
            ),
            network,
            now,
        )

    def begin_again(self, used_up: Challenge, *, network: str) -> Challenge:
        """
        Begin another challenge about the same number; a blank one is followed by a blank one.

        Raises `BudgetSpent`, `Paused`.
        """
        now = self._clock.now()
        fresh = replace(
            used_up,
            id=ChallengeId(new_handle()),
            codes=(self._next_code((), now),),
            resend_from=now + self.policy.resend_after,
            attempts=0,
            delivery_failed=False,
        )
        return self._begin(fresh, network, now)

    def _begin(self, begun: Challenge, network: str, now: datetime) -> Challenge:
        try:
            hindered = self._challenges.begin(
                begun,
                lifetime=self._challenge_lifetime,
                cooldown=self.policy.resend_after,
                used_up_before_pause=self.policy.challenges_before_pause,
                counted=self._counted(begun, network),
            )
        except BudgetSpent as spent:
            self._note_exceeded(begun, spent)
            raise
        if hindered is None:
            self._deliveries.enqueue(begun.id, begun.codes[0].counter)
            return begun
        if hindered.paused:
            raise Paused(hindered.wait)
        cooling = replace(begun, codes=(), resend_from=now + hindered.wait)
        self._challenges.add(cooling, lifetime=self._challenge_lifetime)
        return cooling

    def challenge(self, challenge_id: str | None) -> Challenge | None:
        """The challenge as it is now."""
        return None if challenge_id is None else self._challenges.find(ChallengeId(challenge_id))

    def goes_to(self, challenge: Challenge, number: PhoneNumber) -> bool:
        """Whether the codes of the challenge went to that number."""
        return challenge.number_index == phone_number_index(self._index, number).hex()

    def is_exhausted(self, challenge: Challenge) -> bool:
        """Whether all tries of the challenge are used up."""
        return challenge.attempts >= self.policy.attempts

    def resend(self, challenge: Challenge, *, network: str) -> Challenge:
        """
        Have another code sent; the older ones stay valid until their own end.

        Raises `ResendTooEarly`, `BudgetSpent`.
        """
        now = self._clock.now()
        if now < challenge.resend_from:
            raise ResendTooEarly(challenge.resend_from - now)
        try:
            hindered = self._challenges.send_again(
                challenge,
                cooldown=self.policy.resend_after,
                counted=self._counted(challenge, network),
            )
        except BudgetSpent as spent:
            self._note_exceeded(challenge, spent)
            raise
        if hindered is not None:
            raise ResendTooEarly(hindered.wait)
        code = self._next_code(challenge.codes, now)
        changed = self._challenges.add_code(
            challenge.id, code, resend_from=now + self.policy.resend_after
        )
        if changed is None:
            return challenge
        self._deliveries.enqueue(challenge.id, code.counter)
        return changed

    def check(
        self,
        challenge_id: str | None,
        typed: str,
        *,
        purpose: OtpPurpose,
        person: str | None,
        interaction_id: str,
    ) -> Checked:
        """
        Judge a typed code: counted first, then compared, then spent, each by one atomic step.

        `ACCEPTED` is said once. A challenge of another purpose, person or interaction is `GONE`.
        """
        if challenge_id is None:
            return Checked(Verdict.GONE)
        challenge = self._challenges.count_attempt(ChallengeId(challenge_id))
        if challenge is None or not _bound_to(challenge, purpose, person, interaction_id):
            return Checked(Verdict.GONE)
        checked = self._judge(challenge, typed)
        accepted = checked.verdict is Verdict.ACCEPTED
        if not accepted and challenge.attempts <= self.policy.attempts:
            # Those after the last say nothing new, and there is no end of them.
            self._note_refusal(challenge, checked)
        return checked

    def _arrived(self, challenge: Challenge) -> Tick:
        """A code that is typed rightly is the best evidence that its text arrived."""
        client_id = challenge.client_id or EVERYBODY
        return Tick(Measure.OTP_CONFIRMED, client_id, challenge.carrier, self._clock.now())

    def _judge(self, challenge: Challenge, typed: str) -> Checked:
        left = self.policy.attempts - challenge.attempts
        if left < 0:
            return Checked(Verdict.EXHAUSTED)
        live = self._live(challenge.codes)
        # Every live code is compared, in constant time, whether or not one was right already.
        matches = [
            hmac.compare_digest(
                self._codes.code(challenge.id, code.counter).encode(), typed.encode()
            )
            for code in live
        ]
        if any(matches) and challenge.person is not None:
            # The spending decides: of two requests with the right code, one is accepted.
            spent = self._challenges.spend(challenge, self._arrived(challenge))
            return Checked(Verdict.ACCEPTED if spent else Verdict.GONE)
        if challenge.codes and not live:
            return Checked(Verdict.EXPIRED, left)
        return Checked(Verdict.WRONG, left) if left else Checked(Verdict.EXHAUSTED)

    def _live(self, codes: Sequence[SentCode]) -> list[SentCode]:
        now = self._clock.now()
        live = [code for code in codes if now < code.expires_at]
        return live[-self.policy.live_codes :]

    def _note_refusal(self, challenge: Challenge, checked: Checked) -> None:
        if checked.verdict is Verdict.EXHAUSTED and challenge.attempts == self.policy.attempts:
            self._challenges.count_used_up(challenge, self.policy.pause)
        with self._database.transaction() as transaction:
            record(
                transaction,
                OtpRefused(
                    citizen_id=_citizen(challenge),
                    client_id=challenge.client_id,
                    purpose=challenge.purpose,
                    verdict=checked.verdict,
                ),
                self._clock.now(),
            )

    def _note_exceeded(self, challenge: Challenge, spent: BudgetSpent) -> None:
        """Record that a budget is used up, once a window."""
        if spent.first:
            with self._database.transaction() as transaction:
                record(transaction, self._exceeded(challenge, spent), self._clock.now())

    def _counted(self, challenge: Challenge, network: str) -> Sequence[Counted]:
        """What a text counts against, the narrowest first: what that refuses uses up no other."""
        purpose, number = challenge.purpose.counted_as, challenge.number_index
        everybodys = (
            Counted(self._budgets.per_carrier, (challenge.carrier,)),
            Counted(self._budgets.system),
        )
        if purpose is OtpPurpose.SIGN_IN:
            return Counted(self._budgets.sign_in_per_number, (number,)), *everybodys
        # The network first: one that is refused must not use up the budgets of numbers it only
        # knows, and keep their owners from a code.
        return (
            Counted(self._budgets.anonymous_per_network, (network,)),
            Counted(self._budgets.anonymous_per_number, (purpose, number)),
            *everybodys,
        )

    def _exceeded(self, challenge: Challenge, spent: BudgetSpent) -> SecurityEvent:
        """What an operator has to know of it: where texts are pumped to, but no number."""
        if spent.budget == self._budgets.per_carrier.name:
            return CarrierBudgetExceeded(budget=spent.budget, carrier=challenge.carrier)
        return BudgetExceeded(citizen_id=_citizen(challenge), budget=spent.budget)

    def _next_code(self, codes: Sequence[SentCode], now: datetime) -> SentCode:
        counter = codes[-1].counter + 1 if codes else 0
        return SentCode(counter, now + self.policy.lifetime)

    @property
    def _challenge_lifetime(self) -> timedelta:
        """Long enough to resend more than once; what is typed after that finds it gone."""
        return 5 * self.policy.lifetime


def _bound_to(
    challenge: Challenge, purpose: OtpPurpose, person: str | None, interaction_id: str
) -> bool:
    return (challenge.purpose, challenge.person, challenge.interaction_id) == (
        purpose,
        person,
        interaction_id,
    )


def _citizen(challenge: Challenge) -> str | None:
    """The citizen a challenge is about; who enrols, complains or recovers is none yet."""
    return None if challenge.purpose in _OF_NO_CITIZEN else challenge.person
