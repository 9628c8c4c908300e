"""The portals a citizen is connected with, and the end of that."""

from datetime import timedelta

from sqlalchemy import select

from idp.audit.events import CodeIssued
from idp.audit.log import record
from idp.backchannel.model import LogoutDelivery
from idp.citizens.model import CitizenId
from idp.consents import store as consents
from idp.consents.model import ConsentChange, ConsentLedgerEntry
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from idp.grants import store as grants
from idp.grants.model import AccessToken, Authorization, Grant, GrantId
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId
from tests.fakes.account_holder import account, events, signed_in
from tests.fakes.citizen_site import PORTAL, Site

CONNECTED = "/account/connected"
OTHER_PORTAL = ClientId("dak-lak")


def connect(site: Site, citizen_id: CitizenId, client_id: ClientId) -> Handle:
    """What one sign-in at a portal leaves behind; the access token it got."""
    now = site.clock.now()
    [session, *_] = site.sessions.of_citizen(citizen_id)
    authorization = Authorization(
        grant_id=GrantId(f"grant-{client_id}"),
        client_id=client_id,
        citizen_id=citizen_id,
        session_id=SessionId(session.session.id),
        scope=("openid",),
        claims=("name", "identity_number"),
        acr="LoA1",
        amr=("pwd",),
        auth_time=now,
        verification_level=2,
        authentication_level=1,
    )
    with site.database.transaction() as transaction:
        consents.give(
            transaction,
            citizen_id=citizen_id,
            client_id=client_id,
            claims=("name", "identity_number", "verification_level"),
            text_hash="-",
            at=now,
        )
        transaction.flush()
        assert grants.add(transaction, authorization, at=now)
        issued = CodeIssued(
            citizen_id=citizen_id,
            client_id=client_id,
            grant_id=authorization.grant_id,
            acr="LoA1",
        )
        record(transaction, issued, now)
    return site.parts.tokens.issue(AccessToken(authorization, now + timedelta(minutes=5), now))


def test_each_portal_is_shown_with_what_it_receives_and_since_when(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)
    connect(site, citizen_id, PORTAL)

    page = browser.open(CONNECTED).html

    assert "Cổng Dịch vụ công tỉnh Bình Định" in page
    assert "Họ và tên, Số CMT/CCCD, Mức xác minh" in page
    assert "dak-lak" not in page
    assert "Chưa có dịch vụ nào" in signed_in(site, neighbour(site)).open(CONNECTED).html


def test_a_withdrawal_ends_what_the_portal_has_and_tells_it(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)
    token, other = (connect(site, citizen_id, each) for each in (PORTAL, OTHER_PORTAL))

    browser.open(f"{CONNECTED}/{PORTAL}/withdraw")
    assert site.parts.tokens.find(token) is not None
    browser.submit()

    assert browser.page == CONNECTED
    assert "Đã thu hồi" in browser.html
    assert f"{CONNECTED}/{PORTAL}/withdraw" not in browser.html
    assert site.parts.tokens.find(token) is None
    assert site.parts.tokens.find(other) is not None
    assert browser.open("/account").page == "/account"
    with site.database.reading() as reading:
        assert consents.consented_claims(reading, citizen_id, PORTAL) == frozenset()
        assert consents.consented_claims(reading, citizen_id, OTHER_PORTAL)
        entry = reading.execute(
            select(ConsentLedgerEntry).where(ConsentLedgerEntry.change == ConsentChange.WITHDRAWN)
        ).scalar_one()
        assert (entry.client_id, len(entry.text_hash)) == (PORTAL, 43)
        revoked = reading.execute(
            select(Grant.client_id).where(Grant.revoked_at.is_not(None))
        ).scalars()
        assert list(revoked) == [PORTAL]
        told = reading.execute(select(LogoutDelivery.client_id)).scalars()
        assert list(told) == [PORTAL]
    assert "consent_withdrawn" in events(site, citizen_id)


def test_a_second_press_withdraws_nothing_again(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)
    connect(site, citizen_id, PORTAL)
    hidden = browser.open(f"{CONNECTED}/{PORTAL}/withdraw").forms[0].hidden

    for _ in range(2):
        browser.post(f"{CONNECTED}/{PORTAL}/withdraw", hidden)

    assert events(site, citizen_id).count("consent_withdrawn") == 1


def test_what_is_nobodys_consent_is_no_page(site: Site) -> None:
    browser = signed_in(site, account(site))

    assert browser.open(f"{CONNECTED}/nobody/withdraw").page == CONNECTED


def neighbour(site: Site) -> CitizenId:
    return account(site, identity_number="052190000077", phone=PhoneNumber("+84912000002"))
