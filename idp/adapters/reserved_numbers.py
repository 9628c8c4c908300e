"""In front of gateway and carriers: what concerns a number that nobody has stays here."""

from datetime import date, timedelta

from idp.carriers.model import Attribute, ClaimedIdentity, MatchOutcome, Outcome
from idp.carriers.ports import CarrierRecords
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.core.phone_number import PhoneNumber
from idp.messaging.ports import SmsSender
from idp.test_people.model import KeptMessage
from idp.test_people.numbers import is_reserved
from idp.test_people.ports import Inbox


class ReservedNumbersSms:
    """Keeps a text to a reserved number in the inbox, sends every other; is an `SmsSender`."""

    def __init__(self, sender: SmsSender, inbox: Inbox, clock: Clock) -> None:
        self._sender = sender
        self._inbox = inbox
        self._clock = clock

    def send(self, to: PhoneNumber, text: str, *, reference: str) -> None:
        """Send or keep *text*; raises `SmsNotSent`."""
        if is_reserved(to):
            self._inbox.keep(to, KeptMessage(text, self._clock.now()), reference=reference)
        else:
            self._sender.send(to, text, reference=reference)


class ReservedNumbersRecords:
    """
    Answers about reserved numbers, asks carriers about every other; is a `CarrierRecords`.

    Nobody's identity is ever confirmed for one: else a number that is nobody's would vouch for
    somebody real.
    """

    def __init__(self, records: CarrierRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def match(self, number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        """A name that differs, without asking anybody; else the carriers' answer."""
        if not is_reserved(number):
            return self._records.match(number, person)
        return MatchOutcome(
            outcome=Outcome.MISMATCH,
            carrier=None,
            differing=frozenset({Attribute.FULL_NAME}),
            spelling=None,
            attributes=frozenset({Attribute.IDENTITY_NUMBER, Attribute.BIRTH_DATE}),
            reference=new_uuid(),
            checked_at=self._clock.now(),
            asked=(),
        )

    def sim_changed_within(self, number: PhoneNumber, window: timedelta) -> bool:
        """Whether the SIM was replaced or the number ported; there is none behind a reserved."""
        return not is_reserved(number) and self._records.sim_changed_within(number, window)

    def recycled_since(self, number: PhoneNumber, since: date) -> bool:
        """Whether the number went to somebody else; a reserved one went to nobody."""
        return not is_reserved(number) and self._records.recycled_since(number, since)
