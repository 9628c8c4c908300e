"""A copy of what is held, and the end of an account."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from idp.audit.events import CounterVisitConfirmed
from idp.audit.log import record
from idp.authenticators.model import AuthenticatorApp
from idp.citizens import store as citizens
from idp.citizens.holds import place_hold
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    HoldKind,
    PasswordCredential,
    Phone,
)
from idp.consents import store as consents
from idp.core.handles import new_uuid
from tests.fakes.account_holder import (
    IDENTITY_NUMBER,
    NAME,
    NUMBER,
    PASSWORD,
    account,
    events,
    last_code,
    signed_in,
)
from tests.fakes.citizen_site import PORTAL, Browser, Site

DATA = "/account/data"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_everything(site: Site) -> CitizenId:
    """An account with an app, a consent and mail."""
    citizen_id, now = account(site, email="buoi@example.vn"), site.clock.now()
    with site.database.transaction() as transaction:
        transaction.add(
            AuthenticatorApp(
                id=new_uuid(),
                citizen_id=citizen_id,
                name="Galaxy",
                secret=SECRET,
                step_used=0,
                created_at=now,
                confirmed_at=now,
            )
        )
        consents.give(
            transaction,
            citizen_id=citizen_id,
            client_id=PORTAL,
            claims=("name",),
            text_hash="-",
            at=now,
        )
    return citizen_id


def press(browser: Browser, what: str) -> Browser:
    form = browser.open(DATA).forms[0 if what == "download" else 1]
    return browser.post(f"{DATA}/{what}", form.hidden)


def downloaded(site: Site, citizen_id: CitizenId) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(press(signed_in(site, citizen_id), "download").html)
    return copy


def test_the_file_has_everything_but_secrets(site: Site) -> None:
    citizen_id = with_everything(site)

    copy = downloaded(site, citizen_id)

    assert copy["person"][0]["full_name"] == NAME
    assert copy["person"][0]["email"] == "buoi@example.vn"
    assert copy["identity_numbers"][0]["number"] == IDENTITY_NUMBER
    assert copy["phones"][0]["number"] == NUMBER.e164
    assert copy["evidence"][0]["verifier"] == "vinaphone"
    assert copy["authenticators"][0]["name"] == "Galaxy"
    assert copy["consents"][0] | {"updated_at": 0} == {
        "client_id": PORTAL,
        "claims": ["name"],
        "updated_at": 0,
    }
    assert copy["sessions"][0]["browser"] == "Chrome"
    assert copy["activity"][0]["kind"] == "data_exported"
    with site.database.reading() as reading:
        password_hash = reading.execute(select(PasswordCredential.hash)).scalar_one()
    text = json.dumps(copy)
    assert SECRET not in text
    assert password_hash not in text


def test_no_officer_is_named(site: Site) -> None:
    """They are persons too, whatever they did for this one."""
    citizen_id, now = account(site), site.clock.now()
    with site.database.transaction() as transaction:
        transaction.add(
            Evidence(
                citizen_id=citizen_id,
                kind=EvidenceKind.COUNTER_VISIT,
                verifier="le.thi.quay",
                reference="cccd:1",
                attributes=["full_name"],
                verified_at=now,
            )
        )
        seen = CounterVisitConfirmed(
            citizen_id=citizen_id, visit_id="1", document="cccd", by="le.thi.quay"
        )
        record(transaction, seen, now)

    copy = downloaded(site, citizen_id)

    assert [each["kind"] for each in copy["evidence"]] == ["carrier_match", "counter_visit"]
    assert "le.thi.quay" not in json.dumps(copy)


def test_a_copy_is_noted_and_told(site: Site) -> None:
    citizen_id = with_everything(site)

    downloaded(site, citizen_id)

    assert "data_exported" in events(site, citizen_id)
    assert site.sms.sent[-1].to == NUMBER
    assert "vua duoc tai ve" in site.sms.sent[-1].text
    assert site.mail.sent[-1].to.value == "buoi@example.vn"


def test_a_page_to_print_has_the_same_and_only_once_it_is_noted(site: Site) -> None:
    citizen_id = with_everything(site)
    browser = signed_in(site, citizen_id)

    assert browser.open(f"{DATA}/print").page == DATA
    page = press(browser, "print")

    assert page.page == f"{DATA}/print"
    for held in (NAME, IDENTITY_NUMBER, NUMBER.e164, "buoi@example.vn", "Galaxy", "vinaphone"):
        assert held in page.html
    assert SECRET not in page.html
    assert events(site, citizen_id).count("data_exported") == 1


def test_a_copy_wants_a_sign_in_of_this_moment(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id, ago=timedelta(minutes=6))

    assert press(browser, "download").page == "/login"
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD).submit(otp=last_code(site))
    assert browser.page == DATA
    assert "data_exported" not in events(site, citizen_id)


def test_there_is_no_copy_of_a_disputed_account_and_it_is_not_closed(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)
    close = browser.open("/account/close").forms[0].hidden
    with site.database.transaction() as transaction:
        now = site.clock.now()
        place_hold(transaction, citizen_id, HoldKind.DISPUTE, now, reference="KN-1")

    assert "Chưa thay đổi được lúc này" in press(browser, "download").html
    assert "Chưa thay đổi được lúc này" in press(browser, "print").html
    assert "Chưa thay đổi được lúc này" in browser.post("/account/close", close).html
    assert status(site, citizen_id) is CitizenStatus.ACTIVE
    assert "data_exported" not in events(site, citizen_id)


# --- the end --------------------------------------------------------------------------------------


def status(site: Site, citizen_id: CitizenId) -> CitizenStatus | None:
    with site.database.reading() as reading:
        return citizens.status_of(reading, citizen_id)


def test_a_closed_account_has_nothing_that_works(site: Site) -> None:
    citizen_id = with_everything(site)
    browser, other = signed_in(site, citizen_id), signed_in(site, citizen_id)

    browser.open("/account/close").submit()

    assert "Tài khoản đã đóng" in browser.html
    assert browser.open("/account").page == "/login"
    assert other.open("/account").page == "/login"
    assert status(site, citizen_id) is CitizenStatus.CLOSED
    assert {"account_closed", "consent_withdrawn", "authenticators_ended"} <= set(
        events(site, citizen_id)
    )
    assert (site.sms.sent[-1].to, "da dong luc" in site.sms.sent[-1].text) == (NUMBER, True)
    with site.database.reading() as reading:
        assert consents.consented_claims(reading, citizen_id, PORTAL) == frozenset()
        assert reading.execute(select(AuthenticatorApp.id)).first() is None
        assert reading.execute(select(PasswordCredential.citizen_id)).first() is None
    signs_in = site.browser().open("/login")
    assert signs_in.submit(username=IDENTITY_NUMBER, password=PASSWORD).page == "/login"


def test_details_are_wiped_after_the_last_notice_and_what_is_left_after_years(site: Site) -> None:
    citizen_id = with_everything(site)
    signed_in(site, citizen_id).open("/account/close").submit()

    site.sweep("pseudonymise closed accounts")
    assert held(site, citizen_id) == (NAME, "1990-01-02", "buoi@example.vn", [NUMBER.e164])
    site.clock.advance(timedelta(days=3, minutes=1))
    site.sweep("pseudonymise closed accounts")
    assert held(site, citizen_id) == ("", "", None, [""])
    with site.database.reading() as reading:
        [number] = reading.execute(select(CitizenIdentityNumber)).scalars()
        [phone] = reading.execute(select(Phone)).scalars()
    assert (number.value, number.active, len(number.value_index)) == ("", False, 32)

    site.clock.advance(timedelta(days=1900))
    site.sweep("forget closed accounts")
    with site.database.reading() as reading:
        assert reading.execute(select(CitizenIdentityNumber.id)).first() is None
        [forgotten] = reading.execute(select(Phone.number_index)).scalars()
    assert forgotten != phone.number_index


def test_accounts_that_are_open_are_left_alone(site: Site) -> None:
    citizen_id = with_everything(site)

    site.clock.advance(timedelta(days=4000))
    site.sweep("pseudonymise closed accounts")
    site.sweep("forget closed accounts")

    assert held(site, citizen_id)[0] == NAME


def test_whoever_enrols_again_is_another_citizen(site: Site) -> None:
    citizen_id = account(site)
    signed_in(site, citizen_id).open("/account/close").submit()

    browser = site.browser().open("/enrol/method").submit(subject="citizen", method="mobile")
    browser.submit(
        identity_number=IDENTITY_NUMBER,
        full_name=NAME,
        birth_day="2",
        birth_month="1",
        birth_year="1990",
        phone_number="0912000001",
        email="",
    ).submit(otp=last_code(site))
    browser.submit(new_password=PASSWORD, confirm_password=PASSWORD)

    assert browser.page == "/enrol/done"
    with site.database.reading() as reading:
        ids = set(reading.execute(select(Citizen.id)).scalars())
    assert len(ids) == 2
    assert citizen_id in ids


def held(site: Site, citizen_id: CitizenId) -> tuple[str, str, str | None, list[str]]:
    with site.database.reading() as reading:
        citizen = citizens.citizen(reading, citizen_id, "phones")
        numbers = [phone.number for phone in citizen.phones]
        return citizen.name_text, citizen.birth_date_text, citizen.email, numbers
