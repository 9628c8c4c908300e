"""More is demanded than was reached: the page that says so, and the ways that lead back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from idp.audit.model import AuditEvent
from idp.authenticators.model import Passkey
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
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
from idp.citizens.phone_store import release_phone
from idp.consents import store as consents
from idp.core.full_name import FullName
from idp.core.handles import new_handle, new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.counter_visits import store as counter_visits
from idp.interactions.model import AuthorizationRequest, Interaction, InteractionId
from idp.sessions.model import Authentication, Session, SessionId
from idp.sessions.rules import PASSWORD_ALONE, PASSWORD_AND_SMS, passkey_methods
from tests.fakes.citizen_site import PORTAL, Browser, Site

NUMBER = PhoneNumber("+84912000001")
PASSWORD = "Song Hàn-82 chiều"
IDENTITY_NUMBER = "052190000001"
PASSKEY = passkey_methods(copyable=False)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    """Somebody whose carrier confirmed them, and who agreed to tell the portal the level."""
    now = site.clock.now() - 30 * DAY
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text="Nguyễn Thị Bưởi",
        birth_date_text="1990-01-02",
        created_at=now,
        updated_at=now,
        identity_numbers=[
            CitizenIdentityNumber(
                kind=IdentityNumber(IDENTITY_NUMBER).kind, value=IDENTITY_NUMBER, created_at=now
            )
        ],
        phones=[Phone(number=NUMBER.e164, verified_at=now)],
        credential=PasswordCredential(hash=site.hasher.hash(PASSWORD), changed_at=now),
    )
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)
        transaction.add(
            Evidence(
                citizen_id=citizen.id,
                kind=EvidenceKind.CARRIER_MATCH,
                verifier="vinaphone",
                reference="question-0",
                attributes=["full_name", "identity_number"],
                phone_id=citizen.phones[0].id,
                verified_at=now,
                expires_at=now + 1095 * DAY,
            )
        )
        consents.give(
            transaction,
            citizen_id=citizen.id,
            client_id=PORTAL,
            claims=("verification_level", "authentication_level"),
            text_hash="-",
            at=now,
        )
    return citizen.id


@pytest.fixture
def lapsed(site: Site, citizen_id: CitizenId) -> CitizenId:
    """The same, three years later: level 1."""
    with site.database.transaction() as transaction:
        transaction.execute(update(Evidence).values(expires_at=site.clock.now() - DAY))
    return citizen_id


def signed_in(
    site: Site,
    citizen_id: CitizenId,
    *,
    amr: tuple[str, ...] = PASSWORD_AND_SMS,
    ago: timedelta = MINUTE,
    browser: Browser | None = None,
) -> Browser:
    """A browser with a session that was begun so long ago, in that way."""
    browser = browser or site.browser()
    at = site.clock.now() - ago
    session = Session(SessionId(new_handle()), Authentication(citizen_id, at, amr), at)
    browser._client.set_cookie("idp_session", site.sessions.begin(session))
    return browser


def demand(site: Site, browser: Browser, *acr: str) -> Browser:
    """Come from the portal, which calls one of these classes essential."""
    interaction = Interaction(
        id=InteractionId(new_handle()),
        request=AuthorizationRequest(
            client_id=PORTAL,
            redirect_uri="http://localhost:8401/callback",
            scope=("openid",),
            state="abc123",
            acr_values=acr,
            acr_essential=True,
        ),
        started_at=site.clock.now(),
        account_chosen=True,
    )
    site.interactions.add(interaction, network="127.0.0.0/24")
    return browser.open(f"/resume?i={interaction.id}")


def press(browser: Browser, decision: str) -> Browser:
    return browser.submit(decision=decision)


def ids(browser: Browser) -> set[str]:
    return set(re.findall(r'id="(step-up-[a-z-]+)"', browser.html))


def is_back_with_a_code(browser: Browser) -> bool:
    """Whether the browser is on its way to the portal, with a code and its own state."""
    found = browser.away or browser.html
    return "localhost:8401/callback?code=" in found and "state=abc123" in found


def evidence(site: Site) -> Sequence[Evidence]:
    with site.database.reading() as reading:
        return reading.execute(select(Evidence).order_by(Evidence.id)).scalars().all()


def events(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def last_code(site: Site) -> str:
    code = re.match(r"\d{6}", site.sms.sent[-1].text)
    assert code is not None
    return code.group()


def confirm_at_counter(site: Site, citizen_id: CitizenId) -> None:
    """What an officer's word leaves behind."""
    now = site.clock.now()
    with site.database.transaction() as transaction:
        transaction.add(
            Evidence(
                citizen_id=citizen_id,
                kind=EvidenceKind.COUNTER_VISIT,
                verifier="quay-1",
                reference="identity_card:visit",
                attributes=[],
                verified_at=now,
                expires_at=now + DAY,
            )
        )


