"""`/console/register`: the wizard; what is filled in waits under a handle in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Response

from idp.console.frame import ConsoleForm, ConsoleFrame, Section
from idp.console.relying_parties.addresses import PARTIES, REGISTER
from idp.console.relying_parties.part_form import PartForm
from idp.console.relying_parties.summary import rows_of
from idp.console.relying_parties.wizard import (
    FORMS,
    NOBODYS,
    STEP_OF,
    NamesStep,
    Step,
    completed,
    problems_of,
)
from idp.console.relying_parties.words import told
from idp.db.database import Database
from idp.onboarding.access import NotThere
from idp.onboarding.drafts import Draft, FreshSecrets, RegistrationDrafts
from idp.onboarding.register_sandbox import RegisterSandbox
from idp.onboarding.rules import OnboardingPolicy
from idp.operators import store
from idp.operators.model import OperatorRole
from idp.operators.permissions import Permission, teams_seen_by
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RelyingParties
from idp.relying_parties.problems import Rule, problem
from idp.relying_parties.registration import InvalidRegistration
from idp.web.forms import Form
from idp.web.see_other import see_other
from idp.web.texts import gettext as _


class CreateForm(Form):
    """One button: that what is shown becomes a registration."""


class _WizardPage(ConsoleForm):
    permission = Permission.MANAGE_OWN_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(
        self,
        frame: ConsoleFrame,
        drafts: RegistrationDrafts,
        relying_parties: RelyingParties,
        policy: OnboardingPolicy,
        database: Database,
    ) -> None:
        super().__init__(frame)
        self._drafts = drafts
        self._policy = policy
        self._relying_parties = relying_parties
        self._database = database

    def _teams(self) -> Mapping[str, str]:
        """What may be chosen as the team: of a province's own, or any, or none."""
        is_own = self.operator.role is OperatorRole.PROVINCE_TEAM
        with self._database.reading() as reading:
            found = store.teams(reading, only=teams_seen_by(self.operator))
        choices = {str(team.id): team.name for team in found}
        if is_own:
            return choices
        return {NOBODYS: _("Không đội nào: do vận hành phụ trách"), **choices}

    def _form(self, step: Step, draft: Draft | None) -> PartForm:
        """The form of *step*, as *draft* fills it."""
        form_class = FORMS[step]
        values = {} if draft is None else dict(form_class.values(draft.document))
        if form_class is not NamesStep:
            return self._pages.form(form_class, **values)
        teams = self._teams()
        only = next(iter(teams)) if len(teams) == 1 else NOBODYS
        team = only if draft is None else draft.team or NOBODYS
        return self._pages.form(NamesStep, teams=teams, **values, team=team)

    def _taken_over(self, form: PartForm, draft: Draft) -> Draft | None:
        """*draft* with what was filled in; `None` where *form* says what is wrong with it."""
        is_filled = form.validate()
        document = form.merged(draft.document)
        if form.fail_problems(problems_of(document, self._policy)) or not is_filled:
            return None
        if isinstance(form, NamesStep):
            if self._relying_parties.find(ClientId(form.client_id.data or "")) is not None:
                form.fail_problems([problem("client_id", Rule.CLIENT_ID_TAKEN)])
                return None
            return replace(draft, document=document, team=form.chosen_team)
        return replace(draft, document=document)

    def _ask(self, step: Step, form: PartForm, handle: str | None) -> Response:
        return self.render(
            "console/relying_parties/step.html",
            step=step,
            steps=len(Step),
            form=form,
            back=None if step.before is None else f"{REGISTER}/{handle}/{step.before}",
        )

    def _gone(self) -> Response:
        return self.render("console/relying_parties/draft_gone.html", status=410)


