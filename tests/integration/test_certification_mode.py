"""Certification mode: where it may be on, and what it does for a suite that signs somebody in."""

import base64
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import redis
from flask import Flask
from sqlalchemy import create_engine, func, select
from structlog.testing import capture_logs

from idp.app import Adapters, create_app, create_worker, prepare
from idp.audit.model import AuditEvent
from idp.certification.rules import for_certification
from idp.citizens.model import Citizen, Phone
from idp.db import db
from idp.settings import ConfigurationError, Settings, load
from tests.conftest import CONFIG
from tests.fakes.citizen_site import Browser
from tests.fakes.clock import FakeClock
from tests.fakes.sms import SmsOutbox

PERSON = Path(__file__).parents[2] / "docs" / "certification-person.toml"
SAYS = tomllib.loads(PERSON.read_text("utf-8"))
STANDARD_CLAIMS = {name: SAYS[name] for name in SAYS if name not in {"username", "password"}}
CALLBACK = "https://suite.test/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
REGISTRATION = f"""
client_id = "suite"
client_name = "A conformance suite"
redirect_uris = ["{CALLBACK}"]
token_endpoint_auth_method = "client_secret_post"
scope = "openid profile email phone address"
sms_name = "Suite"
sector = "suite"
claims = {[*STANDARD_CLAIMS, "updated_at"]!r}
"""


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    registration = tmp_path / "registrations" / "suite" / "registration.toml"
    registration.parent.mkdir(parents=True)
    registration.write_text(REGISTRATION, "utf-8")
    return environment | {
        "IDP__CERTIFICATION__ENABLED": "true",
        "IDP__CERTIFICATION__OTP": "000000",
        "IDP__CERTIFICATION__PERSON_FILE": str(PERSON),
        "IDP__REGISTRATIONS__FOLDER": str(registration.parents[1]),
    }


@pytest.fixture
def app(home: Path, settings: Settings, clock: FakeClock, sms: SmsOutbox) -> Iterator[Flask]:
    prepare(settings, client_secrets=home)
    app = create_app(settings, Adapters(clock=clock, sms=sms))
    yield app
    with app.app_context():
        db.engine.dispose()


def authorize(browser: Browser, **parameters: str) -> Browser:
    query = {
        "client_id": "suite",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile email phone address",
        "state": "state",
        "code_challenge": CHALLENGE.decode(),
        "code_challenge_method": "S256",
    }
    return browser.open(f"/authorize?{urlencode(query | parameters)}")


def to_the_code_page(browser: Browser) -> Browser:
    if authorize(browser).page == "/choose":
        browser.follow("choose-portal-account")
    return browser.submit(username=SAYS["username"], password=SAYS["password"])


def sign_in(browser: Browser, otp: str = "000000") -> str:
    """Walk the pages; the code that the suite gets."""
    to_the_code_page(browser).submit(otp=otp)
    if browser.page == "/consent":
        browser.submit(decision="allow")
    return code_of(browser)


def code_of(browser: Browser) -> str:
    """The code in the link of the last page."""
    link = re.search(rf'href="({CALLBACK}[^"]*)"', browser.html)
    assert link is not None, browser.page
    return parse_qs(urlsplit(unescape(link[1])).query)["code"][0]


@pytest.fixture
def secret(app: Flask, home: Path) -> str:
    """The suite's own, of its static registration."""
    return (home / "suite.client_secret").read_text("utf-8")


def userinfo(app: Flask, code: str, client_id: str, secret: str) -> Mapping[str, Any]:
    """What the suite learns for *code*."""
    with app.test_client() as suite:
        tokens = suite.post(
            "/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
                "client_id": client_id,
                "client_secret": secret,
            },
        ).get_json()
        answer = suite.get(
            "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
        )
        claims: Mapping[str, Any] = answer.get_json()
        return claims


