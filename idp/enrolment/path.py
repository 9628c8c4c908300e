"""Where a person stands in an enrolment, and the page that is shown at its turn only."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from flask import Response

from idp.carriers.model import Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.core.clock import Clock
from idp.db.database import Database
from idp.enrolment import store
from idp.enrolment.ask_carrier import AskCarrier, NothingToAsk
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId
from idp.enrolment.rules import REPAIR, Page, may_show, next_page
from idp.enrolment.store import ExistingAccount
from idp.interactions.model import Intent
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import OtpPage
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


@dataclass(frozen=True, slots=True)
class Position:
    """One visit to an enrolment: what is typed so far, whose that is, and the page that is due."""

    visit: Visit
    typed: PendingEnrolment | None
    due: Page
    account: ExistingAccount | None = None

    @property
    def pending(self) -> PendingEnrolment:
        """What is typed so far; on a page whose turn comes after the form there is something."""
        if self.typed is None:
            raise LookupError(f"nothing is typed, and {self.due} is due")
        return self.typed


class EnrolmentPath:
    """Finds the position from stored facts, and takes the browser to the page that is due."""

    def __init__(
        self,
        *,
        pages: Pages,
        visits: Visits,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        ask_carrier: AskCarrier,
        database: Database,
        proves_for: timedelta,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._otp = otp
        self._otp_page = otp_page
        self._ask_carrier = ask_carrier
        self._database = database
        self._clock = clock
        self.proves_for = proves_for

    def position(self, visit: Visit) -> Position:
        """Where the visit's interaction stands now."""
        interaction, now = visit.interaction, self._clock.now()
        typed, account = None, None
        if interaction.enrolment_id is not None and interaction.enrolled is None:
            with self._database.reading() as reading:
                typed = store.pending(
                    reading,
                    PendingEnrolmentId(interaction.enrolment_id),
                    browser=visit.browser,
                    now=now,
                )
                if typed is not None and typed.outcome is Outcome.MATCH:
                    account = store.account_of(reading, typed)
        due = next_page(
            typed,
            has_account=account is not None,
            enrolled=interaction.enrolled is not None,
            now=now,
            proves_for=self.proves_for,
        )
        return Position(visit, typed, due, account)

    def to(self, visit: Visit, page: Page) -> Response:
        """Send the browser to a page of the enrolment."""
        return see_other(url_of(visit, page))

    def onwards(self, visit: Visit) -> Response:
        """Send the browser to the page that is due now."""
        return self.to(visit, self.position(visit).due)

    def send_code(self, visit: Visit, pending: PendingEnrolment) -> Response:
        """Ask whether the phone is at hand; a code that was sent already will do."""
        challenge = self.challenge(visit, pending)
        if challenge is None:
            try:
                self.begin_challenge(visit, pending)
            except (BudgetSpent, Paused) as limit:
                return self._otp_page.limited(limit, visit.page)
        return self.to(visit, Page.OTP)

    def challenge(self, visit: Visit, pending: PendingEnrolment) -> Challenge | None:
        """The challenge that is out for this pending enrolment."""
        challenge = self._otp.challenge(visit.interaction.challenge_id)
        if challenge is None or challenge.purpose is not OtpPurpose.ENROLMENT:
            return None
        return challenge if challenge.person == pending.id else None

    def begin_challenge(self, visit: Visit, pending: PendingEnrolment) -> Challenge:
        """Send a first code. Raises `BudgetSpent`, `Paused`."""
        challenge = self._otp.begin(
            OtpPurpose.ENROLMENT,
            person=pending.id,
            number=pending.details.phone_number,
            interaction_id=visit.interaction.id,
            client_id=visit.client_id,
            network=client_network(),
        )
        self._visits.update(visit, lambda current: current.with_(challenge_id=challenge.id))
        return challenge

    def ask_carrier(self, visit: Visit, pending: PendingEnrolment) -> Response:
        """Ask whose subscription it is, and go where the answer leads."""
        return self.ask_carrier_about(visit, pending.id)

    def ask_carrier_about(self, visit: Visit, pending_id: PendingEnrolmentId) -> Response:
        """The same, of what was stored a moment ago."""
        try:
            self._ask_carrier(pending_id)
        except BudgetSpent as spent:
            return self.too_often(visit, spent)
        except (CarrierUnavailable, NothingToAsk):
            pass  # stored, or gone: the page that is due says so
        here = self.position(visit)
        if here.due in REPAIR:
            # A carrier's shop takes days: the portal's request waits as long as what was typed.
            self._visits.keep(visit, here.pending.expires_at - self._clock.now())
        return self.to(visit, here.due)

    def too_often(self, visit: Visit, spent: BudgetSpent) -> Response:
        """The page for who has to wait."""
        return self._pages.too_many(spent.retry_after, **visit.page)


def url_of(visit: Visit, page: Page) -> str:
    """The address of a page of the enrolment."""
    return f"/enrol/{page}?i={visit.interaction.id}"


class EnrolmentPage(MethodView, ABC):
    """A page that is shown at its turn; at any other time, the one that is due takes its place."""

    page: Page

    def __init__(self, pages: Pages, visits: Visits, path: EnrolmentPath) -> None:
        self._pages = pages
        self._visits = visits
        self._path = path

    def get(self) -> Response:
        """The page, or the one that is due."""
        here = self._arrive()
        return here if isinstance(here, Response) else self.show(here)

    def post(self) -> Response:
        """What the page is for, or the page that is due."""
        here = self._arrive()
        return here if isinstance(here, Response) else self.act(here)

    @abstractmethod
    def show(self, here: Position) -> Response:
        """The page."""

    def act(self, here: Position) -> Response:
        """What was posted; a page without a form shows itself."""
        return self._path.to(here.visit, here.due)

    def _arrive(self) -> Position | Response:
        visit = self._visits.current()
        here = self._path.position(visit)
        if here.due is not Page.DONE and self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)  # who is signed in has an account
        if not self._visits.enrols(visit):
            # A portal that is being tried: the page that says so is the one for who wants to enrol.
            return self._visits.proceed(
                self._visits.update(visit, lambda current: current.with_(intent=Intent.ENROL))
            )
        if not may_show(self.page, here.due):
            return self._path.to(visit, here.due)
        return here