def close_visit(site: Site, browser: Browser, citizen_id: CitizenId) -> None:
    """Have the code on the page confirmed."""
    code = re.search(r'id="visit-code">([0-9 ]+)<', browser.html)
    assert code is not None
    with site.database.transaction() as transaction:
        visit = counter_visits.visit_by_code(
            transaction, site.parts.visit_codes.index(code[1]), site.clock.now()
        )
        assert visit is not None
        assert counter_visits.spend(transaction, visit.id, site.clock.now()) == citizen_id
    confirm_at_counter(site, citizen_id)


# --- the page -------------------------------------------------------------------------------------


def test_what_is_missing_is_said_in_words(site: Site, citizen_id: CitizenId) -> None:
    browser = demand(site, signed_in(site, citizen_id), "LoA3")

    assert (browser.page, browser.status) == ("/step-up", 200)
    assert 'id="level-wanted">Mức 3 – đã được xác minh trực tiếp<' in browser.html
    assert 'id="level-reached">Mức 2 – đã được xác minh bởi nhà mạng<' in browser.html
    assert "Cổng Dịch vụ công tỉnh Bình Định" in browser.html
    assert ids(browser) == {
        "step-up-visit",
        "step-up-add-passkey",
        "step-up-sign-in",
        "step-up-back",
    }


def test_going_back_tells_the_portal_exactly_that(site: Site, citizen_id: CitizenId) -> None:
    browser = press(demand(site, signed_in(site, citizen_id), "LoA3"), "back")

    assert browser.page == "/continue"
    assert "error=unmet_authentication_requirements" in browser.html
    assert "state=abc123" in browser.html
    assert "iss=http%3A%2F%2Flocalhost%3A8400" in browser.html
    assert "code=" not in browser.html


def test_what_cannot_be_had_here_is_said_so(site: Site, citizen_id: CitizenId) -> None:
    browser = demand(site, signed_in(site, citizen_id), "LoA4")

    assert "VNeID" in browser.html
    assert ids(browser) == {"step-up-back"}


def test_a_button_that_is_none_changes_nothing(site: Site, citizen_id: CitizenId) -> None:
    browser = press(demand(site, signed_in(site, citizen_id), "LoA3"), "elsewhere")

    assert browser.page == "/step-up"
    assert "Chọn một trong các nút" in browser.html


def test_a_disputed_account_is_not_raised(site: Site, lapsed: CitizenId) -> None:
    with site.database.transaction() as transaction:
        place_hold(
            transaction, lapsed, HoldKind.DISPUTE, site.clock.now(), reference="KN-2026-000001"
        )
    browser = demand(site, signed_in(site, lapsed), "LoA2")

    assert ids(browser) == {"step-up-back"}
    for page, decision in (("/step-up/carrier", {}), ("/step-up/visit", {"decision": "take"})):
        refused = browser.open(page).submit(**decision)
        assert "Có khiếu nại về tài khoản này" in refused.html
    assert site.carriers.disclosed == []


def test_nothing_is_raised_with_one_factor(site: Site, lapsed: CitizenId) -> None:
    browser = demand(site, signed_in(site, lapsed, amr=PASSWORD_ALONE), "LoA2")

    assert ids(browser) == {"step-up-sign-in", "step-up-back"}
    for page in ("/step-up/carrier", "/step-up/otp", "/step-up/visit"):
        assert browser.open(page).page == "/step-up"


