"""The token endpoint, by the numbers of the protocol's requirements."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest
import redis

from idp.core.reason import Reason
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, basic
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC, POST, VERIFIER, registration


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


def error_of(response: object) -> tuple[int, str]:
    return response.status_code, response.json["error"]


def test_a_secret_that_was_replaced_redeems_nothing(house: ProtocolHouse) -> None:
    """At once, also at a process that has not heard of it otherwise."""
    code = house.code(house.signed_in(house.someone()))
    house.rotate_secret(ClientId(BASIC), grace=timedelta(0), reason=Reason("it leaked"))

    assert error_of(house.redeem(code)) == (401, "invalid_client")
    assert "tokens_issued" not in house.events()


@pytest.mark.parametrize("client_id", [BASIC, POST])
def test_32_35_a_code_becomes_tokens(house: ProtocolHouse, client_id: str) -> None:
    browser = house.signed_in(house.someone())

    answer = house.redeem(house.code(browser, client_id), client_id)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json.keys() == {
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "id_token",
    }
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 300
    assert house.events()[-2:] == ["code_issued", "tokens_issued"]


def test_37_what_an_id_token_says(house: ProtocolHouse, clock: FakeClock) -> None:
    signed_in_at = int(clock.now().timestamp())
    tokens = house.tokens_for(house.signed_in(house.someone()))
    claims = house.claims(tokens["id_token"])
    now = int(clock.now().timestamp())
    half = sha256(tokens["access_token"].encode()).digest()[:16]

    assert claims == {
        "iss": ISSUER,
        "aud": BASIC,
        "sub": claims["sub"],
        "sid": claims["sid"],
        "iat": now,
        "exp": now + 300,
        "auth_time": signed_in_at,
        "nonce": "the-nonce",
        "acr": "LoA2",
        "amr": ["pwd", "otp", "sms", "mfa"],
        "verification_level": 2,
        "authentication_level": 2,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


@pytest.mark.parametrize(
    ("methods", "level", "acr"),
    [
        (("pwd",), 1, "LoA1"),
        (("pwd", "otp", "mfa"), 2, "LoA2"),
        (("swk", "user", "mfa"), 3, "LoA2"),  # the person was identified at level 2
    ],
)
def test_37_it_says_by_what_the_citizen_signed_in(
    house: ProtocolHouse, methods: tuple[str, ...], level: int, acr: str
) -> None:
    tokens = house.tokens_for(house.signed_in(house.someone(), methods))
    claims = house.claims(tokens["id_token"])

    assert (claims["amr"], claims["authentication_level"], claims["acr"]) == (
        list(methods),
        level,
        acr,
    )


@pytest.mark.parametrize(("registered", "used"), [(None, "RS256"), ("ES256", "ES256")])
def test_37_the_algorithm_is_the_registered_one(
    house: ProtocolHouse, registered: str | None, used: str
) -> None:
    portal = registration("third", id_token_signed_response_alg=registered)
    house.secrets.update(house.register.apply([parse_registration(portal)]))
    token = house.tokens_for(house.signed_in(house.someone("third")), "third")["id_token"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))

    assert header["alg"] == used
    assert header["kid"]
    assert house.claims(token)["aud"] == "third"


def test_40_access_tokens_are_long_visible_and_kept_as_digests(house: ProtocolHouse) -> None:
    token = house.tokens_for(house.signed_in(house.someone()))["access_token"]

    assert len(token) >= 43
    assert token.isascii()
    assert token.isprintable()
    assert not any(token.encode() in key for key in house.redis.keys("*"))


def test_34_a_code_is_good_once_and_its_replay_ends_what_it_gave(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    first = house.redeem(code)
    assert house.userinfo(first.json["access_token"]).status_code == 200

    second = house.redeem(code)

    assert error_of(second) == (400, "invalid_grant")
    assert house.userinfo(first.json["access_token"]).status_code == 401
    assert house.grants()[0].revoked_at is not None
    assert "code_replayed" in house.events()


def test_34_eight_at_once_get_one_answer_and_it_is_revoked(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: house.redeem(code), range(8)))

    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) <= 1  # none, where a replay was quicker than the winner
    assert all(error_of(a) == (400, "invalid_grant") for a in answers if a not in good)
    assert all(house.userinfo(a.json["access_token"]).status_code == 401 for a in good)
    assert house.grants()[0].revoked_at is not None
    assert "code_replayed" in house.events()


def test_25_33_a_code_ends_after_a_minute(house: ProtocolHouse, pass_time: object) -> None:
    code = house.code(house.signed_in(house.someone()))
    pass_time(timedelta(seconds=61))

    assert error_of(house.redeem(code)) == (400, "invalid_grant")


def test_33_a_stranger_can_neither_use_nor_spoil_a_code(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))

    stolen = house.redeem(code, POST, redirect_uri=f"https://{BASIC}.example/callback")

    assert error_of(stolen) == (400, "invalid_grant")
    assert house.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": "b" * 43},
        {"code_verifier": "short"},
        {"code_verifier": VERIFIER[:-1] + "é"},
        {"redirect_uri": None},
        {"redirect_uri": f"https://{BASIC}.example/callback?kept=1"},
        {"code": "x"},
        {"code": "é" * 40},
    ],
)
def test_33_a_wrong_proof_is_invalid_grant(
    house: ProtocolHouse, changes: dict[str, str | None]
) -> None:
    code = house.code(house.signed_in(house.someone()))
    sent = {"code": code} | changes

    answer = house.redeem(sent.pop("code"), **sent)

    assert error_of(answer) == (400, "invalid_grant")
    assert answer.json["error_description"].isascii()


def test_a_verifier_nobody_announced_is_refused(house: ProtocolHouse) -> None:
    portal = registration("relaxed", require_pkce=False)
    house.secrets.update(house.register.apply([parse_registration(portal)]))
    browser = house.signed_in(house.someone("relaxed"))
    none = {"code_challenge": None, "code_challenge_method": None}

    with_verifier = house.redeem(house.code(browser, "relaxed", **none), "relaxed")
    without = house.redeem(house.code(browser, "relaxed", **none), "relaxed", code_verifier=None)

    assert error_of(with_verifier) == (400, "invalid_grant")
    assert without.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("", 401, "invalid_client"),
        ("grant_type=authorization_code&grant_type=authorization_code", 400, "invalid_request"),
        ("grant_type=%FF", 400, "invalid_request"),
        ("code=%00", 400, "invalid_request"),
        ("x=" + "y" * 70_000, 400, "invalid_request"),
        ("&".join(["a=b"] * 200), 400, "invalid_request"),
    ],
)
def test_33_a_malformed_body_is_no_500(
    house: ProtocolHouse, body: str, status: int, error: str
) -> None:
    assert error_of(house.post_form("/token", body)) == (status, error)


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_33_only_a_form_is_a_token_request(house: ProtocolHouse, content_type: str) -> None:
    answer = house.api.post("/token", data=b"{}", content_type=content_type)

    assert error_of(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("grant_type", "error"),
    [
        (None, "invalid_request"),
        ("password", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
        ("client_credentials", "unauthorized_client"),  # offered, and not to everybody
        ("refresh_token", "unauthorized_client"),
        ('"é\\', "unsupported_grant_type"),
    ],
)
def test_33_other_grants_are_not_offered(
    house: ProtocolHouse, grant_type: str | None, error: str
) -> None:
    answer = house.redeem("x", grant_type=grant_type)

    assert error_of(answer) == (400, error)
    assert "é" not in answer.text


def test_33_a_code_must_be_there(house: ProtocolHouse) -> None:
    answer = house.post_form(
        "/token",
        "grant_type=authorization_code",
        {"Authorization": basic(BASIC, house.secrets[BASIC])},
    )

    assert error_of(answer) == (400, "invalid_request")


def test_35_parameters_in_the_query_do_not_count(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    secret = house.secrets[POST]
    answer = house.api.post(
        f"/token?grant_type=authorization_code&code={code}&client_id={POST}&client_secret={secret}",
        content_type="application/x-www-form-urlencoded",
    )

    assert error_of(answer) == (401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic /w==",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + base64.b64encode(b"%FF:%FF").decode(),
        "Bearer x",
        "Digest x",
        basic(BASIC, "wrong"),
        basic("nobody", "x"),
        basic("\x00", "x"),
    ],
)
def test_35_a_wrong_authorization_header_is_invalid_client(
    house: ProtocolHouse, header: str
) -> None:
    answer = house.redeem("x", headers={"Authorization": header})

    assert error_of(answer) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_35_the_halves_are_form_decoded(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    escaped = "".join(f"%{ord(c):02X}" for c in house.secrets[BASIC])

    answer = house.redeem(code, headers={"Authorization": basic(quote(BASIC), escaped)})

    assert answer.status_code == 200


def test_35_only_the_registered_method_counts(house: ProtocolHouse) -> None:
    header = {"Authorization": basic(POST, house.secrets[POST])}
    by_header = house.post_form("/token", "grant_type=authorization_code&code=x", header)
    by_body = house.post_form(
        "/token",
        f"grant_type=authorization_code&code=x&client_id={BASIC}"
        f"&client_secret={house.secrets[BASIC]}",
    )

    assert error_of(by_header) == (401, "invalid_client")
    assert error_of(by_body) == (401, "invalid_client")


def test_35_two_methods_at_once_are_an_error(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))

    twice = house.redeem(code, client_id=BASIC, client_secret=house.secrets[BASIC])

    assert error_of(twice) == (400, "invalid_request")
    assert house.redeem(code).status_code == 200  # nothing was spent


def test_a_disabled_portal_is_out_at_once(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    house.disable(ClientId(BASIC))

    assert error_of(house.redeem(code)) == (401, "invalid_client")


def test_a_new_secret_counts_beside_the_old_one_for_a_while(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    browser, old = house.signed_in(house.someone()), house.secrets[BASIC]
    new = house.rotate_secret(ClientId(BASIC), grace=timedelta(hours=1), reason="it leaked")
    codes = [house.code(browser) for _ in range(3)]

    assert house.redeem(codes[0], secret=old).status_code == 200
    assert house.redeem(codes[1], secret=new).status_code == 200
    assert len(set(house.uses.used)) == 2  # each is noted as itself
    clock.advance(timedelta(hours=1))
    assert error_of(house.redeem(codes[2], secret=old)) == (401, "invalid_client")


def test_failures_are_counted_and_slowed_and_lock_nobody_out(house: ProtocolHouse) -> None:
    code = house.code(house.signed_in(house.someone()))
    answers = [house.redeem("x", secret="wrong") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert house.redeem(code).status_code == 200
    assert house.events().count("client_refused") == 3


def test_tokens_die_with_the_session(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    code, tokens = house.code(browser), house.tokens_for(browser)

    browser.get(f"/logout?id_token_hint={tokens['id_token']}")

    assert house.userinfo(tokens["access_token"]).status_code == 401
    assert error_of(house.redeem(code)) == (400, "invalid_grant")


def test_an_exchange_costs_one_question_to_redis_and_one_transaction(
    house: ProtocolHouse,
) -> None:
    browser = house.signed_in(house.someone())
    house.redeem(house.code(browser))  # scripts are loaded now
    code = house.code(browser)
    with counted(house.database) as questions:
        assert house.redeem(code).status_code == 200

    assert questions.commands == ["EVALSHA"]
    assert questions.commits == 1


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_only_post_is_answered(house: ProtocolHouse, method: str) -> None:
    answer = getattr(house.api, method)("/token")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"


def test_an_exchange_on_each_database(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> None:
    house = ProtocolHouse(database, redis_client, redis_url, clock, index)
    tokens = house.tokens_for(house.signed_in(house.someone()))

    assert house.userinfo(tokens["access_token"]).json["name"] == "Nguyễn Thị Bưởi"
    [grant] = house.grants()
    assert grant.redeemed_at == clock.now()
    assert grant.revoked_at is None
