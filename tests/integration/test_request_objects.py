"""Request objects (OpenID Connect Core §6, RFC 9101), items 29 and 30 of the requirements."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import TestResponse

from idp.app import outside as outside_world
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import CLIENT_ALGORITHMS
from idp.relying_parties.register import Register
from idp.relying_parties.registration import parse_registration
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.protocol_house import ISSUER, Browser, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, POST, registration

SIGNER, ANY = "signer", "any-algorithm"
CALLBACK = f"https://{SIGNER}.example/callback"
OTHER_CALLBACK = f"{CALLBACK}?kept=1"
PLACE = f"https://{SIGNER}.example/request.jwt"
NAMED = f"{PLACE}#a-name-that-is-no-hash"
JWT = "application/jwt"
MINUTE = 60

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa"})
JWKS = {"keys": [key.as_dict(private=False) for key in (RSA, EC)]}


def sign(
    claims: object, *, algorithm: str = "RS256", key: RSAKey | ECKey = RSA, **header: Any
) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    fields = {"alg": algorithm, "kid": key.kid} | header
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(fields, payload, key, registry=registry)


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    signer = registration(
        SIGNER,
        jwks=JWKS,
        request_object_signing_alg="RS256",
        request_uris=[PLACE, NAMED],
    )
    relaxed = registration(ANY, jwks=JWKS, request_uris=[f"https://{ANY}.example/x"])
    parties = (registration(BASIC), registration(POST), signer, relaxed)
    return ProtocolHouse(
        sqlite_database, redis_client, redis_url, clock, index, registrations=parties
    )


@pytest.fixture
def browser(house: ProtocolHouse) -> Browser:
    return house.signed_in(house.someone(SIGNER, ANY))


Claims = Callable[..., dict[str, Any]]


@pytest.fixture
def claims(house: ProtocolHouse, clock: FakeClock) -> Claims:
    """What a right request object says; `None` takes a member out."""

    def make(client_id: str = SIGNER, **changes: Any) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        right = house.parameters(client_id) | {
            "iss": client_id,
            "aud": ISSUER,
            "exp": now + 5 * MINUTE,
            "nbf": now,
            "iat": now,
            "jti": "x",
        }
        return {name: value for name, value in (right | changes).items() if value is not None}

    return make


def authorize(browser: Browser, **parameters: str | None) -> TestResponse:
    sent = {"client_id": SIGNER} | parameters
    given = {name: value for name, value in sent.items() if value is not None}
    return browser.get(f"/authorize?{urlencode(given)}")


def outside(house: ProtocolHouse) -> dict[str, str]:
    """The parameters that are sent beside an object, so that errors find their way."""
    return house.parameters(SIGNER, state="outside")


# --- by value -------------------------------------------------------------------------------------


def test_29_everything_inside(house: ProtocolHouse, browser: Browser, claims: Claims) -> None:
    answer = answer_of(authorize(browser, request=sign(claims())))

    assert answer.keys() == {"code", "state", "iss"}
    assert answer["state"] == "the-state"


def test_29_what_is_inside_wins(house: ProtocolHouse, browser: Browser, claims: Claims) -> None:
    token = sign(claims(redirect_uri=OTHER_CALLBACK, state="inside", nonce="inside"))

    response = authorize(browser, **(outside(house) | {"nonce": "outside"}), request=token)

    assert response.location.startswith(f"{OTHER_CALLBACK}&code=")
    assert answer_of(response)["state"] == "inside"
    redeemed = house.redeem(answer_of(response)["code"], SIGNER, redirect_uri=OTHER_CALLBACK)
    assert house.claims((redeemed.json or {})["id_token"])["nonce"] == "inside"


def test_29_the_redirect_uri_inside_is_used_although_the_one_outside_is_wrong(
    browser: Browser, claims: Claims
) -> None:
    response = authorize(browser, redirect_uri="https://evil.example", request=sign(claims()))

    assert response.location.startswith(f"{CALLBACK}?code=")


def test_29_what_is_not_inside_comes_from_outside(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    token = sign(claims(state=None, scope=None, redirect_uri=None))

    assert answer_of(authorize(browser, **outside(house), request=token))["state"] == "outside"


def test_29_numbers_and_objects_where_json_has_them(browser: Browser, claims: Claims) -> None:
    token = sign(claims(max_age=10_000, claims={"id_token": {"name": None}}, prompt="none"))

    assert "code" in answer_of(authorize(browser, request=token))


def test_29_the_mode_inside_counts(browser: Browser, claims: Claims) -> None:
    response = authorize(browser, request=sign(claims(response_mode="form_post")))

    assert response.status_code == 200
    assert 'name="code"' in response.text


def test_29_by_post_too(house: ProtocolHouse, browser: Browser, claims: Claims) -> None:
    posted = house.browser().http.post(
        "/authorize", data={"client_id": SIGNER, "request": sign(claims())}
    )

    assert "code" in answer_of(browser.get(posted.location))


@pytest.mark.parametrize("typ", [None, "JWT", "oauth-authz-req+jwt", "application/jwt"])
def test_29_types_it_may_have(browser: Browser, claims: Claims, typ: str | None) -> None:
    header = {} if typ is None else {"typ": typ}

    assert "code" in answer_of(authorize(browser, request=sign(claims(), **header)))


@pytest.mark.parametrize("algorithm", CLIENT_ALGORITHMS)
def test_29_each_algorithm_where_none_is_registered(
    browser: Browser, claims: Claims, algorithm: str
) -> None:
    key = EC if algorithm == "ES256" else RSA
    token = sign(claims(ANY), algorithm=algorithm, key=key)

    assert "code" in answer_of(authorize(browser, client_id=ANY, request=token))


@pytest.mark.parametrize(("algorithm", "key"), [("PS256", RSA), ("ES256", EC)])
def test_29_only_the_registered_algorithm(
    house: ProtocolHouse, browser: Browser, claims: Claims, algorithm: str, key: RSAKey | ECKey
) -> None:
    token = sign(claims(), algorithm=algorithm, key=key)

    answer = answer_of(authorize(browser, **outside(house), request=token))

    assert answer["error"] == "invalid_request_object"


def unsigned(claims: dict[str, Any]) -> str:
    body = sign(claims).split(".")[1]
    return f"eyJhbGciOiJub25lIn0.{body}."


def test_29_none_is_no_algorithm(house: ProtocolHouse, browser: Browser, claims: Claims) -> None:
    for client_id in (SIGNER, ANY):
        wanted = house.parameters(client_id) | {"request": unsigned(claims(client_id))}
        answer = answer_of(browser.get(f"/authorize?{urlencode(wanted)}"))
        assert answer["error"] == "invalid_request_object"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": None},
        {"aud": "https://another.example"},
        {"aud": [f"{ISSUER}/"]},
        {"aud": {"x": ISSUER}},
        {"iss": None},
        {"iss": BASIC},
        {"client_id": BASIC},
        {"client_id": [SIGNER]},
        {"response_type": "token"},
        {"sub": SIGNER},  # a client assertion, taken from another place
        {"request": "x"},
        {"request_uri": PLACE},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**400},
        {"nbf": "now"},
        {"nbf": -1},
        {"state": 5},
        {"state": {"a": "b"}},
        {"state": "a\r\nb"},
        {"state": "\ud800"},
        {"scope": ["openid"]},
        {"redirect_uri": [CALLBACK]},
        {"nonce": 1.5},
        {"max_age": True},
        {"max_age": 1.5},
        {"max_age": [1]},
        {"claims": ["name"]},
        {"prompt": ["login"]},
        {"response_type": ["code"]},
    ],
)
def test_29_what_an_object_must_not_say(
    house: ProtocolHouse, browser: Browser, claims: Claims, changes: dict[str, Any]
) -> None:
    answer = answer_of(authorize(browser, **outside(house), request=sign(claims(**changes))))

    assert answer["error"] == "invalid_request_object"
    assert (answer["state"], answer["iss"]) == ("outside", ISSUER)


@pytest.mark.parametrize(
    ("member", "seconds", "outcome"),
    [
        ("exp", -11, "error"),
        ("exp", -9, "code"),
        ("exp", 59 * MINUTE, "code"),
        ("exp", 61 * MINUTE, "error"),
        ("nbf", 9, "code"),
        ("nbf", 12, "error"),
        ("nbf", -59 * MINUTE, "code"),
        ("nbf", -61 * MINUTE, "error"),
    ],
)
def test_29_88_times(
    house: ProtocolHouse,
    browser: Browser,
    claims: Claims,
    clock: FakeClock,
    member: str,
    seconds: int,
    outcome: str,
) -> None:
    moment = int(clock.now().timestamp()) + seconds
    token = sign(claims(**{member: moment}))

    answer = answer_of(authorize(browser, **outside(house), request=token))

    assert outcome in answer


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b.c",
        "....",
        "e30.e30.e30",
        sign(b"[]"),
        sign(b"null"),
        sign(b"\xff"),
        sign(b'{"iss": 1, "iss": 2}'),
        sign(b'{"exp": NaN}'),
        sign({"iss": SIGNER}, key=STRANGER),
        sign({"iss": SIGNER}, kid="\"' OR 1=1"),
        sign({"iss": SIGNER}, typ="at+jwt"),
    ],
)
def test_29_what_is_no_object_of_theirs(house: ProtocolHouse, browser: Browser, token: str) -> None:
    answer = answer_of(authorize(browser, **outside(house), request=token))

    assert answer["error"] == "invalid_request_object"


def test_29_a_fault_inside_is_told_by_the_way_inside(browser: Browser, claims: Claims) -> None:
    token = sign(claims(redirect_uri=OTHER_CALLBACK, scope="profile"))

    response = authorize(browser, redirect_uri=CALLBACK, state="outside", request=token)

    assert response.location.startswith(f"{OTHER_CALLBACK}&error=invalid_scope&")
    assert answer_of(response)["state"] == "the-state"


def test_29_an_address_inside_that_is_not_registered_is_never_gone_to(
    browser: Browser, claims: Claims
) -> None:
    token = sign(claims(redirect_uri="https://evil.example/callback"))

    response = authorize(browser, redirect_uri=CALLBACK, request=token)

    assert response.status_code == 400
    assert '<code id="parameter">redirect_uri</code>' in response.text


def test_29_a_broken_object_that_holds_the_way_back_gets_a_page(browser: Browser) -> None:
    response = authorize(browser, request="x")

    assert response.status_code == 400
    assert '<code id="parameter">request</code>' in response.text


def test_29_twice_is_an_error(house: ProtocolHouse, browser: Browser, claims: Claims) -> None:
    token = sign(claims())
    query = urlencode([*outside(house).items(), ("request", token), ("request", token)])

    assert answer_of(browser.get(f"/authorize?{query}"))["error"] == "invalid_request_object"


def test_29_by_value_and_by_reference_is_an_error(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    answer = answer_of(
        authorize(browser, **outside(house), request=sign(claims()), request_uri=PLACE)
    )

    assert answer["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("name", "error"),
    [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")],
)
def test_29_who_has_not_registered_is_told_so(house: ProtocolHouse, name: str, error: str) -> None:
    browser = house.signed_in(house.someone())

    assert answer_of(house.authorize(browser, **{name: "x"}))["error"] == error
    assert house.fetcher.asked == []


# --- by reference ---------------------------------------------------------------------------------


def test_30_an_object_at_a_registered_address(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    house.fetcher.serve(PLACE, sign(claims()).encode() + b"\n", JWT)

    answer = answer_of(authorize(browser, request_uri=PLACE))

    assert answer.keys() == {"code", "state", "iss"}


def test_30_what_is_fetched_now_may_leave_its_times_out(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    token = sign(claims(exp=None, nbf=None, iat=None, jti=None))
    house.fetcher.serve(PLACE, token.encode(), JWT)

    assert "code" in answer_of(authorize(browser, request_uri=PLACE))


def test_30_but_times_that_are_there_count(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    house.fetcher.serve(PLACE, sign(claims(exp=1)).encode(), JWT)

    answer = answer_of(authorize(browser, **outside(house), request_uri=PLACE))

    assert answer["error"] == "invalid_request_object"


def test_30_a_fragment_is_a_part_of_the_name(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    house.fetcher.serve(NAMED, sign(claims()).encode(), "application/oauth-authz-req+jwt")

    assert "code" in answer_of(authorize(browser, request_uri=NAMED))
    other = answer_of(authorize(browser, **outside(house), request_uri=f"{PLACE}#other"))
    assert other["error"] == "invalid_request_uri"


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/request.jwt",
        f"{PLACE}?x=1",
        f"{PLACE}/",
        PLACE.upper(),
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "urn:ietf:params:oauth:request_uri:x",
        f"https://{ANY}.example/x",
    ],
)
def test_30_no_other_address_is_asked(house: ProtocolHouse, browser: Browser, uri: str) -> None:
    answer = answer_of(authorize(browser, **outside(house), request_uri=uri))

    assert answer["error"] == "invalid_request_uri"
    assert house.fetcher.asked == []


def test_30_an_address_that_gives_nothing(house: ProtocolHouse, browser: Browser) -> None:
    answer = answer_of(authorize(browser, **outside(house), request_uri=PLACE))

    assert answer["error"] == "invalid_request_uri"


def test_30_another_type_is_not_taken(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    house.fetcher.serve(PLACE, sign(claims()).encode(), "text/html")

    answer = answer_of(authorize(browser, **outside(house), request_uri=PLACE))

    assert answer["error"] == "invalid_request_uri"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"x", b"a.b.c", "é.é.é".encode()])
def test_30_what_is_there_must_be_an_object(
    house: ProtocolHouse, browser: Browser, body: bytes
) -> None:
    house.fetcher.serve(PLACE, body, JWT)

    answer = answer_of(authorize(browser, **outside(house), request_uri=PLACE))

    assert answer["error"] == "invalid_request_object"


def test_30_a_page_names_request_uri_where_it_holds_the_way_back(browser: Browser) -> None:
    response = authorize(browser, request_uri=PLACE)

    assert response.status_code == 400
    assert '<code id="parameter">request_uri</code>' in response.text


def test_no_request_of_theirs_is_kept_in_clear_or_answered_twice(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    token = sign(claims(login_hint="052085000001"))

    first, second = (answer_of(authorize(browser, request=token)) for _ in range(2))

    assert first["code"] != second["code"]
    kept = b"".join(house.redis.get(key) or b"" for key in house.redis.keys("interaction:*"))
    assert kept
    assert b"052085000001" not in kept


def test_every_answer_goes_to_a_registered_address(
    house: ProtocolHouse, browser: Browser, claims: Claims
) -> None:
    for changes in ({}, {"scope": "x"}, {"exp": 1}, {"state": 5}):
        response = authorize(browser, **outside(house), request=sign(claims(**changes)))
        assert urlsplit(response.location).netloc == f"{SIGNER}.example"


@pytest.fixture
def fetchers(monkeypatch: pytest.MonkeyPatch) -> list[FetcherInMemory]:
    """Each that an application composed after this has been made to fetch with."""
    made: list[FetcherInMemory] = []

    def fetcher(*_: object) -> FetcherInMemory:
        made.append(FetcherInMemory())
        made[-1].serve(PLACE, sign({}).encode(), JWT)
        return made[-1]

    monkeypatch.setattr(outside_world, "https_fetcher", fetcher)
    return made


def test_a_slow_host_of_request_objects_holds_no_place_of_the_keys(
    fetchers: list[FetcherInMemory], site: Site
) -> None:
    keys = f"https://{SIGNER}.example/keys"
    parts = site.parts
    signer = registration(
        SIGNER, jwks_uri=keys, request_object_signing_alg="RS256", request_uris=[PLACE]
    )
    Register(
        database=parts.database,
        version=parts.registry_version,
        hasher=parts.secret_hasher,
        logos=parts.logos,
        clock=parts.clock,
    ).apply([parse_registration(signer)])

    query = urlencode({"client_id": SIGNER, "request_uri": PLACE})
    site.app.test_client().get(f"/authorize?{query}")

    assert [each.asked for each in fetchers] == [[PLACE], [keys]]
