"""Enrolling a person who proved the phone elsewhere, with details we have already."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from idp.carriers.model import ClaimedIdentity
from idp.carriers.ports import CarrierUnavailable
from idp.core.phone_number import PhoneNumber
from idp.enrolment.ask_carrier import AskCarrier, NothingToAsk
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.model import ClaimedDetails, PendingEnrolmentId
from idp.enrolment.notice import Notice
from idp.enrolment.submit_form import Circumstances, SubmitForm
from idp.interactions.model import Interaction


class BeginProved:
    """
    Begins an enrolment that has the form and the code behind it; its pages go on from there.

    Implements `Enrolments` of disputes: the claimant whose case is won comes to an account by the
    one way there is.
    """

    def __init__(
        self, *, submit: SubmitForm, confirm: ConfirmPhone, ask: AskCarrier, notice: Notice
    ) -> None:
        self._submit = submit
        self._confirm = confirm
        self._ask = ask
        self._notice = notice

    def notice(self, locale: str) -> Sequence[str]:
        """What a person reads before that."""
        return self._notice.paragraphs(locale)

    def begin(
        self,
        interaction: Interaction,
        identity: ClaimedIdentity,
        number: PhoneNumber,
        *,
        proved_at: datetime,
        network: str,
        locale: str,
    ) -> str:
        """
        Begin it, and have the carrier asked; the id of the pending enrolment.

        The phone was proved in *interaction* at *proved_at*: that is the caller's word, and as long
        as a code speaks on the way there it speaks from then. A carrier that does not answer is
        asked again by the pages. Raises `BudgetSpent`.
        """
        if interaction.browser is None:
            raise LookupError("an interaction that no browser has")
        current = interaction.enrolment_id
        pending = self._submit(
            ClaimedDetails(identity, number, None),
            Circumstances(
                interaction_id=interaction.id,
                browser=interaction.browser,
                network=network,
                client_id=None if interaction.request is None else interaction.request.client_id,
                notice_version=self._notice.version,
                notice_text=self._notice.text(locale),
                current=None if current is None else PendingEnrolmentId(current),
            ),
        )
        self._confirm(pending.id, at=proved_at)
        with suppress(CarrierUnavailable, NothingToAsk):
            self._ask(pending.id)
        return pending.id
