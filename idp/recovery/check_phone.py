"""Whether a right code is enough: a SIM can be swapped, and a number handed on."""

from datetime import timedelta

from idp.audit.events import CarrierUnanswered, PasswordResetHeld
from idp.audit.log import record
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.citizens.model import CitizenId
from idp.citizens.store import default_phone
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.interactions.model import HoldReason, ResetHold


class CheckPhone:
    """
    Asks the carriers about the SIM behind a phone that has just shown the right code.

    Who talks a shop into a new SIM gets the codes too; *window* gives the owner time to notice.
    The database is not held while a carrier thinks.
    """

    def __init__(
        self, *, carriers: CarrierRecords, database: Database, window: timedelta, clock: Clock
    ) -> None:
        self._carriers = carriers
        self._database = database
        self._window = window
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, *, client_id: str | None) -> ResetHold | None:
        """What keeps the password from being reset now; `None` when nothing does."""
        with self._database.reading() as reading:
            phone = default_phone(reading, citizen_id)
        if phone is None:  # moved to somebody else while the code was typed
            return self._held(citizen_id, client_id, ResetHold(HoldReason.NUMBER_RECYCLED))
        number = PhoneNumber(phone.number)
        try:
            if self._carriers.recycled_since(number, phone.verified_at.date()):
                hold = ResetHold(HoldReason.NUMBER_RECYCLED)
            elif self._carriers.sim_changed_within(number, self._window):
                # The carrier says that, not when: the window from now is the latest it can be.
                hold = ResetHold(HoldReason.SIM_CHANGED, self._clock.now() + self._window)
            else:
                return None
        except CarrierUnavailable as silence:
            hold = ResetHold(HoldReason.CARRIER_SILENT)
            return self._held(citizen_id, client_id, hold, silence)
        return self._held(citizen_id, client_id, hold)

    def _held(
        self,
        citizen_id: CitizenId,
        client_id: str | None,
        hold: ResetHold,
        silence: CarrierUnavailable | None = None,
    ) -> ResetHold:
        now = self._clock.now()
        held = PasswordResetHeld(
            citizen_id=citizen_id,
            client_id=client_id,
            reason=hold.reason,
            possible_from=hold.possible_from,
        )
        with self._database.transaction() as transaction:
            record(transaction, held, now)
            if silence is not None:
                unanswered = CarrierUnanswered(
                    citizen_id=citizen_id,
                    client_id=client_id,
                    carriers=silence.carriers,
                    during="recovery",
                )
                record(transaction, unanswered, now)
        return hold