# --- where it may be on ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "issuer",
    [
        "https://dangnhap.dichvucong.gov.vn",
        "https://example.com",
        "https://test",
        "https://idp.test.example.com",
        "https://localhost.example.com",
        "https://nottest",
        "https://10.0.0.1",
    ],
)
def test_86_no_host_that_a_citizen_could_reach(environment: dict[str, str], issuer: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(environment | {"IDP__SERVER__ISSUER": issuer}, config=CONFIG)

    assert str(refused.value).startswith("certification: is enabled")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "issuer",
    ["http://localhost:8400", "https://127.0.0.1", "https://[::1]:8443", "https://idp.test:8443"],
)
def test_loopback_and_test_hosts(environment: dict[str, str], issuer: str) -> None:
    loaded = load(environment | {"IDP__SERVER__ISSUER": issuer}, config=CONFIG)

    assert loaded.certification.enabled


@pytest.mark.parametrize("otp", ["", "00000", "0000000", "00000a", "٠٠٠٠٠٠", None])
def test_the_code_is_six_digits(environment: dict[str, str], otp: str | None) -> None:
    changed = environment | {"IDP__CERTIFICATION__OTP": otp or ""}
    if otp is None:
        del changed["IDP__CERTIFICATION__OTP"]

    with pytest.raises(ConfigurationError, match=r"(?i)otp"):
        load(changed, config=CONFIG)


def test_86_the_flag_has_to_be_set(environment: dict[str, str], redis_client: redis.Redis) -> None:
    """A code left over in the environment must not make a real service worthless."""
    del environment["IDP__CERTIFICATION__ENABLED"]
    settings = load(environment | {"IDP__SERVER__ISSUER": "https://example.com"}, config=CONFIG)

    assert not settings.certification.enabled


# --- what it does ---------------------------------------------------------------------------------


def test_43_86_the_person_of_the_file_signs_in_and_has_every_standard_claim(
    app: Flask, secret: str, sms: SmsOutbox
) -> None:
    claims = userinfo(app, sign_in(Browser(app)), "suite", secret)

    assert {name: claims.get(name) for name in STANDARD_CLAIMS} == STANDARD_CLAIMS
    assert isinstance(claims["updated_at"], int)
    assert sms.sent == []


def test_another_code_is_wrong_all_the_same(app: Flask) -> None:
    browser = to_the_code_page(Browser(app)).submit(otp="123456")

    assert browser.page == "/otp"


def test_no_text_is_sent_by_the_worker_either(
    app: Flask, settings: Settings, clock: FakeClock, sms: SmsOutbox
) -> None:
    sign_in(Browser(app))
    broker, _ = create_worker(settings, Adapters(clock=clock, sms=sms))

    done = 0
    for queue in broker.get_declared_queues():
        consumer = broker.consume(queue, timeout=1)
        while (message := next(consumer)) is not None:
            broker.get_actor(message.actor_name)(*message.args, **message.kwargs)
            consumer.ack(message)
            done += 1
        consumer.close()

    assert done > 0
    assert sms.sent == []


def test_86_one_person_signs_in_as_often_as_a_suite_wants(app: Flask, secret: str) -> None:
    for _ in range(8):
        assert to_the_code_page(Browser(app)).page == "/otp"  # broken off, as tests are

    for _ in range(8):
        wrong = Browser(app)
        authorize(wrong).follow("choose-portal-account")
        wrong.submit(username=SAYS["username"], password="wrong")
        assert wrong.page == "/login"
        assert wrong.status == 200

    assert userinfo(app, sign_in(Browser(app)), "suite", secret)["name"] == SAYS["name"]


def test_every_page_says_so(app: Flask) -> None:
    assert "Chế độ kiểm định" in authorize(Browser(app)).html


def test_the_log_says_so(home: Path, settings: Settings, clock: FakeClock) -> None:
    prepare(settings, client_secrets=home)
    with capture_logs() as logs:
        app = create_app(settings, Adapters(clock=clock))
        create_worker(settings, Adapters(clock=clock))
    with app.app_context():
        db.engine.dispose()

    assert [
        entry["log_level"] for entry in logs if entry["event"].startswith("CERTIFICATION MODE")
    ] == ["warning", "warning"]


