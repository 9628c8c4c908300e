"""Signing in with more, or less, than password and text message."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.authenticators import store
from idp.authenticators.forget_devices import end_remembered_devices
from idp.authenticators.model import AuthenticatorApp
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind, Phone
from idp.citizens.phone_store import make_default_phone
from idp.core.handles import Handle, new_handle, new_uuid
from idp.core.phone_number import PhoneNumber
from idp.interactions.model import AuthorizationRequest, Interaction, InteractionId, Prompt
from idp.totp.codes import new_totp_secret
from tests.fakes.authenticator import SoftwareAuthenticator
from tests.fakes.citizen_site import PORTAL, Browser, Site
from tests.fakes.people import citizen_of

IDENTITY_NUMBER = "052090000001"
NUMBER = PhoneNumber("+84912000001")
PASSWORD = "Song Hàn-82 chiều"
PassTime = Callable[[timedelta], None]
STEP = timedelta(seconds=30)


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    citizen = citizen_of()
    assert citizen.credential
    citizen.credential.hash = site.hasher.hash(PASSWORD)
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)
    return citizen.id


@pytest.fixture
def secret(site: Site, citizen_id: CitizenId) -> str:
    """The secret of the citizen's authenticator app."""
    app = AuthenticatorApp(
        id=new_uuid(),
        citizen_id=citizen_id,
        name="Điện thoại",
        secret=new_totp_secret(),
        step_used=0,
        created_at=site.clock.now(),
        confirmed_at=site.clock.now(),
    )
    with site.database.transaction() as transaction:
        transaction.add(app)
    return app.secret


def typed(browser: Browser, password: str = PASSWORD, *, path: str = "/login") -> Browser:
    if path:
        browser.open(path)
    return browser.submit(username=IDENTITY_NUMBER, password=password)


def by_sms(site: Site, browser: Browser, **more: str) -> Browser:
    code = site.sms.to(NUMBER)[-1].split()[0]
    return browser.submit(otp=code, **more)


def signed_in(site: Site, browser: Browser) -> tuple[str, ...]:
    """By what this browser's citizen has signed in."""
    session = site.sessions.find(Handle(browser.cookie("idp_session")))
    assert session is not None
    return session.authentication.amr


def choose(browser: Browser, way: str) -> Browser:
    form = browser.forms[-1 if browser.page != "/otp" else 2]
    return browser.post(f"/login/way?i={browser.interaction}", form.hidden | {"way": way})


def asks(site: Site, browser: Browser, **wishes: object) -> Browser:
    """Come from the portal with those wishes."""
    interaction = Interaction(
        id=InteractionId(new_handle()),
        request=AuthorizationRequest(
            client_id=PORTAL,
            redirect_uri="http://localhost:8401/callback",
            scope=("openid",),
            state="abc",
            **wishes,  # type: ignore[arg-type]
        ),
        started_at=site.clock.now(),
        account_chosen=True,
    )
    site.interactions.add(interaction, network="127.0.0.0/24")
    return browser.open(f"/resume?i={interaction.id}")


