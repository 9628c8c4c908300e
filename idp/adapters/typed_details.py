"""What a person typed to enrol, for the complaint that enrolling's last page leads to."""

from datetime import timedelta

from idp.carriers.model import ClaimedIdentity
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.enrolment import store
from idp.enrolment.model import PendingEnrolmentId
from idp.enrolment.rules import answers_shown
from idp.interactions.model import Interaction


class TypedDetails:
    """Implements `TypedBefore` of disputes."""

    def __init__(self, database: Database, clock: Clock, *, proves_for: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._proves_for = proves_for

    def details(self, interaction: Interaction) -> tuple[ClaimedIdentity, PhoneNumber] | None:
        """The details of this interaction, if whoever sits here is sure to have typed them."""
        if interaction.enrolment_id is None or interaction.browser is None:
            return None
        now = self._clock.now()
        with self._database.reading() as reading:
            pending = store.pending(
                reading,
                PendingEnrolmentId(interaction.enrolment_id),
                browser=interaction.browser,
                now=now,
            )
        if pending is None or not answers_shown(
            pending,
            typed_here=pending.typed_in == digest(interaction.id),
            now=now,
            proves_for=self._proves_for,
        ):
            return None
        return pending.details.identity, pending.details.phone_number
