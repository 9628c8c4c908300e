"""The first page of the console: what waits, for whoever may look at it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from idp.announcements.model import Announcement, AnnouncementId, Audience
from idp.core.handles import new_uuid
from idp.onboarding.model import ProposalStatus, RelyingPartyProposal
from idp.operators.model import OperatorName, OperatorRole
from idp.relying_parties.model import ClientId, RelyingPartyRecord, RelyingPartySecret
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk

DAY = timedelta(days=1)


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def lan(desk: Desk) -> Browser:
    return desk.signed_in("lan", OperatorRole.OPERATOR)


def propose(site: Site, team: str | None) -> None:
    with site.database.transaction() as transaction:
        transaction.add(
            RelyingPartyProposal(
                client_id=ClientId("chinh"),
                sandbox_client_id=ClientId("binh-dinh"),
                team=team,
                document={},
                base_version=None,
                status=ProposalStatus.OPEN,
                proposed_by="minh",
                proposed_at=site.clock.now(),
                reason="để thử",
            )
        )


def secret(site: Site, client_id: str, *days: int | None) -> None:
    """Have the portal's secrets end after so many days, `None`: never."""
    now = site.clock.now()
    with site.database.transaction() as transaction:
        transaction.execute(
            update(RelyingPartySecret)
            .where(RelyingPartySecret.client_id == client_id)
            .values(expires_at=now - DAY)
        )
        transaction.add_all(
            RelyingPartySecret(
                client_id=ClientId(client_id),
                hash=bytes(32),
                last_four="abcd",
                created_at=now,
                expires_at=None if left is None else now + left * DAY,
            )
            for left in days
        )


def announce(site: Site, title: str, *, at: timedelta) -> None:
    with site.database.transaction() as transaction:
        transaction.add(
            Announcement(
                id=AnnouncementId(new_uuid()),
                audience=Audience.EVERYBODY,
                title_vi=title,
                title_en=title,
                text_vi="x",
                text_en="x",
                at=site.clock.now() + at,
                by=OperatorName("lan"),
            )
        )


def test_a_proposal_waits(site: Site, lan: Browser) -> None:
    assert "không đề nghị nào chờ duyệt" in lan.open("/console").html
    propose(site, None)

    assert "1 đề nghị chờ duyệt" in lan.open("/console").html


@pytest.mark.parametrize(
    ("left", "counted"),
    [((12,), True), ((12, 300), False), ((12, None), False), ((31,), False), ((), False)],
)
def test_a_portal_is_counted_whose_last_secret_ends(
    site: Site, lan: Browser, left: tuple[int | None, ...], *, counted: bool
) -> None:
    secret(site, "dak-lak", 300)
    secret(site, "binh-dinh", *left)

    html = lan.open("/console").html
    assert ("1 cổng sắp hết hạn trong 30 ngày" in html) is counted
    assert ("không cổng nào sắp hết hạn" in html) is not counted


def test_a_team_is_told_of_its_own_alone(site: Site, desk: Desk, lan: Browser) -> None:
    secret(site, "binh-dinh", 12)
    propose(site, "doi-khac")
    minh = desk.signed_in("minh", OperatorRole.PROVINCE_TEAM).open("/console")

    assert "không đề nghị nào chờ duyệt" in minh.html
    assert "không cổng nào sắp hết hạn" in minh.html
    assert "Khiếu nại" not in minh.html
    assert "1 cổng sắp hết hạn" in lan.open("/console").html


def test_news_is_new(site: Site, lan: Browser) -> None:
    announce(site, "Tin cũ", at=-31 * DAY)
    announce(site, "Tin mới", at=-29 * DAY)

    html = lan.open("/console").html
    assert "Tin mới" in html
    assert "Tin cũ" not in html


def test_a_portal_that_is_kept_out_reminds_nobody(site: Site, lan: Browser) -> None:
    secret(site, "binh-dinh", 12)
    with site.database.transaction() as transaction:
        transaction.execute(update(RelyingPartyRecord).values(enabled=False))

    assert "không cổng nào sắp hết hạn" in lan.open("/console").html
