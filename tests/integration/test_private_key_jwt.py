"""Client authentication by private_key_jwt, by the numbers of the protocol's requirements."""

import base64
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from joserfc.jwk import OctKey
from werkzeug.test import TestResponse

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.oidc.client_keys import ASK_AGAIN_AFTER
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from tests.fakes.client_keys import (
    ASSERTION_TYPE,
    EC_KEY,
    OTHER_KEY,
    RSA_KEY,
    public_jwks,
    signed,
)
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, basic
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC, VERIFIER, registration

CLIENT = "portal-key"
KEYED: dict[str, Any] = {
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": public_jwks(),
    "grant_types": ["authorization_code", "client_credentials"],
    "resources": ["https://api.example/records"],
}
Change = Callable[[dict[str, Any], int], None]
_numbers = count(1)


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(
        sqlite_database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=(registration(CLIENT, **KEYED), registration(BASIC)),
    )


def claims_of(clock: FakeClock, client_id: str = CLIENT) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{ISSUER}/token",
        "exp": now + 60,
        "iat": now,
        "jti": f"jti-{next(_numbers)}",
    }


def ask(
    house: ProtocolHouse,
    assertion: str,
    headers: Mapping[str, str] | None = None,
    **more: str | None,
) -> TestResponse:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **more,
    }
    body = urlencode({name: value for name, value in form.items() if value is not None})
    return house.post_form("/token", body, headers)


def error_of(response: TestResponse) -> tuple[int, str]:
    return response.status_code, (response.json or {})["error"]


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
@pytest.mark.parametrize(
    "audience",
    [f"{ISSUER}/token", ISSUER, [ISSUER], ["https://other.example", f"{ISSUER}/token"]],
)
def test_36_what_is_accepted(
    house: ProtocolHouse, clock: FakeClock, algorithm: str, audience: object
) -> None:
    assertion = signed({**claims_of(clock), "aud": audience}, algorithm=algorithm)

    assert ask(house, assertion).status_code == 200


def test_36_a_code_is_exchanged_so(house: ProtocolHouse, clock: FakeClock) -> None:
    code = house.code(house.signed_in(house.someone(CLIENT)), CLIENT)

    answer = ask(
        house,
        signed(claims_of(clock)),
        grant_type="authorization_code",
        code=code,
        redirect_uri=f"https://{CLIENT}.example/callback",
        code_verifier=VERIFIER,
        client_id=CLIENT,
    )

    assert answer.status_code == 200, answer.text
    assert house.claims((answer.json or {})["id_token"])["aud"] == CLIENT


def _set(name: str, value: object) -> Change:
    return lambda claims, now: claims.update({name: value})


def _at(name: str, seconds: float) -> Change:
    return lambda claims, now: claims.update({name: now + seconds})


def _without(name: str) -> Change:
    return lambda claims, now: claims.pop(name) and None


ACCEPTED: list[Change] = [
    _without("iat"),
    _at("iat", 10),
    _at("nbf", 10),
    _at("nbf", -3600),
    _at("exp", -9),  # our clocks may differ so much
    _at("exp", 600),
    _at("exp", 60.5),
    _set("extra", {"of": ["no", "importance"]}),
]
REFUSED: list[Change] = [
    _set("aud", "https://other.example"),
    _set("aud", f"{ISSUER}/"),
    _set("aud", f"{ISSUER}/userinfo"),
    _set("aud", []),
    _set("aud", [1, None]),
    _set("aud", {"of": ISSUER}),
    _without("aud"),
    _set("iss", "somebody"),
    _set("iss", None),
    _without("iss"),
    _at("exp", -10),
    _at("exp", -3600),
    _at("exp", 611),
    _set("exp", 1e300),
    _set("exp", "soon"),
    _set("exp", True),
    _without("exp"),
    _at("iat", 60),
    _at("nbf", 60),
    _set("nbf", "now"),
    _set("jti", ""),
    _set("jti", 7),
    _set("jti", "x" * 257),
    _without("jti"),
]


@pytest.mark.parametrize("change", ACCEPTED)
def test_36_88_clocks_may_differ_a_little(
    house: ProtocolHouse, clock: FakeClock, change: Change
) -> None:
    claims = claims_of(clock)
    change(claims, claims["iat"])

    assert ask(house, signed(claims)).status_code == 200


@pytest.mark.parametrize("change", REFUSED)
def test_36_claims_that_are_refused(house: ProtocolHouse, clock: FakeClock, change: Change) -> None:
    claims = claims_of(clock)
    change(claims, claims["iat"])

    assert error_of(ask(house, signed(claims))) == (401, "invalid_client")


