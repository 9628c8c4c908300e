"""Nothing that can be sent makes a protocol endpoint fail: the specified error, never a 500."""

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ProtocolHouse
from tests.fakes.registrations import BASIC

FORM = "application/x-www-form-urlencoded"
RIGHT = (
    f"client_id={BASIC}&redirect_uri=https%3A%2F%2F{BASIC}.example%2Fcallback"
    "&response_type=code&scope=openid&grant_type=authorization_code"
).encode()
NASTY = [
    b"%",
    b"%zz=%zz",
    b"\xff\xfe=\xff",
    b"=&=&==",
    b"&" * 500,
    b"a" * 40_000,
    b"client_id=" + b"%F0%9F%92%A9" * 1000,
    RIGHT + b"&state=%ED%A0%80",  # a lone surrogate
    RIGHT + b"&state=%C0%AF",  # an overlong slash
    RIGHT + b"&state=\r\nSet-Cookie:x=y",
    RIGHT + b"&state=%0d%0aSet-Cookie:x=y",
    RIGHT + b"&nonce=%00",
    RIGHT + b"&max_age=99999999999999999999",
    RIGHT + b"&prompt=%22%5C&acr_values=%22",
    RIGHT + b"&scope=openid",
    RIGHT + b"&login_hint=" + "１２３".encode() * 30,
    RIGHT + b"&ui_locales=" + b"a-" * 5000,
    RIGHT + b"&claims=%7B" * 3,
    RIGHT + b"&id_token_hint=..&code=..&code_verifier=%C3%A9",
    b"id_token_hint=eyJhbGciOiJub25lIn0.e30.&state=%22",
    b"id_token_hint=eyJhbGciOlsiRVMyNTYiXX0.e30.AAAA",
    b"id_token_hint=" + b"a." * 2000,
    b"post_logout_redirect_uri=javascript:alert(1)&client_id=" + BASIC.encode(),
    b"i=%FF&l=%FF&lang=%FF",
    b"i=" + b"x" * 5000 + b"&l=" + b"x" * 5000,
]


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


@pytest.mark.parametrize(
    "path",
    [
        "/authorize",
        "/resume",
        "/continue",
        "/not-you",
        "/signed-in-as",
        "/logout",
        "/signed-out",
        "/userinfo",
        "/token",
        "/jwks",
        "/.well-known/openid-configuration",
    ],
)
def test_no_query_and_no_body_is_a_500(house: ProtocolHouse, path: str) -> None:
    stranger = house.browser().http
    citizen = house.signed_in(house.someone()).http
    for raw in NASTY:
        for browser in (stranger, citizen):
            query = {"QUERY_STRING": raw.decode("latin-1")}  # as it arrives, unparsed
            answers = (
                browser.get(path, environ_overrides=query),
                browser.post(path, data=raw, content_type=FORM),
                browser.post(path, data=raw, content_type=FORM, environ_overrides=query),
            )
            for answer in answers:
                assert answer.status_code < 500, raw
                assert answer.headers.get("Location", "").isascii()
                assert "x=y" not in answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(
    "header", ["Basic /w==", "Basic \xff", "Bearer \xff\xfe", "Bearer " + "x" * 9000, "\x7f", "  "]
)
def test_no_authorization_header_is_a_500(house: ProtocolHouse, header: str) -> None:
    for path in ("/token", "/userinfo"):
        answer = house.api.post(
            path, data=RIGHT, content_type=FORM, environ_overrides={"HTTP_AUTHORIZATION": header}
        )
        assert answer.status_code in {400, 401}


@pytest.mark.parametrize("cookie", ["idp_session=\xff", "idp_browser=" + "x" * 5000, "=;;=", ";"])
def test_no_cookie_is_a_500(house: ProtocolHouse, cookie: str) -> None:
    for path in ("/authorize", "/logout", "/continue?i=x"):
        overrides = {"HTTP_COOKIE": cookie}
        if path == "/authorize":
            overrides["QUERY_STRING"] = RIGHT.decode()
        answer = house.api.get(path, environ_overrides=overrides)
        assert answer.status_code < 500
