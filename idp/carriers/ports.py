"""Asking the carriers."""

from datetime import date, timedelta
from typing import Protocol

from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.core.phone_number import PhoneNumber


class CarrierUnavailable(Exception):
    """
    The question could not be answered now; asking again later may help.

    Never a verdict on a person: an outage must not count as a mismatch, nor against the person's
    attempts. *carriers* names those that did not answer, and is empty when nobody was asked
    because too many questions wait already. Holds no personal data.
    """

    def __init__(self, carriers: tuple[str, ...] = ()) -> None:
        super().__init__(f"no answer from {', '.join(carriers) or 'the carriers'}")
        self.carriers = carriers


class CarrierRecords(Protocol):
    """
    Asks the carriers about a mobile subscription.

    Says nothing about who has the phone in hand: that is what the text message is for. Every
    method raises `CarrierUnavailable`, the last two also when no carrier serves the number: of
    a number that nobody serves nothing can be known.
    """

    def match(self, number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        """
        Compare *person* with the record of the subscription of *number*.

        The number goes to one carrier after the other until one knows it; the identity goes to
        that carrier alone.
        """
        ...

    def sim_changed_within(self, number: PhoneNumber, window: timedelta) -> bool:
        """Whether the SIM of *number* was replaced, or the number ported, in the last *window*."""
        ...

    def recycled_since(self, number: PhoneNumber, since: date) -> bool:
        """Whether *number* went to another subscriber after *since*."""
        ...
