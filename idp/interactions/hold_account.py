"""Holding an account, and letting it go again."""

from idp.audit.events import AccountHeld, AccountReleased
from idp.audit.log import record
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.rules import bars_sign_in
from idp.citizens.store import lift_hold, place_hold
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.sign_in import SignIn


class HoldAccount:
    """
    Places and lifts holds.

    A hold that bars sign-ins ends every session with its tokens, and the portals are told: else
    whoever is in would stay in.
    """

    def __init__(self, *, database: Database, sign_in: SignIn, clock: Clock) -> None:
        self._database = database
        self._sign_in = sign_in
        self._clock = clock

    def place(self, citizen_id: CitizenId, kind: HoldKind, *, by: str, reference: str = "") -> bool:
        """
        Hold the account; false where that hold stands already.

        *by* is an operator's name or the name of what placed it, *reference* a case's number.
        """
        now = self._clock.now()
        with self._database.transaction() as transaction:
            placed = place_hold(transaction, citizen_id, kind, now, reference=reference)
            if placed:
                event = AccountHeld(citizen_id=citizen_id, hold=kind, reference=reference, by=by)
                record(transaction, event, now)
        if bars_sign_in({kind}):  # again, if it stands already: the first time may have failed here
            self._sign_in.end_all_of(citizen_id, reason="account_held")
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
