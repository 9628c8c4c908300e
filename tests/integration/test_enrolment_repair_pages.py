"""The pages of a repair: what is said of a mismatch, and how people come back to what was kept."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from idp.audit.model import AuditEvent
from idp.citizens.model import Citizen
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.enrolment.model import PendingEnrolment
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site

NUMBER, OTHER_NUMBER = PhoneNumber("+84912000001"), PhoneNumber("+84912000002")
CCCD, CMND = "052190000001", "212345678"
NAME, BORN = "Nguyễn Thị Bưởi", BirthDate(1990, 1, 2)
PASSWORD = "Song Hàn-82 chiều"
DETAILS = {
    "identity_number": CCCD,
    "full_name": NAME,
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": "0912 000 001",
    "email": "",
}
PassTime = Callable[[timedelta], None]


def record(
    site: Site,
    number: str = CCCD,
    *,
    name: str = NAME,
    born: BirthDate = BORN,
    carrier: str = "vinaphone",
) -> None:
    """What the carrier holds of the phone."""
    site.carriers.subscriptions[NUMBER] = Subscription(
        carrier=carrier,
        identity_number=IdentityNumber(number),
        full_name=FullName.parse(name),
        birth_date=born,
    )


def to_code(site: Site, browser: Browser | None = None, **changes: str) -> Browser:
    browser = site.from_portal(browser or site.browser())
    return browser.submit(subject="citizen", method="mobile").submit(**(DETAILS | changes))


def to_answer(site: Site, browser: Browser | None = None, **changes: str) -> Browser:
    return to_code(site, browser, **changes).submit(otp=last_code(site))


def set_password(browser: Browser) -> Browser:
    return browser.submit(new_password=PASSWORD, confirm_password=PASSWORD)


def take_up(browser: Browser, number: str = CCCD, phone: str = "0912000001") -> Browser:
    return browser.open("/enrol/take-up").submit(identity_number=number, phone_number=phone)


def last_code(site: Site) -> str:
    codes = [found for sent in site.sms.sent if (found := re.match(r"\d{6}", sent.text))]
    return codes[-1].group()


def count(site: Site, model: type) -> int:
    with site.database.reading() as reading:
        return reading.execute(select(func.count()).select_from(model)).scalar_one()


def recheck(browser: Browser) -> Browser:
    """Press "Kiểm tra lại", which is the last form of the page."""
    return browser.post(browser.path, browser.forms[-1].hidden)


# --- what is said ---------------------------------------------------------------------------------

NUMBER_LINE = "<li><strong>Số CMT/CCCD</strong></li>"
NAME_LINE = "<li><strong>Họ và tên</strong></li>"
BORN_LINE = "<li><strong>Ngày sinh</strong></li>"


@pytest.mark.parametrize(
    ("held", "lines"),
    [
        ({"number": "052190000077"}, {NUMBER_LINE}),
        ({"name": "Trần Văn Khác"}, {NAME_LINE}),
        ({"born": BirthDate(1990, 1, 3)}, {BORN_LINE}),
        ({"name": "Trần Văn Khác", "born": BirthDate(1991, 1, 2)}, {NAME_LINE, BORN_LINE}),
    ],
)
def test_the_page_names_what_differs_and_nothing_the_carrier_holds(
    site: Site, held: dict[str, object], lines: set[str]
) -> None:
    record(site, **held)  # type: ignore[arg-type]

    browser = to_answer(site)

    assert (browser.page, browser.status) == ("/enrol/mismatch", 200)
    said = {line for line in (NUMBER_LINE, NAME_LINE, BORN_LINE) if line in browser.html}
    assert said == lines
    for secret in ("052190000077", "Trần Văn", "1991", "03/01/1990"):
        assert secret not in browser.html
    assert "kết thúc bằng <strong>001</strong>" in browser.html


@pytest.mark.parametrize(
    ("carrier", "keyword"), [("vinaphone", "TTTB"), ("gmobile", "TT"), ("vietnamobile", "TTTB")]
)
def test_each_carriers_own_message_is_there_as_text_and_as_a_link(
    site: Site, carrier: str, keyword: str
) -> None:
    record(site, "052190000077", carrier=carrier)

    html = to_answer(site).html

    assert f"soạn <strong>{keyword}</strong> gửi <strong>1414</strong>" in html
    assert f'href="sms:1414?body={keyword}"' in html
    assert html.count("sms:1414") == 1


def test_nothing_of_it_is_said_before_the_phone_is_proved(site: Site) -> None:
    record(site, "052190000077")
    browser = to_code(site)

    assert browser.open("/enrol/mismatch").page == "/enrol/otp"


def test_the_shop_mends_the_record_and_the_portals_request_goes_on_after_days(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    browser = to_answer(site)
    address = browser.path
    pass_time(timedelta(days=6, hours=23))
    record(site)

    browser.open(address)
    assert browser.page == "/enrol/otp"  # the proof of the phone is old
    browser.resend().submit(otp=last_code(site))
    set_password(browser)
    browser.open("/resume").submit(decision="allow")

    assert re.search(r"callback\?code=[^&]+&amp;state=abc123", browser.html)


def test_an_interaction_without_a_repair_ends_after_a_day(site: Site, pass_time: PassTime) -> None:
    browser = to_code(site)
    address = browser.path
    pass_time(timedelta(days=1))

    assert browser.open(address).status == 410


# --- the old number -------------------------------------------------------------------------------


def test_the_old_number_leads_on_and_is_the_name_to_sign_in_with(
    site: Site, pass_time: PassTime
) -> None:
    record(site, CMND)
    browser = to_answer(site)

    browser.submit(old_identity_number="212 345 678")
    assert browser.page == "/enrol/password"
    assert "số CMND cũ" in browser.html
    assert f'value="{CMND}"' in browser.html
    set_password(browser)
    assert "kết thúc bằng <strong>5678</strong>" in browser.html
    assert "/account/identity-numbers" in browser.html

    pass_time(timedelta(minutes=2))
    other = site.from_portal(site.browser(), create=False).open("/login")
    assert other.submit(username=CCCD, password=PASSWORD).page == "/login"
    assert other.submit(username=CMND, password=PASSWORD).page == "/otp"


def test_an_old_number_that_does_not_match_is_said_and_not_asked_again(site: Site) -> None:
    record(site, "052190000077")
    browser = to_answer(site)

    browser.submit(old_identity_number=CMND)

    assert browser.page == "/enrol/mismatch"
    assert "cũng không khớp" in browser.html
    assert "old_identity_number" not in browser.html
    assert len(site.carriers.disclosed) == 2


@pytest.mark.parametrize("typed", ["", "12345678", CCCD, "21234567A"])
def test_what_is_no_old_number_is_asked_about_nowhere(site: Site, typed: str) -> None:
    record(site, CMND)
    browser = to_answer(site)

    browser.submit(old_identity_number=typed)

    assert "Số CMND cũ gồm 9 chữ số" in browser.html
    assert len(site.carriers.disclosed) == 1
    assert browser.submit(old_identity_number=CMND).page == "/enrol/password"


def test_a_carrier_that_is_silent_leaves_the_question_open(site: Site) -> None:
    record(site, CMND)
    browser = to_answer(site)
    site.carriers.silent.add("vinaphone")

    browser.submit(old_identity_number=CMND)
    assert browser.page == "/enrol/mismatch"
    assert "Nhà mạng chưa trả lời. Thử lại sau ít phút" in browser.html
    site.carriers.silent.clear()

    assert browser.submit(old_identity_number=CMND).page == "/enrol/password"


def test_a_typed_cmnd_opens_no_question_about_another(site: Site) -> None:
    record(site)
    browser = to_answer(site, identity_number=CMND)

    assert browser.page == "/enrol/mismatch"
    assert "old_identity_number" not in browser.html
    assert "nhập số CCCD" in browser.html


def test_who_has_an_account_with_the_other_number_is_led_to_it(site: Site) -> None:
    record(site, CMND)
    set_password(to_answer(site, identity_number=CMND))
    record(site)
    site.redis.flushall()

    browser = to_answer(site, site.browser())

    assert browser.page == "/enrol/exists"
    assert "lập bằng số CMND (9 chữ số)" in browser.html
    assert CMND not in browser.html
    assert count(site, Citizen) == 1


# --- taken up in another browser ------------------------------------------------------------------


def test_another_browser_finishes_and_ends_at_the_portals_start_page(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    first = to_answer(site)
    pass_time(timedelta(days=2))
    record(site)

    other = take_up(site.browser())
    assert other.page == "/enrol/take-up/otp"
    assert "<strong>001</strong>" not in other.html
    other.submit(otp=last_code(site))
    assert other.page == "/enrol/password"
    set_password(other)

    assert other.page == "/enrol/done"
    assert "http://localhost:8401/" in other.html
    assert "iss=http%3A%2F%2Flocalhost%3A8400" in other.html
    assert first.interaction not in other.html
    assert "abc123" not in other.html
    assert other.open("/resume").redirects == ["/account"]
    assert other.away is None


def test_the_browser_that_began_it_gets_nothing_of_what_another_one_proved(
    site: Site, pass_time: PassTime
) -> None:
    """Somebody types another person's details, and waits for that person to prove the phone."""
    begun = to_code(site)
    pass_time(timedelta(minutes=5))
    owner = take_up(site.browser()).submit(otp=last_code(site))
    assert owner.page == "/enrol/password"

    assert begun.open("/enrol/password").page == "/enrol/otp"
    set_password(owner)
    assert owner.page == "/enrol/done"

    assert begun.open("/enrol/password").page == "/enrol/otp"
    assert begun.open("/resume").page == "/enrol/method"
    assert begun.cookie("idp_session") == ""
    interaction = site.interactions.find(begun.interaction)  # type: ignore[arg-type]
    assert interaction is not None
    assert not interaction.answered


