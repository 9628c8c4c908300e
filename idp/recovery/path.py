"""Where a person stands in a recovery, and the page that is shown at its turn only."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from flask import Response

from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.interactions.progress import RecoveryProgress
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge
from idp.otp.one_time_passwords import OneTimePasswords
from idp.recovery.rules import Page, may_show, next_page
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


@dataclass(frozen=True, slots=True)
class Position:
    """One visit to a recovery: how far it has come, its challenge, and the page that is due."""

    visit: Visit
    reached: RecoveryProgress | None
    challenge: Challenge | None
    due: Page

    @property
    def progress(self) -> RecoveryProgress:
        """How far it has come; on a page after the first there is something."""
        if self.reached is None:
            raise LookupError(f"no recovery has begun, and {self.due} is due")
        return self.reached

    @property
    def citizen_id(self) -> CitizenId:
        """Whose password it is; known once a code was right."""
        if self.progress.citizen_id is None:
            raise LookupError("a code was right for nobody")
        return self.progress.citizen_id


class RecoveryPath:
    """Finds the position from stored facts, and takes the browser to the page that is due."""

    def __init__(
        self, *, visits: Visits, otp: OneTimePasswords, proves_for: timedelta, clock: Clock
    ) -> None:
        self._visits = visits
        self._otp = otp
        self._proves_for = proves_for
        self._clock = clock

    def position(self) -> Position:
        """Where the interaction of this request stands now."""
        visit = self._visits.current()
        reached = visit.interaction.recovery
        challenge = None if reached is None else self._otp.challenge(reached.challenge_id)
        due = next_page(
            reached,
            challenge_lives=challenge is not None,
            now=self._clock.now(),
            proves_for=self._proves_for,
        )
        return Position(visit, reached, challenge, due)

    def to(self, visit: Visit, page: Page) -> Response:
        """Send the browser to a page of the recovery."""
        return see_other(f"{page}?i={visit.interaction.id}")

    def note(self, visit: Visit, progress: RecoveryProgress) -> Visit:
        """Store how far the recovery has come."""
        return self._visits.update(visit, lambda current: current.with_(recovery=progress))


class RecoveryPage(MethodView, ABC):
    """A page that is shown at its turn; at any other time, the one that is due takes its place."""

    page: Page

    def __init__(self, pages: Pages, path: RecoveryPath) -> None:
        self._pages = pages
        self._path = path

    def get(self) -> Response:
        """The page, or the one that is due."""
        here = self._path.position()
        if not may_show(self.page, here.due):
            return self._path.to(here.visit, here.due)
        return self.show(here)

    def post(self) -> Response:
        """What the page is for, or the page that is due."""
        here = self._path.position()
        if not may_show(self.page, here.due):
            return self._path.to(here.visit, here.due)
        return self.act(here)

    @abstractmethod
    def show(self, here: Position) -> Response:
        """The page."""

    def act(self, here: Position) -> Response:
        """What was posted; a page without a form leads to itself."""
        return self._path.to(here.visit, here.due)
