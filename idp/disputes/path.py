"""Where a complaint stands in the browser, and the page that is shown at its turn only."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from flask import Response

from idp.carriers.model import Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens.model import CitizenId
from idp.citizens.number_store import holder_of_identity_number
from idp.citizens.phone_store import holder_of_phone
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.match_claimant import MatchClaimant, NothingToAsk
from idp.disputes.model import Complaint, ComplaintId
from idp.disputes.rules import Page, may_show, next_page
from idp.disputes.store import KeptCase
from idp.interactions.visits import Visit, Visits
from idp.throttling.ports import BudgetSpent
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


@dataclass(frozen=True, slots=True)
class Position:
    """One visit to a complaint: what is typed, whose account it is about, the page that is due."""

    visit: Visit
    typed: Complaint | None
    due: Page
    holder: CitizenId | None = None
    own_phone: bool = False
    """Whether codes of that account go to the very phone that the claimant has proved."""
    kept: KeptCase | None = None
    """The claimant's own case about that account, decided lately: it stayed as it was."""

    @property
    def complaint(self) -> Complaint:
        """What is typed; on a page after the form there is something."""
        if self.typed is None:
            raise LookupError(f"nothing is typed, and {self.due} is due")
        return self.typed


class ComplaintPath:
    """Finds the position from stored facts, and takes the browser to the page that is due."""

    def __init__(
        self,
        *,
        pages: Pages,
        visits: Visits,
        match: MatchClaimant,
        database: Database,
        proves_for: timedelta,
        decision_stands: timedelta,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._match = match
        self._database = database
        self.proves_for = proves_for
        self.decision_stands = decision_stands
        self._clock = clock

    def position(self, visit: Visit) -> Position:
        """Where the visit's interaction stands now."""
        interaction, now = visit.interaction, self._clock.now()
        typed, holder, own_phone, kept = None, None, False, None
        if interaction.complaint_id is not None and interaction.dispute_filed is None:
            with self._database.reading() as reading:
                typed = store.complaint(
                    reading,
                    ComplaintId(interaction.complaint_id),
                    browser=visit.browser,
                    now=now,
                )
                if typed is not None and typed.outcome is Outcome.MATCH:
                    holder = holder_of_identity_number(reading, typed.identity_number_index)
                if typed is not None and holder is not None:
                    own_phone = holder == holder_of_phone(reading, typed.phone_number_index)
                    kept = store.kept_case_of(
                        reading,
                        holder,
                        typed.identity_number_index,
                        typed.phone_number_index,
                        since=now - self.decision_stands,
                    )
        due = next_page(
            typed,
            has_account=holder is not None,
            decided=kept is not None,
            filed=interaction.dispute_filed is not None,
            now=now,
            proves_for=self.proves_for,
        )
        return Position(visit, typed, due, holder, own_phone, kept)

    def to(self, visit: Visit, page: str) -> Response:
        """Send the browser to a page."""
        return see_other(f"{page}?i={visit.interaction.id}")

    def onwards(self, visit: Visit) -> Response:
        """Send the browser to the page that is due now."""
        return self.to(visit, self.position(visit).due)

    def ask_carrier(self, visit: Visit, complaint: Complaint) -> Response:
        """Ask whose subscription it is, and go where the answer leads."""
        try:
            self._match(complaint.id)
        except BudgetSpent as spent:
            return self.too_often(visit, spent)
        except (CarrierUnavailable, NothingToAsk):
            pass  # stored, or gone: the page that is due says so
        return self.onwards(visit)

    def too_often(self, visit: Visit, spent: BudgetSpent) -> Response:
        """The page for who has to wait."""
        return self._pages.too_many(spent.retry_after, **visit.page)


class ComplaintPage(MethodView, ABC):
    """A page that is shown at its turn; at any other time, the one that is due takes its place."""

    page: Page

    def __init__(self, pages: Pages, visits: Visits, path: ComplaintPath) -> None:
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
        """What was posted; a page without a form leads to itself."""
        return self._path.to(here.visit, here.due)

    def _arrive(self) -> Position | Response:
        here = self._path.position(self._visits.current())
        return here if may_show(self.page, here.due) else self._path.to(here.visit, here.due)
