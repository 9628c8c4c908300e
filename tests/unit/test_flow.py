"""The dispatcher: facts in, the next page or the one answer out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import delete, update

from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.model import CitizenId, CitizenIdentityNumber, Evidence, EvidenceKind
from idp.citizens.rules import VerificationLevel
from idp.consents import store as consents
from idp.consents.model import Consent
from idp.core.environment import Environment
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.flow import AlreadyAnswered, Flow
from idp.interactions.model import AuthorizationRequest, Intent, Interaction, Prompt
from idp.interactions.ports import AuthorizationResponse, InteractionGone
from idp.interactions.rules import Refusal, Step
from idp.interactions.shortfall import Shortfall
from idp.relying_parties.model import OIDC, ClientAuthentication, ClientId, RelyingParty
from idp.sessions.model import Session
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.interactions import InteractionsInMemory, interactions_in_memory
from tests.fakes.people import (
    AN,
    BINH,
    BINH_DINH,
    DAY,
    MINUTE,
    NOON,
    citizen_of,
    evidence_of,
    interaction_of,
    request_of,
    session_of,
)

INDEX = BlindIndex(b"i" * 32)
LEVELS = (
    VerificationLevel(1, frozenset({"self_declared"}), "", ""),
    VerificationLevel(2, frozenset({"carrier_match"}), "", ""),
)
PORTAL = RelyingParty(
    client_id=BINH_DINH,
    name_vi="Cổng Bình Định",
    name_en="Bình Định portal",
    sms_name="Cong Binh Dinh",
    sector="binh-dinh",
    profile=OIDC,
    client_authentication=ClientAuthentication.SECRET_BASIC,
    id_token_algorithm="ES256",
    pkce_required=True,
    redirect_uris=frozenset({"https://binh-dinh.example/callback"}),
    post_logout_redirect_uris=frozenset(),
    scopes=frozenset({"openid", "profile"}),
    claims=frozenset({"name"}),
    minimum_acr=None,
    initiate_login_uri=None,
    client_uri=None,
    policy_uri=None,
    tos_uri=None,
    enabled=True,
    secrets=(),
)


class Answers:
    """A responder that keeps what it was asked to say; *away*: it cannot make codes just now."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.away = False

    def approve(self, interaction: Interaction, session: Session) -> AuthorizationResponse:
        """See `Responder`."""
        if self.away:
            raise ConnectionError
        return self._give(f"code for {session.authentication.citizen_id}")

    def refuse(self, interaction: Interaction, error: str) -> AuthorizationResponse:
        """See `Responder`."""
        return self._give(error)

    def is_about(self, request: AuthorizationRequest, citizen_id: CitizenId) -> bool:
        """See `Responder`: here everybody is known by their own id."""
        return request.subjects <= {citizen_id}

    def _give(self, answer: str) -> AuthorizationResponse:
        self.given.append(answer)
        return AuthorizationResponse("https://b.example/cb", (("answer", answer),))


class Portals:
    """A registry of one portal, which a test may change."""

    def __init__(self) -> None:
        self.portal: RelyingParty | None = PORTAL

    def find(self, client_id: ClientId) -> RelyingParty | None:
        """See `RelyingParties`."""
        return self.portal if client_id == BINH_DINH else None

    def catch_up(self, version: int) -> None:
        """See `RelyingParties`."""


@dataclass
class House:
    """The flow, and everything around it that a test changes or looks at."""

    flow: Flow
    interactions: InteractionsInMemory
    answers: Answers
    portals: Portals
    database: Database
    clock: FakeClock

    def begin(self, interaction: Interaction) -> Interaction:
        self.interactions.add(interaction, network="203.0.113.0/24")
        return interaction

    def consent(self, *claims: str) -> None:
        with self.database.transaction() as transaction:
            consents.give(
                transaction,
                citizen_id=AN,
                client_id=BINH_DINH,
                claims=claims,
                text_hash="hash",
                at=NOON,
            )


@pytest.fixture
def house() -> Iterator[House]:
    database = database_in_memory()
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(), INDEX)
        citizens.add(
            transaction, citizen_of(BINH, numbers=("052090000002",), phone="0912000002"), INDEX
        )
        transaction.add(evidence_of(EvidenceKind.CARRIER_MATCH, expires_at=NOON + DAY))
    clock, answers, portals = FakeClock(NOON), Answers(), Portals()
    interactions = interactions_in_memory(clock)
    flow = Flow(
        interactions=interactions,
        responder=answers,
        relying_parties=portals,
        database=database,
        levels=LEVELS,
        deployment=Environment.SANDBOX,
        clock=clock,
    )
    yield House(flow, interactions, answers, portals, database, clock)
    database.engine.dispose()


