"""What a dispute needs of others: who is told, and how a claimant comes to an account."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from idp.carriers.model import ClaimedIdentity
from idp.citizens.model import CitizenId
from idp.core.phone_number import PhoneNumber
from idp.disputes.model import CaseNumber
from idp.interactions.model import Interaction


class ClaimantNotice(StrEnum):
    """What a claimant, who is nobody's citizen yet, is told about the case."""

    RECEIVED = "received"
    MORE_NEEDED = "more_needed"
    RESOLVED = "resolved"


class ClaimantNotices(Protocol):
    """Tells the claimant of a case, through the worker."""

    def tell_claimant(self, notice: ClaimantNotice, number: CaseNumber) -> None:
        """Have a text message sent to the phone that the claimant has proved."""
        ...


class EndAuthenticators(Protocol):
    """Takes what a citizen signs in with, besides the password."""

    def __call__(self, session: Session, citizen_id: CitizenId, at: datetime, /) -> None:
        """Take it all, devices too, in the caller's transaction."""
        ...


class TypedBefore(Protocol):
    """What a person has typed to enrol, before its pages told them of an account."""

    def details(self, interaction: Interaction) -> tuple[ClaimedIdentity, PhoneNumber] | None:
        """The details of this very interaction, if whoever sits here is sure to have typed them."""
        ...


class Enrolments(Protocol):
    """The way from a decided case to an account."""

    def notice(self, locale: str) -> Sequence[str]:
        """What a person reads before enrolling, in paragraphs."""
        ...

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
        Begin to enrol a person whose phone was proved in *interaction* at *proved_at*.

        Returns the id of the pending enrolment; its pages ask the carrier once more. Raises
        `BudgetSpent`.
        """
        ...
