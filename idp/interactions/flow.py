"""The dispatcher: finds the facts, asks the rules, and sends the browser to the next page."""

from collections.abc import Mapping
from typing import Final

from idp.citizens import store as citizens
from idp.citizens.model import CitizenId
from idp.citizens.number_store import has_identity_number
from idp.citizens.rules import VerificationLevel, verification_level
from idp.consents.store import consented_claims
from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.db.database import Database
from idp.db.rows import Source
from idp.interactions.model import AuthorizationRequest, Interaction
from idp.interactions.ports import (
    AuthorizationResponse,
    InteractionGone,
    Interactions,
    NotAgreed,
    Responder,
)
from idp.interactions.released import released
from idp.interactions.rules import Facts, Refusal, Step, next_step, sign_in_needed
from idp.interactions.shortfall import Shortfall, shortfall
from idp.relying_parties.admission import admits, enrols
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import Session
from idp.sessions.rules import authentication_level

PAGES: Final[Mapping[Step, str]] = {
    Step.CHOOSE: "/choose",
    Step.LOGIN: "/login",
    Step.OTP: "/otp",
    Step.SMS_DOUBTED: "/login/new-device",
    Step.APP_CODE: "/login/app-code",
    Step.PASSKEY: "/login/passkey",
    Step.RECOVERY_CODE: "/login/recovery-code",
    Step.ENROL: "/enrol/method",
    Step.RECOVER: "/recover",
    Step.SIGNED_IN_AS: "/signed-in-as",
    Step.NOT_YOU: "/not-you",
    Step.SELECT_ACCOUNT: "/select-account",
    Step.NOT_ADMITTED: "/not-admitted",
    Step.STEP_UP: "/step-up",
    Step.CONSENT: "/consent",
}
ACCOUNT: Final = "/account"


class AlreadyAnswered(Exception):
    """The relying party has had its answer; a reload gets a page, not a second code."""


