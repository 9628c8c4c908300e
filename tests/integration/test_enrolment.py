"""Enrolment, page by page, as a citizen walks it and as one should not."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import redis
from sqlalchemy import func, select

from idp.adapters.jobs import Jobs
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.model import Citizen, Evidence, EvidenceKind, PasswordCredential, Phone
from idp.citizens.phone_store import holder_of_phone
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.enrolment.model import PendingEnrolment
from idp.enrolment.sweep import forget_expired_enrolments
from idp.follow_ups.follow_ups import LEFT_AFTER
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site

NUMBER = PhoneNumber("+84912000001")
OTHER_NUMBER = PhoneNumber("+84912000002")
DETAILS = {
    "identity_number": "052190000001",
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": "0912 000 001",
    "email": "",
}
PASSWORD = "Song Hàn-82 chiều"
PassTime = Callable[[timedelta], None]


def subscription(
    *,
    name: str = "Nguyễn Thị Bưởi",
    number: str | None = "052190000001",
    carrier: str = "vinaphone",
) -> Subscription:
    return Subscription(
        carrier=carrier,
        identity_number=None if number is None else IdentityNumber(number),
        full_name=FullName.parse(name),
        birth_date=BirthDate(1990, 1, 2),
    )


def to_form(site: Site, browser: Browser) -> Browser:
    return site.from_portal(browser).submit(subject="citizen", method="mobile")


def to_code(site: Site, browser: Browser | None = None, **changes: str) -> Browser:
    return to_form(site, browser or site.browser()).submit(**(DETAILS | changes))


def to_password(site: Site, browser: Browser | None = None, **changes: str) -> Browser:
    browser = to_code(site, browser, **changes)
    return browser.submit(otp=last_code(site))


def to_done(site: Site, browser: Browser | None = None, **changes: str) -> Browser:
    return set_password(to_password(site, browser, **changes))


def set_password(browser: Browser, password: str = PASSWORD) -> Browser:
    return browser.submit(new_password=password, confirm_password=password)


def last_code(site: Site) -> str:
    codes = [found for sent in site.sms.sent if (found := re.match(r"\d{6}", sent.text))]
    return codes[-1].group()


def count(site: Site, model: type) -> int:
    with site.database.reading() as reading:
        return reading.execute(select(func.count()).select_from(model)).scalar_one()


def events(site: Site) -> list[str]:
    """What happened since the portals were registered."""
    kinds = select(AuditEvent.kind).where(AuditEvent.kind != "relying_party_registered")
    with site.database.reading() as reading:
        return list(reading.execute(kinds.order_by(AuditEvent.id)).scalars())


def details_of(site: Site, kind: str) -> dict[str, object]:
    with site.database.reading() as reading:
        query = select(AuditEvent.details).where(AuditEvent.kind == kind)
        return reading.execute(query).scalars().all()[-1]


def the_citizen(site: Site) -> Citizen:
    with site.database.reading() as reading:
        citizen_id = reading.execute(select(Citizen.id)).scalar_one()
        return citizens.citizen(
            reading, citizen_id, "identity_numbers", "phones", "evidence", "credential"
        )


# --- the whole way --------------------------------------------------------------------------------


def test_the_way_from_the_portal_leads_back_to_it_with_its_own_state(site: Site) -> None:
    browser = to_done(site)

    assert browser.page == "/enrol/done"
    assert "Mức 2 – đã được xác minh bởi nhà mạng" in browser.html
    assert "Tiếp tục vào Cổng Dịch vụ công tỉnh Bình Định" in browser.html
    browser.open("/resume")
    assert browser.page == "/consent"
    assert "ở trang tài khoản, mục Dịch vụ đã kết nối" in browser.html  # where to take it back
    browser.submit(decision="allow")
    assert browser.page == "/continue"
    assert re.search(r"http://localhost:8401/callback\?code=[^&]+&amp;state=abc123", browser.html)


def test_the_account_holds_what_was_typed_and_what_the_carrier_confirmed(site: Site) -> None:
    to_done(site, email="buoi@example.com")

    citizen = the_citizen(site)
    assert citizen.full_name == FullName.parse("Nguyễn Thị Bưởi")
    assert citizen.birth_date == BirthDate(1990, 1, 2)
    assert citizen.email == "buoi@example.com"
    assert citizen.phone_number == NUMBER
    assert [number.kind for number in citizen.identity_numbers] == ["cccd"]
    assert citizen.credential is not None
    assert site.hasher.verify(PASSWORD, citizen.credential.hash)
    evidence = {record.kind: record for record in citizen.evidence}
    match = evidence[EvidenceKind.CARRIER_MATCH]
    assert (match.verifier, match.spelling) == ("vinaphone", "as_typed")
    assert match.reference == "question-1"
    assert match.attributes == ["birth_date", "full_name", "identity_number"]
    assert match.expires_at == site.clock.now() + timedelta(days=1095)
    assert match.phone_id == citizen.phones[0].id
    assert EvidenceKind.SELF_DECLARED in evidence


def test_nothing_is_kept_of_the_pending_enrolment(site: Site) -> None:
    to_done(site)

    assert count(site, PendingEnrolment) == 0


def test_the_code_goes_to_the_typed_number_and_names_the_portal(site: Site) -> None:
    to_code(site)

    assert [message.to for message in site.sms.sent] == [NUMBER]
    assert "Cong Binh Dinh" in site.sms.sent[0].text


def test_the_new_citizen_is_told_by_text(site: Site) -> None:
    to_done(site)

    assert site.sms.sent[-1].to == NUMBER
    assert site.sms.sent[-1].text.startswith("Tai khoan")


def test_the_log_keeps_which_notice_was_shown_and_no_personal_data(site: Site) -> None:
    to_done(site)

    assert events(site)[:2] == ["carrier_asked", "citizen_enrolled"]
    enrolled = details_of(site, "citizen_enrolled")
    assert enrolled["notice_version"]
    assert len(str(enrolled["notice_hash"])) == 43
    with site.database.reading() as reading:
        everything = str(reading.execute(select(AuditEvent.details)).all())
    for personal in ("052190000001", "912000001", "Bưởi", "1990"):
        assert personal not in everything


def test_enrolment_is_a_sign_in_with_two_factors(site: Site) -> None:
    to_done(site)

    assert details_of(site, "sign_in_succeeded")["amr"] == ["pwd", "otp", "sms", "mfa"]


def test_a_cmnd_is_a_number_of_its_own_kind(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(number="212345678")

    to_done(site, identity_number="212345678")

    assert [number.kind for number in the_citizen(site).identity_numbers] == ["cmnd"]


def test_without_a_portal_the_way_ends_at_the_account(site: Site) -> None:
    browser = site.browser().open("/enrol/method").submit(subject="citizen", method="mobile")
    browser.submit(**DETAILS).submit(otp=last_code(site))
    set_password(browser)

    assert "Tới trang tài khoản" in browser.html
    assert browser.open("/resume").redirects == ["/account"]


@pytest.mark.parametrize("subject", ["business", "agency"])
def test_businesses_and_agencies_are_told_that_they_cannot_enrol_here(
    site: Site, subject: str
) -> None:
    browser = site.from_portal(site.browser()).submit(subject=subject, method="mobile")

    assert browser.page == "/enrol/not-open"
    assert "chưa đăng ký được ở đây" in browser.html


# --- who learns what ------------------------------------------------------------------------------


def test_no_carrier_hears_of_anybody_before_the_phone_is_proved(site: Site) -> None:
    browser = to_code(site)

    assert browser.page == "/enrol/otp"
    assert site.carriers.disclosed == []


def test_a_stranger_without_the_phone_cannot_tell_who_has_an_account(site: Site) -> None:
    to_done(site)
    site.carriers.subscriptions[OTHER_NUMBER] = subscription()

    known = to_code(site, phone_number=OTHER_NUMBER.national)
    wrong = known.submit(otp="000000")
    site.clock.advance(timedelta(hours=1))
    site.redis.flushall()
    unknown = to_code(site, identity_number="052190000099", phone_number=OTHER_NUMBER.national)

    assert (known.page, unknown.page) == ("/enrol/otp", "/enrol/otp")
    assert wrong.page == "/enrol/otp"


def test_an_existing_account_is_named_after_phone_and_carrier_agree(site: Site) -> None:
    to_done(site)
    site.carriers.subscriptions[OTHER_NUMBER] = subscription()

    browser = to_password(site, phone_number=OTHER_NUMBER.national)

    assert browser.page == "/enrol/exists"
    assert f"/login?i={browser.interaction}" in browser.html
    assert f"/recover?i={browser.interaction}" in browser.html
    assert f"/dispute?i={browser.interaction}" in browser.html
    assert "enrolment_found_account" in events(site)
    assert count(site, Citizen) == 1


def test_who_has_an_account_signs_in_instead_and_goes_on_to_the_portal(
    site: Site, pass_time: PassTime
) -> None:
    to_done(site)
    site.carriers.subscriptions[OTHER_NUMBER] = subscription()
    browser = to_password(site, phone_number=OTHER_NUMBER.national)
    pass_time(timedelta(minutes=2))

    browser.open("/login").submit(username="052190000001", password=PASSWORD)
    assert browser.page == "/otp"
    browser.submit(otp=last_code(site))

    assert browser.page == "/consent"


def test_who_has_an_account_and_no_password_recovers_instead(
    site: Site, pass_time: PassTime
) -> None:
    to_done(site)
    site.carriers.subscriptions[OTHER_NUMBER] = subscription()
    browser = to_password(site, phone_number=OTHER_NUMBER.national)
    pass_time(timedelta(minutes=2))

    browser.open("/recover").submit(username="052190000001", phone_number="0912000001")
    set_password(browser.submit(otp=last_code(site)))
    assert browser.page == "/recover/done"

    assert browser.open("/resume").page == "/login"


def test_who_is_signed_in_does_not_enrol_by_accident(site: Site) -> None:
    browser = to_done(site)
    site.clock.advance(timedelta(minutes=1))

    site.from_portal(browser)
    assert browser.page == "/signed-in-as"
    assert browser.open("/enrol/mobile").page == "/signed-in-as"
    browser.submit(decision="other")

    assert browser.page == "/enrol/method"


def test_a_session_that_is_gone_on_with_needs_no_enrolment(site: Site) -> None:
    browser = to_done(site)
    site.clock.advance(timedelta(minutes=1))

    site.from_portal(browser).submit(decision="continue")

    assert browser.page == "/consent"


def test_somebody_elses_number_is_a_mismatch_even_where_it_has_an_account(site: Site) -> None:
    to_done(site)
    site.carriers.subscriptions[OTHER_NUMBER] = subscription(number="052190000077")

    browser = to_password(site, phone_number=OTHER_NUMBER.national)

    assert browser.page == "/enrol/mismatch"


# --- what the carriers say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "page"),
    [
        (subscription(name="Trần Văn Khác"), "/enrol/mismatch"),
        (subscription(number="052190000077"), "/enrol/mismatch"),
        (subscription(number=None), "/enrol/not-available"),
        (None, "/enrol/not-subscriber"),
    ],
)
def test_each_outcome_has_its_page_and_makes_no_account(
    site: Site, record: Subscription | None, page: str
) -> None:
    del site.carriers.subscriptions[NUMBER]
    if record is not None:
        site.carriers.subscriptions[NUMBER] = record

    browser = to_password(site)

    assert (browser.page, browser.status) == (page, 200)
    assert "001" in browser.html
    assert count(site, Citizen) == 0
    assert details_of(site, "carrier_asked")["outcome"] == page[7:].replace("-", "_")


def test_who_cannot_go_to_a_shop_now_goes_back_to_the_portal(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(name="Trần Văn Khác")
    browser = to_password(site)
    assert browser.page == "/enrol/mismatch"
    [way] = re.findall(r'id="other-ways" href="([^"]+)"', browser.html)

    browser.open(way)
    browser.post(browser.path, browser.forms[-1].hidden | {"method": "cancel"})

    assert browser.page == "/continue"
    assert "error=access_denied" in browser.html
    assert "state=abc123" in browser.html


def test_after_the_carrier_mended_its_record_one_button_leads_on(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(name="Trần Văn Khác")
    browser = to_password(site)
    site.carriers.subscriptions[NUMBER] = subscription()

    browser.submit()

    assert browser.page == "/enrol/password"
    assert len(site.sms.sent) == 1


def test_a_silent_carrier_costs_nothing_and_keeps_everything(site: Site) -> None:
    site.carriers.silent.add("vinaphone")
    browser = to_password(site)

    for _ in range(12):  # more often than anybody may ask
        browser.submit()
    assert browser.page == "/enrol/waiting"
    assert "Nhà mạng chưa trả lời" in browser.html
    assert events(site).count("carrier_unanswered") == 13
    assert details_of(site, "carrier_unanswered")["carriers"] == ["vinaphone"]
    site.carriers.silent.clear()

    assert browser.submit().page == "/enrol/password"


def test_an_outage_is_no_mismatch(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(name="Trần Văn Khác")
    browser = to_password(site)
    site.carriers.silent.add("vinaphone")

    assert browser.submit().page == "/enrol/waiting"


def test_questions_of_one_phone_are_limited(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(name="Trần Văn Khác")
    browser = to_password(site)
    for _ in range(9):
        assert browser.submit().page == "/enrol/mismatch"

    browser.submit()

    assert browser.status == 429
    assert len(site.carriers.disclosed) == 10
    assert details_of(site, "budget_exceeded")["budget"] == "enrolment_per_phone"
    assert count(site, PendingEnrolment) == 1


def test_a_stranger_s_own_phone_does_not_use_up_another_person_s_number(site: Site) -> None:
    site.carriers.subscriptions[OTHER_NUMBER] = subscription(number="052190000077")
    stranger = site.from_portal(site.browser()).submit(subject="citizen", method="mobile")
    stranger.submit(**DETAILS | {"phone_number": OTHER_NUMBER.national})
    stranger.submit(otp=re.findall(r"\d{6}", site.sms.to(OTHER_NUMBER)[-1])[0])
    while stranger.status != 429:
        stranger.post(f"/enrol/mismatch?i={stranger.interaction}", stranger.forms[-1].hidden)

    assert to_password(site).page == "/enrol/password"


def test_one_phone_cannot_go_through_many_identity_numbers(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(number="052190000077")
    browser = to_password(site)

    for number in range(20):
        browser.open("/enrol/mobile").submit(
            **(DETAILS | {"identity_number": f"0521900001{number:02}"})
        )

    assert browser.status == 429
    assert len(site.carriers.disclosed) == 10


# --- order ----------------------------------------------------------------------------------------

LATER = (
    "/enrol/otp",
    "/enrol/waiting",
    "/enrol/mismatch",
    "/enrol/not-available",
    "/enrol/not-subscriber",
    "/enrol/exists",
    "/enrol/password",
    "/enrol/done",
)


@pytest.mark.parametrize("path", LATER)
def test_no_page_can_be_reached_before_its_turn(site: Site, path: str) -> None:
    browser = site.from_portal(site.browser())

    assert browser.open(path).page == "/enrol/method"


@pytest.mark.parametrize("path", [path for path in LATER if path != "/enrol/otp"])
def test_before_the_code_every_later_page_is_the_codes(site: Site, path: str) -> None:
    browser = to_code(site)

    assert browser.open(path).page == "/enrol/otp"
    assert len(site.sms.sent) == 1


def test_a_password_posted_before_the_code_makes_no_account(site: Site) -> None:
    browser = to_code(site)

    browser.post(
        f"/enrol/password?i={browser.interaction}",
        browser.forms[0].hidden | {"new_password": PASSWORD, "confirm_password": PASSWORD},
    )

    assert browser.page == "/enrol/otp"
    assert count(site, Citizen) == 0


@pytest.mark.parametrize("path", ["/enrol/method", "/enrol/mobile", *LATER])
def test_once_done_every_page_is_the_last(site: Site, path: str) -> None:
    browser = to_done(site)

    assert browser.open(path).page == "/enrol/done"


def test_an_account_is_made_and_told_though_the_queue_was_away(
    site: Site, pass_time: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise redis.ConnectionError

    browser = to_password(site)
    before = len(site.sms.to(NUMBER))
    with monkeypatch.context() as broken:
        broken.setattr(Jobs, "tell", fail)
        browser.submit(new_password=PASSWORD, confirm_password=PASSWORD)

    assert browser.page == "/enrol/done"
    assert len(site.sms.to(NUMBER)) == before
    pass_time(LEFT_AFTER)
    site.sweep("do what is left")
    assert len(site.sms.to(NUMBER)) == before + 1


def test_a_password_sent_twice_makes_one_account(site: Site) -> None:
    browser = to_password(site)
    path, typed = browser.path, {"new_password": PASSWORD, "confirm_password": PASSWORD}
    sent = browser.forms[0].hidden | typed

    browser.post(path, sent).post(path, sent)

    assert browser.page == "/enrol/done"
    assert count(site, Citizen) == 1


def test_back_to_the_form_the_answers_are_there(site: Site) -> None:
    browser = to_password(site).open("/enrol/mobile")

    values = browser.forms[0].values
    assert values["identity_number"] == "052190000001"
    assert values["full_name"] == "Nguyễn Thị Bưởi"
    assert values["phone_number"] == "0912000001"
    assert (values["birth_day"], values["birth_month"], values["birth_year"]) == ("2", "1", "1990")


def test_with_the_same_phone_changed_answers_need_no_new_code(site: Site) -> None:
    site.carriers.subscriptions[NUMBER] = subscription(name="Nguyễn Thị Bình")
    browser = to_password(site)

    browser.open("/enrol/mobile").submit(**(DETAILS | {"full_name": "Nguyễn Thị Bình"}))

    assert browser.page == "/enrol/password"
    assert len(site.sms.sent) == 1
    assert len(site.carriers.disclosed) == 2


def test_another_phone_needs_its_own_code(site: Site) -> None:
    browser = to_password(site)

    browser.open("/enrol/mobile").submit(**(DETAILS | {"phone_number": "0912000002"}))

    assert browser.page == "/enrol/otp"
    assert [message.to for message in site.sms.sent] == [NUMBER, OTHER_NUMBER]
    assert browser.open("/enrol/password").page == "/enrol/otp"


def test_a_code_sent_to_one_phone_does_not_speak_for_another(site: Site) -> None:
    site.carriers.subscriptions[OTHER_NUMBER] = subscription()
    browser = to_code(site)
    code_of_the_first = last_code(site)
    browser.open("/enrol/mobile").submit(**(DETAILS | {"phone_number": "0912000002"}))

    browser.submit(otp=code_of_the_first)

    assert browser.page == "/enrol/otp"
    assert site.carriers.disclosed == []


def test_the_same_form_sent_again_sends_no_second_text(site: Site) -> None:
    browser = to_code(site)

    browser.open("/enrol/mobile").submit(**DETAILS)

    assert browser.page == "/enrol/otp"
    assert len(site.sms.sent) == 1
    assert browser.submit(otp=last_code(site)).page == "/enrol/password"


def test_a_proof_of_the_phone_lasts_a_quarter_of_an_hour(site: Site, pass_time: PassTime) -> None:
    browser = to_password(site)
    pass_time(timedelta(minutes=16))

    set_password(browser)

    assert browser.page == "/enrol/otp"
    assert count(site, Citizen) == 0
    assert browser.resend().submit(otp=last_code(site)).page == "/enrol/password"
    assert len(site.carriers.disclosed) == 2


def test_a_link_is_of_no_use_in_another_browser(site: Site) -> None:
    browser = to_password(site)

    stranger = site.browser().open(browser.path)

    assert stranger.status == 403
    assert "052190000001" not in stranger.html


# --- kept, and taken up again ---------------------------------------------------------------------


def test_what_was_left_is_taken_up_from_a_later_request(site: Site, pass_time: PassTime) -> None:
    site.carriers.silent.add("vinaphone")
    browser = to_password(site)
    site.carriers.silent.clear()
    pass_time(timedelta(days=6))

    to_form(site, browser)
    assert "Bạn có một lần đăng ký chưa xong" in browser.html
    assert "001" in browser.html
    browser.submit(decision="continue")
    assert browser.page == "/enrol/otp"
    browser.submit(otp=last_code(site))

    assert browser.page == "/enrol/password"
    assert set_password(browser).page == "/enrol/done"


def test_whoever_takes_it_up_in_a_later_request_proves_to_hold_the_phone(site: Site) -> None:
    browser = to_password(site)

    to_form(site, browser).submit(decision="continue")

    assert browser.page == "/enrol/otp"
    assert browser.open("/enrol/password").page == "/enrol/otp"
    assert browser.submit(otp=last_code(site)).page == "/enrol/password"
    assert len(site.sms.sent) == 2


def test_taken_up_again_the_answers_stay_hidden_until_the_phone_is_proved(
    site: Site, pass_time: PassTime
) -> None:
    browser = to_password(site)
    pass_time(timedelta(hours=2))

    to_form(site, browser).submit(decision="continue")
    browser.open("/enrol/mobile")

    assert "052190000001" not in browser.html
    assert "Bưởi" not in browser.html.replace("Ví dụ: Nguyễn Thị Bưởi", "")


def test_starting_anew_deletes_what_was_left(site: Site) -> None:
    browser = to_code(site)

    to_form(site, browser).submit(decision="anew")

    assert browser.page == "/enrol/mobile"
    assert browser.forms[0].values["identity_number"] == ""
    assert count(site, PendingEnrolment) == 0


def test_another_browser_is_offered_nothing(site: Site) -> None:
    to_code(site)

    browser = to_form(site, site.browser())

    assert (browser.page, browser.status) == ("/enrol/mobile", 200)
    assert "chưa xong" not in browser.html


def test_what_has_expired_is_not_offered_and_is_swept(site: Site, pass_time: PassTime) -> None:
    browser = to_code(site)
    pass_time(timedelta(days=7))

    to_form(site, browser)

    assert "chưa xong" not in browser.html
    assert forget_expired_enrolments(site.database, site.clock) == 1
    assert count(site, PendingEnrolment) == 0


def test_personal_data_is_encrypted_where_it_is_kept(site: Site) -> None:
    to_code(site, email="buoi@example.com")

    with site.database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM pending_enrolment").one()
    for personal in ("052190000001", "912000001", "Bưởi", "1990-01-02", "buoi@example.com"):
        assert personal.encode() not in repr(tuple(row)).encode()
        assert all(personal.encode() not in v for v in row if isinstance(v, bytes))


# --- a number that had another holder -------------------------------------------------------------


def test_a_number_moves_to_the_holder_the_carrier_names(site: Site) -> None:
    former = to_done(site)
    site.carriers.subscriptions[NUMBER] = subscription(number="052190000088", name="Lê Văn Cam")

    to_done(site, identity_number="052190000088", full_name="Lê Văn Cam")

    assert count(site, Citizen) == 2
    with site.database.reading() as reading:
        index = phone_number_index(site.index, NUMBER)
        holder = holder_of_phone(reading, index)
        moved = reading.execute(
            select(AuditEvent.citizen_id).where(AuditEvent.kind == "phone_moved")
        ).scalar_one()
        lapsed = reading.execute(
            select(Evidence.lapsed_at).where(
                Evidence.citizen_id == moved, Evidence.kind == EvidenceKind.CARRIER_MATCH
            )
        ).scalar_one()
    assert holder is not None
    assert holder != moved
    assert lapsed == site.clock.now()
    assert former.open("/resume").page == "/login"  # the session has ended


def test_whose_number_moved_is_told_at_another_one(site: Site) -> None:
    to_done(site)
    with site.database.transaction() as transaction:
        [former] = transaction.execute(select(Citizen.id)).scalars()
        transaction.add(
            Phone(
                citizen_id=former,
                number=OTHER_NUMBER.e164,
                number_index=phone_number_index(site.index, OTHER_NUMBER),
                is_default=False,
                verified_at=site.clock.now() - timedelta(days=4),
            )
        )
    site.carriers.subscriptions[NUMBER] = subscription(number="052190000088", name="Lê Văn Cam")

    to_done(site, identity_number="052190000088", full_name="Lê Văn Cam")

    assert "da bo mot so dien thoai" in site.sms.to(OTHER_NUMBER)[-1]


# --- failures leave nothing behind ----------------------------------------------------------------


def test_a_gateway_that_is_down_costs_no_answers(site: Site, pass_time: PassTime) -> None:
    site.sms.broken = True
    browser = to_code(site)
    assert browser.page == "/enrol/otp"
    assert "sms_undelivered" in events(site)
    site.sms.broken = False
    pass_time(timedelta(minutes=1))

    browser.open("/enrol/otp").resend()

    assert browser.submit(otp=last_code(site)).page == "/enrol/password"


def test_a_database_error_in_the_last_step_leaves_no_half_account(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = to_password(site)

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("idp.enrolment.create_citizen.store.forget_finished", broken)
        assert set_password(browser).status == 500

    assert [count(site, model) for model in (Citizen, PasswordCredential, Evidence)] == [0, 0, 0]
    assert count(site, PendingEnrolment) == 1
    assert browser.open("/enrol/password").status == 200
    assert set_password(browser).page == "/enrol/done"


# --- what people type -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        {"identity_number": "052 190 000 001"},
        {"identity_number": "０５２１９００００００１"},
        {"full_name": "  NGUYỄN   thị bưởi "},
        {"full_name": "Nguyễn Thị Bưởi"},
        {"full_name": "Nguyễn\u200b Thị Bưởi"},
        {"phone_number": "+84 912.000.001"},
        {"birth_day": "02", "birth_month": "01"},
    ],
)
def test_what_a_person_means_is_accepted(site: Site, typed: dict[str, str]) -> None:
    browser = to_password(site, **typed)

    assert browser.page == "/enrol/password"
    assert [message.to for message in site.sms.sent] == [NUMBER]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"identity_number": "12345678"}, "9 hoặc 12 chữ số"),
        ({"identity_number": "0521900000AB"}, "9 hoặc 12 chữ số"),
        ({"full_name": ""}, "Nhập họ và tên"),
        ({"birth_day": "30", "birth_month": "2"}, "Ngày sinh phải là một ngày có thật"),
        ({"birth_year": "2090"}, "Ngày sinh phải trước hôm nay"),
        ({"phone_number": "02563822222"}, "Nhập số di động Việt Nam gồm 10 chữ số"),
        ({"phone_number": "+1 202 555 0100"}, "Nhập số di động Việt Nam gồm 10 chữ số"),
        ({"email": "buoi@"}, "Nhập thư điện tử theo dạng"),
        ({"birth_year": "1991"}, "Số CCCD này thường thuộc về người sinh năm khác"),
    ],
)
def test_what_cannot_be_meant_is_an_error_at_its_field_and_answers_stay(
    site: Site, typed: dict[str, str], says: str
) -> None:
    browser = to_code(site, **typed)

    assert browser.page == "/enrol/mobile"
    assert says in browser.html
    assert browser.forms[0].values["phone_number"] == (DETAILS | typed)["phone_number"]
    assert site.sms.sent == []
    assert count(site, PendingEnrolment) == 0


def test_a_number_that_contradicts_the_year_is_asked_about_once(site: Site) -> None:
    browser = to_code(site, birth_year="1991")

    browser.submit(**(DETAILS | {"birth_year": "1991"}))

    assert browser.page == "/enrol/otp"


def test_children_under_fourteen_cannot_enrol(site: Site) -> None:
    today = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # already the 23rd in Vietnam
    site.clock.set(today)
    born = date(2012, 11, 23)
    typed = {
        "identity_number": "052212000001",
        "birth_day": "23",
        "birth_month": "11",
        "birth_year": "2012",
    }

    assert born.year + 14 == today.year
    assert to_code(site, **typed).page == "/enrol/otp"
    younger = to_code(site, site.browser(), **(typed | {"birth_day": "24"}))
    assert "Bạn phải từ 14 tuổi trở lên" in younger.html


@pytest.mark.parametrize(
    "password",
    ["052190000001Aa!", "Buoi-Nguyen 7!Nguyen", "Aa!912000001", "Mua thu 1990!", "Matkhau1!"],
)
def test_a_password_others_can_guess_is_refused_and_never_sent_back(
    site: Site, password: str
) -> None:
    browser = to_password(site)

    set_password(browser, password)

    assert browser.page == "/enrol/password"
    assert password not in browser.html
    assert count(site, Citizen) == 0


# --- the code's page ------------------------------------------------------------------------------


def test_wrong_codes_are_counted_and_a_new_challenge_follows(
    site: Site, pass_time: PassTime
) -> None:
    browser = to_code(site)
    wrong = "000000" if last_code(site) != "000000" else "111111"

    for left in (4, 3, 2, 1):
        assert f"Bạn còn {left} lần thử" in browser.submit(otp=wrong).html
    browser.submit(otp=wrong)
    assert browser.status == 429
    assert browser.submit(otp=last_code(site)).status == 429
    pass_time(timedelta(minutes=1))
    browser.open("/enrol/otp").resend()

    assert len(site.sms.sent) == 2
    assert browser.submit(otp=last_code(site)).page == "/enrol/password"


def test_both_codes_are_good_after_a_resend(site: Site, pass_time: PassTime) -> None:
    browser = to_code(site)
    first = last_code(site)
    assert "Gửi lại được sau" in browser.resend().html
    pass_time(timedelta(minutes=1))

    assert "Đã gửi mã mới lúc" in browser.resend().html
    assert browser.submit(otp=first).page == "/enrol/password"


def test_pages_speak_english_too(site: Site) -> None:
    browser = to_form(site, site.browser())

    browser.open(f"{browser.path}&lang=en")
    assert "Viettel, VinaPhone" in browser.html
    assert "we ask the operator" in browser.html


def test_opening_the_page_of_the_code_sends_none(site: Site, pass_time: PassTime) -> None:
    browser = to_password(site)
    sent = len(site.sms.sent)
    pass_time(timedelta(minutes=16))

    browser.open("/enrol/otp")
    browser.open("/enrol/otp")

    assert len(site.sms.sent) == sent
