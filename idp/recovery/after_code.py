"""What a right code comes to: the way to a new password, or why there is none now."""

from dataclasses import replace
from datetime import timedelta

from idp.carriers.check_phone import CheckPhone
from idp.carriers.model import Guarded
from idp.citizens.holds import holds_of
from idp.citizens.phone_store import has_default_phone
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.progress import RecoveryProgress, RecoveryStop, StopReason
from idp.recovery.ask_for_other_phone import AskForOtherPhone, RecoveryGone
from idp.recovery.come_back import ComeBackWithOtherPhone
from idp.recovery.model import PhoneRecoveryId
from idp.recovery.rules import stop_of_doubt, stop_of_holds
from idp.relying_parties.model import ClientId


class AfterCode:
    """
    Decides, once, what a phone that was just proved is good for.

    The registered one: a new password, unless the account is held or its SIM is in doubt. Another
    one: first a request that waits, and after that a new password too.
    """

    def __init__(
        self,
        *,
        check_phone: CheckPhone,
        sim_change_window: timedelta,
        ask_for_other_phone: AskForOtherPhone,
        come_back: ComeBackWithOtherPhone,
        database: Database,
        clock: Clock,
    ) -> None:
        self._check_phone = check_phone
        self._sim_change_window = sim_change_window
        self._ask_for_other_phone = ask_for_other_phone
        self._come_back = come_back
        self._database = database
        self._clock = clock

    def __call__(self, progress: RecoveryProgress, *, client_id: str | None) -> RecoveryProgress:
        """How far the recovery has come then. Raises `BudgetSpent`."""
        try:
            return self._judged(progress, client_id)
        except RecoveryGone:
            return replace(progress, stop=RecoveryStop(StopReason.GONE))

    def _judged(self, progress: RecoveryProgress, client_id: str | None) -> RecoveryProgress:
        proved_at = self._clock.now()
        if progress.recovery_id is None:
            stop = self._of_registered_phone(progress, client_id)
            if stop is not None:
                return replace(progress, stop=stop)
            return replace(progress, possession_proved_at=proved_at)
        recovery_id = PhoneRecoveryId(progress.recovery_id)
        if progress.begins:
            return replace(
                progress, stop=self._ask_for_other_phone(recovery_id, client_id=client_id)
            )
        back = self._come_back(recovery_id, client_id=client_id)
        if isinstance(back, RecoveryStop):
            return replace(progress, stop=back)
        return replace(
            progress,
            citizen_id=back.citizen_id,
            begun_in=back.interaction_id,
            begun_for=None if back.client_id is None else ClientId(back.client_id),
            possession_proved_at=proved_at,
        )

    def _of_registered_phone(
        self, progress: RecoveryProgress, client_id: str | None
    ) -> RecoveryStop | None:
        citizen_id, proved = progress.citizen_id, progress.phone_index
        if citizen_id is None or proved is None:
            raise LookupError("a code was right for nobody")
        with self._database.reading() as reading:
            stop = stop_of_holds(holds_of(reading, citizen_id))
            is_registered = has_default_phone(reading, citizen_id, bytes.fromhex(proved))
        if stop is not None:
            return stop
        if not is_registered:  # the code was sent before codes went to another phone
            raise RecoveryGone
        doubt = self._check_phone(
            citizen_id,
            window=self._sim_change_window,
            during=Guarded.RECOVERY,
            client_id=client_id,
        )
        return None if doubt is None else stop_of_doubt(doubt)
