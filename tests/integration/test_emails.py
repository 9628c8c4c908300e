"""An address is used once a link proved that its mail is read, and never before."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from sqlalchemy import select

from idp.adapters.jobs import Jobs
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.email_store import verified_email_of
from idp.citizens.holds import ChangesBarred, place_hold
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenStatus,
    FormerEmail,
    HoldKind,
    PasswordCredential,
    Phone,
)
from idp.core.email_address import EmailAddress
from idp.core.handles import new_uuid
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.emails.ask_to_verify import PATH, AskToVerifyEmail
from idp.emails.model import EmailVerification
from idp.emails.verify import LinkSpent, VerifyEmail
from idp.follow_ups.follow_ups import LEFT_AFTER, FollowUps
from idp.messaging.links import Links
from idp.messaging.model import NoticeKind
from idp.throttling.ports import BudgetSpent
from tests.fakes.at_once import at_once
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.clock import FakeClock

NUMBER = PhoneNumber("+84912000001")
ADDRESS, ANOTHER = EmailAddress("buoi@example.vn"), EmailAddress("khac@example.vn")
PassTime = Callable[[timedelta], None]


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    return add_citizen(site.database, site.index, site.clock)


def add_citizen(database: Database, index: BlindIndex, clock: FakeClock) -> CitizenId:
    now = clock.now()
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text="Nguyễn Thị Bưởi",
        birth_date_text="1990-01-02",
        created_at=now,
        updated_at=now,
        identity_numbers=[],
        phones=[Phone(number=NUMBER.e164, verified_at=now)],
        credential=PasswordCredential(hash="x", changed_at=now),
    )
    with database.transaction() as transaction:
        citizens.add(transaction, citizen, index)
        return citizen.id


def link_to(site: Site, address: EmailAddress) -> str:
    links = re.findall(r"http://localhost:8400(/email\?k=\S+)", site.mail.to(address.value)[-1])
    return str(links[0])


def press(site: Site, link: str) -> Browser:
    return site.browser().open(link).submit()


def verified(database: Database, citizen_id: CitizenId) -> EmailAddress | None:
    with database.reading() as reading:
        return verified_email_of(reading, citizen_id)


def kinds(database: Database) -> list[str]:
    with database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def test_only_the_button_behind_the_link_verifies(site: Site, citizen_id: CitizenId) -> None:
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    page = site.browser().open(link_to(site, ADDRESS))
    assert verified(site.database, citizen_id) is None  # a mail scanner came that far, too
    assert "b…@example.vn" in page.html
    assert ADDRESS.value not in page.html

    page.submit()

    assert page.page == "/email/done"
    assert verified(site.database, citizen_id) == ADDRESS
    assert "email_verified" in kinds(site.database)


def test_nothing_but_the_link_goes_to_an_address_before(site: Site, citizen_id: CitizenId) -> None:
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    site.parts.jobs.tell(NoticeKind.PASSWORD_CHANGED, citizen_id, site.clock.now())
    assert len(site.mail.sent) == 1
    assert len(site.sms.to(NUMBER)) == 1

    press(site, link_to(site, ADDRESS))
    site.parts.jobs.tell(NoticeKind.PASSWORD_CHANGED, citizen_id, site.clock.now())

    assert "Mật khẩu tài khoản vừa được đổi" in site.mail.to(ADDRESS.value)[-1]
    assert "Dia chi thu dien tu" in site.sms.to(NUMBER)[1]
    assert len(site.sms.to(NUMBER)) == 3


def test_whoever_reads_the_former_address_is_told_of_another_one(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    for address in (ADDRESS, ANOTHER):
        pass_time(timedelta(hours=1))
        site.parts.ask_to_verify_email(citizen_id, address)
        press(site, link_to(site, address))

    for address in (ADDRESS, ANOTHER):
        assert "thư điện tử của tài khoản vừa được xác nhận" in site.mail.to(address.value)[-1]
        assert "http://localhost:8400/n?k=" in site.mail.to(address.value)[-1]
    told = len(site.mail.to(ADDRESS.value))
    site.parts.jobs.tell(NoticeKind.PASSWORD_CHANGED, citizen_id, site.clock.now())
    assert len(site.mail.to(ADDRESS.value)) == told
    pass_time(timedelta(days=4))
    site.sweep("forget expired links")
    with site.database.reading() as reading:
        assert reading.execute(select(FormerEmail.id)).first() is None


def test_the_former_address_is_told_though_the_queue_was_away(
    site: Site, citizen_id: CitizenId, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever took the account over would only have to wait for such a moment."""
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    press(site, link_to(site, ADDRESS))
    pass_time(timedelta(hours=1))
    site.parts.ask_to_verify_email(citizen_id, ANOTHER)
    told = len(site.mail.to(ADDRESS.value))

    with monkeypatch.context() as broken:
        broken.setattr(Jobs, "tell", fail)
        page = press(site, link_to(site, ANOTHER))

    assert page.page == "/email/done"
    assert len(site.mail.to(ADDRESS.value)) == told
    pass_time(LEFT_AFTER)
    site.sweep("do what is left")
    assert "http://localhost:8400/n?k=" in site.mail.to(ADDRESS.value)[told]


