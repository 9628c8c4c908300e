"""The ceremonies of passkeys, and where their challenges wait for answers."""

from collections.abc import Callable, Sequence
from typing import Protocol

from idp.authenticators.passkeys import NewPasskey, Place, UnverifiedAssertion
from idp.citizens.model import CitizenId


class PasskeyChallenges(Protocol):
    """
    Challenges that were handed to a browser, for five minutes.

    *place* says what a challenge is good for: one made for a sign-in proves nothing elsewhere.
    """

    def add(self, challenge: bytes, *, place: str) -> None:
        """Note that *challenge* was handed out."""
        ...

    def spend(self, challenge: bytes, *, place: str) -> bool:
        """Spend it; true for one caller only, and only for the place it was made for."""
        ...


class PasskeyCeremonies(Protocol):
    """Makes what a browser is asked, and judges what it answers."""

    def creation_options(
        self, citizen_id: CitizenId, *, shown_name: str, held: Sequence[bytes], place: Place
    ) -> str:
        """
        Return what `navigator.credentials.create` takes, as JSON.

        *held* are credential ids of the citizen: an authenticator that has one makes no second.
        """
        ...

    def created(self, answer: str, *, place: Place) -> NewPasskey:
        """Judge the answer to `creation_options`. Raises `PasskeyRefused`."""
        ...

    def request_options(self, *, place: Place, allowed: Sequence[bytes] = ()) -> str:
        """
        Return what `navigator.credentials.get` takes, as JSON.

        Without *allowed* the person chooses among all passkeys for this site.
        """
        ...

    def read(self, answer: str) -> UnverifiedAssertion:
        """Read the answer to `request_options`. Raises `PasskeyRefused`."""
        ...

    def verify(self, assertion: UnverifiedAssertion, *, place: Place, public_key: bytes) -> int:
        """
        Judge an assertion by the public key that is kept of it; its signature count.

        The challenge is spent before anything is compared. Raises `PasskeyRefused`.
        """
        ...


OpenCeremonies = Callable[[], PasskeyCeremonies]
"""Gives them when they are wanted: most processes serve nobody who has a passkey."""
