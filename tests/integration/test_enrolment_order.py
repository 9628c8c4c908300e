"""Whatever is requested, in whatever order: without the right code nothing happens to anybody."""

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from idp.citizens.model import Citizen
from idp.core.handles import Handle
from idp.core.mac import Mac
from idp.core.phone_number import PhoneNumber
from idp.web.csrf import form_token
from tests.fakes.citizen_site import Browser, Site

NUMBER = PhoneNumber("+84912000001")
PASSWORD = "Song Hàn-82 chiều"
PAGES = (
    "method",
    "mobile",
    "otp",
    "waiting",
    "mismatch",
    "not-available",
    "not-subscriber",
    "exists",
    "password",
    "done",
    "take-up",
    "take-up/otp",
)
FORMS = {
    "MethodForm": {"subject": "citizen", "method": "mobile"},
    "MobileForm": {
        "identity_number": "052190000001",
        "full_name": "Nguyễn Thị Bưởi",
        "birth_day": "2",
        "birth_month": "1",
        "birth_year": "1990",
        "phone_number": "0912000001",
    },
    "KeptForm": {"decision": "continue"},
    "OtpForm": {"otp": "not it"},
    "ResendForm": {"action": "resend"},
    "RecheckForm": {},
    "OldNumberForm": {"old_identity_number": "212345678"},
    "TakeUpForm": {"identity_number": "052190000001", "phone_number": "0912000001"},
    "NewPasswordForm": {"new_password": PASSWORD, "confirm_password": PASSWORD},
}
REQUESTS = st.one_of(
    st.tuples(st.sampled_from(PAGES), st.none()),
    st.tuples(st.sampled_from(PAGES), st.sampled_from(sorted(FORMS))),
)


def ask_for(site: Site, browser: Browser, page: str, form: str | None) -> None:
    path = f"/enrol/{page}?i={browser.interaction}"
    if form is None:
        browser.open(path)
        return
    token = form_token(Mac(site.csrf_key), Handle(browser.cookie("idp_browser")), form)
    browser.post(path, {"csrf_token": token} | FORMS[form])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(REQUESTS, min_size=3, max_size=12))
def test_no_sequence_of_requests_does_without_the_code(
    site: Site, requests: list[tuple[str, str | None]]
) -> None:
    site.redis.flushall()
    browser = site.from_portal(site.browser())
    interaction = browser.interaction
    ask_for(site, browser, "mobile", "MobileForm")
    assert browser.page == "/enrol/otp"

    for page, form in requests:
        ask_for(site, browser, page, form)
        assert browser.status in {200, 400, 429}
        assert browser.interaction == interaction

    with site.database.reading() as reading:
        assert reading.execute(select(func.count()).select_from(Citizen)).scalar_one() == 0
    assert site.carriers.disclosed == []
    assert {message.to for message in site.sms.sent} <= {NUMBER}