class WizardStart(_WizardPage):
    """`/console/register`: the first page, before anything is kept."""

    def show(self, **address: str) -> Response:
        """The form; who belongs to no team has nothing to register for."""
        if not self._teams():
            return self.render("console/relying_parties/no_team.html")
        return self._ask(Step.NAMES, self._form(Step.NAMES, None), None)

    def act(self, **address: str) -> Response:
        """Keep it, and go on."""
        form = self._form(Step.NAMES, None)
        begun = self._taken_over(form, Draft(self.operator.name, None, {}))
        if begun is None:
            return self._ask(Step.NAMES, form, None)
        handle = self._drafts.begin(begun)
        return see_other(f"{REGISTER}/{handle}/{Step.NAMES.after}")


class WizardStep(_WizardPage):
    """`/console/register/<draft>/<step>`: every page between the first and the last."""

    def show(self, **address: str) -> Response:
        """The form, as far as it was filled in before."""
        draft, step = self._draft(address), _step(address)
        if draft is None or step is None:
            return self._gone()
        return self._ask(step, self._form(step, draft), address["draft"])

    def act(self, **address: str) -> Response:
        """Keep it, and go on."""
        draft, step = self._draft(address), _step(address)
        if draft is None or step is None:
            return self._gone()
        form = self._form(step, draft)
        filled_in = self._taken_over(form, draft)
        if filled_in is None:
            return self._ask(step, form, address["draft"])
        if not self._drafts.keep(address["draft"], filled_in):
            return self._gone()
        return see_other(f"{REGISTER}/{address['draft']}/{step.after}")

    def _draft(self, address: dict[str, str]) -> Draft | None:
        return self._drafts.find(address["draft"], operator=self.operator.name)


class WizardCheck(_WizardPage):
    """`/console/register/<draft>/check`: all of it at a glance, then the registration."""

    def __init__(
        self,
        frame: ConsoleFrame,
        drafts: RegistrationDrafts,
        relying_parties: RelyingParties,
        policy: OnboardingPolicy,
        database: Database,
        *,
        register: RegisterSandbox,
        fresh: FreshSecrets,
    ) -> None:
        super().__init__(frame, drafts, relying_parties, policy, database)
        self._register = register
        self._fresh = fresh

    def show(self, **address: str) -> Response:
        """What was filled in, and what is missing yet."""
        draft = self._drafts.find(address["draft"], operator=self.operator.name)
        if draft is None:
            return self._gone()
        problems = [told(each) for each in problems_of(draft.document, self._policy)]
        return self._look(address["draft"], draft, problems)

    def act(self, **address: str) -> Response:
        """Register it; the secret, if there is one, waits for the page that shows it once."""
        draft = self._drafts.find(address["draft"], operator=self.operator.name)
        if draft is None:
            return self._gone()
        self._pages.form(CreateForm)
        try:
            registered = self._register(
                completed(draft.document), team=draft.team, by=self.operator
            )
        except NotThere:  # taken out of the team meanwhile
            return self._gone()
        except InvalidRegistration as invalid:
            return self._look(address["draft"], draft, [told(each) for each in invalid.found])
        self._drafts.end(address["draft"], operator=self.operator.name)
        there = f"{PARTIES}/{registered.client_id}"
        if registered.secret is None:
            return see_other(there)
        once = self._fresh.keep(
            registered.secret, client_id=registered.client_id, operator=self.operator.name
        )
        return see_other(f"{there}/secret?once={once}")

    def _look(self, handle: str, draft: Draft, problems: Sequence[str]) -> Response:
        return self.render(
            "console/relying_parties/check.html",
            form=self._pages.blank_form(CreateForm),
            rows=rows_of(completed(draft.document)),
            change={str(part): f"{REGISTER}/{handle}/{step}" for part, step in STEP_OF.items()},
            team=draft.team,
            problems=problems,
            back=f"{REGISTER}/{handle}/{Step.CHECK.before}",
            number=Step.CHECK.number,
            steps=len(Step),
        )


def _step(address: dict[str, str]) -> Step | None:
    """The step of this address, where it is one that is filled in."""
    return next((step for step in FORMS if step.value == address["step"]), None)
