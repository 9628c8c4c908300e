"""The door: request ids, the one log line, and what happens when something of ours breaks."""

import pytest
import redis
import structlog
from structlog.testing import capture_logs
from werkzeug.test import Client

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.oidc.face import ProtocolFace
from idp.oidc.http import ProtocolRequest, ProtocolResponse, json_response
from idp.oidc.probes import Readiness
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ProtocolHouse
from tests.fakes.registrations import BASIC


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


@pytest.fixture(autouse=True)
def _fresh_loggers() -> None:
    structlog.reset_defaults()


def no_pages(environ: object, start_response: object) -> list[bytes]:
    raise AssertionError("not a page")


def face(endpoint: object, **options: object) -> Client:
    options = {"note_failure": lambda _: None} | options
    return Client(ProtocolFace(no_pages, {"/x": {"GET": endpoint}}, max_body=100, **options))


def test_each_request_is_one_line_that_tells_no_secrets(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    with capture_logs() as lines:
        code = house.code(browser, login_hint="052085000001")
        answer = house.redeem(code)
        house.userinfo(answer.json["access_token"])

    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("GET", "/authorize", 303),
        ("POST", "/token", 200),
        ("GET", "/userinfo", 200),
    ]
    assert {line["client_id"] for line in requests} == {BASIC}
    for secret in (code, answer.json["access_token"], "052085000001", house.secrets[BASIC]):
        assert secret not in str(lines)


def test_an_error_is_in_the_line_and_its_detail_stays_there(house: ProtocolHouse) -> None:
    with capture_logs() as lines:
        answer = house.redeem("x")

    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["error"], line["detail"]) == ("invalid_grant", "unknown code")
    assert "unknown code" not in answer.text
    assert answer.headers["X-Request-Id"] == line["reference"]


def test_a_fault_of_ours_is_a_500_with_a_reference_and_no_more() -> None:
    def broken(request: ProtocolRequest) -> ProtocolResponse:
        raise RuntimeError("the secret of the house")

    with capture_logs() as lines:
        answer = face(broken).get("/x")

    assert answer.status_code == 500
    assert answer.json["error"] == "server_error"
    assert answer.headers["X-Request-Id"] in answer.json["error_description"]
    assert "secret" not in answer.text
    assert [line["event"] for line in lines] == ["endpoint_failed", "request"]


def test_pages_that_break_altogether_are_a_500_with_a_reference_too() -> None:
    """Where nothing of theirs is left to say so: one last resort stands around both sides."""

    def broken(environ: object, start_response: object) -> list[bytes]:
        raise RuntimeError("the secret of the house")

    pages = Client(ProtocolFace(broken, {}, max_body=100, note_failure=lambda _: None))
    with capture_logs() as lines:
        answer, head = pages.get("/login"), pages.head("/login")

    assert (answer.status_code, head.status_code) == (500, 500)
    assert answer.headers["X-Request-Id"] in answer.json["error_description"]
    assert "secret" not in answer.text
    assert head.data == b""
    assert [line["event"] for line in lines] == ["pages_failed", "request"] * 2


def test_a_part_that_is_away_is_a_503_and_comes_back_by_itself() -> None:
    away = [True]

    def endpoint(request: ProtocolRequest) -> ProtocolResponse:
        if away.pop():
            raise redis.ConnectionError
        return json_response(200, {})

    away.insert(0, False)
    client = face(endpoint, outages=(redis.RedisError,))
    refused, served = client.get("/x"), client.get("/x")

    assert (refused.status_code, refused.json["error"]) == (503, "temporarily_unavailable")
    assert refused.headers["Retry-After"]
    assert served.status_code == 200


def test_hsts_follows_the_scheme_of_the_issuer() -> None:
    def endpoint(request: ProtocolRequest) -> ProtocolResponse:
        return json_response(200, {})

    assert "Strict-Transport-Security" not in face(endpoint).get("/x").headers
    header = face(endpoint, strict_transport=True).get("/x").headers["Strict-Transport-Security"]
    assert header == "max-age=63072000"


def test_readiness_names_what_is_away(house: ProtocolHouse) -> None:
    def away() -> None:
        raise ConnectionError("redis://:password@host")

    answer = Readiness({"redis": away, "database": house.database.ping})(ProtocolRequest("GET"))

    assert (answer.status, answer.body) == (503, b'{"status":"away","parts":["redis"]}')
    assert house.api.get("/readyz").status_code == 200
    assert house.api.get("/healthz").status_code == 200


def test_a_page_carries_the_reference_too(house: ProtocolHouse) -> None:
    assert house.browser().get("/nowhere").headers["X-Request-Id"]
