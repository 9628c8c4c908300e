"""One authorization request in progress."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from idp.authenticators.model import SecondFactor
from idp.carriers.model import PhoneDoubt
from idp.citizens.model import CitizenId
from idp.core.handles import new_handle
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
    take_up: "TakeUp | None" = None
    begun_for: ClientId | None = None
    recovery: "RecoveryProgress | None" = None
    session_confirmed: bool = False
    consented_by: CitizenId | None = None
    refusal: str | None = None
    answered: bool = False
    destination: str | None = None
    fresh: bool = False
    sign_in_again_from: datetime | None = None
    step_up: "StepUpProgress | None" = None
    reactivation: "ReactivationProgress | None" = None
    complaint_id: str | None = None
    dispute_filed: str | None = None
    dispute_followed: "FollowProgress | None" = None
    version: int = 0

    def with_(self, **changes: object) -> "Interaction":
        """The same interaction with some facts changed. Raises TypeError for what is none."""
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"no facts of an interaction: {sorted(changes)}")
        changed = object.__new__(Interaction)
        changed.__dict__.update(self.__dict__, **changes)
        return changed


class StopReason(StrEnum):
    """Why a password is not set now, although a code was right."""

    SIM_CHANGED = "sim_changed"
    NUMBER_RECYCLED = "number_recycled"
    CARRIER_SILENT = "carrier_silent"
    DISPUTED = "disputed"
    HELD = "held"
    WAITING = "waiting"
    """Another phone is to take the lost one's place, and has to wait."""
    OTHER_REQUEST = "other_request"
    """The same is asked for with yet another phone."""
    NOT_MATCHED = "not_matched"
    """No carrier names the person as the other phone's holder."""
    NO_ACCOUNT = "no_account"
    OTHER_PERSON = "other_person"
    """The account with that identity number is somebody else's."""
    CANCELLED_OFTEN = "cancelled_often"
    """Whoever has the account's phone or mail ends each such request: the two disagree."""
    GONE = "gone"
    """The request was cancelled, or is void, or done."""
    REGISTERED = "registered"
    """The other phone is the registered one."""


@dataclass(frozen=True, slots=True)
class RecoveryStop:
    """Where a recovery ends for now; *possible_from*, if known, is when it can go on."""

    reason: StopReason
    possible_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecoveryProgress:
    """
    How far a password recovery has come.

    *citizen_id* is `None` where the typed details match nobody: the pages are the same.
    *phone_index* is the blind index, in hex, of the registered phone that a code proved: what is
    proved of a phone is worth nothing once the account's codes go to another.
    *recovery_id* is a recovery by another phone; *begins*: it is being asked for, and the citizen
    is known only after a carrier was asked. *begun_in* and *begun_for* are the interaction, and the
    relying party, in which a recovery that is now completed was asked for.
    *possession_proved_at* is taken away when it is used: one proof, one new password. *stop* is why
    the code was not enough.
    """

    citizen_id: CitizenId | None
    challenge_id: str | None
    phone_index: str | None = None
    recovery_id: str | None = None
    begins: bool = False
    begun_in: str | None = None
    begun_for: ClientId | None = None
    possession_proved_at: datetime | None = None
    stop: RecoveryStop | None = None
    password_changed: bool = False


@dataclass(frozen=True, slots=True)
class StepUpProgress:
    """
    How far asking a citizen's carrier once more has come.

    *possession_proved_at* is when a code showed that the phone is at hand; *outcome* is what the
    carrier said since, or "unavailable" where it did not answer, and *differing* what is known not
    to be as the account has it.
    """

    citizen_id: CitizenId
    challenge_id: str | None = None
    possession_proved_at: datetime | None = None
    outcome: str | None = None
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReactivationProgress:
    """
    How far opening an account that was locked for want of use has come.

    *proved_at* is when the citizen proved to be there, by the right password (at *password_at*) or
    else; *phone_proved_at* when the right code was typed. *amr* is how they sign in after that.
    *outcome* is what the carrier said since, *differing* what is not as the account has it.
    """

    citizen_id: CitizenId
    proved_at: datetime
    amr: tuple[str, ...]
    password_at: datetime | None = None
    challenge_id: str | None = None
    phone_proved_at: datetime | None = None
    outcome: str | None = None
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeUp:
    """
    An unfinished enrolment that somebody wants to go on with, from whichever browser.

    *enrolment_id* is `None` where the typed details match nothing that is kept: the pages are the
    same.
    """

    enrolment_id: str | None
    challenge_id: str


@dataclass(frozen=True, slots=True)
class FollowProgress:
    """
    How far a claimant has come on the way to the case; `None` where what was typed is nobody's.

    The pages up to the right code are the same then.
    """

    number: str | None
    challenge_id: str | None
    proved_at: datetime | None = None
