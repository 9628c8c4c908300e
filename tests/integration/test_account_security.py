"""Password, mail, sessions, and the way out in a notice."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.authenticators.model import KnownDevice
from idp.citizens import store as citizens
from idp.citizens.email_store import verified_email_of
from idp.citizens.model import AccountHold, CitizenId, CitizenStatus, HoldKind
from idp.citizens.password_hasher import PasswordHasher
from idp.core.handles import digest, new_uuid
from idp.core.phone_number import PhoneNumber
from idp.grants.model import FamilyId, Grant, GrantId, RefreshFamily
from idp.sessions.model import SessionId
from tests.fakes.account_holder import (
    IDENTITY_NUMBER,
    NUMBER,
    PASSWORD,
    account,
    events,
    link_in,
    signed_in,
)
from tests.fakes.citizen_site import PORTAL, Site

SECURITY = "/account/security"
NEW_PASSWORD = "Ngọn-Đèn 4 bấc"


def test_the_page_names_what_protects_the_account(site: Site) -> None:
    page = signed_in(site, account(site, email="buoi@example.vn")).open(SECURITY)

    assert page.status == 200
    assert "kết thúc bằng <strong>001</strong>" in page.html
    assert "b…@example.vn" in page.html
    assert "Chrome trên Android" in page.html
    assert "Thiết bị này" in page.html
    assert NUMBER.e164 not in page.html
    assert "buoi@" not in page.html


def test_another_device_is_signed_out_and_this_one_stays(site: Site) -> None:
    citizen_id = account(site)
    here = signed_in(site, citizen_id)
    there = signed_in(site, citizen_id, device=("Edge", "Windows"))

    page = here.open(SECURITY)
    assert page.html.count("Thiết bị này") == 1
    named = next(form for form in page.forms if "session" in form.hidden)
    here.post(f"{SECURITY}/sessions/end", named.hidden)

    assert "Đã đăng xuất thiết bị đó" in here.html
    assert "Edge trên Windows" not in here.html
    assert there.open("/account").page == "/login"
    assert here.open("/account").page == "/account"


def test_every_other_device_is_signed_out_at_once(site: Site) -> None:
    citizen_id = account(site)
    here, others = signed_in(site, citizen_id), [signed_in(site, citizen_id) for _ in range(3)]

    page = here.open(SECURITY)
    everybody = next(form for form in reversed(page.forms) if "session" not in form.hidden)
    here.post(f"{SECURITY}/sessions/end-others", everybody.hidden)

    assert [other.open("/account").page for other in others] == ["/login"] * 3
    assert here.open("/account").page == "/account"


def test_a_stranger_ends_no_session_of_this_citizen(site: Site) -> None:
    citizen_id = account(site)
    citizen = signed_in(site, citizen_id)
    other = account(site, identity_number="052190000077", phone=PhoneNumber("+84912000002"))
    stranger = signed_in(site, other)
    signed_in(site, other)
    form = next(form for form in stranger.open(SECURITY).forms if "session" in form.hidden)
    [session] = site.sessions.of_citizen(citizen_id)

    named = {"session": digest(session.session.id)}
    stranger.post(f"{SECURITY}/sessions/end", form.hidden | named)

    assert citizen.open("/account").page == "/account"
    assert len(site.sessions.of_citizen(other)) == 2


def test_a_new_password_ends_every_other_session_and_remembered_device(site: Site) -> None:
    citizen_id = account(site, email="buoi@example.vn")
    now = site.clock.now()
    with site.database.transaction() as transaction:
        transaction.add(
            KnownDevice(
                id=new_uuid(),
                citizen_id=citizen_id,
                handle_digest="d" * 43,
                browser="Chrome",
                system="Android",
                created_at=now,
                last_used_at=now,
                skips_code_until=now + timedelta(days=30),
            )
        )
    here, there = signed_in(site, citizen_id), signed_in(site, citizen_id)

    here.open(f"{SECURITY}/password").submit(
        new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD
    )

    assert "Đã đổi mật khẩu" in here.html
    assert there.open("/account").page == "/login"
    with site.database.reading() as reading:
        known = reading.execute(select(KnownDevice.handle_digest, KnownDevice.skips_code_until))
        # Else strangers who try passwords would slow the owner's own device from now on.
        assert known.all() == [(digest(here.cookie("idp_device")), None)]
    assert "password_changed" in events(site, citizen_id)
    assert site.sms.sent[-1].to == NUMBER
    assert site.mail.sent[-1].to.value == "buoi@example.vn"
    signs_in = site.browser().open("/login")
    assert signs_in.submit(username=IDENTITY_NUMBER, password=PASSWORD).page == "/login"
    assert signs_in.submit(username=IDENTITY_NUMBER, password=NEW_PASSWORD).page == "/otp"


def test_a_new_password_ends_what_a_portal_may_ask_because_of_an_older_session(site: Site) -> None:
    """Whoever knew the old one signed in to a portal, which goes on asking for half a year."""
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)
    here = site.sessions.of_citizen(citizen_id)[0].session.id
    with site.database.transaction() as transaction:
        for name, session_id in (("here", here), ("idle", SessionId("long idle"))):
            transaction.add(
                Grant(
                    id=GrantId(name),
                    citizen_id=citizen_id,
                    client_id=PORTAL,
                    session_id=session_id,
                    scope=["openid", "offline_access"],
                    claims=[],
                    acr="LoA1",
                    auth_time=site.clock.now(),
                    issued_at=site.clock.now(),
                )
            )
            transaction.flush()
            transaction.add(
                RefreshFamily(
                    id=FamilyId(name),
                    grant_id=GrantId(name),
                    citizen_id=citizen_id,
                    client_id=PORTAL,
                    authorization={},
                    issued_at=site.clock.now(),
                    used_at=site.clock.now(),
                )
            )

    browser.open(f"{SECURITY}/password")
    browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)

    assert browser.page == SECURITY
    with site.database.reading() as reading:
        for model in (Grant, RefreshFamily):
            live = reading.execute(select(model.id).where(model.revoked_at.is_(None))).scalars()
            assert list(live) == ["here"]


def test_whose_session_ends_while_the_password_is_hashed_signs_in_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen_id = account(site)
    page = signed_in(site, citizen_id).open(f"{SECURITY}/password")
    honest = PasswordHasher.hash

    def while_it_ends(hasher: PasswordHasher, password: str) -> str:
        site.parts.sign_in.end_all_of(citizen_id, reason="password_reset")
        return honest(hasher, password)

    monkeypatch.setattr(PasswordHasher, "hash", while_it_ends)
    page.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)

    assert page.page == "/login"
    assert "password_changed" not in events(site, citizen_id)


def test_a_password_made_of_the_person_is_refused(site: Site) -> None:
    citizen_id = account(site)
    page = signed_in(site, citizen_id).open(f"{SECURITY}/password")

    page.submit(new_password="Bưởi-0912000001!", confirm_password="Bưởi-0912000001!")

    assert "Không dùng tên" in page.html
    assert "password_changed" not in events(site, citizen_id)


def test_an_address_is_used_once_its_link_is_opened(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)

    browser.open(f"{SECURITY}/email").submit(email="buoi@example.vn")
    assert "Đã gửi liên kết" in browser.html
    assert "Đang chờ bạn mở liên kết gửi tới b…@example.vn" in browser.html
    with site.database.reading() as reading:
        assert verified_email_of(reading, citizen_id) is None
    link = re.search(r"https?://[^/]+(/email\?k=\S+)", site.mail.sent[-1].text)
    assert link is not None
    site.browser().open(link[1]).submit()

    with site.database.reading() as reading:
        assert verified_email_of(reading, citizen_id) is not None


# --- that was not me ------------------------------------------------------------------------------


def changed_password(site: Site) -> tuple[CitizenId, str]:
    """The citizen's id, and the link in the notice that the password was changed."""
    citizen_id = account(site)
    signed_in(site, citizen_id).open(f"{SECURITY}/password").submit(
        new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD
    )
    return citizen_id, link_in(site.sms.sent[-1].text)


