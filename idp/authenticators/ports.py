"""Where the challenges of passkeys wait for their answers."""

from typing import Protocol


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
