"""Faults that other providers had, and the libraries beneath us have: each stays mended here."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.grants import store as grants
from idp.grants.model import RefreshFamily
from idp.oidc.grants import authorization_code
from idp.oidc.grants.authorization_code import check_verifier
from idp.signing.material import SigningAlgorithm
from idp.signing.model import RotationPolicy
from idp.signing.signer import Signer
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, answer_of, basic
from tests.fakes.registrations import BASIC, POST, registration

KEYED = "keyed"
OFFLINE = "offline"
KEY = ECKey.generate_key("P-256", {"kid": "k"})
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    keyed = registration(
        KEYED,
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [KEY.as_dict(private=False)]},
        request_object_signing_alg="ES256",
    )
    parties = (
        registration(BASIC),
        registration(POST, token_endpoint_auth_method="client_secret_post"),
        registration(
            OFFLINE,
            grant_types=["authorization_code", "refresh_token"],
            scope="openid profile offline_access",
        ),
        keyed,
    )
    return ProtocolHouse(
        sqlite_database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=parties,
        open_registration=True,
    )


def signed(claims: object, key: ECKey | RSAKey = KEY, **header: Any) -> str:
    registry = jws.JWSRegistry(algorithms=["ES256", "RS256"], strict_check_header=False)
    registry.max_header_length = 10_000
    algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
    fields = {"alg": algorithm, "kid": "k"} | header
    return jws.serialize_compact(fields, json.dumps(claims).encode(), key, registry=registry)


def assertion(clock: FakeClock, **header: Any) -> dict[str, str]:
    now = int(clock.now().timestamp())
    claims = {"iss": KEYED, "sub": KEYED, "aud": ISSUER, "exp": now + 60, "iat": now, "jti": "j"}
    return {
        "client_assertion_type": ASSERTION,
        "client_assertion": signed(claims, **header),
        "grant_type": "authorization_code",
        "code": "x",
        "redirect_uri": f"https://{KEYED}.example/callback",
    }


def test_one_code_gives_one_answer_to_four_who_ask_at_once(house: ProtocolHouse) -> None:
    """Authlib saves the token before it deletes the code."""
    code = house.code(house.signed_in(house.someone()))

    statuses = at_once(4, lambda _: house.redeem(code).status_code)

    assert sorted(map(str, statuses)) == ["200", "400", "400", "400"]


def test_a_replay_while_the_code_is_being_answered_leaves_dead_tokens_and_one_answer(
    house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replay ends the grant before the winner's transaction begins."""
    citizen = house.citizen(consents={OFFLINE: ("verification_level", "offline_access")})
    code = house.code(house.signed_in(citizen), OFFLINE, scope="openid offline_access")
    replays: list[int] = []

    def replayed_meanwhile(verifier: str | None, challenge: str | None) -> None:
        check_verifier(verifier, challenge)
        replays.extend(house.redeem(code, OFFLINE).status_code for _ in range(2))

    monkeypatch.setattr(authorization_code, "check_verifier", replayed_meanwhile)
    answer = house.redeem(code, OFFLINE)

    assert (answer.status_code, replays) == (200, [400, 400])
    assert house.userinfo(answer.json["access_token"]).status_code == 401
    assert "refresh_token" not in answer.json
    with house.database.reading() as reading:
        assert reading.execute(select(RefreshFamily.id)).all() == []


