"""`/consent`: the page, and what the citizen answered."""

from dataclasses import dataclass

from flask import Blueprint, Response

from idp.citizens import store as citizens
from idp.citizens.model import CitizenId
from idp.citizens.rules import VerificationLevel, verification_level
from idp.consent.decide import DecideConsent
from idp.consent.forms import ConsentForm
from idp.consent.items import Item, consent_items
from idp.consents.store import consented_claims
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.interactions.released import released
from idp.interactions.rules import Step
from idp.interactions.visits import Visit, Visits
from idp.relying_parties.model import ClientId, RelyingParty
from idp.web.pages import Pages
from idp.web.views import MethodView


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """What is asked of whom."""

    citizen_id: CitizenId
    client_id: ClientId
    relying_party: RelyingParty
    full_name: str
    claims: frozenset[str]
    items: tuple[Item, ...]
    has_grown: bool

    @property
    def shown(self) -> str:
        """The text whose hash proves what was agreed to: the labels, never the values."""
        return "\n".join([str(self.relying_party.client_id), *(item.label for item in self.items)])

    @property
    def name(self) -> str:
        """What tells this question from another: who is asked, by whom, for what."""
        return digest("\n".join([self.citizen_id, self.client_id, *sorted(self.claims)]))


class AskConsent(MethodView):
    """`/consent`: the question whether this portal may have these details."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        decide: DecideConsent,
        database: Database,
        levels: tuple[VerificationLevel, ...],
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._decide = decide
        self._database = database
        self._levels = levels
        self._clock = clock

    def get(self) -> Response:
        """The question, with real values."""
        visit = self._visits.current()
        question = self._question(visit)
        if question is None:
            return self._visits.proceed(visit)
        return self._show(visit, question, self._pages.form(ConsentForm))

    def post(self) -> Response:
        visit = self._visits.current()
        form = self._pages.form(ConsentForm)
        question = self._question(visit)
        if question is None:
            return self._visits.proceed(visit)
        if not form.validate():
            return self._show(visit, question, form)
        if form.is_allowed and form.shown.data != question.name:
            # Meanwhile somebody else signed in, or the portal asks for more than was on the page.
            return self._show(visit, question, self._pages.blank_form(ConsentForm))
        if form.is_allowed:
            self._decide.allow(
                question.citizen_id, question.client_id, question.claims, shown=question.shown
            )
            updated = self._visits.update(
                visit, lambda current: current.with_(consented_by=question.citizen_id)
            )
        else:
            self._decide.deny(question.citizen_id, question.client_id)
            updated = self._visits.update(
                visit, lambda current: current.with_(refusal="access_denied")
            )
        return self._visits.proceed(updated)

    def _question(self, visit: Visit) -> ConsentQuestion | None:
        request, relying_party, session = (
            visit.interaction.request,
            visit.relying_party,
            visit.session,
        )
        if request is None or relying_party is None or session is None:
            return None
        if self._visits.step(visit) is not Step.CONSENT:
            return None
        citizen_id = session.authentication.citizen_id
        wanted = released(relying_party, request).everywhere
        with self._database.reading_rows() as reading:
            citizen = citizens.claim_record(reading, citizen_id)
            evidence = citizens.evidence_of(reading, citizen_id)
            agreed = consented_claims(reading, citizen_id, request.client_id)
        level = verification_level(evidence, self._levels, self._clock.now())
        return ConsentQuestion(
            citizen_id=citizen_id,
            client_id=request.client_id,
            relying_party=relying_party,
            full_name=citizen.full_name.value,
            claims=wanted,
            items=consent_items(citizen, level, wanted),
            has_grown=bool(agreed) and not wanted <= agreed,
        )

    def _show(self, visit: Visit, question: ConsentQuestion, form: ConsentForm) -> Response:
        return self._pages.render(
            "consent/consent.html",
            form=form,
            items=question.items,
            shown=question.name,
            full_name=question.full_name,
            has_grown=question.has_grown,
            policy_uri=question.relying_party.policy_uri,
            tos_uri=question.relying_party.tos_uri,
            **visit.page,
        )


def consent_routes(
    *,
    pages: Pages,
    visits: Visits,
    decide: DecideConsent,
    database: Database,
    levels: tuple[VerificationLevel, ...],
    clock: Clock,
) -> Blueprint:
    """The blueprint of the consent page."""
    blueprint = Blueprint("consent", __name__)
    blueprint.add_url_rule(
        "/consent",
        view_func=AskConsent.as_view("consent", pages, visits, decide, database, levels, clock),
    )
    return blueprint