def test_no_page_opens_where_nothing_is_missing(site: Site, citizen_id: CitizenId) -> None:
    browser = demand(site, signed_in(site, citizen_id), "LoA2")
    assert is_back_with_a_code(browser)

    browser = site.from_portal(signed_in(site, citizen_id), create=False)
    interaction = browser.redirects[0] if browser.redirects else ""
    assert "/step-up" not in interaction


# --- a stronger sign-in ---------------------------------------------------------------------------


def test_a_sign_in_of_one_factor_is_made_again_with_two(site: Site, citizen_id: CitizenId) -> None:
    browser = demand(site, signed_in(site, citizen_id, amr=PASSWORD_ALONE), "LoA2")

    press(browser, "sign-in")
    assert browser.page == "/login"
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD)
    assert browser.page == "/otp"
    browser.submit(otp=last_code(site))

    assert is_back_with_a_code(browser)


def test_a_passkey_is_asked_for_where_it_is_what_lacks(site: Site, citizen_id: CitizenId) -> None:
    confirm_at_counter(site, citizen_id)
    with site.database.transaction() as transaction:
        transaction.add(passkey_of(site, citizen_id))
    browser = demand(site, signed_in(site, citizen_id), "LoA3")

    assert ids(browser) == {"step-up-sign-in", "step-up-back"}
    assert "level-wanted" not in browser.html
    assert press(browser, "sign-in").page == "/login"

    # Signed in again, and no stronger: the page says so once more, and nobody goes in circles.
    site.clock.advance(MINUTE)
    signed_in(site, citizen_id, ago=timedelta(), browser=browser)
    assert browser.open("/resume").page == "/step-up"
    signed_in(site, citizen_id, amr=PASSKEY, ago=timedelta(), browser=browser)
    assert is_back_with_a_code(browser.open("/resume"))


def passkey_of(site: Site, citizen_id: CitizenId) -> Passkey:
    return Passkey(
        id=new_uuid(),
        citizen_id=citizen_id,
        name="Điện thoại",
        credential_id=b"credential",
        public_key=b"key",
        sign_count=0,
        copyable=False,
        created_at=site.clock.now(),
    )


# --- the carrier ----------------------------------------------------------------------------------


def test_a_carrier_gives_the_level_back_and_the_request_goes_on(
    site: Site, lapsed: CitizenId
) -> None:
    browser = demand(site, signed_in(site, lapsed), "LoA2")
    assert ids(browser) == {"step-up-carrier", "step-up-visit", "step-up-back"}

    browser.open("/step-up/carrier")
    assert "kết thúc bằng <strong>001</strong>" in browser.html
    browser.submit()

    assert is_back_with_a_code(browser)
    assert site.sms.sent == []  # the sign-in's own code was a minute ago
    renewed = evidence(site)[-1]
    assert renewed.verified_at == site.clock.now()
    assert renewed.expires_at == site.clock.now() + 1095 * DAY


def test_a_phone_that_was_not_at_hand_lately_gets_a_code_first(
    site: Site, lapsed: CitizenId
) -> None:
    browser = demand(site, signed_in(site, lapsed, ago=15 * MINUTE), "LoA2")

    browser.open("/step-up/carrier").submit()
    assert browser.page == "/step-up/otp"
    assert site.carriers.disclosed == []
    (sent,) = site.sms.sent
    assert sent.to == NUMBER
    assert "la ma xac minh thue bao tai Cong Binh Dinh" in sent.text
    browser.submit(otp="000000")
    assert "Mã OTP không đúng" in browser.html
    assert site.carriers.disclosed == []

    browser.submit(otp=last_code(site))
    assert is_back_with_a_code(browser)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"identity_number": IdentityNumber("052190000099")}, "số CMT/CCCD"),
        ({"full_name": FullName("Nguyễn Thị Bười")}, "họ và tên"),
        ({"full_name": None}, "không có đủ thông tin"),
    ],
)
def test_what_the_carrier_says_is_told_by_kind_and_can_be_asked_again(
    site: Site, lapsed: CitizenId, change: dict[str, object], words: str
) -> None:
    right = site.carriers.subscriptions[NUMBER]
    site.carriers.subscriptions[NUMBER] = replace(right, **change)  # type: ignore[arg-type]
    browser = demand(site, signed_in(site, lapsed), "LoA2")

    browser.open("/step-up/carrier").submit()
    assert browser.page == "/step-up/carrier"
    assert words in browser.html
    assert "Bười" not in browser.html
    assert "052190000099" not in browser.html
    assert len(evidence(site)) == 1
    assert words in browser.open("/step-up/carrier").html  # a reload says the same

    site.carriers.subscriptions[NUMBER] = right
    assert is_back_with_a_code(browser.submit())


