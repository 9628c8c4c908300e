"""One authorization request in progress."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from idp.authenticators.model import SecondFactor
from idp.carriers.model import PhoneDoubt
from idp.citizens.model import CitizenId
from idp.core.handles import new_handle
from idp.interactions.progress import (
    FollowProgress,
    ReactivationProgress,
    RecoveryProgress,
    StepUpProgress,
    TakeUp,
)
from idp.relying_parties.model import ClientId

InteractionId = NewType("InteractionId", str)
"""
A handle in the query of our pages (`?i=`); of no use without the browser's own cookie.

After a `~` stands the relying party that asks, where one does (`new_interaction_id`).
"""


def new_interaction_id(client_id: ClientId | None = None) -> InteractionId:
    """
    Make the id of an interaction that *client_id* asks for, or that is one of our own.

    That the relying party stands in it lets the page about an interaction that is long gone lead
    back to the portal, and nothing has to be kept for it.
    """
    handle = new_handle()
    return InteractionId(handle if client_id is None else f"{handle}~{client_id}")


def named_in(interaction_id: str) -> ClientId | None:
    """The relying party that stands in an id: good for a page's button, it proves nothing."""
    _, _, client_id = interaction_id.partition("~")
    return ClientId(client_id) if client_id else None


class Prompt(StrEnum):
    """Values of `prompt` (OpenID Connect Core §3.1.2.1, Initiating User Registration §4)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"
    CREATE = "create"


class ResponseMode(StrEnum):
    """How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode)."""

    QUERY = "query"
    FORM_POST = "form_post"


class Intent(StrEnum):
    """What the citizen is about while not signed in."""

    SIGN_IN = "sign_in"
    ENROL = "enrol"
    RECOVER = "recover"


@dataclass(frozen=True)  # without slots, as the interaction it stands in
class AuthorizationRequest:
    """
    An authorization request that has passed every check.

    *login_hint* is the blind index of the identity number in the hint, in hex: the number itself is
    kept nowhere. *max_age* is in seconds. *acr_values* are in order of preference; *acr_essential*:
    one of them has to be reached. *subjects* are names of the one citizen the answer may be about,
    each as this relying party knows them. *userinfo_claims* and *id_token_claims* are what the
    `claims` parameter names, of what we know (OpenID Connect Core §5.5).
    """

    client_id: ClientId
    redirect_uri: str
    scope: tuple[str, ...]
    response_mode: ResponseMode = ResponseMode.QUERY
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[Prompt] = frozenset()
    max_age: int | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()
    acr_essential: bool = False
    subjects: frozenset[str] = frozenset()
    userinfo_claims: frozenset[str] = frozenset()
    id_token_claims: frozenset[str] = frozenset()


@dataclass(frozen=True)  # without slots, which are filled one by one: it is read at every page
class Interaction:
    """
    What has happened so far in answering *request* (`None`: the citizen came to us directly).

    *browser* is the digest of the browser handle it is bound to; unbound only between a cross-site
    POST to /authorize and our own GET. *attended*: somebody has taken a step in it; to ask for its
    pages is none. *enrolled* is the citizen whose account was made in it, *consented_by* the one
    who was asked in it and agreed. *refusal* is the error that ends it.
    Without a request, *destination* is the path of our own page that it ends on, and *fresh* says
    that a session from before does not do: that page changes something that matters. *begun_for*
    is the relying party an enrolment was begun for elsewhere; its request stays where it is.
    After the right password, typed at *password_verified_at*, *second_factor* is what has to
    complete the sign-in (`None`: a text message), *other_factors* what could as well, *sms_doubt*
    why a text message cannot, on this device.
    *sign_in_again_from*: the citizen chose to sign in once more, in a stronger way; nothing from
    before that moment does. *step_up* is how far raising the verification level has come,
    *reactivation* how far opening an account that was locked for want of use has.
    *complaint_id* is what is being complained of, *dispute_filed* the case that came of it.
    """

    id: InteractionId
    request: AuthorizationRequest | None
    started_at: datetime
    browser: str | None = None
    intent: Intent = Intent.SIGN_IN
    attended: bool = False
    account_chosen: bool = False
    password_verified: CitizenId | None = None
    password_verified_at: datetime | None = None
    second_factor: SecondFactor | None = None
    other_factors: tuple[SecondFactor, ...] = ()
    sms_doubt: PhoneDoubt | None = None
    challenge_id: str | None = None
    enrolment_id: str | None = None
    enrolled: CitizenId | None = None
    take_up: TakeUp | None = None
    begun_for: ClientId | None = None
    recovery: RecoveryProgress | None = None
    session_confirmed: bool = False
    consented_by: CitizenId | None = None
    refusal: str | None = None
    answered: bool = False
    destination: str | None = None
    fresh: bool = False
    sign_in_again_from: datetime | None = None
    step_up: StepUpProgress | None = None
    reactivation: ReactivationProgress | None = None
    complaint_id: str | None = None
    dispute_filed: str | None = None
    dispute_followed: FollowProgress | None = None
    version: int = 0

    def with_(self, **changes: object) -> "Interaction":
        """The same interaction with some facts changed. Raises TypeError for what is none."""
        if not changes.keys() <= self.__dict__.keys():
            unknown = sorted(changes.keys() - self.__dict__.keys())
            raise TypeError(f"no facts of an interaction: {unknown}")
        changed = object.__new__(Interaction)
        changed.__dict__.update(self.__dict__, **changes)
        return changed