def test_a_replay_brings_nothing_back_that_a_sign_out_ended(
    house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = house.code(house.signed_in(house.someone()))

    def ended_meanwhile(verifier: str | None, challenge: str | None) -> None:
        check_verifier(verifier, challenge)
        with house.database.transaction() as transaction:
            session_id = house.grants()[0].session_id
            grants.revoke_of_session(transaction, session_id, house.clock.now())
        house.clock.advance(timedelta(seconds=1))
        house.redeem(code)

    monkeypatch.setattr(authorization_code, "check_verifier", ended_meanwhile)
    answer = house.redeem(code)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("reflected", ['"', "é", "\\", "x\u2028y", "\x7f", "<script>"])
def test_what_is_sent_is_never_reflected_in_an_error(house: ProtocolHouse, reflected: str) -> None:
    """`OAuth2Error` raises `ValueError` where a description has forbidden characters."""
    headers = {"Authorization": basic(BASIC, house.secrets[BASIC])}
    for fields in ({"grant_type": reflected}, {"grant_type": "authorization_code", reflected: "x"}):
        answer = house.post_form("/token", urlencode(fields), headers=headers)
        assert answer.status_code == 400
        assert reflected not in answer.json["error_description"]
        assert answer.json["error_description"].isascii()


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
@pytest.mark.parametrize("header", ["Basic /w==", "Basic !", "Basic", "Basic " + "A" * 9000])
def test_credentials_that_are_no_text(house: ProtocolHouse, path: str, header: str) -> None:
    answer = house.post_form(
        path, "token=x&grant_type=authorization_code", headers={"Authorization": header}
    )

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("kid", ['"', "'", 'k" OR 1=1', "é", "../../etc/passwd", "k" * 500])
def test_a_kid_is_a_name_and_no_more(house: ProtocolHouse, clock: FakeClock, kid: str) -> None:
    header = {"kid": kid}
    by_assertion = house.post_form("/token", urlencode(assertion(clock, **header)))
    by_object = house.browser().get(
        "/authorize?" + urlencode(house.parameters(KEYED) | {"request": signed({}, **header)})
    )
    by_hint = house.browser().get("/logout?" + urlencode({"id_token_hint": signed({}, **header)}))

    assert by_assertion.json["error"] == "invalid_client"
    assert answer_of(by_object)["error"] == "invalid_request_object"
    assert by_hint.status_code == 400


@pytest.mark.parametrize(
    "redirect_uris", [[1], [None], [[]], [{}], 1, {"a": "b"}, "https://a.example/cb", [True], None]
)
def test_redirect_uris_of_another_type(house: ProtocolHouse, redirect_uris: Any) -> None:
    answer = house.api.post("/connect/register", json={"redirect_uris": redirect_uris})

    assert answer.status_code == 400
    assert answer.json["error"] in {"invalid_redirect_uri", "invalid_client_metadata"}


def test_a_header_may_be_as_long_as_real_ones_are(house: ProtocolHouse, clock: FakeClock) -> None:
    """Past 512 bytes joserfc stops: a certificate's thumbprints and a long kid are more."""
    answer = house.post_form(
        "/token", urlencode(assertion(clock, x5t="x" * 40, **{"x5t#S256": "y" * 700}))
    )

    assert answer.json["error"] == "invalid_grant"  # the client is known, the code is not


def test_parameters_in_the_query_of_the_token_endpoint_do_not_count(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    right = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"https://{BASIC}.example/callback",
        "code_verifier": "a" * 43,
    }
    headers = {"Authorization": basic(BASIC, house.secrets[BASIC])}

    by_query = house.post_form(f"/token?{urlencode(right)}", "", headers=headers)
    twice = house.post_form("/token", f"{urlencode(right)}&code={code}", headers=headers)

    assert (by_query.status_code, twice.status_code) == (400, 400)
    assert house.post_form("/token", urlencode(right), headers=headers).status_code == 200


def test_a_token_for_one_purpose_is_none_for_another(house: ProtocolHouse) -> None:
    tokens = house.tokens_for(house.signed_in(house.someone()))

    as_access_token = house.userinfo(tokens["id_token"])
    as_hint = house.browser().get(f"/logout?id_token_hint={tokens['access_token']}")
    as_code = house.redeem(tokens["access_token"])

    assert as_access_token.status_code == 401
    assert as_hint.status_code == 400
    assert as_code.json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("typ", "changes"),
    [
        ("JWT", {"iss": "https://another.example"}),
        ("JWT", {"iss": None}),
        ("at+jwt", {}),
        ("logout+jwt", {}),
        ("JWT", {"exp": None}),  # signed userinfo
    ],
)
def test_what_our_key_signed_for_something_else_is_no_hint(
    house: ProtocolHouse, clock: FakeClock, typ: str, changes: dict[str, Any]
) -> None:
    """`end_session` of Authlib takes an access token, and a token of another issuer."""
    policy = RotationPolicy(publish_after_retirement=timedelta(days=2))
    signer = Signer(house.key_store, clock, policy, on_unreadable=print)
    now = int(clock.now().timestamp())
    right = {"iss": ISSUER, "aud": BASIC, "sub": "s", "sid": "s", "exp": now + 60}
    members = {name: value for name, value in (right | changes).items() if value is not None}
    hint = signer.sign(members, algorithm=SigningAlgorithm.ES256, typ=typ)

    at_logout = house.browser().get("/logout?" + urlencode({"id_token_hint": hint}))
    at_authorize = answer_of(house.authorize(house.browser(), id_token_hint=hint))

    assert at_logout.status_code == 400
    assert '<code id="parameter">id_token_hint</code>' in at_logout.text
    assert at_authorize["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke", "/userinfo"])
def test_two_headers_that_the_server_joined_prove_nothing(house: ProtocolHouse, path: str) -> None:
    """That is what granian does with repeated headers; what is not ASCII it blanks."""
    token = house.tokens_for(house.signed_in(house.someone()))["access_token"]
    one = f"Bearer {token}" if path == "/userinfo" else basic(BASIC, house.secrets[BASIC])
    for sent in (f"{one}, {one}", f"{one},{one}", ""):
        answer = house.post_form(path, "token=x&grant_type=x", headers={"Authorization": sent})
        assert answer.status_code == 401, sent


def test_a_client_assertion_is_no_request_object(house: ProtocolHouse, clock: FakeClock) -> None:
    stolen = assertion(clock)["client_assertion"]

    answer = answer_of(
        house.browser().get(
            "/authorize?" + urlencode(house.parameters(KEYED) | {"request": stolen})
        )
    )

    assert answer["error"] == "invalid_request_object"


def test_a_request_object_is_no_client_assertion(house: ProtocolHouse, clock: FakeClock) -> None:
    now = int(clock.now().timestamp())
    stolen = signed(
        house.parameters(KEYED) | {"iss": KEYED, "aud": ISSUER, "exp": now + 60, "jti": "j"}
    )

    answer = house.post_form("/token", urlencode(assertion(clock) | {"client_assertion": stolen}))

    assert answer.json["error"] == "invalid_client"


def test_plain_pkce_is_none(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    for method in ("plain", None):
        answer = answer_of(
            house.authorize(browser, code_challenge="a" * 43, code_challenge_method=method)
        )
        assert answer["error"] == "invalid_request"


def test_errors_name_the_issuer_too(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    for wish in (
        {"response_type": "token"},
        {"scope": "x"},
        {"prompt": "none", "max_age": "0"},
        {"claims": "{"},
        {"request": "x"},
    ):
        assert answer_of(house.authorize(browser, **wish))["iss"] == ISSUER
