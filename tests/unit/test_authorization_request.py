"""The strict parser of authorization requests, by the numbers of the protocol's requirements."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.citizens.blind_indexes import identity_number_index
from idp.db.encryption import BlindIndex
from idp.interactions.model import AuthorizationRequest, Prompt
from idp.oidc.authorize import MAX_NONCE, MAX_STATE, AuthorizationRequests
from idp.oidc.client_keys import ClientKeySet
from idp.oidc.errors import RefusedRequest, WrongRequest
from idp.oidc.http import Parameters
from idp.oidc.request_objects import SignedRequests
from idp.oidc.respond import AuthorizationResponses, chosen_acr
from idp.relying_parties.model import ClientId, RelyingParty
from idp.relying_parties.registration import parse_registration
from idp.signing.signer import NotOurToken
from tests.fakes.clock import FakeClock
from tests.fakes.credential_uses import UsesInMemory
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.registrations import CHALLENGE, registration

INDEX = BlindIndex(b"x" * 32)
ISSUER = "https://id.example"
PORTAL = parse_registration(registration("portal")).relying_party
RELAXED = parse_registration(registration("relaxed", require_pkce=False)).relying_party
GONE = replace(parse_registration(registration("gone")).relying_party, enabled=False)


class FixedRelyingParties:
    def find(self, client_id: ClientId) -> RelyingParty | None:
        return {each.client_id: each for each in (PORTAL, RELAXED, GONE)}.get(client_id)

    def catch_up(self, version: int) -> None:
        raise AssertionError("not the parser's business")


class NoHints:
    """Whatever is sent is no ID token of ours."""

    def subject(self, hint: str) -> str:
        raise NotOurToken("none")


CLOCK = FakeClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
FETCHER = FetcherInMemory()
REQUESTS = AuthorizationRequests(
    relying_parties=FixedRelyingParties(),
    responses=AuthorizationResponses(ISSUER),
    signed=SignedRequests(
        issuer=ISSUER,
        keys=ClientKeySet(FETCHER, UsesInMemory(), CLOCK),
        fetcher=FETCHER,
        clock=CLOCK,
    ),
    hints=NoHints(),
    index=INDEX,
)


def sent(client_id: str = "portal", **changes: str | None) -> dict[str, str]:
    right = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": f"https://{client_id}.example/callback",
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return {name: value for name, value in right.items() if value is not None}


def read(client_id: str = "portal", **changes: str | None) -> AuthorizationRequest:
    return REQUESTS.read(Parameters(sent(client_id, **changes)))


def refused(client_id: str = "portal", **changes: str | None) -> dict[str, str]:
    """What the redirect of a refusal says."""
    with pytest.raises(RefusedRequest) as refusal:
        read(client_id, **changes)
    assert refusal.value.response.redirect_uri == f"https://{client_id}.example/callback"
    return dict(refusal.value.response.parameters)


def faulty(**changes: str | None) -> str | None:
    """The parameter that a page has to name."""
    with pytest.raises(WrongRequest) as wrong:
        read(**changes)
    return wrong.value.parameter


def test_a_right_request() -> None:
    request = read(scope="profile openid", state="s", nonce="n", max_age="0")

    assert request == AuthorizationRequest(
        client_id=ClientId("portal"),
        redirect_uri="https://portal.example/callback",
        scope=("profile", "openid"),
        state="s",
        nonce="n",
        code_challenge=CHALLENGE,
        max_age=0,
    )


@pytest.mark.parametrize(
    "client_id",
    [
        None,
        "nobody",
        "gone",
        "PORTAL",
        "portal ",
        "' OR 1=1 --",
        "p\N{LATIN SMALL LETTER O WITH HORN}",
    ],
)
def test_12_an_unknown_or_disabled_client_gets_a_page(client_id: str | None) -> None:
    assert faulty(client_id=client_id) == "client_id"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        None,
        "https://portal.example/callback/",
        "https://portal.example/callback?x=1",
        "https://portal.example/callback?kept=1&x=1",
        "https://portal.example/callback#x",
        "https://portal.example/callbac",
        "https://portal.example/callback/../callback",
        "https://portal.example/%63allback",
        "https://portal.example:443/callback",
        "https://PORTAL.example/callback",
        "HTTPS://portal.example/callback",
        "http://portal.example/callback",
        "https://portal.example@evil.example/callback",
        "https://evil.example/callback",
        "//portal.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://relaxed.example/callback",
    ],
)
def test_12_any_other_redirect_uri_gets_a_page(redirect_uri: str | None) -> None:
    assert faulty(redirect_uri=redirect_uri) == "redirect_uri"


@given(st.text(max_size=200))
def test_12_nothing_but_a_registered_text_is_a_redirect_uri(text: str) -> None:
    if text not in PORTAL.redirect_uris:
        assert faulty(redirect_uri=text or None) == "redirect_uri"


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_12_a_redirect_uri_within_a_request_object_is_explained(name: str) -> None:
    assert faulty(redirect_uri=None, **{name: "x"}) == name


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state"])
def test_12_what_is_needed_for_a_redirect_must_come_once(name: str) -> None:
    parameters = Parameters(
        {key: value for key, value in sent(state="s").items() if key != name}, frozenset({name})
    )
    with pytest.raises(WrongRequest) as wrong:
        REQUESTS.read(parameters)

    assert wrong.value.parameter == name


def test_a_request_too_large_to_read_gets_a_page() -> None:
    with pytest.raises(WrongRequest):
        REQUESTS.read(Parameters(oversized=True))


def test_15_a_state_too_long_to_come_back_gets_a_page() -> None:
    assert faulty(state="x" * (MAX_STATE + 1)) == "state"
    assert read(state="x" * MAX_STATE).state == "x" * MAX_STATE


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "CODE"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post.jwt"}, "invalid_request"),
        ({"response_mode": "query.jwt"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "OpenID"}, "invalid_scope"),
        ({"scope": "openidprofile"}, "invalid_scope"),
        ({"nonce": "x" * (MAX_NONCE + 1)}, "invalid_request"),
        ({"request": "eyJ.eyJ."}, "request_not_supported"),
        ({"request_uri": "https://x"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create consent"}, "invalid_request"),
        ({"prompt": "none create"}, "invalid_request"),
        ({"prompt": "select_account none"}, "invalid_request"),
        ({"prompt": "NONE"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "x"}, "invalid_request"),
        ({"max_age": "１"}, "invalid_request"),
        ({"max_age": "9" * 400}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "a"}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1] + "="}, "invalid_request"),
    ],
)
def test_15_every_other_fault_is_told_to_the_portal(
    changes: dict[str, str | None], error: str
) -> None:
    answer = refused(**(changes | {"state": "sé&=#+"}))

    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "sé&=#+", ISSUER)
    assert all(c in " !" or ("#" <= c <= "~" and c != "\\") for c in answer["error_description"])


def test_15_without_a_state_there_is_none_in_the_answer() -> None:
    assert "state" not in refused(response_type="token")


@pytest.mark.parametrize(
    "name",
    [
        "response_type",
        "scope",
        "nonce",
        "prompt",
        "max_age",
        "code_challenge",
        "login_hint",
        "ui_locales",
        "acr_values",
        "claims",
        "display",
        "id_token_hint",
    ],
)
def test_15_a_parameter_that_comes_twice_is_told_to_the_portal(name: str) -> None:
    values = {key: value for key, value in sent(state="s").items() if key != name}
    with pytest.raises(RefusedRequest) as refusal:
        REQUESTS.read(Parameters(values, frozenset({name})))

    assert refusal.value.error.error == "invalid_request"


def test_11_unknown_parameters_are_ignored_even_twice() -> None:
    assert REQUESTS.read(Parameters(sent(foo="bar"), frozenset({"baz"})))


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (None, frozenset()),
        ("none", {Prompt.NONE}),
        ("create", {Prompt.CREATE}),
        ("login consent", {Prompt.LOGIN, Prompt.CONSENT}),
        ("consent  login", {Prompt.LOGIN, Prompt.CONSENT}),
    ],
)
def test_16_prompts(prompt: str | None, expected: set[Prompt]) -> None:
    assert read(prompt=prompt).prompt == expected


@pytest.mark.parametrize(
    "wishes",
    [
        {"display": "hologram"},
        {"ui_locales": "xx-nonsense ../../ vi"},
        {"claims_locales": "!"},
        {"acr_values": "urn:unknown LoA9"},
        {"login_hint": "somebody@example.vn"},
        {"login_hint": "9" * 5000},
    ],
)
def test_20_a_wish_is_never_an_error(wishes: dict[str, str]) -> None:
    assert read(**wishes).client_id == "portal"


def test_20_wishes_are_kept_in_their_order_where_they_can_be_met() -> None:
    request = read(ui_locales="en-GB <b> vi", acr_values="x LoA3 LoA1")

    assert request.ui_locales == ("en-GB", "vi")
    assert request.acr_values == ("LoA3", "LoA1")


@pytest.mark.parametrize("hint", ["052085000001", " 0520 8500 0001 "])
def test_20_a_hint_is_kept_as_a_blind_index_alone(hint: str) -> None:
    request = read(login_hint=hint)

    assert request.login_hint == identity_number_index(INDEX, "052085000001").hex()
    assert "052085000001" not in repr(request)


def test_scopes_that_are_unknown_or_not_registered_are_left_out() -> None:
    assert read(scope="openid address offline_access phone openid").scope == ("openid", "phone")


@pytest.mark.parametrize("nonce", [None, "x" * 384, "né + &"])
def test_21_the_nonce_is_optional_and_unchanged(nonce: str | None) -> None:
    assert read(nonce=nonce).nonce == nonce


def test_22_pkce_may_be_left_out_where_the_registration_says_so() -> None:
    none: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}

    assert read("relaxed", **none).code_challenge is None
    assert read("relaxed").code_challenge == CHALLENGE
    assert refused("relaxed", code_challenge_method="plain")["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("requested", "reached", "chosen"),
    [
        ((), ("LoA2", "LoA1"), "LoA2"),
        (("LoA1",), ("LoA2", "LoA1"), "LoA1"),
        (("LoA3", "LoA1", "LoA2"), ("LoA2", "LoA1"), "LoA1"),
        (("LoA4", "LoA3"), ("LoA2", "LoA1"), "LoA2"),
        (("LoA2",), ("LoA1",), "LoA1"),
    ],
)
def test_20_the_acr_is_the_first_requested_that_is_reached(
    requested: tuple[str, ...], reached: tuple[str, ...], chosen: str
) -> None:
    assert chosen_acr(requested, reached) == chosen