@pytest.mark.parametrize("subject", [BASIC, "nobody", "", None, 7])
def test_36_the_subject_is_the_client(
    house: ProtocolHouse, clock: FakeClock, subject: object
) -> None:
    assertion = signed({**claims_of(clock), "sub": subject})

    assert error_of(ask(house, assertion)) == (401, "invalid_client")


def test_36_an_assertion_is_good_once(house: ProtocolHouse, clock: FakeClock) -> None:
    assertion = signed(claims_of(clock))

    assert ask(house, assertion).status_code == 200
    assert error_of(ask(house, assertion)) == (401, "invalid_client")


def test_36_eight_at_once_are_one(house: ProtocolHouse, clock: FakeClock) -> None:
    assertion = signed(claims_of(clock))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(house, assertion), range(8)))

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 401, 429}  # failures are counted meanwhile


def test_36_the_same_jti_of_two_portals_is_two(house: ProtocolHouse, clock: FakeClock) -> None:
    house.register.apply([parse_registration(registration("second", **KEYED))])
    first, second = claims_of(clock), claims_of(clock, "second")
    second["jti"] = first["jti"]

    assert ask(house, signed(first)).status_code == 200
    assert ask(house, signed(second)).status_code == 200


def test_36_what_others_signed_is_refused(house: ProtocolHouse, clock: FakeClock) -> None:
    assert error_of(ask(house, signed(claims_of(clock), key=OTHER_KEY))) == (401, "invalid_client")


def test_36_another_algorithm_is_refused(house: ProtocolHouse, clock: FakeClock) -> None:
    assert error_of(ask(house, signed(claims_of(clock), algorithm="RS512"))) == (
        401,
        "invalid_client",
    )


def test_36_only_the_registered_algorithm_counts(house: ProtocolHouse, clock: FakeClock) -> None:
    strict = registration(CLIENT, **KEYED, token_endpoint_auth_signing_alg="PS256")
    house.register.apply([parse_registration(strict)])

    assert error_of(ask(house, signed(claims_of(clock)))) == (401, "invalid_client")
    assert ask(house, signed(claims_of(clock), algorithm="PS256")).status_code == 200


@pytest.mark.parametrize("typ", ["JWT", "jwt", "client-authentication+jwt"])
def test_36_types_of_assertions(house: ProtocolHouse, clock: FakeClock, typ: str) -> None:
    assert ask(house, signed(claims_of(clock), typ=typ)).status_code == 200


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "oauth-authz-req+jwt", "", 7])
def test_36_a_token_of_another_purpose_is_none(
    house: ProtocolHouse, clock: FakeClock, typ: object
) -> None:
    forged = _by_hand({"alg": "ES256", "kid": "ec", "typ": typ}, claims_of(clock))

    assert error_of(ask(house, forged)) == (401, "invalid_client")


def _by_hand(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Signed with the right key, whatever the header says."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, claims)
    ]
    signature = signed(claims).split(".")[2]
    return ".".join([*parts, signature])


def test_36_no_algorithm_and_no_shared_secret(house: ProtocolHouse, clock: FakeClock) -> None:
    none = _by_hand({"alg": "none"}, claims_of(clock)).rpartition(".")[0] + "."
    public = OctKey.import_key(json.dumps(EC_KEY.as_dict(private=False)))
    shared = _by_hand({"alg": "HS256", "kid": public.kid}, claims_of(clock))

    for forged in (none, shared):
        assert error_of(ask(house, forged)) == (401, "invalid_client")


@pytest.mark.parametrize(
    "assertion",
    [
        "x",
        "a.b.c",
        "..",
        "a.b",
        ".e30.",
        "é.é.é",
        "e30.W10.x",
        "e30.e30.x",
        "e30.eyJzdWIiOiJwb3J0YWwta2V5In0.x",
        "eyJhbGciOiJFUzI1NiIsImtpZCI6IlwiIn0.eyJzdWIiOiJwb3J0YWwta2V5In0.AAAA",
        "a." + "W1" * 30_000 + ".c",
    ],
)
def test_36_what_is_no_assertion_is_no_500(house: ProtocolHouse, assertion: str) -> None:
    status, error = error_of(ask(house, assertion))

    assert (status, error) in {(401, "invalid_client"), (400, "invalid_request")}


