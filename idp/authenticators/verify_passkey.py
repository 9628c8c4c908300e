"""Proving a passkey."""

from dataclasses import dataclass

from idp.authenticators import store
from idp.authenticators.attempts import Attempts
from idp.authenticators.model import SecondFactor
from idp.authenticators.passkeys import PasskeyCeremonies, PasskeyRefused, Place
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database


@dataclass(frozen=True, slots=True)
class PasskeyVerified:
    """Whose passkey it was; *copyable* as in `model.Passkey`."""

    citizen_id: CitizenId
    copyable: bool


class VerifyPasskey:
    """Judges what a browser answered by the passkey it names, and notes the use."""

    def __init__(
        self, *, database: Database, ceremonies: PasskeyCeremonies, attempts: Attempts, clock: Clock
    ) -> None:
        self._database = database
        self._ceremonies = ceremonies
        self._attempts = attempts
        self._clock = clock

    def options(self, *, place: Place, citizen_id: CitizenId | None = None) -> str:
        """
        Return what the browser is asked, as JSON; its challenge is good once, for *place*.

        Without *citizen_id* the person chooses among all passkeys of the device for this site.
        """
        held: list[bytes] = []
        if citizen_id is not None:
            with self._database.reading() as reading:
                held = [each.credential_id for each in store.passkeys_of(reading, citizen_id)]
        return self._ceremonies.request_options(place=place, allowed=held)

    def __call__(
        self, answer: str, *, place: Place, citizen_id: CitizenId | None = None
    ) -> PasskeyVerified:
        """
        Whose passkey answered the challenge of *place*; of *citizen_id* alone, if one is given.

        Raises `PasskeyRefused`, for whatever reason.
        """
        try:
            return self._verify(answer, place, citizen_id)
        except PasskeyRefused as refused:
            self._attempts.refuse(SecondFactor.PASSKEY, citizen_id, reason=refused.reason)
            raise

    def _verify(self, answer: str, place: Place, citizen_id: CitizenId | None) -> PasskeyVerified:
        assertion = self._ceremonies.read(answer)
        with self._database.reading() as reading:
            passkey = store.find_passkey(reading, assertion.credential_id)
        if passkey is None:
            raise PasskeyRefused("unknown")
        # §7.2, step 6: the handle that comes with the key has to name its owner.
        owner = passkey.citizen_id
        if assertion.user_handle not in {None, owner.encode()} or citizen_id not in {None, owner}:
            raise PasskeyRefused("other_owner")
        if assertion.user_handle is None and citizen_id is None:
            raise PasskeyRefused("no_owner")
        count = self._ceremonies.verify(assertion, place=place, public_key=passkey.public_key)
        with self._database.transaction() as transaction:
            if not store.spend_count(transaction, passkey.id, count, self._clock.now()):
                raise PasskeyRefused("copied")
        return PasskeyVerified(owner, passkey.copyable)
