"""Holding an account, and letting it go again."""

from idp.audit.events import AccountHeld, AccountReleased
from idp.audit.log import record
from idp.citizens.holds import lift_hold, place_hold
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.rules import bars_sign_in
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId


class HoldAccount:
    """
    Places and lifts holds.

    A hold that bars sign-ins ends every session with its tokens, and the portals are told: else
    whoever is in would stay in.
    """

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def place(self, citizen_id: CitizenId, kind: HoldKind, *, by: str, reference: str = "") -> bool:
        """
        Hold the account; false where that hold stands already.

        *by* is an operator's name or the name of what placed it, *reference* a case's number.
        """
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            placed = place_hold(transaction, citizen_id, kind, now, reference=reference)
            if placed:
                event = AccountHeld(citizen_id=citizen_id, hold=kind, reference=reference, by=by)
                record(transaction, event, now)
            if bars_sign_in({kind}):
                owed.append(self._follow_ups.owe_end(transaction, citizen_id, "account_held", now))
        self._follow_ups.do(*owed)
        return placed

    def lift(self, citizen_id: CitizenId, kind: HoldKind, *, by: str, reference: str = "") -> bool:
        """Lift that hold; false where it does not stand. Another one keeps the account held."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lifted = lift_hold(transaction, citizen_id, kind, now, reference=reference)
            if lifted:
                event = AccountReleased(
                    citizen_id=citizen_id, hold=kind, reference=reference, by=by
                )
                record(transaction, event, now)
        return lifted