def events(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def passkey_options(browser: Browser) -> str:
    found = re.search(r'data-options="([^"]*)"', browser.html)
    assert found
    return unescape(found[1])


# --- remembered devices ---------------------------------------------------------------------------


def remembered(site: Site, **box: str) -> Browser:
    """A browser whose citizen ticked the box, and has signed out since."""
    browser = typed(site.browser())
    by_sms(site, browser, **(box or {"remember": "yes"}))
    browser.open("/account")
    browser.post("/account/sign-out", browser.forms[-1].hidden)
    assert browser.cookie("idp_session") == ""
    return browser


def test_the_box_is_not_ticked_beforehand(site: Site, citizen_id: CitizenId) -> None:
    browser = typed(site.browser())

    assert browser.page == "/otp"
    assert re.search(r'<input type="checkbox" id="remember"[^>]*value="yes"[^>]*>', browser.html)
    assert "checked" not in browser.html


def test_a_remembered_device_asks_for_the_password_alone_and_says_so(
    site: Site, citizen_id: CitizenId
) -> None:
    browser = remembered(site)
    texts = len(site.sms.to(NUMBER))
    typed(browser)

    assert signed_in(site, browser) == ("pwd",)
    assert len(site.sms.to(NUMBER)) == texts
    assert "device_remembered" in events(site)


def test_a_device_that_is_only_known_asks_for_the_code(site: Site, citizen_id: CitizenId) -> None:
    browser = remembered(site, remember="")

    assert typed(browser).page == "/otp"
    assert "device_remembered" not in events(site)


@pytest.mark.parametrize(
    "wishes",
    [
        {"prompt": frozenset({Prompt.LOGIN})},
        {"acr_values": ("LoA2",)},
        {"acr_values": ("LoA1", "LoA2")},
        {"max_age": 60},
    ],
)
def test_where_more_is_asked_for_a_remembered_device_changes_nothing(
    site: Site, citizen_id: CitizenId, wishes: dict[str, object]
) -> None:
    browser = remembered(site)

    assert typed(asks(site, browser, **wishes), path="").page == "/otp"
    by_sms(site, browser)
    assert signed_in(site, browser) == ("pwd", "otp", "sms", "mfa")


def test_at_the_lowest_class_it_spares_the_code(site: Site, citizen_id: CitizenId) -> None:
    browser = remembered(site)
    typed(asks(site, browser, acr_values=("LoA1",)), path="")

    assert signed_in(site, browser) == ("pwd",)


def test_it_ends_after_thirty_days_and_for_everybody_else_at_once(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    browser = remembered(site)
    assert typed(site.browser()).page == "/otp"  # somebody who has the password alone
    pass_time(timedelta(days=30))

    assert typed(browser).page == "/otp"


def test_it_ends_when_the_devices_of_the_citizen_do(site: Site, citizen_id: CitizenId) -> None:
    browser = remembered(site)
    with site.database.transaction() as transaction:
        end_remembered_devices(transaction, citizen_id, site.clock.now())

    assert typed(browser).page == "/otp"


def test_a_wrong_password_is_wrong_on_a_remembered_device_too(
    site: Site, citizen_id: CitizenId
) -> None:
    browser = typed(remembered(site), "Sai mật khẩu 1!")

    assert "không đúng" in browser.html
    assert browser.cookie("idp_session") == ""


def test_the_cookie_is_a_handle_that_changes_with_each_sign_in(
    site: Site, citizen_id: CitizenId
) -> None:
    browser = remembered(site)
    first = browser.cookie("idp_device")
    copied = site.browser()
    copied._client.set_cookie("idp_device", first)
    typed(browser)

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first)
    assert browser.cookie("idp_device") != first
    assert typed(copied).page == "/otp"
    cookie = browser._client.get_cookie("idp_device")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert cookie.max_age == timedelta(days=180).total_seconds()


def test_a_new_password_is_of_use_while_strangers_go_on_trying(
    site: Site, citizen_id: CitizenId
) -> None:
    for number in range(40):
        stranger = site.browser()
        stranger._client.environ_base["REMOTE_ADDR"] = f"198.51.{number}.1"
        typed(stranger, "Sai mật khẩu 1!")
    browser = typed(site.browser())
    assert browser.status == 429
    browser.open("/recover").submit(username=IDENTITY_NUMBER, phone_number="0912000001")
    by_sms(site, browser)
    browser.submit(new_password="Đèo Cù Mông 47*", confirm_password="Đèo Cù Mông 47*")
    browser.open("/login")

    assert typed(browser, "Đèo Cù Mông 47*", path="").page == "/otp"
    assert typed(site.browser(), "Đèo Cù Mông 47*").status == 429


# --- a new device, and a SIM that was just changed ------------------------------------------------


def change_sim(site: Site, ago: timedelta) -> None:
    site.carriers.subscriptions[NUMBER] = replace(
        site.carriers.subscriptions[NUMBER], sim_changed_at=site.clock.now() - ago
    )


def test_on_a_new_device_no_text_goes_out_so_soon_after_a_sim_change(
    site: Site, citizen_id: CitizenId
) -> None:
    change_sim(site, timedelta(hours=23))
    browser = typed(site.browser())

    assert browser.page == "/login/new-device"
    assert site.sms.to(NUMBER) == []
    assert "phone_doubted" in events(site)
    assert browser.open("/otp").page == "/login/new-device"


def test_a_wrong_password_asks_no_carrier(site: Site, citizen_id: CitizenId) -> None:
    change_sim(site, timedelta(hours=1))
    browser = typed(site.browser(), "Sai mật khẩu 1!")

    assert browser.page == "/login"
    assert "phone_doubted" not in events(site)


def test_a_known_device_is_not_asked_about(site: Site, citizen_id: CitizenId) -> None:
    browser = remembered(site)
    change_sim(site, timedelta(hours=1))

    assert typed(asks(site, browser, acr_values=("LoA2",)), path="").page == "/otp"
    assert typed(site.browser()).page == "/login/new-device"


def test_a_day_after_the_change_and_with_a_silent_carrier_it_works(
    site: Site, citizen_id: CitizenId
) -> None:
    change_sim(site, timedelta(hours=25))
    assert typed(site.browser()).page == "/otp"
    site.carriers.silent.add("vinaphone")

    assert typed(site.browser()).page == "/otp"


def test_an_app_is_no_matter_of_the_sim(site: Site, citizen_id: CitizenId, secret: str) -> None:
    change_sim(site, timedelta(hours=1))
    browser = typed(site.browser())
    assert browser.page == "/login/app-code"
    choose(browser, "sms")

    assert browser.page == "/login/app-code"
    assert "SIM của số điện thoại" in browser.html
    assert site.sms.to(NUMBER) == []
    browser.submit(app_code=pyotp.TOTP(secret).at(site.clock.now()))
    assert signed_in(site, browser) == ("pwd", "otp", "mfa")


# --- authenticator app and recovery codes ---------------------------------------------------------


def test_an_app_comes_before_the_text_message_which_is_there_beside(
    site: Site, citizen_id: CitizenId, secret: str
) -> None:
    browser = typed(site.browser())
    assert (browser.page, site.sms.to(NUMBER)) == ("/login/app-code", [])

    choose(browser, "sms")
    assert browser.page == "/otp"
    choose(browser, "app")
    assert browser.page == "/login/app-code"
    choose(browser, "sms")
    by_sms(site, browser)
    assert len(site.sms.to(NUMBER)) == 1
    assert signed_in(site, browser) == ("pwd", "otp", "sms", "mfa")


def test_a_code_of_an_app_counts_once(
    site: Site, citizen_id: CitizenId, secret: str, pass_time: PassTime
) -> None:
    code = pyotp.TOTP(secret).at(site.clock.now())
    first = typed(site.browser()).submit(app_code=code)
    second = typed(site.browser()).submit(app_code=code)

    assert signed_in(site, first) == ("pwd", "otp", "mfa")
    assert second.page == "/login/app-code"
    assert "đã dùng" in second.html
    pass_time(STEP)
    second.submit(app_code=pyotp.TOTP(secret).at(site.clock.now()))
    assert signed_in(site, second) == ("pwd", "otp", "mfa")


@pytest.mark.parametrize(
    ("steps", "page"),
    [(-2, "/login/app-code"), (-1, "/account"), (1, "/account"), (2, "/login/app-code")],
)
def test_a_clock_may_be_one_step_off(
    site: Site, citizen_id: CitizenId, secret: str, steps: int, page: str
) -> None:
    shown = pyotp.TOTP(secret).at(site.clock.now() + steps * STEP)

    assert typed(site.browser()).submit(app_code=shown).page == page


def test_codes_cannot_be_tried_for_ever(site: Site, citizen_id: CitizenId, secret: str) -> None:
    browser = typed(site.browser())
    right = pyotp.TOTP(secret).at(site.clock.now())
    wrong = f"{(int(right) + 500_000) % 1_000_000:06}"
    for _ in range(5):
        assert browser.submit(app_code=wrong).status == 200

    assert browser.submit(app_code=right).status == 429
    assert "app_code_per_citizen" not in browser.html
    assert events(site).count("second_factor_refused") == 5
    choose(browser, "sms")  # the other way is open
    by_sms(site, browser)
    assert signed_in(site, browser) == ("pwd", "otp", "sms", "mfa")


def test_a_recovery_code_completes_a_sign_in_once_and_the_citizen_is_told(
    site: Site, citizen_id: CitizenId
) -> None:
    code = "7K3QXM2N9P"
    code_hash = store.recovery_code_hash(site.index, citizen_id, code)
    with site.database.transaction() as transaction:
        store.replace_recovery_codes(transaction, citizen_id, [code_hash], site.clock.now())
    browser = choose(typed(site.browser()), "recovery_code")
    assert browser.page == "/login/recovery-code"
    browser.submit(recovery_code="7k3qx-m2n9p")

    assert signed_in(site, browser) == ("pwd", "otp", "mfa")
    assert "ma du phong" in site.sms.to(NUMBER)[-1]
    assert "recovery_code_used" in events(site)
    again = typed(site.browser())
    assert "way-recovery_code" not in again.html


def test_a_way_that_was_not_offered_is_none(site: Site, citizen_id: CitizenId) -> None:
    browser = typed(site.browser())
    for path in ("/login/app-code", "/login/recovery-code", "/login/new-device", "/login/way"):
        assert browser.open(path).page == "/otp"


@pytest.mark.parametrize("by_app", [True, False])
def test_a_password_that_was_replaced_meanwhile_is_asked_for_again(
    site: Site, citizen_id: CitizenId, request: pytest.FixtureRequest, *, by_app: bool
) -> None:
    """Whoever knew the old one is out, however far they had come."""
    secret = request.getfixturevalue("secret") if by_app else ""
    browser = typed(site.browser())
    site.clock.advance(timedelta(seconds=1))
    with site.database.transaction() as transaction:
        hashed = site.hasher.hash("Đèo Cù Mông 47*")
        citizens.replace_password(transaction, citizen_id, hashed, site.clock.now())

    if by_app:
        browser.submit(app_code=pyotp.TOTP(secret).at(site.clock.now()))
    else:
        by_sms(site, browser)

    assert browser.page == "/login"
    assert site.sessions.of_citizen(citizen_id) == ()
    assert "sign_in_succeeded" not in events(site)
    typed(browser, "Đèo Cù Mông 47*", path="")
    assert browser.page in {"/otp", "/login/app-code"}


def test_a_code_to_a_phone_that_was_replaced_meanwhile_opens_nothing(
    site: Site, citizen_id: CitizenId
) -> None:
    browser = typed(site.browser())
    other = PhoneNumber("+84912000002")
    with site.database.transaction() as transaction:
        phone = Phone(
            citizen_id=citizen_id,
            number=other.e164,
            number_index=phone_number_index(site.index, other),
            is_default=False,
            verified_at=site.clock.now(),
        )
        transaction.add(phone)
        transaction.flush()
        make_default_phone(transaction, citizen_id, phone.id)

    by_sms(site, browser)

    assert browser.page == "/login"
    assert site.sessions.of_citizen(citizen_id) == ()
    typed(browser, path="")
    assert browser.page == "/otp"
    assert len(site.sms.to(other)) == 1


def test_without_the_password_none_of_the_pages_asks(site: Site, citizen_id: CitizenId) -> None:
    browser = site.browser().open("/login")
    for path in ("/login/app-code", "/login/recovery-code", "/login/new-device", "/otp"):
        assert browser.open(path).page == "/login"


# --- passkeys -------------------------------------------------------------------------------------


@pytest.fixture
def holder(site: Site, citizen_id: CitizenId) -> SoftwareAuthenticator:
    """An authenticator that holds a passkey of the citizen, made on the citizen's own page."""
    authenticator = SoftwareAuthenticator(site.settings.server.issuer)
    browser = typed(site.browser())
    by_sms(site, browser)
    browser.open("/account/security/passkeys/add")
    browser.submit(name="Máy tính", credential=authenticator.create(passkey_options(browser)))
    assert browser.page == "/account/security/authenticators"
    return authenticator


def test_a_passkey_signs_in_without_a_typed_number(
    site: Site, citizen_id: CitizenId, holder: SoftwareAuthenticator
) -> None:
    browser = site.browser().open("/login")
    assert 'id="use-passkey"' in browser.html
    browser.open("/login/passkey")
    browser.submit(credential=holder.get(passkey_options(browser)))

    assert signed_in(site, browser) == ("hwk", "user", "mfa")


def test_after_the_password_a_passkey_is_asked_for_first(
    site: Site, citizen_id: CitizenId, holder: SoftwareAuthenticator
) -> None:
    browser = typed(site.browser())
    assert browser.page == "/login/passkey"
    browser.submit(credential=holder.get(passkey_options(browser)))

    assert signed_in(site, browser) == ("pwd", "hwk", "user", "mfa")


def test_an_answer_from_another_interaction_signs_nobody_in(
    site: Site, citizen_id: CitizenId, holder: SoftwareAuthenticator
) -> None:
    other = site.browser().open("/login/passkey")
    answer = holder.get(passkey_options(other))
    browser = site.browser().open("/login/passkey").submit(credential=answer)

    assert browser.page == "/login/passkey"
    assert "không dùng được ở đây" in browser.html
    assert browser.cookie("idp_session") == ""


def test_a_held_account_is_not_opened_by_a_passkey(
    site: Site, citizen_id: CitizenId, holder: SoftwareAuthenticator
) -> None:
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, HoldKind.OPERATOR, site.clock.now())
    browser = site.browser().open("/login/passkey")
    browser.submit(credential=holder.get(passkey_options(browser)))

    assert "tạm khoá" in browser.html
    assert browser.cookie("idp_session") == ""
