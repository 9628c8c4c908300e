"""A consent that is withdrawn while a portal is being answered gives that portal nothing."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from idp.account.connected.withdraw import WithdrawConsent
from idp.citizens.model import CitizenId
from idp.consents import store as consents
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.model import Interaction
from idp.relying_parties.model import ClientId
from tests.fakes.clock import FakeClock
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.protocol_house import ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC

Meanwhile = Callable[[Callable[[], None]], None]


@pytest.fixture
def house(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(database, redis_client, redis_url, clock, index)


def withdraw(house: ProtocolHouse, citizen_id: CitizenId) -> None:
    assert WithdrawConsent(
        sign_in=house.ending,
        tokens=house.tokens,
        announce=nobody_to_tell(house.clock),
        database=house.database,
        clock=house.clock,
    )(citizen_id, ClientId(BASIC), shown="-")


@pytest.fixture
def meanwhile(house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """What happens once, when an answer has just been decided on."""
    answer: Callable[[Interaction], bool] = house.interactions.answer

    def happens(what: Callable[[], None]) -> None:
        once = iter([what])

        def after_that(interaction: Interaction) -> bool:
            for each in once:
                each()
            return answer(interaction)

        monkeypatch.setattr(house.interactions, "answer", after_that)

    return happens


def test_a_silent_request_gets_an_error_and_no_code(
    house: ProtocolHouse, meanwhile: Meanwhile
) -> None:
    citizen_id = house.someone()
    browser = house.signed_in(citizen_id)
    meanwhile(lambda: withdraw(house, citizen_id))

    answer = answer_of(house.authorize(browser, prompt="none"))

    assert "code" not in answer
    assert answer["error"] == "consent_required"
    assert house.grants() == []
    assert "CodeIssued" not in house.events()


def test_any_other_is_asked_again(house: ProtocolHouse, meanwhile: Meanwhile) -> None:
    citizen_id = house.someone()
    browser = house.signed_in(citizen_id)
    meanwhile(lambda: withdraw(house, citizen_id))

    assert urlsplit(house.authorize(browser).location).path == "/consent"
    assert house.grants() == []


@pytest.mark.postgresql
def test_whoever_withdraws_waits_for_an_answer_that_is_being_stored(
    postgresql_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the grant stands that was not there yet when all were ended."""
    house = ProtocolHouse(postgresql_database, redis_client, redis_url, clock, index)
    citizen_id = house.someone()
    browser = house.signed_in(citizen_id)
    tried = []

    def try_to_withdraw(*_args: object) -> None:
        with postgresql_database.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                consents.withdraw(
                    other,
                    citizen_id=citizen_id,
                    client_id=ClientId(BASIC),
                    text_hash="-",
                    at=clock.now(),
                )
            other.rollback()
        tried.append(citizen_id)

    monkeypatch.setattr("idp.oidc.respond.record", try_to_withdraw)  # after the grant is written

    assert "code" in answer_of(house.authorize(browser, prompt="none"))
    assert tried == [citizen_id]
