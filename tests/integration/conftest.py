"""The citizen's pages with somebody to walk them, whose number a carrier knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db import db
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.settings import Settings
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.enrolments import Enrolments
from tests.fakes.mail import MailOutbox
from tests.fakes.sms import SmsOutbox


@pytest.fixture
def site(
    home: Path,
    settings: Settings,
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
    sms: SmsOutbox,
    mail: MailOutbox,
) -> Iterator[Site]:
    """The pages, and a subscription of one person who has no account yet."""
    carriers.subscriptions[PhoneNumber("+84912000001")] = Subscription(
        carrier="vinaphone",
        identity_number=IdentityNumber("052190000001"),
        full_name=FullName.parse("Nguyễn Thị Bưởi"),
        birth_date=BirthDate(1990, 1, 2),
    )
    site = Site(
        settings=settings,
        redis_client=redis_client,
        clock=clock,
        carriers=carriers,
        sms=sms,
        mail=mail,
    )
    yield site
    with site.app.app_context():
        db.engine.dispose()


@pytest.fixture
def enrolments(
    database: Database,
    index: BlindIndex,
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
) -> Enrolments:
    """Enrolment's use cases, once on each kind of database."""
    return Enrolments(database, index, redis_client, clock, carriers)