AN_IS_HERE = session_of(AN, auth_time=NOON - MINUTE)
BINH_IS_HERE = session_of(BINH, auth_time=NOON - MINUTE)


def test_the_answer_is_given_once(house: House) -> None:
    house.consent("name", "verification_level")
    interaction = house.begin(interaction_of(request_of()))

    answer = house.flow.answer(interaction, AN_IS_HERE)

    assert answer is not None
    with pytest.raises(AlreadyAnswered):
        house.flow.answer(interaction, AN_IS_HERE)
    stored = house.interactions.find(interaction.id)
    assert stored is not None
    with pytest.raises(AlreadyAnswered):
        house.flow.answer(stored, AN_IS_HERE)
    assert house.answers.given == [f"code for {AN}"]


def test_an_answer_that_could_not_be_made_was_not_given(house: House) -> None:
    house.consent("name", "verification_level")
    interaction = house.begin(interaction_of(request_of()))
    house.answers.away = True
    for _ in range(2):
        with pytest.raises(ConnectionError):
            house.flow.answer(interaction, AN_IS_HERE)

    house.answers.away = False

    assert house.flow.answer(interaction, AN_IS_HERE) is not None
    with pytest.raises(AlreadyAnswered):
        house.flow.answer(interaction, AN_IS_HERE)
    assert house.answers.given == [f"code for {AN}"]


def test_an_answer_is_about_nobody_but_the_one_insisted_on(house: House) -> None:
    house.consent("name", "verification_level")
    about_an = house.begin(interaction_of(request_of(subjects=frozenset({AN}))))

    assert house.flow.next_step(about_an, AN_IS_HERE) is Step.RESPOND
    assert house.flow.next_step(about_an, BINH_IS_HERE) is Step.NOT_YOU
    both = about_an.with_(request=request_of(subjects=frozenset({AN, BINH})))
    assert house.flow.next_step(both, AN_IS_HERE) is Step.NOT_YOU


def test_consent_is_asked_for_what_only_the_id_token_is_to_hold(house: House) -> None:
    house.consent("verification_level")
    request = request_of(scope=("openid",), id_token_claims=frozenset({"name", "birthdate"}))
    interaction = house.begin(interaction_of(request))

    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.CONSENT
    house.consent("name")  # the registration allows no more
    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.RESPOND


@pytest.mark.parametrize(
    ("acr_values", "expected"),
    [
        (("LoA2",), Step.RESPOND),
        (("LoA3", "LoA1"), Step.RESPOND),
        (("LoA3",), Step.STEP_UP),
        ((), Refusal("unmet_authentication_requirements")),  # none of those that exist
    ],
)
def test_an_essential_class_is_reached_or_to_be_reached(
    house: House, acr_values: tuple[str, ...], expected: Step | Refusal
) -> None:
    house.consent("name", "verification_level")
    request = request_of(acr_values=acr_values, acr_essential=True)
    interaction = house.begin(interaction_of(request))

    step = house.flow.next_step(
        interaction, session_of(auth_time=NOON - MINUTE, amr=("pwd", "sms"))
    )

    assert step == expected


def test_while_something_is_left_to_do_there_is_no_answer(house: House) -> None:
    interaction = house.begin(interaction_of(request_of()))

    assert house.flow.answer(interaction, None) is None
    assert house.flow.answer(interaction, AN_IS_HERE) is None
    assert house.answers.given == []
    assert house.interactions.find(interaction.id) == interaction


def test_a_refusal_is_an_answer_too_and_given_once(house: House) -> None:
    silent = house.begin(interaction_of(request_of(prompt=frozenset({Prompt.NONE}))))

    assert house.flow.answer(silent, None) is not None
    with pytest.raises(AlreadyAnswered):
        house.flow.answer(silent, None)
    assert house.answers.given == ["login_required"]


def test_a_citizen_who_came_directly_gets_no_answer(house: House) -> None:
    interaction = house.begin(interaction_of(None))

    assert house.flow.answer(interaction, AN_IS_HERE) is None
    assert house.flow.proceed(interaction, AN_IS_HERE) == "/account"


def test_nothing_goes_to_an_address_that_was_taken_out_of_the_registration(house: House) -> None:
    house.portals.portal = replace(PORTAL, redirect_uris=frozenset({"https://new.example/cb"}))

    house.consent("name", "verification_level")
    for refusal in (None, "access_denied"):
        interaction = house.begin(interaction_of(request_of(), refusal=refusal))
        with pytest.raises(InteractionGone):
            house.flow.answer(interaction, AN_IS_HERE)
    assert house.answers.given == []


def test_what_is_gone_is_not_answered(house: House) -> None:
    house.consent("name", "verification_level")

    with pytest.raises(InteractionGone):
        house.flow.answer(interaction_of(request_of()), AN_IS_HERE)
    assert house.answers.given == []


