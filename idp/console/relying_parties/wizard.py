"""The pages that a new registration is asked on, one after the other, and what they add up to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from idp.console.relying_parties.part_form import Document, Part, PartForm
from idp.console.relying_parties.parts import (
    ClaimsPart,
    ContactPart,
    KeysPart,
    LevelPart,
    LogoPart,
    NamesPart,
    ProtocolPart,
    RedirectPart,
    SignOutPart,
    StartPart,
)
from idp.console.relying_parties.words import label
from idp.onboarding.rules import OnboardingPolicy, checked
from idp.operators.model import TeamId
from idp.relying_parties.model import LEGACY
from idp.relying_parties.problems import Problem
from idp.relying_parties.registration import InvalidRegistration
from idp.web.forms import ChoiceField, LineField, refuse
from idp.web.texts import lazy_gettext as _

NOBODYS: Final = ""
"""The choice of no team: the operators look after such a portal."""


class Step(StrEnum):
    """A page of the wizard, as its address names it."""

    NAMES = "names"
    PROTOCOL = "protocol"
    ADDRESSES = "addresses"
    CLAIMS = "claims"
    KEYS = "keys"
    CHECK = "check"

    @property
    def number(self) -> int:
        """Which page it is, from 1."""
        return _ORDER.index(self) + 1

    @property
    def before(self) -> "Step | None":
        """The page one goes back to."""
        at = _ORDER.index(self)
        return _ORDER[at - 1] if at else None

    @property
    def after(self) -> "Step":
        """The page that follows; the last one is followed by none."""
        return _ORDER[_ORDER.index(self) + 1]


_ORDER: Final = tuple(Step)


class NamesStep(NamesPart, ContactPart):
    """Who the portal is and whose; *teams* are those that may be chosen."""

    client_id = LineField(label("client_id"))
    team = ChoiceField(_("Đội phụ trách"), choices=[])

    def __init__(self, *args: Any, teams: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(*args, **kwargs)
        self.team.choices = list(teams.items())

    def validate_team(self, field: ChoiceField) -> None:
        if (field.data or NOBODYS) not in {value for value, _text in field.choices}:
            refuse(_("Chọn đội phụ trách cổng"))

    @property
    def chosen_team(self) -> TeamId | None:
        """The team; after a `validate` that found it good."""
        return TeamId(self.team.data) if self.team.data else None


class AddressesStep(RedirectPart, SignOutPart, StartPart):
    """Where citizens are sent, and where the portal is told of sign-outs."""


class ClaimsStep(ClaimsPart, LevelPart):
    """What is asked of citizens."""


class KeysStep(KeysPart, LogoPart):
    """Keys, where the portal proves itself by them, and the logo."""


FORMS: Final[Mapping[Step, type[PartForm]]] = {
    Step.NAMES: NamesStep,
    Step.PROTOCOL: ProtocolPart,
    Step.ADDRESSES: AddressesStep,
    Step.CLAIMS: ClaimsStep,
    Step.KEYS: KeysStep,
}
STEP_OF: Final[Mapping[Part, Step]] = {
    Part.NAMES: Step.NAMES,
    Part.CONTACT: Step.NAMES,
    Part.PROTOCOL: Step.PROTOCOL,
    Part.REDIRECT: Step.ADDRESSES,
    Part.SIGN_OUT: Step.ADDRESSES,
    Part.START: Step.ADDRESSES,
    Part.CLAIMS: Step.CLAIMS,
    Part.LEVEL: Step.CLAIMS,
    Part.KEYS: Step.KEYS,
    Part.LOGO: Step.KEYS,
}


def completed(document: Document) -> dict[str, object]:
    """*document* with what no page asks: the code flow, and subjects of the portal's own."""
    fixed: dict[str, object] = {"grant_types": ["authorization_code"], "response_types": ["code"]}
    # Portals of the old kind share a sector; any other's citizens are known to it alone.
    if document.get("security_profile") != LEGACY.name:
        fixed["sector"] = document.get("client_id", "")
    return {**document, **fixed}


def problems_of(document: Document, policy: OnboardingPolicy) -> tuple[Problem, ...]:
    """What is wrong with the document as a whole, missing parts included."""
    try:
        checked(completed(document), policy)
    except InvalidRegistration as invalid:
        return invalid.found
    return ()