def test_a_silent_carrier_is_no_answer(site: Site, lapsed: CitizenId) -> None:
    site.carriers.silent.add("vinaphone")
    browser = demand(site, signed_in(site, lapsed), "LoA2")

    browser.open("/step-up/carrier").submit()

    assert "Nhà mạng chưa trả lời" in browser.html
    assert events(site)[-1] == "carrier_unanswered"
    site.carriers.silent.clear()
    assert is_back_with_a_code(browser.submit())


def test_a_number_that_no_carrier_serves_is_said_to_be_one(site: Site, lapsed: CitizenId) -> None:
    del site.carriers.subscriptions[NUMBER]
    browser = demand(site, signed_in(site, lapsed), "LoA2")

    assert "Không nhà mạng nào" in browser.open("/step-up/carrier").submit().html


def test_carriers_are_asked_no_oftener_than_at_enrolment(site: Site, lapsed: CitizenId) -> None:
    right = site.carriers.subscriptions[NUMBER]
    site.carriers.subscriptions[NUMBER] = replace(right, full_name=FullName("Nguyễn Thị Bười"))
    browser = demand(site, signed_in(site, lapsed), "LoA2").open("/step-up/carrier")
    for _ in range(10):
        browser.submit()

    assert browser.submit().status == 429


def test_an_outage_does_not_count_against_the_citizen(site: Site, lapsed: CitizenId) -> None:
    site.carriers.silent.add("vinaphone")
    browser = demand(site, signed_in(site, lapsed), "LoA2").open("/step-up/carrier")
    for _ in range(11):
        browser.submit()
    assert "Nhà mạng chưa trả lời" in browser.html

    site.carriers.silent.clear()

    assert is_back_with_a_code(browser.submit())


def test_without_a_number_there_is_nobody_to_ask(site: Site, lapsed: CitizenId) -> None:
    with site.database.transaction() as transaction:
        index = phone_number_index(site.index, NUMBER)
        release_phone(transaction, index, site.clock.now())
    browser = demand(site, signed_in(site, lapsed), "LoA2")

    assert "step-up-add-phone" in ids(browser)
    for page in ("/step-up/carrier", "/step-up/otp"):
        assert browser.open(page).page == "/step-up"


def test_what_one_citizen_was_told_the_next_one_does_not_see(site: Site, lapsed: CitizenId) -> None:
    del site.carriers.subscriptions[NUMBER]
    browser = demand(site, signed_in(site, lapsed), "LoA2").open("/step-up/carrier").submit()
    other = CitizenId(new_uuid())
    with site.database.transaction() as transaction:
        now = site.clock.now()
        transaction.add(
            Citizen(
                id=other,
                status=CitizenStatus.ACTIVE,
                name_text="Trần Văn Cam",
                birth_date_text="1980",
                created_at=now,
                updated_at=now,
            )
        )
        transaction.add(
            Phone(
                citizen_id=other,
                number="+84912000002",
                number_index=phone_number_index(site.index, PhoneNumber("+84912000002")),
                verified_at=now,
            )
        )

    signed_in(site, other, browser=browser)

    browser.open("/step-up/carrier")

    assert (browser.page, browser.status) == ("/step-up/carrier", 200)
    assert "Không nhà mạng nào" not in browser.html