def fail(*_: object) -> None:
    raise redis.ConnectionError


def test_a_mail_server_that_is_away_keeps_no_text_message(
    site: Site, citizen_id: CitizenId
) -> None:
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    press(site, link_to(site, ADDRESS))
    site.mail.broken = True

    site.parts.jobs.tell(NoticeKind.PASSWORD_CHANGED, citizen_id, site.clock.now())

    assert site.sms.to(NUMBER)[-1].startswith("Mat khau tai khoan")


def test_an_address_given_at_enrolment_is_asked_about(site: Site) -> None:
    browser = site.from_portal(site.browser())
    browser.submit(subject="citizen", method="mobile")
    browser.submit(
        identity_number="052190000001",
        full_name="Nguyễn Thị Bưởi",
        birth_day="2",
        birth_month="1",
        birth_year="1990",
        phone_number="0912000001",
        email=ADDRESS.value,
    )
    code = re.match(r"\d{6}", site.sms.to(NUMBER)[-1])
    assert code is not None
    browser.submit(otp=code.group())
    assert site.mail.sent == []
    browser.submit(new_password="Đèo Cù Mông 47*", confirm_password="Đèo Cù Mông 47*")

    press(site, link_to(site, ADDRESS))

    with site.database.reading() as reading:
        citizen_id = reading.execute(select(Citizen.id)).scalar_one()
    assert verified(site.database, citizen_id) == ADDRESS


def test_a_link_is_good_once_and_for_a_day(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    used = link_to(site, ADDRESS)
    press(site, used)
    assert site.browser().open(used).status == 410

    site.parts.ask_to_verify_email(citizen_id, ANOTHER)
    late = link_to(site, ANOTHER)
    pass_time(timedelta(days=1))
    assert site.browser().open(late).status == 410
    assert verified(site.database, citizen_id) == ADDRESS
    site.sweep("forget expired links")
    with site.database.reading() as reading:
        assert reading.execute(select(EmailVerification.id)).first() is None


def test_another_address_makes_the_earlier_link_void_and_waits_for_its_own(
    site: Site, citizen_id: CitizenId
) -> None:
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    first = link_to(site, ADDRESS)
    site.parts.ask_to_verify_email(citizen_id, ANOTHER)

    assert site.browser().open(first).status == 410
    press(site, link_to(site, ANOTHER))
    assert verified(site.database, citizen_id) == ANOTHER


@pytest.mark.parametrize("link", ["/email", "/email?k=", "/email?k=" + "A" * 22])
def test_a_made_up_link_opens_nothing(site: Site, link: str) -> None:
    assert site.browser().open(link).status == 410


def test_a_disputed_account_keeps_its_address(site: Site, citizen_id: CitizenId) -> None:
    site.parts.ask_to_verify_email(citizen_id, ADDRESS)
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, HoldKind.DISPUTE, site.clock.now())

    page = press(site, link_to(site, ADDRESS))

    assert "đang có khiếu nại" in page.html
    assert verified(site.database, citizen_id) is None
    with pytest.raises(ChangesBarred):
        site.parts.ask_to_verify_email(citizen_id, ANOTHER)


def test_links_to_strangers_addresses_have_an_end(site: Site, citizen_id: CitizenId) -> None:
    for number in range(5):
        site.parts.ask_to_verify_email(citizen_id, EmailAddress(f"la{number}@example.vn"))

    with pytest.raises(BudgetSpent):
        site.parts.ask_to_verify_email(citizen_id, ADDRESS)

    assert site.mail.to(ADDRESS.value) == []
    assert kinds(site.database)[-1] == "budget_exceeded"


def test_of_two_that_press_at_once_one_verifies(
    database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    nobody: Any = Silent()
    links = Links("http://localhost:8400", b"k" * 32)
    citizen_id = add_citizen(database, index, clock)
    AskToVerifyEmail(
        database=database,
        throttle=nobody,
        budget=nobody,
        queue=nobody,
        links=links,
        lasts=timedelta(days=1),
        clock=clock,
    )(citizen_id, ADDRESS)
    handle = links.handle(PATH, nobody.link)
    follow_ups = FollowUps(end_sessions=nobody, notices=nobody, database=database, clock=clock)
    verify = VerifyEmail(database=database, follow_ups=follow_ups, clock=clock)

    outcomes = at_once(2, lambda _: verify(handle))

    assert sorted(map(type, outcomes), key=str) == sorted([LinkSpent, str], key=str)
    assert kinds(database).count("email_verified") == 1


class Silent:
    """Counts nothing, tells nobody, and remembers the link that was to be sent."""

    link = ""

    def count(self, *_: object) -> None:
        pass

    def tell(self, *_: object) -> None:
        pass

    def send_link(self, verification_id: str) -> None:
        self.link = verification_id
