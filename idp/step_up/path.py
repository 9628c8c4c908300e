"""Where a citizen stands on the way to a higher level, and who may walk it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from flask import Response

from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.interactions.progress import StepUpProgress
from idp.interactions.rules import Step
from idp.interactions.visits import Visit, Visits
from idp.sessions.model import Session
from idp.sessions.rules import TWO_FACTORS, authentication_level
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView

START = "/step-up"
CARRIER = "/step-up/carrier"
OTP = "/step-up/otp"
COUNTER = "/step-up/visit"
LEVEL = "/account/level"


@dataclass(frozen=True, slots=True)
class Position:
    """One visit to a page of a step-up, by the citizen of *session*."""

    visit: Visit
    session: Session

    @property
    def citizen_id(self) -> CitizenId:
        """Whose level it is."""
        return self.session.authentication.citizen_id

    @property
    def progress(self) -> StepUpProgress:
        """How far this citizen has come; what another one did in this browser does not count."""
        progress = self.visit.interaction.step_up
        if progress is not None and progress.citizen_id == self.citizen_id:
            return progress
        return StepUpProgress(self.citizen_id)

    @property
    def leave_path(self) -> str:
        """The page that says what else can be done."""
        asked = self.visit.interaction.request is not None
        return f"{START}?i={self.visit.interaction.id}" if asked else LEVEL


class StepUpPath:
    """Finds the position, and takes the browser on."""

    def __init__(self, *, pages: Pages, visits: Visits, clock: Clock) -> None:
        self._pages = pages
        self._visits = visits
        self._clock = clock

    def position(self) -> Position | Response:
        """
        Where this request stands, or where it has to go first.

        A portal's request leads here while its level is missing, and no longer. Without one the
        citizen came from /account/level, and signs in with two factors: what raises a level must
        not be had by a device that skips the code.
        """
        visit = self._visits.current()
        if visit.interaction.request is not None:
            if visit.session is None or self._visits.step(visit) is not Step.STEP_UP:
                return self._visits.proceed(visit)
            if not _has_two_factors(visit.session) and request.path != START:
                return self.to(visit, START)
            return Position(visit, visit.session)
        session = visit.session
        if session is None or not self._visits.is_signed_in(visit):
            return self._sign_in_first(visit)
        if not _has_two_factors(session):
            return self.sign_in_again(visit)
        return Position(visit, session)

    def onwards(self, visit: Visit) -> Response:
        """Go on where the step-up was begun: the portal's request, or the page of the level."""
        if visit.interaction.request is None:
            return see_other(LEVEL)
        return self._visits.proceed(visit)

    def leave(self, here: Position) -> Response:
        """Send the browser to the page that says what else can be done."""
        return see_other(here.leave_path)

    def barred(self, here: Position) -> Response:
        """The page for an account that is held: nothing is raised until that is decided."""
        return self._pages.render(
            "step_up/barred.html", leave_path=here.leave_path, **here.visit.page
        )

    def to(self, visit: Visit, path: str) -> Response:
        """Send the browser to another page of the step-up."""
        return see_other(f"{path}?i={visit.interaction.id}")

    def note(self, visit: Visit, progress: StepUpProgress) -> Visit:
        """Store how far asking the carrier has come."""
        return self._visits.update(visit, lambda current: current.with_(step_up=progress))

    def sign_in_again(self, visit: Visit) -> Response:
        """Ask for a sign-in from now on, with more than the last one had."""
        now = self._clock.now()
        return self._sign_in_first(
            self._visits.update(
                visit,
                lambda current: current.with_(
                    sign_in_again_from=now,
                    account_chosen=True,
                    password_verified=None,
                    password_verified_at=None,
                    challenge_id=None,
                ),
            )
        )

    def _sign_in_first(self, visit: Visit) -> Response:
        if visit.interaction.request is None:
            here = request.path
            visit = self._visits.update(visit, lambda current: current.with_(destination=here))
        return self._visits.proceed(visit)


class StepUpPage(MethodView, ABC):
    """A page of a step-up: `show` answers a GET, `act` a POST."""

    def __init__(self, pages: Pages, path: StepUpPath) -> None:
        self._pages = pages
        self._path = path

    def get(self) -> Response:
        """The page, for whom it is."""
        here = self._path.position()
        return here if isinstance(here, Response) else self.show(here)

    def post(self) -> Response:
        """What the page is for."""
        here = self._path.position()
        return here if isinstance(here, Response) else self.act(here)

    @abstractmethod
    def show(self, here: Position) -> Response:
        """The page."""

    @abstractmethod
    def act(self, here: Position) -> Response:
        """What was posted."""


def _has_two_factors(session: Session) -> bool:
    return authentication_level(session.authentication.amr) >= TWO_FACTORS
