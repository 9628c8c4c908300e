"""The second factor of a sign-in: which one is asked for, and another one instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.authenticators.device_cookie import DeviceCookie
from idp.authenticators.model import Factors, SecondFactor
from idp.authenticators.rules import ways
from idp.authenticators.store import factors_of
from idp.carriers.check_phone import CheckPhone
from idp.carriers.model import Guarded, PhoneDoubt
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import phone_number_of
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.interactions.model import Intent
from idp.interactions.visits import Visit, Visits
from idp.login.password_login import PasswordVerified
from idp.login.rules import one_factor_is_enough
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_ALONE
from idp.web.network import client_network


class NoSecondFactor(Exception):
    """The account has lost its phone number and has nothing else; said as late as that."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """Whose password was right, and when."""

    citizen_id: CitizenId
    at: datetime | None


class AskSecondFactor:
    """
    Asks for the strongest second factor a citizen has, after the right password.

    A text message goes to a device that is new to the account only if the SIM has not just been
    changed: the carrier is asked before it is sent, with no database connection held.
    """

    def __init__(
        self,
        *,
        visits: Visits,
        otp: OneTimePasswords,
        check_phone: CheckPhone,
        device_cookie: DeviceCookie,
        sim_window: timedelta,
        database: Database,
        clock: Clock,
    ) -> None:
        self._visits = visits
        self._otp = otp
        self._check_phone = check_phone
        self._device_cookie = device_cookie
        self._sim_window = sim_window
        self._database = database
        self._clock = clock

    def after_password(self, visit: Visit, verified: PasswordVerified) -> Visit:
        """
        Ask, or sign in where the device is remembered and nobody wants more.

        Raises `NoSecondFactor`, `SignInBarred`, and what a code's sending raises.
        """
        factors = self._factors(verified.citizen_id)
        relying_party = visit.relying_party
        if factors.remembered and one_factor_is_enough(
            visit.interaction,
            minimum_acr=None if relying_party is None else relying_party.minimum_acr,
        ):
            authentication = Authentication(verified.citizen_id, self._clock.now(), PASSWORD_ALONE)
            return self._visits.sign_in(visit, authentication, password_at=verified.at)
        offered = ways(factors)
        if not offered:
            raise NoSecondFactor
        typed = _Typed(verified.citizen_id, verified.at)
        return self._ask(visit, typed, offered[0], offered, factors)

    def instead(self, visit: Visit, citizen_id: CitizenId, way: SecondFactor) -> Visit:
        """Ask for *way*, one of those that were offered beside. Raises what sending a code does."""
        current = visit.interaction
        offered = tuple(
            each
            for each in SecondFactor
            if each in {current.second_factor or SecondFactor.SMS, *current.other_factors}
        )
        typed = _Typed(citizen_id, current.password_verified_at)
        return self._ask(visit, typed, way, offered, self._factors(citizen_id))

    def begin_challenge(
        self, visit: Visit, citizen_id: CitizenId, number: PhoneNumber
    ) -> Challenge:
        """Have a code sent, or raise `BudgetSpent`, `Paused`."""
        return self._otp.begin(
            OtpPurpose.SIGN_IN,
            person=citizen_id,
            number=number,
            interaction_id=visit.interaction.id,
            client_id=visit.client_id,
            network=client_network(),
        )

    def _ask(
        self,
        visit: Visit,
        typed: _Typed,
        way: SecondFactor,
        offered: Sequence[SecondFactor],
        factors: Factors,
    ) -> Visit:
        citizen_id = typed.citizen_id
        if way is not SecondFactor.SMS:
            return self._note(visit, typed, way, offered)
        begun = self._otp.challenge(visit.interaction.challenge_id)
        if begun is not None and begun.purpose is OtpPurpose.SIGN_IN and begun.person == citizen_id:
            return self._note(visit, typed, way, offered, challenge=begun)
        number = factors.number
        if not factors.known:
            doubt = self._doubt(visit, citizen_id)
            if doubt is not None:
                left = [each for each in offered if each is not SecondFactor.SMS]
                return self._note(visit, typed, left[0] if left else way, left, doubt=doubt)
            number = self._number(citizen_id)  # a carrier takes its time to answer
        if number is None:  # moved to somebody else meanwhile
            raise NoSecondFactor
        challenge = self.begin_challenge(visit, citizen_id, number)
        return self._note(visit, typed, way, offered, challenge=challenge)

    def _doubt(self, visit: Visit, citizen_id: CitizenId) -> PhoneDoubt | None:
        return self._check_phone(
            citizen_id,
            window=self._sim_window,
            during=Guarded.NEW_DEVICE,
            client_id=visit.client_id,
        )

    def _note(
        self,
        visit: Visit,
        typed: _Typed,
        way: SecondFactor,
        offered: Sequence[SecondFactor],
        *,
        challenge: Challenge | None = None,
        doubt: PhoneDoubt | None = None,
    ) -> Visit:
        others = tuple(each for each in offered if each is not way)
        return self._visits.update(
            visit,
            lambda current: current.with_(
                intent=Intent.SIGN_IN,
                account_chosen=True,
                password_verified=typed.citizen_id,
                password_verified_at=typed.at,
                second_factor=way,
                other_factors=others,
                sms_doubt=doubt,
                challenge_id=current.challenge_id if challenge is None else challenge.id,
            ),
        )

    def _number(self, citizen_id: CitizenId) -> PhoneNumber | None:
        with self._database.reading_rows() as reading:
            return phone_number_of(reading, citizen_id)

    def _factors(self, citizen_id: CitizenId) -> Factors:
        with self._database.reading_rows() as reading:
            return factors_of(reading, citizen_id, self._device_cookie.digest(), self._clock.now())
