"""The next step of an interaction: pure, from what is known, and the only place that decides it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from idp.authenticators.model import SecondFactor
from idp.core.acr import ACR_CLASSES
from idp.interactions.model import Intent, Interaction, Prompt
from idp.sessions.model import Session
from idp.sessions.rules import ONE_FACTOR, authentication_level

UNMET: Final = "unmet_authentication_requirements"
"""A demanded class was not reached (OpenID Connect Unmet Authentication Requirements §2)."""


class Step(StrEnum):
    """The one thing the citizen, or we, have to do next."""

    CHOOSE = "choose"
    LOGIN = "login"
    OTP = "otp"
    SMS_DOUBTED = "sms_doubted"
    APP_CODE = "app_code"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"
    ENROL = "enrol"
    RECOVER = "recover"
    SIGNED_IN_AS = "signed_in_as"
    NOT_YOU = "not_you"
    SELECT_ACCOUNT = "select_account"
    NOT_ADMITTED = "not_admitted"
    STEP_UP = "step_up"
    CONSENT = "consent"
    RESPOND = "respond"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request ends with this error (OpenID Connect Core §3.1.2.6)."""

    error: str


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What the rules need to know besides the interaction.

    *wanted* and *consented* are names of claims; *level_reached* is whether the registered minimum
    and what the request calls essential are met, and *level_exists* whether anybody could meet
    them; *hint_is_other*: the login hint names somebody else; *subject_is_other*: so does what the
    relying party insists on (`id_token_hint`, `sub`). *admitted*: the relying party may let the
    citizen in, where one of both is for tests; *enrols*: an account may be made on the way to it.
    """

    session: Session | None
    wanted: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    level_reached: bool = True
    level_exists: bool = True
    hint_is_other: bool = False
    subject_is_other: bool = False
    admitted: bool = True
    enrols: bool = True


def next_step(interaction: Interaction, facts: Facts) -> Step | Refusal:
    """Name what has to happen next, or the error that ends the request."""
    if interaction.refusal is not None:
        return Refusal(interaction.refusal)
    if facts.session is None or sign_in_needed(interaction, facts.session):
        step = _step_to_sign_in(interaction)
        if step is Step.ENROL and not facts.enrols:
            step = Step.NOT_ADMITTED
        return _unless_silent(interaction, "login_required", step)
    if not facts.admitted:
        return _unless_silent(interaction, "access_denied", Step.NOT_ADMITTED)
    if _enrolment_asked_for(interaction, facts.session):
        return Step.SIGNED_IN_AS
    settled = _settled(interaction, facts.session)
    if facts.subject_is_other and settled:
        # OpenID Connect Core §3.1.2.1: never a good answer about anybody else.
        return Refusal("login_required")
    if (facts.hint_is_other or facts.subject_is_other) and not settled:
        return _unless_silent(interaction, "login_required", Step.NOT_YOU)
    if _choice_asked_for(interaction) and not settled:
        return Step.SELECT_ACCOUNT
    if not facts.level_reached:
        if not facts.level_exists:
            return Refusal(UNMET)
        return _unless_silent(interaction, UNMET, Step.STEP_UP)
    if _consent_needed(interaction, facts, facts.session):
        return _unless_silent(interaction, "consent_required", Step.CONSENT)
    return Step.RESPOND


def sign_in_needed(interaction: Interaction, session: Session) -> bool:
    """Whether the request, or our own page, asks for a sign-in that this session does not offer."""
    asked_again = interaction.sign_in_again_from
    if asked_again is not None and session.authentication.auth_time < asked_again:
        return True
    if _second_factor_wished(interaction, session):
        return True
    if _made_here(interaction, session):
        return False
    request = interaction.request
    if request is None:
        return interaction.fresh
    if Prompt.LOGIN in request.prompt:
        return True
    if request.max_age is None:
        return False
    # Measured at the start: measured now, max_age=0 would ask for ever.
    age = interaction.started_at - session.authentication.auth_time
    return age.total_seconds() > request.max_age


def _second_factor_wished(interaction: Interaction, session: Session) -> bool:
    """
    Whether a class is wished for that one factor, on a remembered device, never reaches.

    What is demanded has a step of its own, and a silent request gets the class that is reached.
    """
    request = interaction.request
    if request is None or request.acr_essential or Prompt.NONE in request.prompt:
        return False
    if authentication_level(session.authentication.amr) > ONE_FACTOR:
        return False
    return bool(request.acr_values) and ACR_CLASSES[0] not in request.acr_values


def _made_here(interaction: Interaction, session: Session) -> bool:
    return session.authentication.auth_time >= interaction.started_at


def _settled(interaction: Interaction, session: Session) -> bool:
    return interaction.session_confirmed or _made_here(interaction, session)


def _step_to_sign_in(interaction: Interaction) -> Step:
    if interaction.intent is Intent.ENROL:
        return Step.ENROL
    if interaction.intent is Intent.RECOVER:
        return Step.RECOVER
    if interaction.password_verified is not None:
        return _step_of_second_factor(interaction)
    return Step.LOGIN if interaction.account_chosen else Step.CHOOSE


def _step_of_second_factor(interaction: Interaction) -> Step:
    match interaction.second_factor:
        case SecondFactor.PASSKEY:
            return Step.PASSKEY
        case SecondFactor.APP:
            return Step.APP_CODE
        case SecondFactor.RECOVERY_CODE:
            return Step.RECOVERY_CODE
        case SecondFactor.SMS | None:
            return Step.OTP if interaction.sms_doubt is None else Step.SMS_DOUBTED


def _enrolment_asked_for(interaction: Interaction, session: Session) -> bool:
    request = interaction.request
    if request is None or Prompt.CREATE not in request.prompt:
        return False
    return not _settled(interaction, session)


def _choice_asked_for(interaction: Interaction) -> bool:
    request = interaction.request
    return request is not None and Prompt.SELECT_ACCOUNT in request.prompt


def _consent_needed(interaction: Interaction, facts: Facts, session: Session) -> bool:
    request = interaction.request
    if request is None:
        return False
    if not facts.wanted <= facts.consented:
        return True
    # Somebody else may have signed in since, in another tab: their answer is not there yet.
    asked = interaction.consented_by == session.authentication.citizen_id
    return Prompt.CONSENT in request.prompt and not asked


def _unless_silent(interaction: Interaction, error: str, step: Step) -> Step | Refusal:
    """`prompt=none` never shows a page."""
    request = interaction.request
    if request is not None and Prompt.NONE in request.prompt:
        return Refusal(error)
    return step