@pytest.mark.parametrize(
    ("changes", "session", "path"),
    [
        ({}, None, "/choose?i=interaction"),
        ({"account_chosen": True}, None, "/login?i=interaction"),
        ({"account_chosen": True, "password_verified": AN}, None, "/otp?i=interaction"),
        ({"intent": Intent.ENROL}, None, "/enrol/method?i=interaction"),
        ({"intent": Intent.RECOVER}, None, "/recover?i=interaction"),
        ({}, AN_IS_HERE, "/consent?i=interaction"),
        ({"refusal": "access_denied"}, None, "/continue?i=interaction"),
    ],
)
def test_every_step_has_its_page(
    house: House, changes: dict[str, object], session: Session | None, path: str
) -> None:
    interaction = house.begin(interaction_of(request_of()).with_(**changes))

    assert house.flow.proceed(interaction, session) == path


def test_consent_is_asked_for_what_the_portal_gets_and_no_more(house: House) -> None:
    interaction = house.begin(interaction_of(request_of()))
    house.consent("verification_level")
    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.CONSENT

    house.consent("name")
    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.RESPOND
    assert house.flow.next_step(interaction, BINH_IS_HERE) is Step.CONSENT


def test_a_registration_that_grows_asks_again(house: House) -> None:
    interaction = house.begin(interaction_of(request_of()))
    house.consent("name", "verification_level")
    house.portals.portal = replace(PORTAL, claims=frozenset({"name", "birthdate"}))

    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.CONSENT


def test_a_consent_that_is_taken_away_meanwhile_is_missed(house: House) -> None:
    interaction = house.begin(interaction_of(request_of(), consented_by=AN))
    house.consent("name", "verification_level")
    with house.database.transaction() as transaction:
        transaction.execute(delete(Consent))

    assert house.flow.answer(interaction, AN_IS_HERE) is None


def test_a_hint_at_the_own_number_asks_nothing(house: House) -> None:
    house.consent("name", "verification_level")
    hint = identity_number_index(INDEX, "052090000001").hex()
    interaction = house.begin(interaction_of(request_of(login_hint=hint)))

    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.RESPOND
    assert house.flow.next_step(interaction, BINH_IS_HERE) is Step.NOT_YOU


def test_a_hint_at_a_number_given_up_is_a_hint_at_somebody_else(house: House) -> None:
    hint = identity_number_index(INDEX, "052090000001").hex()
    with house.database.transaction() as transaction:
        transaction.execute(update(CitizenIdentityNumber).values(active=False))
    interaction = house.begin(interaction_of(request_of(login_hint=hint)))

    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.NOT_YOU


@pytest.mark.parametrize(
    ("minimum", "amr", "day", "reached"),
    [
        ("LoA1", ("pwd",), 0, True),
        ("LoA2", ("pwd", "sms"), 0, True),
        ("LoA2", ("pwd",), 0, False),
        ("LoA2", ("pwd", "sms"), 1, False),  # the evidence has lapsed
        ("LoA3", ("pwd", "sms"), 0, False),
    ],
)
def test_a_registered_minimum_is_held_to(
    house: House, minimum: str, amr: tuple[str, ...], day: int, *, reached: bool
) -> None:
    house.consent("name", "verification_level")
    house.portals.portal = replace(PORTAL, minimum_acr=minimum)
    house.clock.advance(day * DAY)
    interaction = house.begin(interaction_of(request_of()))

    step = house.flow.next_step(interaction, session_of(auth_time=NOON - MINUTE, amr=amr))

    assert step is (Step.RESPOND if reached else Step.STEP_UP)


def test_evidence_of_nothing_is_no_level(house: House) -> None:
    with house.database.transaction() as transaction:
        transaction.execute(delete(Evidence))
    house.consent("name", "verification_level")
    house.portals.portal = replace(PORTAL, minimum_acr="LoA2")
    interaction = house.begin(interaction_of(request_of()))

    assert house.flow.next_step(interaction, AN_IS_HERE) is Step.STEP_UP


def test_what_is_missing_is_told_in_levels(house: House) -> None:
    house.portals.portal = replace(PORTAL, minimum_acr="LoA2")
    request = request_of(acr_values=("LoA4", "LoA3"), acr_essential=True)
    interaction = house.begin(interaction_of(request))

    missing = house.flow.shortfall(interaction, AN_IS_HERE)

    assert missing == Shortfall("LoA3", verification=2, authentication=2)
    assert (missing.verification_wanted, missing.authentication_wanted) == (3, 3)
    assert house.flow.shortfall(house.begin(interaction_of(None)), AN_IS_HERE) is None
