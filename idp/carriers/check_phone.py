"""Whether a right code is enough: a SIM can be swapped, and a number handed on."""

from datetime import timedelta

from idp.audit.events import CarrierUnanswered, PhoneDoubted
from idp.audit.log import record
from idp.carriers.model import DoubtReason, Guarded, PhoneDoubt
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.carriers.rules import doubt_about, doubt_of_silence
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import verified_number_of
from idp.core.clock import Clock
from idp.db.database import Database


class CheckPhone:
    """
    Asks the carriers about the SIM behind a citizen's phone.

    Who talks a shop into a new SIM gets the codes too; a window gives the owner time to notice.
    The database is not held while a carrier thinks.
    """

    def __init__(self, *, carriers: CarrierRecords, database: Database, clock: Clock) -> None:
        self._carriers = carriers
        self._database = database
        self._clock = clock

    def __call__(
        self, citizen_id: CitizenId, *, window: timedelta, during: Guarded, client_id: str | None
    ) -> PhoneDoubt | None:
        """
        Why a code to the default phone is not enough for *during* now; `None` when it is.

        *window* is how long a new SIM is not trusted with that. A doubt is in the audit log, and
        so is a carrier that did not answer, whether or not its silence is a doubt. For a citizen
        without a default phone (it went to somebody else meanwhile) the number is recycled.
        """
        with self._database.reading_rows() as reading:
            phone = verified_number_of(reading, citizen_id)
        silent: tuple[str, ...] | None = None
        if phone is None:
            doubt: PhoneDoubt | None = PhoneDoubt(DoubtReason.NUMBER_RECYCLED)
        else:
            number, verified_at = phone
            try:
                recycled = self._carriers.recycled_since(number, verified_at.date())
                doubt = doubt_about(
                    recycled=recycled,
                    sim_changed=not recycled and self._carriers.sim_changed_within(number, window),
                    now=self._clock.now(),
                    window=window,
                )
            except CarrierUnavailable as silence:
                silent, doubt = silence.carriers, doubt_of_silence(during)
        if doubt is not None or silent is not None:
            self._note(citizen_id, client_id, during, doubt, silent)
        return doubt

    def _note(
        self,
        citizen_id: CitizenId,
        client_id: str | None,
        during: Guarded,
        doubt: PhoneDoubt | None,
        silent: tuple[str, ...] | None,
    ) -> None:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if silent is not None:
                unanswered = CarrierUnanswered(
                    citizen_id=citizen_id, client_id=client_id, carriers=silent, during=during
                )
                record(transaction, unanswered, now)
            if doubt is not None:
                doubted = PhoneDoubted(
                    citizen_id=citizen_id,
                    client_id=client_id,
                    during=during,
                    reason=doubt.reason,
                    possible_from=doubt.possible_from,
                )
                record(transaction, doubted, now)
