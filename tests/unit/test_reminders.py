"""Contacts hear of the end of a secret or a key 30, 7 and 1 days before, each time once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from idp.messaging.mails import Writer
from idp.onboarding.rules import reminder_due
from idp.onboarding.sweep import RemindContacts
from idp.relying_parties.model import ClientId
from idp.relying_parties.uses import WriteUse
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.mail import MailOutbox
from tests.fakes.onboarding import LAN, REASON, OnboardingHouse, VersionInMemory
from tests.fakes.people import NOON
from tests.fakes.registrations import registration

DAY = timedelta(days=1)
CONTACT = "ky-thuat@portal.example"
PORTAL = ClientId("portal")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def house(clock: FakeClock) -> Iterator[OnboardingHouse]:
    database = database_in_memory()
    yield OnboardingHouse(database, VersionInMemory(), clock)
    database.engine.dispose()


@pytest.fixture
def mail() -> MailOutbox:
    return MailOutbox()


@pytest.fixture
def remind(house: OnboardingHouse, mail: MailOutbox) -> RemindContacts:
    return RemindContacts(
        database=house.database,
        sender=mail,
        writer=Writer("Cổng", "Portal", "1800 1096"),
        clock=house.clock,
    )


@pytest.mark.parametrize(
    ("left", "reminded", "due"),
    [
        (31 * DAY, None, None),
        (30 * DAY, None, 30),
        (29 * DAY, 30, None),
        (7 * DAY, 30, 7),
        (7 * DAY, None, 7),
        (DAY, 7, 1),
        (DAY, None, 1),
        (DAY / 2, 1, None),
        (0 * DAY, 1, None),
        (-DAY, None, None),
    ],
)
def test_when_a_reminder_is_due(left: timedelta, reminded: int | None, due: int | None) -> None:
    assert reminder_due(NOON + left, NOON, reminded) == due


def test_three_reminders_each_once(
    house: OnboardingHouse, clock: FakeClock, mail: MailOutbox, remind: RemindContacts
) -> None:
    house.tried("portal", contacts=[CONTACT, "no address"])
    began, told = clock.now(), []
    for left in (360, 180, 90, *range(45, 0, -1)):
        clock.advance(began + (360 - left) * DAY - clock.now())
        told += [left] * remind()
        assert remind() == 0

    assert told == [30, 7, 1]
    assert len(mail.to(CONTACT)) == len(mail.sent) == 3
    assert "portal" in mail.sent[0].subject
    assert [event["days"] for event in house.events("credential_lapses")] == [30, 7, 1]


def test_a_mail_server_that_is_away_loses_no_reminder(
    house: OnboardingHouse, clock: FakeClock, mail: MailOutbox, remind: RemindContacts
) -> None:
    house.tried("portal", contacts=[CONTACT])
    clock.advance(330 * DAY)
    mail.broken = True
    assert remind() == 0
    mail.broken = False

    assert remind() == 1
    assert len(mail.sent) == 1


def test_an_address_that_is_refused_keeps_no_others_reminder_back(
    house: OnboardingHouse, clock: FakeClock, mail: MailOutbox, remind: RemindContacts
) -> None:
    for client_id, contacts in (
        ("first", ["mistyped@portal.example"]),
        ("half", ["mistyped@portal.example", "known@portal.example"]),
        ("last", [CONTACT]),
    ):
        house.tried(client_id, contacts=contacts)
        clock.advance(timedelta(minutes=1))
    clock.advance(330 * DAY)
    mail.refuses = {"mistyped@portal.example"}

    assert remind() == 2
    assert [sent.to.value for sent in mail.sent] == ["known@portal.example", CONTACT]
    mail.refuses.clear()
    assert remind() == 1  # to the first, and to nobody twice
    assert [sent.to.value for sent in mail.sent[2:]] == ["mistyped@portal.example"]


def test_who_has_changed_over_hears_nothing(
    house: OnboardingHouse, clock: FakeClock, mail: MailOutbox, remind: RemindContacts
) -> None:
    house.tried("portal", contacts=[CONTACT])
    clock.advance(340 * DAY)
    house.desk.add_secret(PORTAL, by=LAN, reason=REASON)
    write = WriteUse(house.database)
    write(PORTAL, "1", clock.now())
    write(PORTAL, "2", clock.now() + DAY)
    clock.advance(2 * DAY)

    assert remind() == 0
    assert mail.sent == []


def test_a_key_is_named(
    house: OnboardingHouse, clock: FakeClock, mail: MailOutbox, remind: RemindContacts
) -> None:
    key = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "khoa-1"}
    house.desk.register(
        registration(
            "portal",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [key]},
            contacts=[CONTACT],
        ),
        team=None,
        by=LAN,
    )
    clock.advance(340 * DAY)

    assert remind() == 1
    assert "khoa-1" in mail.to(CONTACT)[0]


def test_a_disabled_portal_is_left_alone(
    house: OnboardingHouse, clock: FakeClock, mail: MailOutbox, remind: RemindContacts
) -> None:
    house.tried("portal", contacts=[CONTACT])
    house.desk.disable(PORTAL, by=LAN, reason=REASON)
    clock.advance(340 * DAY)

    assert remind() == 0
    assert mail.sent == []
