"""
Adapters that are built for the first question they are asked.

Most web workers never ask a carrier or a portal anything, and what asks by HTTP weighs 5 MB: its
libraries, and the machine's certificate authorities.
"""

from collections.abc import Callable
from datetime import date, timedelta

from idp.backchannel.ports import LogoutSender
from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.carriers.ports import CarrierRecords
from idp.core.once import Once
from idp.core.phone_number import PhoneNumber
from idp.relying_parties.ports import Fetcher


class RecordsWhenAsked:
    """Asks the carriers by what *build* makes; is a `CarrierRecords`."""

    def __init__(self, build: Callable[[], CarrierRecords]) -> None:
        self._records = Once(build)

    def match(self, number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        """See `CarrierRecords`."""
        return self._records().match(number, person)

    def sim_changed_within(self, number: PhoneNumber, window: timedelta) -> bool:
        """See `CarrierRecords`."""
        return self._records().sim_changed_within(number, window)

    def recycled_since(self, number: PhoneNumber, since: date) -> bool:
        """See `CarrierRecords`."""
        return self._records().recycled_since(number, since)


class FetcherWhenAsked:
    """Fetches by what *build* makes; is a `Fetcher`."""

    def __init__(self, build: Callable[[], Fetcher]) -> None:
        self._fetcher = Once(build)

    def fetch(self, url: str, *, media_types: frozenset[str]) -> bytes:
        """See `Fetcher`."""
        return self._fetcher().fetch(url, media_types=media_types)


class SenderWhenAsked:
    """Carries logout tokens by what *build* makes; is a `LogoutSender`."""

    def __init__(self, build: Callable[[], LogoutSender]) -> None:
        self._sender = Once(build)

    def send(self, uri: str, logout_token: str, *, loopback: bool) -> int:
        """See `LogoutSender`."""
        return self._sender().send(uri, logout_token, loopback=loopback)
