"""What portals are told: read by teams, mailed to contacts once, taken back."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from idp.announcements.model import AnnouncementMail
from idp.audit.model import AuditEvent
from idp.operators.model import OperatorRole, Team, TeamId, TeamMember
from idp.relying_parties.model import RelyingPartyRecord
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk

SWEEP = "send announcements"
TEXT = {
    "title_vi": "Bảo trì đêm nay",
    "title_en": "Maintenance tonight",
    "text_vi": "Từ 23:00 tới 23:30.\n\nCổng không phải làm gì.",
    "text_en": "From 23:00 to 23:30.",
}


@pytest.fixture
def desk(site: Site) -> Desk:
    contacts(site, "binh-dinh", "ky-thuat@binhdinh.example", "chung@example.vn", "not an address")
    contacts(site, "dak-lak", "CHUNG@example.vn", "it@daklak.example")
    return Desk(site)


@pytest.fixture
def lan(desk: Desk) -> Browser:
    return desk.signed_in("lan", OperatorRole.OPERATOR)


def contacts(site: Site, client_id: str, *addresses: str) -> None:
    with site.database.transaction() as transaction:
        row = transaction.get_one(RelyingPartyRecord, client_id)
        row.registration = row.registration | {"contacts": list(addresses)}
    site.parts.registry_version.bump()


def announce(desk: Desk, browser: Browser, **typed: str) -> Browser:
    browser.open("/console/announcements/new")
    return desk.send(browser, **{"audience": "everybody"} | TEXT | desk.proof() | typed)


def left_to_send(site: Site) -> int:
    with site.database.reading() as reading:
        return len(reading.execute(select(AnnouncementMail.id)).all())


def told(site: Site) -> list[str]:
    return sorted(mail.to.value for mail in site.mail.sent)


def of_team(desk: Desk, name: str, *client_ids: str) -> Browser:
    site = desk.site
    now = site.clock.now()
    desk.keep(name, OperatorRole.PROVINCE_TEAM)
    with site.database.transaction() as transaction:
        transaction.add(Team(id=TeamId(name), name=name, created_at=now, created_by="lan"))
        transaction.flush()
        transaction.add(TeamMember(team=TeamId(name), operator=name, added_at=now, added_by="lan"))
        transaction.execute(
            update(RelyingPartyRecord)
            .where(RelyingPartyRecord.client_id.in_(client_ids))
            .values(team=name)
        )
    return desk.sign_in(name)


def test_each_contact_gets_one_mail_however_many_portals(
    site: Site, desk: Desk, lan: Browser
) -> None:
    assert announce(desk, lan).page == "/console/announcements"
    assert "Bảo trì đêm nay" in lan.html
    assert "0/3 đầu mối" in lan.html
    assert told(site) == []

    site.sweep(SWEEP)
    site.sweep(SWEEP)

    assert told(site) == ["chung@example.vn", "it@daklak.example", "ky-thuat@binhdinh.example"]
    assert {mail.subject for mail in site.mail.sent} == {"Bảo trì đêm nay / Maintenance tonight"}
    assert left_to_send(site) == 0
    assert "3/3 đầu mối" in lan.open("/console/announcements").html


def test_only_the_named_are_told(site: Site, desk: Desk, lan: Browser) -> None:
    announce(desk, lan, audience="named", client_ids="dak-lak")
    site.sweep(SWEEP)

    assert told(site) == ["CHUNG@example.vn", "it@daklak.example"]


def test_a_team_reads_what_concerns_it(site: Site, desk: Desk, lan: Browser) -> None:
    own, other = of_team(desk, "doi-bd", "binh-dinh"), of_team(desk, "doi-dl", "dak-lak")
    announce(desk, lan, audience="named", client_ids="binh-dinh", title_vi="Chỉ Bình Định")
    announce(desk, lan, audience="sandbox", title_vi="Mọi cổng thử")

    assert "Chỉ Bình Định" in own.open("/console/announcements").html
    assert "Mọi cổng thử" in own.html
    assert "Chỉ Bình Định" not in other.open("/console/announcements").html
    assert "Mọi cổng thử" in other.html
    for hidden in ("đầu mối", "Rút lại", "Người viết"):
        assert hidden not in own.html


def test_what_is_taken_back_is_neither_read_nor_sent(site: Site, desk: Desk, lan: Browser) -> None:
    team = of_team(desk, "doi-bd", "binh-dinh")
    found = re.search(r'"(/console/announcements/[\w-]{36}/withdraw)"', announce(desk, lan).html)
    assert found is not None
    path = found[1]

    lan.open(path)
    assert desk.send(lan, **desk.proof()).page == "/console/announcements"

    site.sweep(SWEEP)
    assert told(site) == []
    assert left_to_send(site) == 0
    assert "0/3 đầu mối" in lan.html
    assert "Đã rút lại" in lan.html
    assert "Bảo trì đêm nay" not in team.open("/console/announcements").html
    assert lan.open(path).status == 404


def test_nothing_is_told_without_proof_or_to_strangers(
    site: Site, desk: Desk, lan: Browser
) -> None:
    assert "Mật khẩu hoặc mã không đúng" in announce(desk, lan, password="no").html
    refused = announce(desk, lan, audience="named", client_ids="binh-dinh nobody")
    assert "Có mã cổng chưa đăng ký" in refused.html
    assert "Cần có cả tiếng Việt và tiếng Anh" in announce(desk, lan, text_en="").html

    site.sweep(SWEEP)
    assert told(site) == []
    assert left_to_send(site) == 0


def test_a_mail_server_that_is_away_loses_nothing(site: Site, desk: Desk, lan: Browser) -> None:
    announce(desk, lan)
    site.mail.broken = True
    site.sweep(SWEEP)
    assert told(site) == []
    site.mail.broken = False

    site.clock.advance(timedelta(minutes=2))
    site.sweep(SWEEP)

    assert len(told(site)) == 3


def test_old_news_is_not_sent(site: Site, desk: Desk, lan: Browser) -> None:
    announce(desk, lan)
    site.mail.broken = True
    for _ in range(3):
        site.clock.advance(timedelta(days=1))
        site.sweep(SWEEP)
    lan = desk.sign_in("lan")

    assert left_to_send(site) == 0
    assert "3 thư không gửi được" in lan.open("/console/announcements").html


def test_the_log_names_who_told_and_nobody_who_was_told(
    site: Site, desk: Desk, lan: Browser
) -> None:
    announce(desk, lan)

    with site.database.reading() as reading:
        event = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "announcement_published")
        ).scalar_one()
    assert event.details["by"] == "lan"
    assert event.details["mails"] == 3
    assert "@" not in json.dumps(event.details)
