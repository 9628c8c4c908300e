"""The rules of the flow: what has to happen next."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.authenticators.model import SecondFactor
from idp.carriers.model import DoubtReason, PhoneDoubt
from idp.interactions.model import AuthorizationRequest, Intent, Interaction, Prompt
from idp.interactions.rules import Facts, Refusal, Step, next_step, sign_in_needed
from idp.sessions.model import Session
from tests.fakes.people import (
    AN,
    BINH,
    DAY,
    MINUTE,
    NOON,
    SECOND,
    interaction_of,
    request_of,
    session_of,
)

WANTED = frozenset({"verification_level", "name"})
BEFORE = session_of(auth_time=NOON - 5 * MINUTE)
HERE = session_of(auth_time=NOON + MINUTE)
PLAIN = request_of()


def of(*prompt: Prompt, **changes: object) -> AuthorizationRequest:
    return request_of(prompt=frozenset(prompt), **changes)


def known(session: Session = BEFORE, **changes: object) -> Facts:
    """A session, and consent to everything that is wanted."""
    return replace(Facts(session, wanted=WANTED, consented=WANTED), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("interaction", "facts", "expected"),
    [
        # Nobody is signed in.
        (interaction_of(PLAIN), Facts(None), Step.CHOOSE),
        (interaction_of(PLAIN, account_chosen=True), Facts(None), Step.LOGIN),
        (interaction_of(PLAIN, account_chosen=True, password_verified=AN), Facts(None), Step.OTP),
        (interaction_of(PLAIN, intent=Intent.ENROL), Facts(None), Step.ENROL),
        (interaction_of(PLAIN, intent=Intent.RECOVER), Facts(None), Step.RECOVER),
        (interaction_of(None, account_chosen=True), Facts(None), Step.LOGIN),
        # A detour taken after the password leads on from there, not back to the code.
        (
            interaction_of(PLAIN, intent=Intent.RECOVER, password_verified=AN),
            Facts(None),
            Step.RECOVER,
        ),
        (interaction_of(of(Prompt.NONE)), Facts(None), Refusal("login_required")),
        # Somebody is.
        (interaction_of(PLAIN), known(), Step.RESPOND),
        (interaction_of(of(Prompt.NONE)), known(), Step.RESPOND),
        (interaction_of(None), Facts(BEFORE), Step.RESPOND),
        # The request wants a newer sign-in.
        (interaction_of(of(Prompt.LOGIN)), known(), Step.CHOOSE),
        (interaction_of(of(Prompt.LOGIN)), known(HERE), Step.RESPOND),
        (interaction_of(of(max_age=10_000)), known(), Step.RESPOND),
        (interaction_of(of(max_age=300)), known(), Step.RESPOND),
        (interaction_of(of(max_age=299)), known(), Step.CHOOSE),
        (interaction_of(of(max_age=0)), known(), Step.CHOOSE),
        (interaction_of(of(max_age=0)), known(HERE), Step.RESPOND),
        (interaction_of(of(Prompt.NONE, max_age=1)), known(), Refusal("login_required")),
        (interaction_of(of(max_age=10**30)), known(), Step.RESPOND),
        # Enrolment was asked for, and somebody is signed in.
        (interaction_of(of(Prompt.CREATE)), known(), Step.SIGNED_IN_AS),
        (interaction_of(of(Prompt.CREATE), session_confirmed=True), known(), Step.RESPOND),
        (interaction_of(of(Prompt.CREATE)), known(HERE), Step.RESPOND),
        (interaction_of(of(Prompt.CREATE), intent=Intent.ENROL), Facts(None), Step.ENROL),
        # One of both, the portal or the account, is for tests.
        (interaction_of(PLAIN), known(admitted=False), Step.NOT_ADMITTED),
        (interaction_of(of(Prompt.NONE)), known(admitted=False), Refusal("access_denied")),
        (interaction_of(of(Prompt.CREATE)), known(admitted=False), Step.NOT_ADMITTED),
        (
            interaction_of(PLAIN, intent=Intent.ENROL),
            Facts(None, enrols=False),
            Step.NOT_ADMITTED,
        ),
        (interaction_of(PLAIN), Facts(None, enrols=False), Step.CHOOSE),
        # The hint names somebody else.
        (interaction_of(PLAIN), known(hint_is_other=True), Step.NOT_YOU),
        (interaction_of(PLAIN, session_confirmed=True), known(hint_is_other=True), Step.RESPOND),
        (interaction_of(PLAIN), known(HERE, hint_is_other=True), Step.RESPOND),
        (
            interaction_of(of(Prompt.NONE)),
            known(hint_is_other=True),
            Refusal("login_required"),
        ),
        # The portal insists on somebody (`id_token_hint`, `sub`).
        (interaction_of(PLAIN), known(subject_is_other=True), Step.NOT_YOU),
        (
            interaction_of(of(Prompt.NONE)),
            known(subject_is_other=True),
            Refusal("login_required"),
        ),
        (
            interaction_of(PLAIN, session_confirmed=True),
            known(subject_is_other=True),
            Refusal("login_required"),
        ),
        (interaction_of(PLAIN), known(HERE, subject_is_other=True), Refusal("login_required")),
        (interaction_of(PLAIN), Facts(None, subject_is_other=True), Step.CHOOSE),
        # The citizen is to choose.
        (interaction_of(of(Prompt.SELECT_ACCOUNT)), known(), Step.SELECT_ACCOUNT),
        (interaction_of(of(Prompt.SELECT_ACCOUNT)), Facts(None), Step.CHOOSE),
        (interaction_of(of(Prompt.SELECT_ACCOUNT)), known(HERE), Step.RESPOND),
        (
            interaction_of(of(Prompt.SELECT_ACCOUNT), session_confirmed=True),
            known(),
            Step.RESPOND,
        ),
        (interaction_of(of(Prompt.SELECT_ACCOUNT, Prompt.LOGIN)), known(), Step.CHOOSE),
        (
            interaction_of(of(Prompt.SELECT_ACCOUNT)),
            known(hint_is_other=True),
            Step.NOT_YOU,
        ),
        (
            interaction_of(of(Prompt.SELECT_ACCOUNT)),
            known(level_reached=False),
            Step.SELECT_ACCOUNT,
        ),
        # The registered minimum, or an essential class.
        (interaction_of(PLAIN), known(level_reached=False), Step.STEP_UP),
        (interaction_of(PLAIN), known(HERE, level_reached=False), Step.STEP_UP),
        (
            interaction_of(PLAIN),
            known(level_reached=False, consented=frozenset()),
            Step.STEP_UP,
        ),
        (
            interaction_of(of(Prompt.NONE)),
            known(level_reached=False),
            Refusal("unmet_authentication_requirements"),
        ),
        (
            interaction_of(PLAIN),
            known(level_reached=False, level_exists=False),
            Refusal("unmet_authentication_requirements"),
        ),
        (
            interaction_of(PLAIN, refusal="unmet_authentication_requirements"),
            known(level_reached=False),
            Refusal("unmet_authentication_requirements"),
        ),
        # The citizen chose to sign in once more, in a stronger way.
        (
            interaction_of(PLAIN, account_chosen=True, sign_in_again_from=NOON + 2 * MINUTE),
            known(HERE, level_reached=False),
            Step.LOGIN,
        ),
        (
            interaction_of(PLAIN, account_chosen=True, sign_in_again_from=NOON + MINUTE),
            known(HERE),
            Step.RESPOND,
        ),
        (
            interaction_of(of(Prompt.NONE), sign_in_again_from=NOON + 2 * MINUTE),
            known(HERE),
            Refusal("login_required"),
        ),
        # Consent.
        (interaction_of(PLAIN), known(consented=frozenset()), Step.CONSENT),
        (interaction_of(PLAIN), known(wanted=WANTED | {"phone_number"}), Step.CONSENT),
        (interaction_of(PLAIN), known(consented=WANTED | {"phone_number"}), Step.RESPOND),
        (
            interaction_of(of(Prompt.NONE)),
            known(consented=frozenset()),
            Refusal("consent_required"),
        ),
        (interaction_of(of(Prompt.CONSENT)), known(), Step.CONSENT),
        (interaction_of(of(Prompt.CONSENT), consented_by=AN), known(), Step.RESPOND),
        # The citizen said no, or went back.
        (interaction_of(PLAIN, refusal="access_denied"), known(), Refusal("access_denied")),
        (interaction_of(PLAIN, refusal="access_denied"), Facts(None), Refusal("access_denied")),
    ],
)
def test_what_comes_next(interaction: Interaction, facts: Facts, expected: Step | Refusal) -> None:
    assert next_step(interaction, facts) == expected


def test_a_consent_given_by_one_citizen_does_not_speak_for_the_next() -> None:
    answered_by_an = interaction_of(PLAIN, consented_by=AN)
    binh = session_of(BINH, auth_time=NOON + 2 * MINUTE)

    assert next_step(answered_by_an, known(binh, consented=frozenset())) is Step.CONSENT


def test_a_withdrawn_consent_is_asked_for_again() -> None:
    assert (
        next_step(interaction_of(PLAIN, consented_by=AN), known(consented=frozenset()))
        is Step.CONSENT
    )


def test_prompt_consent_asks_each_citizen_though_all_is_agreed_to() -> None:
    answered_by_an = interaction_of(of(Prompt.CONSENT), consented_by=AN)

    assert next_step(answered_by_an, known(session_of(BINH))) is Step.CONSENT


def test_a_sign_in_at_the_very_start_counts_as_made_in_the_interaction() -> None:
    interaction = interaction_of(of(Prompt.LOGIN))

    assert not sign_in_needed(interaction, session_of(auth_time=NOON))
    assert sign_in_needed(interaction, session_of(auth_time=NOON - SECOND))


SECOND_FACTORS = {
    Step.OTP,
    Step.SMS_DOUBTED,
    Step.APP_CODE,
    Step.PASSKEY,
    Step.RECOVERY_CODE,
}
MISSING: tuple[dict[str, Any], ...] = (
    {"session": None},
    {"admitted": False},
    {"subject_is_other": True},
    {"level_reached": False},
)


def asked(*prompt: Prompt) -> st.SearchStrategy[AuthorizationRequest]:
    """Requests with that prompt."""
    max_ages = st.sampled_from([None, 0, 1, 300, 10**12])
    return st.builds(lambda max_age: of(*prompt, max_age=max_age), max_ages)


def about(
    requests: st.SearchStrategy[AuthorizationRequest | None],
) -> st.SearchStrategy[Interaction]:
    """Interactions about one of those, however far they have come."""
    return st.builds(
        interaction_of,
        requests,
        intent=st.sampled_from(Intent),
        account_chosen=st.booleans(),
        password_verified=st.none() | citizens,
        second_factor=st.none() | st.sampled_from(SecondFactor),
        sms_doubt=st.sampled_from([None, PhoneDoubt(DoubtReason.SIM_CHANGED)]),
        session_confirmed=st.booleans(),
        consented_by=st.none() | citizens,
        refusal=st.sampled_from([*[None] * 9, "access_denied"]),
        fresh=st.booleans(),
        sign_in_again_from=st.sampled_from([None, None, NOON - SECOND, NOON + SECOND]),
    )


citizens = st.sampled_from([AN, AN, BINH])
made_sessions = st.builds(
    lambda citizen, age: session_of(citizen, auth_time=NOON - age),
    citizens,
    st.sampled_from([DAY, 5 * MINUTE, SECOND, 0 * SECOND, -SECOND, -DAY]),
)
claims = st.frozensets(st.sampled_from(["name", "birthdate", "phone_number", "verification_level"]))
requests = st.one_of(
    st.none(),
    asked(),
    asked(Prompt.NONE),
    asked(Prompt.CREATE),
    asked(Prompt.SELECT_ACCOUNT),
    asked(Prompt.LOGIN),
    asked(Prompt.CONSENT),
    asked(Prompt.LOGIN, Prompt.CONSENT),
)
facts_of_any_kind = st.builds(
    Facts,
    st.none() | made_sessions,
    wanted=claims,
    consented=claims,
    level_reached=st.booleans(),
    level_exists=st.booleans(),
    hint_is_other=st.booleans(),
    subject_is_other=st.booleans(),
    admitted=st.booleans(),
    enrols=st.booleans(),
)


@given(about(requests), made_sessions, claims)
def test_nothing_is_answered_unless_all_that_is_asked_for_is_there(
    interaction: Interaction, session: Session, wanted: frozenset[str]
) -> None:
    facts = Facts(session, wanted=wanted, consented=wanted)
    assume(next_step(interaction, facts) is Step.RESPOND)
    request = interaction.request
    citizen, signed_in_at = session.authentication.citizen_id, session.authentication.auth_time

    for missing in MISSING:
        assert next_step(interaction, replace(facts, **missing)) is not Step.RESPOND
    refused = interaction.with_(refusal="access_denied")
    assert next_step(refused, facts) is not Step.RESPOND
    once_more = interaction.with_(sign_in_again_from=signed_in_at + SECOND)
    assert next_step(once_more, facts) is not Step.RESPOND
    other_is_named = next_step(interaction, replace(facts, hint_is_other=True))
    settled = signed_in_at >= NOON or interaction.session_confirmed
    assert (other_is_named is Step.RESPOND) == settled
    if request is not None:
        more_wanted = replace(facts, wanted=wanted | {"email"})
        assert next_step(interaction, more_wanted) is not Step.RESPOND
        assert interaction.consented_by == citizen or Prompt.CONSENT not in request.prompt
    of_yesterday = replace(facts, session=session_of(citizen, auth_time=NOON - DAY))
    if request is None:
        assert next_step(interaction.with_(fresh=True), of_yesterday) is not Step.RESPOND
    elif next_step(interaction, of_yesterday) is Step.RESPOND:
        assert Prompt.LOGIN not in request.prompt
        assert request.max_age is None or request.max_age >= DAY.total_seconds()


@given(about(asked(Prompt.NONE)), facts_of_any_kind)
def test_prompt_none_never_shows_a_page(interaction: Interaction, facts: Facts) -> None:
    step = next_step(interaction, facts)

    assert step is Step.RESPOND or isinstance(step, Refusal)


@given(about(requests), facts_of_any_kind)
def test_no_second_factor_is_asked_for_before_the_password(
    interaction: Interaction, facts: Facts
) -> None:
    assert next_step(interaction.with_(password_verified=None), facts) not in SECOND_FACTORS


@given(about(requests), facts_of_any_kind)
def test_a_session_just_made_is_never_asked_to_be_made_again(
    interaction: Interaction, facts: Facts
) -> None:
    made_here = replace(facts, session=session_of(auth_time=NOON + SECOND))

    step = next_step(interaction, made_here)

    allowed = {Step.RESPOND, Step.CONSENT, Step.STEP_UP, Step.NOT_ADMITTED}
    assert step in allowed or isinstance(step, Refusal)


def test_what_is_no_fact_of_an_interaction_is_named() -> None:
    with pytest.raises(TypeError, match=r"\['chosen'\]$"):
        interaction_of(PLAIN).with_(account_chosen=True, chosen=True)