def test_afterwards_the_first_browser_signs_in_and_its_own_request_is_answered(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    first = to_answer(site)
    pass_time(timedelta(hours=1))
    record(site)
    set_password(take_up(site.browser()).submit(otp=last_code(site)))
    pass_time(timedelta(minutes=2))

    first.open("/login").submit(username=CCCD, password=PASSWORD).submit(otp=last_code(site))
    first.submit(decision="allow")

    assert re.search(r"callback\?code=[^&]+&amp;state=abc123", first.html)


def test_the_browser_that_began_it_gets_the_request_back(site: Site, pass_time: PassTime) -> None:
    record(site, "052190000077")
    browser = to_answer(site)
    request = browser.interaction
    pass_time(timedelta(days=3))
    record(site)

    browser.path = ""
    take_up(browser).submit(otp=last_code(site))
    assert browser.page == "/enrol/password"
    assert browser.interaction == request
    set_password(browser)
    browser.open("/resume").submit(decision="allow")

    assert re.search(r"callback\?code=[^&]+&amp;state=abc123", browser.html)


def test_who_comes_back_directly_and_goes_on_is_in_the_portals_request_again(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    browser = to_answer(site)
    request = browser.interaction
    pass_time(timedelta(days=3))
    record(site)

    browser.path = ""
    browser.open("/enrol/method").submit(subject="citizen", method="mobile")
    browser.submit(decision="continue")
    assert (browser.page, browser.interaction) == ("/enrol/otp", request)

    assert browser.submit(otp=last_code(site)).page == "/enrol/password"


def test_a_newer_request_of_the_same_browser_is_the_one_that_goes_on(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    browser = to_answer(site)
    pass_time(timedelta(days=3))
    record(site)

    site.from_portal(browser, state="newer")
    take_up(browser).submit(otp=last_code(site))
    set_password(browser)
    browser.open("/resume").submit(decision="allow")

    assert "state=newer" in browser.html


def test_from_a_request_of_its_own_another_browser_goes_on_to_that(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    to_answer(site)
    pass_time(timedelta(hours=1))
    record(site)

    other = site.from_portal(site.browser(), state="of-the-other")
    take_up(other).submit(otp=last_code(site))
    set_password(other)
    other.open("/resume").submit(decision="allow")

    assert "state=of-the-other" in other.html
    assert "abc123" not in other.html


def test_a_mismatch_that_stays_can_be_mended_in_the_other_browser(
    site: Site, pass_time: PassTime
) -> None:
    record(site, "052190000077")
    to_answer(site)
    pass_time(timedelta(hours=1))

    other = take_up(site.browser()).submit(otp=last_code(site))
    assert other.page == "/enrol/mismatch"
    record(site)
    assert recheck(other).page == "/enrol/password"


# --- nobody learns what is kept -------------------------------------------------------------------


def seen(browser: Browser) -> tuple[int, str, str]:
    html = re.sub(r"[A-Za-z0-9_-]{43}", "token", browser.html)
    return browser.status, browser.page, html


@contextmanager
def work_done(site: Site) -> Iterator[dict[str, int]]:
    work = {"sql": 0, "redis": 0}

    def statement(*_: object) -> None:
        work["sql"] += 1

    def calls() -> int:
        return sum(entry["calls"] for entry in site.redis.info("commandstats").values())

    before = calls()
    event.listen(site.database.engine, "before_cursor_execute", statement)
    with site.queue.resting():
        yield work
        event.remove(site.database.engine, "before_cursor_execute", statement)
        work["redis"] = calls() - before


@pytest.mark.parametrize(
    ("number", "phone"),
    [(CCCD, "0912000002"), ("052190000099", "0912000001"), ("khong-phai-so", "0912000009")],
)
def test_for_what_is_not_kept_everything_looks_and_costs_the_same(
    site: Site, number: str, phone: str
) -> None:
    to_code(site)
    known_work, known = ask_and_fail(site, CCCD, "0912000001")
    sent = len(site.sms.sent)

    other_work, other = ask_and_fail(site, number, phone)

    assert known[0][1] == "/enrol/take-up/otp"
    assert other == known
    assert other_work == known_work
    assert len(site.sms.sent) == sent


def ask_and_fail(
    site: Site, number: str, phone: str
) -> tuple[dict[str, int], list[tuple[int, str, str]]]:
    """Take up, and type wrong codes until there are no more tries."""
    site.redis.flushdb()
    take_up(site.browser(), number, phone)  # so that scripts are loaded
    site.redis.flushdb()
    browser = site.browser().open("/enrol/take-up")
    with work_done(site) as work:
        browser.submit(identity_number=number, phone_number=phone)
    pages = [seen(browser)]
    wrong = "000000" if not site.sms.sent or last_code(site) != "000000" else "111111"
    pages += [seen(browser.submit(otp=wrong)) for _ in range(6)]
    return work, pages


def test_a_code_of_one_browser_opens_nothing_in_another(site: Site, pass_time: PassTime) -> None:
    to_code(site)
    pass_time(timedelta(minutes=2))
    take_up(site.browser())
    pass_time(timedelta(minutes=2))
    stranger = take_up(site.browser())
    first_code = re.match(r"\d{6}", site.sms.sent[-2].text)
    assert first_code is not None

    stranger.submit(otp=first_code.group())

    assert stranger.page == "/enrol/take-up/otp"


def test_a_code_that_lapsed_leads_back_to_the_form(site: Site, pass_time: PassTime) -> None:
    to_code(site)
    pass_time(timedelta(minutes=2))
    browser = take_up(site.browser())
    pass_time(timedelta(hours=1))

    browser.submit(otp=last_code(site))

    assert browser.page == "/enrol/take-up"
    assert "Mã OTP đã hết hạn" in browser.html


def test_who_is_signed_in_has_nothing_to_take_up(site: Site, pass_time: PassTime) -> None:
    browser = set_password(to_answer(site))
    pass_time(timedelta(minutes=1))
    browser.path = ""

    assert browser.open("/enrol/take-up").page == "/account"


def test_the_log_tells_that_an_enrolment_went_to_another_browser(
    site: Site, pass_time: PassTime
) -> None:
    to_code(site)
    pass_time(timedelta(minutes=2))
    take_up(site.browser()).submit(otp=last_code(site))

    with site.database.reading() as reading:
        kinds = reading.execute(select(AuditEvent.kind)).scalars().all()
    assert "enrolment_taken_up" in kinds
    assert count(site, PendingEnrolment) == 2