@pytest.mark.parametrize(
    "kind", [None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt-bearer", "x"]
)
def test_36_the_type_is_named_exactly(
    house: ProtocolHouse, clock: FakeClock, kind: str | None
) -> None:
    answer = ask(house, signed(claims_of(clock)), client_assertion_type=kind)

    assert error_of(answer) == (401, "invalid_client")


def test_36_another_client_id_beside_it_is_refused(house: ProtocolHouse, clock: FakeClock) -> None:
    answer = ask(house, signed(claims_of(clock)), client_id=BASIC)

    assert error_of(answer) == (401, "invalid_client")


@pytest.mark.parametrize("way", ["header", "body"])
def test_35_two_methods_at_once_are_an_error(
    house: ProtocolHouse, clock: FakeClock, way: str
) -> None:
    secret = house.secrets[BASIC]
    header = {"Authorization": basic(BASIC, secret)} if way == "header" else None
    more = {"client_id": CLIENT, "client_secret": secret} if way == "body" else {}

    answer = ask(house, signed(claims_of(clock)), header, **more)

    assert error_of(answer) == (400, "invalid_request")


def test_35_only_the_registered_method_counts(house: ProtocolHouse, clock: FakeClock) -> None:
    by_key = ask(house, signed(claims_of(clock, BASIC)))
    by_secret = house.post_form(
        "/token",
        "grant_type=client_credentials",
        {"Authorization": basic(CLIENT, house.secrets.get(CLIENT, "x"))},
    )

    assert error_of(by_key) == (401, "invalid_client")
    assert error_of(by_secret) == (401, "invalid_client")


def test_36_keys_at_an_address_may_change(house: ProtocolHouse, clock: FakeClock) -> None:
    address = "https://portal.example/jwks"
    house.fetcher.serve(address, json.dumps({"keys": []}).encode())
    keyed = {**KEYED, "jwks": None, "jwks_uri": address}
    house.register.apply([parse_registration(registration(CLIENT, **keyed))])
    assert error_of(ask(house, signed(claims_of(clock)))) == (401, "invalid_client")

    house.fetcher.serve(address, json.dumps(public_jwks()).encode())
    clock.advance(ASK_AGAIN_AFTER)

    assert ask(house, signed(claims_of(clock))).status_code == 200
    assert ask(house, signed(claims_of(clock), key=RSA_KEY, algorithm="RS256")).status_code == 200


def test_a_disabled_portal_is_out_at_once(house: ProtocolHouse, clock: FakeClock) -> None:
    house.disable(ClientId(CLIENT))

    assert error_of(ask(house, signed(claims_of(clock)))) == (401, "invalid_client")


def test_a_failure_is_recorded_and_slowed(house: ProtocolHouse, clock: FakeClock) -> None:
    wrong = {**claims_of(clock), "aud": "https://other.example"}
    answers = [ask(house, signed({**wrong, "jti": str(n)})) for n in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert ask(house, signed(claims_of(clock))).status_code == 200
    assert house.events().count("client_refused") == 3


def exchange(house: ProtocolHouse, clock: FakeClock, code: str) -> TestResponse:
    return ask(
        house,
        signed(claims_of(clock)),
        grant_type="authorization_code",
        code=code,
        redirect_uri=f"https://{CLIENT}.example/callback",
        code_verifier=VERIFIER,
    )


def test_it_costs_one_question_to_redis_and_a_code_another(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    browser = house.signed_in(house.someone(CLIENT))
    exchange(house, clock, house.code(browser, CLIENT))  # scripts are loaded now
    code = house.code(browser, CLIENT)
    with counted(house.database) as questions:
        assert ask(house, signed(claims_of(clock))).status_code == 200
    assert questions.commands == ["EVALSHA"]

    with counted(house.database) as questions:
        assert exchange(house, clock, code).status_code == 200
    assert questions.commands == ["EVALSHA", "EVALSHA"]


def test_what_was_registered_this_moment_elsewhere_is_known(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    """Another process registered it: this one has not heard of it when it first calls."""
    house.register.apply([parse_registration(registration("brand-new", **KEYED))])

    assert ask(house, signed(claims_of(clock, "brand-new"))).status_code == 200


def test_a_key_withdrawn_this_moment_elsewhere_is_good_no_more(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    other = {"keys": [OTHER_KEY.as_dict(private=False)]}
    house.register.apply([parse_registration(registration(CLIENT, **{**KEYED, "jwks": other}))])

    assert error_of(ask(house, signed(claims_of(clock)))) == (401, "invalid_client")