class Flow:
    """Sends each interaction to its next page, and in the end to the relying party."""

    def __init__(
        self,
        *,
        interactions: Interactions,
        responder: Responder,
        relying_parties: RelyingParties,
        database: Database,
        levels: tuple[VerificationLevel, ...],
        deployment: Environment,
        clock: Clock,
    ) -> None:
        self._interactions = interactions
        self._responder = responder
        self._relying_parties = relying_parties
        self._database = database
        self._levels = levels
        self._deployment = deployment
        self._clock = clock

    def proceed(self, interaction: Interaction, session: Session | None) -> str:
        """
        The path of the next page, for the 303 that ends a POST of ours.

        The end is a page too: Chromium applies `form-action` to the whole chain of redirects after
        a POST, so the way to the portal begins with a GET.
        """
        step = self.next_step(interaction, session)
        if isinstance(step, Step) and step is not Step.RESPOND:
            return f"{PAGES[step]}?i={interaction.id}"
        if interaction.request is None:
            return interaction.destination or ACCOUNT
        return f"/continue?i={interaction.id}"

    def next_step(self, interaction: Interaction, session: Session | None) -> Step | Refusal:
        """What has to happen next, from what is stored now."""
        return next_step(interaction, self._facts(interaction, session))

    def expects_another(self, interaction: Interaction, session: Session) -> bool:
        """Whether the relying party takes no answer about the session's citizen."""
        request = interaction.request
        return (
            request is not None
            and bool(request.subjects)
            and not self._responder.is_about(request, session.authentication.citizen_id)
        )

    def enrols(self, interaction: Interaction) -> bool:
        """Whether an account may be made on the way to the relying party, or to our own pages."""
        request = interaction.request
        relying_party = None if request is None else self._relying_parties.find(request.client_id)
        return relying_party is None or enrols(relying_party.environment, self._deployment)

    def shortfall(self, interaction: Interaction, session: Session) -> Shortfall | None:
        """What is missing to the levels that the relying party demands."""
        request = interaction.request
        relying_party = None if request is None else self._relying_parties.find(request.client_id)
        if request is None or relying_party is None:
            return None
        with self._database.reading_rows() as reading:
            return self._shortfall(reading, relying_party, request, session)

    def answer(
        self, interaction: Interaction, session: Session | None
    ) -> AuthorizationResponse | None:
        """
        The answer to the relying party where nothing is left to do, else `None`.

        Given once: raises `AlreadyAnswered` after that. Where it cannot be made, because a part of
        ours is away, it counts as not given: the same address works when that is back. Raises
        `InteractionGone` where nothing may be sent there any more.
        """
        if interaction.answered:
            raise AlreadyAnswered
        step = self.next_step(interaction, session)
        if interaction.request is None or (isinstance(step, Step) and step is not Step.RESPOND):
            return None
        if not self._is_registered(interaction.request):
            raise InteractionGone
        if not self._interactions.answer(interaction):
            raise AlreadyAnswered
        if isinstance(step, Refusal) or session is None:
            error = step.error if isinstance(step, Refusal) else "login_required"
            return self._responder.refuse(interaction, error)
        try:
            return self._responder.approve(interaction, session)
        except NotAgreed:  # withdrawn after the look at it: what is next now is another step
            return self.answer(self.reopen(interaction), session)
        except Exception:
            # A code that was made all the same is in nobody's hands, and ends within a minute.
            self.reopen(interaction)
            raise

    def _is_registered(self, request: AuthorizationRequest) -> bool:
        """
        Whether the answer's address is still one of the relying party's.

        A request can wait for a week, and an address that fell into other hands is taken out of a
        registration in a minute (RFC 9700 §4.1).
        """
        relying_party = self._relying_parties.find(request.client_id)
        return relying_party is not None and request.redirect_uri in relying_party.redirect_uris

    def reopen(self, interaction: Interaction) -> Interaction:
        """The same interaction, whose answer was not given after all."""
        return self._interactions.update(interaction, lambda current: current.with_(answered=False))

    def _facts(self, interaction: Interaction, session: Session | None) -> Facts:
        request = interaction.request
        if request is None or session is None or sign_in_needed(interaction, session):
            return Facts(session, enrols=self.enrols(interaction))
        relying_party = self._relying_parties.find(request.client_id)
        if relying_party is None:
            return Facts(session)
        citizen_id = session.authentication.citizen_id
        with self._database.reading_rows() as reading:
            if not self._admits(reading, relying_party, citizen_id):
                return Facts(session, admitted=False)
            missing = self._shortfall(reading, relying_party, request, session)
            return Facts(
                session,
                wanted=released(relying_party, request).everywhere,
                consented=consented_claims(reading, citizen_id, request.client_id),
                level_reached=missing is None,
                level_exists=missing is None or missing.acr is not None,
                hint_is_other=request.login_hint is not None
                and not has_identity_number(reading, citizen_id, bytes.fromhex(request.login_hint)),
                subject_is_other=self.expects_another(interaction, session),
            )

    def _admits(self, reading: Source, relying_party: RelyingParty, citizen_id: CitizenId) -> bool:
        if self._deployment is Environment.SANDBOX:
            return True  # whoever it is: no need to ask
        return admits(
            relying_party.environment,
            self._deployment,
            test_person=citizens.is_test_person(reading, citizen_id),
        )

    def _shortfall(
        self,
        reading: Source,
        relying_party: RelyingParty,
        request: AuthorizationRequest,
        session: Session,
    ) -> Shortfall | None:
        if relying_party.minimum_acr is None and not request.acr_essential:
            return None
        evidence = citizens.evidence_of(reading, session.authentication.citizen_id)
        return shortfall(
            relying_party.minimum_acr,
            request,
            verification=verification_level(evidence, self._levels, self._clock.now()).level,
            authentication=authentication_level(session.authentication.amr),
        )