# --- the counter ----------------------------------------------------------------------------------


def test_a_visit_to_a_counter_leads_back_to_the_request(site: Site, citizen_id: CitizenId) -> None:
    browser = demand(site, signed_in(site, citizen_id, amr=PASSKEY), "LoA3")
    assert ids(browser) == {"step-up-visit", "step-up-back"}

    browser.open("/step-up/visit")
    assert "visit-code" not in browser.html  # a look gives no code away
    press(browser, "take")
    shown = browser.html
    assert re.search(r'id="visit-code">\d{4} \d{4}<', shown)
    assert "Thẻ căn cước" in shown
    assert browser.open("/step-up/visit").html.count("visit-code") == shown.count("visit-code")

    press(browser, "confirmed")
    assert "Quầy chưa xác nhận mã này" in browser.html
    close_visit(site, browser, citizen_id)
    press(browser, "confirmed")

    assert is_back_with_a_code(browser)


def test_the_request_waits_for_as_long_as_the_code_can_be_used(
    site: Site, citizen_id: CitizenId, pass_time: Callable[[timedelta], None]
) -> None:
    browser = demand(site, signed_in(site, citizen_id, amr=PASSKEY), "LoA3").open("/step-up/visit")
    press(browser, "take")
    address = browser.path
    close_visit(site, browser, citizen_id)

    pass_time(6 * DAY)
    confirm_at_counter(site, citizen_id)
    assert browser.open(address).page == "/login"  # the session did not wait
    signed_in(site, citizen_id, amr=PASSKEY, browser=browser)

    assert is_back_with_a_code(browser.open("/resume"))


def test_after_the_counter_the_page_says_what_is_missing_still(
    site: Site, citizen_id: CitizenId
) -> None:
    browser = demand(site, signed_in(site, citizen_id), "LoA3").open("/step-up/visit")
    press(browser, "take")
    close_visit(site, browser, citizen_id)

    press(browser, "confirmed")

    assert browser.page == "/step-up"
    assert ids(browser) == {"step-up-add-passkey", "step-up-sign-in", "step-up-back"}


# --- without a portal -----------------------------------------------------------------------------


def test_the_page_of_the_level_says_what_it_rests_on(site: Site, citizen_id: CitizenId) -> None:
    browser = signed_in(site, citizen_id).open("/account/level")

    assert 'id="level">Mức 2 – đã được xác minh bởi nhà mạng<' in browser.html
    assert "Nhà mạng xác nhận" in browser.html
    assert 'href="/step-up/visit"' in browser.html
    assert "level-carrier" not in browser.html


def test_a_lapsed_level_is_got_back_from_the_account(site: Site, lapsed: CitizenId) -> None:
    browser = signed_in(site, lapsed).open("/account/level")
    assert "Mức 1 – chưa được xác minh" in browser.html

    browser.open("/step-up/carrier?").submit()

    assert browser.page == "/account/level"
    assert "Mức 2" in browser.html


def test_a_visit_from_the_account_ends_there(site: Site, citizen_id: CitizenId) -> None:
    browser = signed_in(site, citizen_id).open("/step-up/visit?")
    press(browser, "take")
    close_visit(site, browser, citizen_id)
    press(browser, "confirmed")

    assert browser.page == "/account/level"
    assert 'id="level">Mức 3' in browser.html


def test_who_is_not_signed_in_signs_in_and_comes_back(site: Site, citizen_id: CitizenId) -> None:
    browser = site.browser().open("/step-up/visit")
    assert browser.page == "/login"

    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD)
    browser.submit(otp=last_code(site))

    assert browser.page == "/step-up/visit"


def test_a_device_that_skips_the_code_raises_nothing(site: Site, citizen_id: CitizenId) -> None:
    browser = signed_in(site, citizen_id, amr=PASSWORD_ALONE).open("/step-up/visit?")

    assert browser.page == "/login"


def test_step_up_without_a_request_is_the_page_of_the_level(
    site: Site, citizen_id: CitizenId
) -> None:
    assert signed_in(site, citizen_id).open("/step-up?").page == "/account/level"
