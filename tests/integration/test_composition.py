"""The application as it is composed: made ready, served, and its jobs done."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import redis
from dramatiq.errors import Retry
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select

from idp.adapters.jobs import Jobs, redis_queue
from idp.app import prepare
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.core.handles import new_handle
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex, PersonalDataCipher
from idp.messaging.model import NoticeKind
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.otp.one_time_passwords import CodeGenerator
from idp.relying_parties.model import RelyingPartyRecord
from idp.settings import Settings, decode_key, load
from idp.statistics.model import Measure, Tick
from tests.conftest import CONFIG, ROOT
from tests.fakes.clock import FakeClock
from tests.fakes.otp_challenges import redis_challenges
from tests.fakes.people import AN, citizen_of
from tests.fakes.sms import SmsOutbox

MINUTE = timedelta(minutes=1)
NUMBER = PhoneNumber.parse("0912000001")
REQUEST = {
    "response_type": "code",
    "client_id": "binh-dinh",
    "redirect_uri": "http://localhost:8401/callback",
    "scope": "openid",
    "state": "state",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


def test_every_portal_gets_a_secret_of_its_own(client_secrets: dict[str, str]) -> None:
    assert client_secrets.keys() == {"binh-dinh", "dak-lak"}
    assert len(set(client_secrets.values())) == 2


def test_the_secrets_of_portals_are_for_their_owner_alone(home: Path) -> None:
    assert {file.stat().st_mode & 0o777 for file in home.glob("*.client_secret")} == {0o600}


def test_an_installation_without_files_of_portals_has_none(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del environment["IDP__REGISTRATIONS__FOLDER"]
    settings = load(environment, config=CONFIG)
    monkeypatch.chdir(ROOT)  # where the samples are
    secrets = tmp_path / "etc" / "clients"

    prepare(settings, client_secrets=secrets)

    assert list(secrets.iterdir()) == []
    assert secrets.stat().st_mode & 0o777 == 0o700
    with create_engine(settings.database_url).connect() as connection:
        assert connection.execute(select(RelyingPartyRecord)).all() == []


def test_what_is_prepared_is_left_as_it_is(home: Path, settings: Settings) -> None:
    def kept() -> dict[str, object]:
        files = (*home.glob("*.client_secret"), *settings.signing.folder.iterdir())
        with closing(create_engine(settings.database_url).connect()) as connection:
            parties = connection.execute(select(RelyingPartyRecord.__table__)).all()
        return {file.name: file.read_bytes() for file in files} | {"parties": parties}

    before = kept()

    prepare(settings, client_secrets=home)

    assert kept() == before


def test_a_silent_request_without_a_session_is_answered_at_once(client: FlaskClient) -> None:
    answer = client.get(f"/authorize?{urlencode({**REQUEST, 'prompt': 'none'})}")

    location = urlsplit(answer.headers["Location"])
    assert answer.status_code == 303
    assert location._replace(query="").geturl() == REQUEST["redirect_uri"]
    assert parse_qs(location.query)["error"] == ["login_required"]
    assert parse_qs(location.query)["state"] == ["state"]


def test_a_request_begins_with_the_chooser(client: FlaskClient) -> None:
    answer = client.get(f"/authorize?{urlencode(REQUEST)}", follow_redirects=True)

    assert answer.status_code == 200
    assert answer.request.path == "/choose"


def test_a_posted_request_belongs_to_the_browser_that_takes_it_up_first(app: Flask) -> None:
    """The POST came across sites, without cookies: its address alone must not be enough for two."""
    poster, first, second = (app.test_client() for _ in range(3))
    posted = poster.post("/authorize", data=REQUEST)
    address = posted.headers["Location"]

    taken_up = [browser.get(address) for browser in (first, second, first)]

    assert posted.status_code == 303
    assert "Set-Cookie" not in posted.headers
    assert [answer.status_code for answer in taken_up] == [303, 403, 303]


@pytest.fixture
def stored(home: Path, settings: Settings) -> Iterator[Database]:
    """The provider's database with one citizen in it, seen from outside."""
    key_id, _, key = settings.secrets.data_key.get_secret_value().partition(":")
    engine = create_engine(settings.database_url)
    database = Database.open(engine, PersonalDataCipher([(key_id, decode_key(key))]))
    index = BlindIndex(decode_key(settings.secrets.index_key.get_secret_value()))
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(), index)
    yield database
    engine.dispose()


@pytest.fixture
def jobs(settings: Settings) -> Jobs:
    return Jobs(redis_queue(settings.redis_url))


