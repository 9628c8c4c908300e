"""Proving a passkey."""

from dataclasses import dataclass

from idp.authenticators import store
from idp.authenticators.attempts import Attempts
from idp.authenticators.model import Passkey, SecondFactor
from idp.authenticators.passkeys import PasskeyRefused, Place, UnverifiedAssertion
from idp.authenticators.ports import OpenCeremonies
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
        self, *, database: Database, ceremonies: OpenCeremonies, attempts: Attempts, clock: Clock
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
        return self._ceremonies().request_options(place=place, allowed=held)

    def __call__(
        self, answer: str, *, place: Place, citizen_id: CitizenId | None = None
    ) -> PasskeyVerified:
        """
        Whose passkey answered the challenge of *place*; of *citizen_id* alone, if one is given.

        Raises `PasskeyRefused`, for whatever reason: noted where it is known whose account it is
        about, for a stranger must not be able to fill the log.
        """
        whose = citizen_id
        try:
            ceremonies = self._ceremonies()
            assertion = ceremonies.read(answer)
            passkey = self._named_by(assertion)
            whose = whose or passkey.citizen_id
            _require_owner(assertion, passkey, citizen_id)
            count = ceremonies.verify(assertion, place=place, public_key=passkey.public_key)
            self._note_use(passkey, count)
        except PasskeyRefused as refused:
            if whose is not None:
                self._attempts.refuse(SecondFactor.PASSKEY, whose, reason=refused.reason)
            raise
        return PasskeyVerified(passkey.citizen_id, passkey.copyable)

    def _named_by(self, assertion: UnverifiedAssertion) -> Passkey:
        with self._database.reading() as reading:
            passkey = store.find_passkey(reading, assertion.credential_id)
        if passkey is None:
            raise PasskeyRefused("unknown")
        return passkey

    def _note_use(self, passkey: Passkey, count: int) -> None:
        with self._database.transaction() as transaction:
            if not store.spend_count(transaction, passkey.id, count, self._clock.now()):
                raise PasskeyRefused("copied")


def _require_owner(
    assertion: UnverifiedAssertion, passkey: Passkey, citizen_id: CitizenId | None
) -> None:
    """§7.2, step 6: whoever is to be signed in has to be known, and own the key."""
    owner = passkey.citizen_id
    if assertion.user_handle not in {None, owner.encode()} or citizen_id not in {None, owner}:
        raise PasskeyRefused("other_owner")
    if assertion.user_handle is None and citizen_id is None:
        raise PasskeyRefused("no_owner")
