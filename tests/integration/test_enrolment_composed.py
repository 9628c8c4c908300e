"""Enrolment and recovery in the application as it is composed, from /authorize to the code."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from idp.app import Adapters, create_app, prepare
from idp.consents.model import Consent
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db import db
from idp.interactions.model import InteractionId
from idp.otp.model import ChallengeId
from idp.otp.one_time_passwords import CodeGenerator
from idp.settings import Settings, decode_key
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.citizen_site import Browser
from tests.fakes.clock import FakeClock
from tests.fakes.interactions import redis_interactions

IDENTITY_NUMBER = "052190000001"
NUMBER = PhoneNumber("+84912000001")
PASSWORD = "Song Hàn-82 chiều"
NEW_PASSWORD = "Đèo Cù Mông 47*"


@pytest.fixture
def app(
    settings: Settings, clock: FakeClock, carriers: CarrierRecordsInMemory, tmp_path: Path
) -> Iterator[Flask]:
    prepare(settings, client_secrets=tmp_path)
    carriers.subscriptions[NUMBER] = Subscription(
        carrier="vinaphone",
        identity_number=IdentityNumber(IDENTITY_NUMBER),
        full_name=FullName.parse("Nguyễn Thị Bưởi"),
        birth_date=BirthDate(1990, 1, 2),
    )
    app = create_app(settings, Adapters(clock=clock, carriers=carriers))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def authorize(browser: Browser, **parameters: str) -> Browser:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    query = {
        "client_id": "binh-dinh",
        "redirect_uri": "http://localhost:8401/callback",
        "response_type": "code",
        "scope": "openid profile",
        "state": "state-of-the-portal",
        "nonce": "nonce",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return browser.open(f"/authorize?{urlencode(query | parameters)}")


def code_sent(browser: Browser, settings: Settings, client: redis.Redis) -> str:
    """The code in the last text of this interaction, as the worker would derive it."""
    interaction = redis_interactions(client).find(InteractionId(browser.interaction))
    assert interaction is not None
    recovery = interaction.recovery
    challenge_id = recovery.challenge_id if recovery else interaction.challenge_id
    key = decode_key(settings.secrets.otp_key.get_secret_value())
    return CodeGenerator(key).code(ChallengeId(str(challenge_id)), 0)


def enrol(browser: Browser, settings: Settings, redis_client: redis.Redis) -> None:
    """Come from a portal and enrol, up to the page that says so."""
    authorize(browser, prompt="create")
    assert browser.page == "/enrol/method"
    browser.submit(subject="citizen", method="mobile").submit(
        identity_number=IDENTITY_NUMBER,
        full_name="Nguyễn Thị Bưởi",
        birth_day="2",
        birth_month="1",
        birth_year="1990",
        phone_number=NUMBER.national,
    )
    browser.submit(otp=code_sent(browser, settings, redis_client))
    browser.submit(new_password=PASSWORD, confirm_password=PASSWORD)
    assert browser.page == "/enrol/done"


def test_only_what_was_shown_is_agreed_to(
    browser: Browser, app: Flask, settings: Settings, redis_client: redis.Redis
) -> None:
    enrol(browser, settings, redis_client)

    browser.open("/resume").submit(decision="allow", shown="another question")

    assert browser.page == "/consent"
    with app.app_context():
        assert db.session.scalars(select(Consent)).all() == []


def test_a_citizen_enrols_at_a_portal_and_later_forgets_the_password(
    browser: Browser, app: Flask, settings: Settings, redis_client: redis.Redis
) -> None:
    enrol(browser, settings, redis_client)
    browser.open("/resume").submit(decision="allow")
    assert browser.page == "/continue"
    assert re.search(r"callback\?code=[^&]+&amp;state=state-of-the-portal", browser.html)

    other = authorize(Browser(app)).open("/recover")
    other.submit(username=IDENTITY_NUMBER, phone_number=NUMBER.national)
    other.submit(otp=code_sent(other, settings, redis_client))
    other.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)
    assert other.page == "/recover/done"
    assert other.open("/resume").page == "/login"
    assert authorize(browser).page == "/choose"  # the first session has ended