def add_challenge(settings: Settings, client: redis.Redis, expires_at: datetime) -> Challenge:
    challenge = Challenge(
        id=ChallengeId(new_handle()),
        purpose=OtpPurpose.SIGN_IN,
        person=AN,
        number_index="",
        interaction_id="interaction",
        client_id="binh-dinh",
        codes=(SentCode(0, expires_at),),
        resend_from=expires_at,
    )
    redis_challenges(client).add(challenge, lifetime=15 * MINUTE)
    return challenge


def test_a_code_reaches_the_citizen_s_own_number_once(
    stored: Database,
    settings: Settings,
    redis_client: redis.Redis,
    jobs: Jobs,
    sms: SmsOutbox,
    clock: FakeClock,
    run_jobs: Callable[[], int],
) -> None:
    challenge = add_challenge(settings, redis_client, clock.now() + 3 * MINUTE)
    code = CodeGenerator(decode_key(settings.secrets.otp_key.get_secret_value())).code(
        challenge.id, 0
    )
    for _ in range(2):
        jobs.enqueue(challenge.id, 0)

    assert run_jobs() == 2
    assert [(message.to, code in message.text) for message in sms.sent] == [(NUMBER, True)]
    assert "Cong Binh Dinh" in sms.sent[0].text


@pytest.mark.parametrize("late", [False, True])
def test_a_code_that_is_spent_or_late_is_not_sent(
    stored: Database,
    settings: Settings,
    redis_client: redis.Redis,
    jobs: Jobs,
    sms: SmsOutbox,
    clock: FakeClock,
    run_jobs: Callable[[], int],
    *,
    late: bool,
) -> None:
    challenge = add_challenge(settings, redis_client, clock.now() + MINUTE)
    jobs.enqueue(challenge.id, 0)
    if late:
        clock.advance(MINUTE)
    else:
        arrived = Tick(Measure.OTP_CONFIRMED, "", "", clock.now())
        redis_challenges(redis_client).spend(challenge, arrived)

    assert run_jobs() == 1
    assert sms.sent == []


def test_the_queue_holds_no_number_and_no_code(
    stored: Database,
    settings: Settings,
    redis_client: redis.Redis,
    jobs: Jobs,
    clock: FakeClock,
) -> None:
    challenge = add_challenge(settings, redis_client, clock.now() + MINUTE)
    jobs.enqueue(challenge.id, 0)
    jobs.tell(NoticeKind.PASSWORD_CHANGED, AN, clock.now())
    code = CodeGenerator(decode_key(settings.secrets.otp_key.get_secret_value())).code(
        challenge.id, 0
    )

    held = ""
    for key in redis_client.scan_iter():
        kind = redis_client.type(key)
        held += repr(key)
        held += repr(redis_client.hgetall(key)) if kind == b"hash" else ""
        held += repr(redis_client.lrange(key, 0, -1)) if kind == b"list" else ""

    assert challenge.id in held
    assert [
        secret for secret in (code, "912000001", "Nguy", "052090000001") if secret in held
    ] == []


def test_a_notice_reaches_the_citizen(
    stored: Database,
    jobs: Jobs,
    sms: SmsOutbox,
    clock: FakeClock,
    run_jobs: Callable[[], int],
) -> None:
    jobs.tell(NoticeKind.PASSWORD_CHANGED, AN, clock.now())
    jobs.tell(NoticeKind.ENROLMENT_FINISHED, AN, clock.now())

    assert run_jobs() == 4  # each by text message, and by mail if there were an address
    assert [message.to for message in sms.sent] == [NUMBER, NUMBER]
    assert len({message.text for message in sms.sent}) == 2


def test_a_text_that_could_not_be_sent_is_noted(
    stored: Database,
    settings: Settings,
    redis_client: redis.Redis,
    jobs: Jobs,
    sms: SmsOutbox,
    clock: FakeClock,
    run_jobs: Callable[[], int],
) -> None:
    challenge = add_challenge(settings, redis_client, clock.now() + MINUTE)
    jobs.enqueue(challenge.id, 0)
    sms.broken = True

    with pytest.raises(Retry):
        run_jobs()

    found = redis_challenges(redis_client).find(challenge.id)
    assert found is not None
    assert found.delivery_failed
    with stored.reading() as reading:
        assert reading.scalars(select(AuditEvent.kind)).all()[-1] == "sms_undelivered"


def test_a_text_that_is_sent_at_the_second_try_is_no_longer_called_undelivered(
    stored: Database,
    settings: Settings,
    redis_client: redis.Redis,
    jobs: Jobs,
    sms: SmsOutbox,
    clock: FakeClock,
    run_jobs: Callable[[], int],
) -> None:
    challenge = add_challenge(settings, redis_client, clock.now() + MINUTE)
    redis_challenges(redis_client).note_delivery(challenge.id, failed=True)
    jobs.enqueue(challenge.id, 0)
    run_jobs()

    assert redis_challenges(redis_client).find(challenge.id) == challenge
    assert len(sms.sent) == 1