def test_the_person_is_kept_as_the_file_says(
    app: Flask, home: Path, environment: dict[str, str], clock: FakeClock, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.toml"
    changed.write_text(
        PERSON.read_text("utf-8")
        .replace("+84912000099", "+84912000098")
        .replace('gender = "female"', 'gender = "male"')
        .replace("Kiem-dinh 2026!", "Mat khau khac 7?"),
        "utf-8",
    )
    says = tomllib.loads(changed.read_text("utf-8"))
    again = load(environment | {"IDP__CERTIFICATION__PERSON_FILE": str(changed)}, config=CONFIG)
    for _ in range(2):
        app = create_app(again, Adapters(clock=clock))
        browser = authorize(Browser(app)).follow("choose-portal-account")
        refused = browser.submit(username=SAYS["username"], password=SAYS["password"])
        assert refused.page == "/login"
        browser.submit(username=says["username"], password=says["password"]).submit(otp="000000")
        assert browser.page == "/consent"
        with app.app_context():
            db.engine.dispose()

    engine = create_engine(again.database_url)
    with engine.connect() as connection:
        citizens = connection.execute(select(func.count()).select_from(Citizen)).scalar_one()
        active = connection.execute(
            select(func.count()).select_from(Phone).where(Phone.active.is_(True))
        ).scalar_one()
        kept = connection.execute(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.kind == "certification_person_kept")
        ).scalar_one()
    engine.dispose()
    assert (citizens, active) == (1, 1)
    assert kept == 2  # made, then changed; the third start found everything as the file says


@pytest.mark.parametrize(
    ("member", "problem"),
    [
        ('username = "nobody"', "username: an identity number has 9 or 12 digits"),
        ('phone_number = "+1 555 0100"', "phone_number: a Vietnamese mobile number"),
        ('birthdate = "yesterday"', "birthdate: no date of birth"),
        ("email_verified = 1", "email_verified: is no standard claim, or has not its type"),
        ('shoe_size = "43"', "shoe_size: is no standard claim"),
        ("address = {planet = 'Earth'}", "address: is no standard claim"),
    ],
)
def test_a_mistake_in_the_file_ends_the_start(
    home: Path, environment: dict[str, str], tmp_path: Path, member: str, problem: str
) -> None:
    name = member.partition(" ")[0]
    lines = PERSON.read_text("utf-8").partition("[address]")[0].splitlines()
    kept = [line for line in lines if not line.startswith(f"{name} ")]
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("\n".join([*kept, member]), "utf-8")

    with pytest.raises(ConfigurationError, match=re.escape(problem)):
        create_app(
            load(environment | {"IDP__CERTIFICATION__PERSON_FILE": str(wrong)}, config=CONFIG)
        )


def test_the_person_sees_everything_that_is_shared(app: Flask) -> None:
    browser = to_the_code_page(Browser(app)).submit(otp="000000")

    assert browser.page == "/consent"
    for value in (SAYS["name"], SAYS["email"], SAYS["website"], "1 Tràng Tiền, Hoàn Kiếm"):
        assert value in browser.html


def test_anybody_may_register_and_gets_the_person_s_claims(app: Flask) -> None:
    with app.test_client() as suite:
        answer = suite.post(
            "/connect/register",
            json={
                "redirect_uris": [CALLBACK],
                "scope": "openid profile email phone address",
                "token_endpoint_auth_method": "client_secret_post",
            },
        )
    assert answer.status_code == 201, answer.text
    client_id, secret = answer.get_json()["client_id"], answer.get_json()["client_secret"]
    browser = authorize(Browser(app), client_id=client_id).follow("choose-portal-account")
    browser.submit(username=SAYS["username"], password=SAYS["password"]).submit(otp="000000")

    claims = userinfo(app, code_of(browser.submit(decision="allow")), client_id, secret)

    assert {name: claims.get(name) for name in STANDARD_CLAIMS} == STANDARD_CLAIMS


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_settings_are_changed_in_this_mode_alone(environment: dict[str, str], enabled: str) -> None:
    settings = load(environment | {"IDP__CERTIFICATION__ENABLED": enabled}, config=CONFIG)

    changed = for_certification(settings)

    certifying = enabled == "true"
    assert (changed == settings) is not certifying
    assert changed.registrations.open is certifying
    assert changed.http.fetch_loopback is certifying
    assert (changed.throttling.otp_sign_in_per_number == ()) is certifying
    assert changed.throttling.otp_system == settings.throttling.otp_system != ()
    assert changed.otp.attempts == settings.otp.attempts