def test_the_link_in_a_notice_locks_the_account_once_it_is_pressed(site: Site) -> None:
    citizen_id, link = changed_password(site)
    thief = signed_in(site, citizen_id)

    reader = site.browser().open(link)
    assert "Mật khẩu của tài khoản được đổi lúc" in reader.html
    assert thief.open("/account").page == "/account"  # to open it does nothing
    reader.submit()

    assert "BV-2026-000001" in reader.html
    assert thief.open("/account").page == "/login"
    with site.database.reading() as reading:
        hold = reading.execute(select(AccountHold)).scalar_one()
        assert (hold.kind, hold.reference) == (HoldKind.UNRECOGNISED_ACTIVITY, "BV-2026-000001")
        status = citizens.status_of(reading, citizen_id)
        assert status is CitizenStatus.HELD
        logged = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "activity_unrecognised")
        ).scalar_one()
    assert logged.details["report"] == "BV-2026-000001"
    assert "da bi khoa" in site.sms.sent[-1].text
    assert site.browser().open(link).status == 410


def test_two_links_make_one_case(site: Site) -> None:
    citizen_id, link = changed_password(site)
    browser = signed_in(site, citizen_id)
    browser.open(f"{SECURITY}/password").submit(
        new_password=PASSWORD + "x", confirm_password=PASSWORD + "x"
    )
    second = link_in(site.sms.sent[-1].text)

    first = site.browser().open(link).submit()
    again = site.browser().open(second).submit()

    assert "BV-2026-000001" in first.html
    assert "BV-2026-000001" in again.html
    assert events(site, citizen_id).count("account_held") == 1


def test_a_link_is_good_for_thirty_days(site: Site) -> None:
    _, link = changed_password(site)

    site.clock.advance(timedelta(days=29, hours=23))
    assert site.browser().open(link).status == 200
    site.clock.advance(timedelta(hours=2))
    assert site.browser().open(link).status == 410
    site.sweep("forget links of old notices")
    assert site.browser().open(link).status == 410
    assert site.browser().open("/n?k=made-up").status == 410
