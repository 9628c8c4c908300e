"""Disputes, as both sides and the operators walk them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.holds import holds_of, standing_holds
from idp.citizens.model import CitizenStatus, Evidence, HoldKind, Phone
from idp.citizens.number_store import holder_of_identity_number
from idp.citizens.rules import verification_level
from idp.core.full_name import FullName
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from idp.disputes import rules
from idp.disputes.model import Complaint, Dispute, DisputeOutcome, DisputeStatus, Side
from idp.disputes.rules import Ruling
from idp.disputes.store import open_disputes_of
from tests.fakes.citizen_site import Site
from tests.fakes.disputed import (
    CLAIMANT,
    HOLDER,
    HOLDER_ID,
    HUONG,
    LAN,
    NUMBER,
    PASSWORD,
    STORY,
    TYPED,
    decide,
    desk,
    file,
    follow,
    keep_holder,
    last_code,
    sign_in,
    to_check,
)

KEEP, TRANSFER, CLOSE = DisputeOutcome.KEEP, DisputeOutcome.TRANSFER, DisputeOutcome.CLOSE
NEW_PASSWORD = "Đèo Cù Mông 47*"
HOURS_72 = timedelta(hours=72)
PassTime = Callable[[timedelta], None]


@pytest.fixture
def holder(site: Site) -> None:
    """The account that the claimant does not know of."""
    keep_holder(site)


def case(site: Site, number: str) -> Dispute:
    with site.database.reading() as reading:
        return reading.get_one(Dispute, number)


def events(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def level(site: Site) -> int:
    with site.database.reading() as reading:
        evidence = citizens.evidence_of(reading, HOLDER_ID)
    return verification_level(evidence, site.parts.levels, site.clock.now()).level


def count(site: Site, model: type) -> int:
    with site.database.reading() as reading:
        return reading.execute(select(func.count()).select_from(model)).scalar_one()


def holder_of_number(site: Site) -> str | None:
    index = identity_number_index(site.index, NUMBER)
    with site.database.reading() as reading:
        return holder_of_identity_number(reading, index)


# --- filing ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("holder")
def test_a_complaint_becomes_a_case_that_both_sides_are_told_of(site: Site) -> None:
    number = file(site)

    assert number == f"KN-{site.clock.now() + timedelta(hours=7):%Y}-000001"
    assert site.sms.to(CLAIMANT)[-1].startswith(f"Khieu nai {number} da duoc Cong")
    assert site.sms.to(HOLDER)[-1].startswith("Co khieu nai ve tai khoan Cong DVC Quoc gia")
    assert "account_held" in events(site)
    assert "dispute_filed" in events(site)
    assert case(site, number).story == STORY
    assert count(site, Complaint) == 0


@pytest.mark.usefixtures("holder")
def test_the_holder_is_told_at_every_phone(site: Site) -> None:
    another = PhoneNumber("+84912000003")
    with site.database.transaction() as transaction:
        transaction.add(
            Phone(
                citizen_id=HOLDER_ID,
                number=another.e164,
                number_index=phone_number_index(site.index, another),
                is_default=False,
                verified_at=site.clock.now(),
            )
        )

    file(site)

    for phone in (HOLDER, another):
        assert site.sms.to(phone)[-1].startswith("Co khieu nai ve tai khoan")


@pytest.mark.usefixtures("holder")
def test_the_account_works_on_and_nothing_about_it_can_be_changed(site: Site) -> None:
    number = file(site)

    with site.database.reading() as reading:
        assert standing_holds(reading, HOLDER_ID) == [(HoldKind.DISPUTE, number)]
        assert citizens.status_of(reading, HOLDER_ID) is CitizenStatus.ACTIVE
        [open_case] = open_disputes_of(reading, HOLDER_ID)
    assert (open_case.number, open_case.answered) == (number, False)
    assert open_case.holder_until == site.clock.now() + HOURS_72
    assert sign_in(site).page == "/account"


@pytest.mark.usefixtures("holder")
def test_the_wizard_hands_on_what_was_typed_and_ticks_no_box(site: Site) -> None:
    browser = site.from_portal(site.browser())
    browser.submit(subject="citizen", method="mobile")
    typed = {name: TYPED[name] for name in TYPED if name not in {"story", "declared"}}
    browser.submit(**typed).submit(otp=last_code(site, CLAIMANT))
    assert browser.page == "/enrol/exists"

    browser.open("/dispute")

    [form] = browser.forms
    assert {name: form.values[name] for name in typed} == typed
    assert "checked" not in browser.html
    browser.submit(**TYPED).submit(otp=last_code(site, CLAIMANT)).submit()
    assert browser.page == "/dispute/done"


@pytest.mark.usefixtures("holder")
def test_a_portal_gets_its_request_back_with_a_precise_error(site: Site) -> None:
    browser = site.from_portal(site.browser(), state="s-1", create=False)
    file(site, browser)

    browser.post(f"/dispute/leave?i={browser.interaction}", browser.forms[0].hidden)

    assert browser.page == "/continue"
    assert "error=access_denied" in browser.html
    assert "state=s-1" in browser.html


@pytest.mark.usefixtures("holder")
def test_from_the_case_too_there_is_a_way_back_to_the_portal(site: Site) -> None:
    number = file(site)
    browser = site.from_portal(site.browser(), state="s-2", create=False)
    follow(site, number, browser)

    assert browser.page == "/dispute/follow/case"
    assert 'id="dispute-leave"' in browser.html
    browser.post(f"/dispute/leave?i={browser.interaction}", browser.forms[-1].hidden)

    assert "error=access_denied" in browser.html
    assert "state=s-2" in browser.html


@pytest.mark.usefixtures("holder")
def test_who_leaves_after_the_request_has_expired_is_told_so(site: Site) -> None:
    browser = site.from_portal(site.browser(), create=False)
    file(site, browser)
    token = browser.forms[0].hidden
    site.redis.delete(f"interaction:{browser.interaction}")

    browser.post(f"/dispute/leave?i={browser.interaction}", token)

    assert browser.status == 410
    assert "<h1" in browser.html


@pytest.mark.usefixtures("holder")
def test_a_new_code_is_asked_for_whatever_the_wizard_proved(site: Site) -> None:
    browser = site.from_portal(site.browser())
    browser.submit(subject="citizen", method="mobile")
    typed = {name: TYPED[name] for name in TYPED if name not in {"story", "declared"}}
    browser.submit(**typed).submit(otp=last_code(site, CLAIMANT))

    browser.open("/dispute").submit(**TYPED)

    assert browser.page == "/dispute/otp"
    assert "gui khieu nai toi" in site.sms.to(CLAIMANT)[-1]


@pytest.mark.usefixtures("holder")
def test_no_time_runs_against_a_holder_who_could_not_be_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = to_check(site, site.browser())

    def away(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(site.parts.jobs, "tell", away)
        browser.submit()
    assert browser.status == 500
    assert count(site, Dispute) == 0

    browser.open("/dispute/check").submit()  # nothing typed is lost

    assert browser.page == "/dispute/done"
    assert site.sms.to(HOLDER)[-1].startswith("Co khieu nai ve tai khoan")


def test_the_same_complaint_twice_is_one_case(site: Site) -> None:
    keep_holder(site)

    assert file(site) == file(site)
    assert count(site, Dispute) == 1


def test_nothing_tells_of_an_account_before_the_phone_and_the_carrier(site: Site) -> None:
    def pages() -> list[tuple[str, str]]:
        browser = site.browser().open("/dispute").submit(**TYPED)
        before = (browser.page, browser.html.count("<p>"))
        browser.submit(otp="000000")
        return [before, (browser.page, str(browser.html.count("<p>")))]  # type: ignore[list-item]

    without = pages()
    site.redis.flushall()
    keep_holder(site)

    assert pages() == without
    assert "/dispute/otp" in without[0]


def test_a_number_without_an_account_leads_to_enrolment(site: Site) -> None:
    browser = to_check(site, site.browser())

    assert browser.page == "/dispute/no-account"
    assert "/enrol/method" in browser.html
    assert events(site).count("account_held") == 0


@pytest.mark.usefixtures("holder")
def test_a_subscription_of_somebody_else_files_nothing_and_says_what_to_do(site: Site) -> None:
    record = site.carriers.subscriptions[CLAIMANT]
    site.carriers.subscriptions[CLAIMANT] = type(record)(
        carrier=record.carrier,
        identity_number=record.identity_number,
        full_name=FullName.parse("Trần Văn Bình"),
        birth_date=record.birth_date,
    )

    browser = to_check(site, site.browser())

    assert browser.page == "/dispute/mismatch"
    assert "1414" in browser.html
    assert "Bình" not in browser.html
    assert browser.open("/dispute/check").page == "/dispute/mismatch"
    assert site.sms.to(HOLDER) == []


@pytest.mark.usefixtures("holder")
def test_a_silent_carrier_costs_nothing_and_is_asked_again(site: Site) -> None:
    site.carriers.silent = {"vinaphone"}
    browser = to_check(site, site.browser())
    assert browser.page == "/dispute/waiting"

    site.carriers.silent = set()
    browser.submit()

    assert browser.page == "/dispute/check"


@pytest.mark.usefixtures("holder")
def test_a_proof_that_is_too_old_wants_another_code(site: Site, pass_time: PassTime) -> None:
    browser = to_check(site, site.browser())
    pass_time(timedelta(minutes=16))

    browser.submit()

    assert browser.page == "/dispute/otp"
    assert count(site, Dispute) == 0


def test_who_shares_the_account_s_phone_is_shown_the_quicker_way(site: Site) -> None:
    keep_holder(site, phone=CLAIMANT)

    browser = to_check(site, site.browser())

    assert browser.page == "/dispute/check"
    assert 'id="forgot-password"' in browser.html


@pytest.mark.usefixtures("holder")
def test_another_browser_cannot_go_on_with_a_complaint(site: Site) -> None:
    browser = to_check(site, site.browser())

    assert site.browser().open(browser.path).status == 403


# --- following ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("holder")
def test_the_claimant_sees_the_steps_from_any_browser(site: Site) -> None:
    number = file(site)

    browser = follow(site, number)

    assert browser.page == "/dispute/follow/case"
    assert number in browser.html
    assert "Đã nhận" in browser.html


@pytest.mark.parametrize(
    ("number", "phone"), [("KN-2020-000001", CLAIMANT), (None, HOLDER)], ids=["number", "phone"]
)
@pytest.mark.usefixtures("holder")
def test_a_stranger_s_question_looks_the_same_and_sends_nothing(
    site: Site, number: str | None, phone: object
) -> None:
    filed = file(site)
    sent = len(site.sms.sent)

    browser = site.browser().open("/dispute/follow")
    browser.submit(number=number or filed, phone_number=phone.national)  # type: ignore[attr-defined]

    assert browser.page == "/dispute/follow/otp"
    assert len(site.sms.sent) == sent
    assert browser.submit(otp="000000").page == "/dispute/follow/otp"
    assert browser.open("/dispute/follow/case").page == "/dispute/follow/otp"


@pytest.mark.usefixtures("holder")
def test_each_side_reads_its_own_words_alone(site: Site) -> None:
    number = file(site)
    desk(site).conduct.ask_more(number, Side.CLAIMANT, "Bạn có bản sao thẻ cũ không?", by=LAN)
    assert case(site, number).status is DisputeStatus.MORE_NEEDED
    assert "can ban bo sung" in site.sms.to(CLAIMANT)[-1]

    claimant = follow(site, number)
    assert "Bạn có bản sao thẻ cũ không?" in claimant.html
    assert "Cán bộ hỏi bạn thêm" in claimant.html
    claimant.submit(words="Có, tôi gửi bản sao ở xã hôm qua.")
    assert "Có, tôi gửi bản sao" in claimant.html
    holder = sign_in(site).open(f"/account/disputes/{number}")

    assert "Bạn có bản sao" not in holder.html
    assert "Có, tôi gửi" not in holder.html
    assert STORY.splitlines()[0] not in holder.html
    assert CLAIMANT.national not in holder.html
    assert "đề nghị bổ sung" in holder.html
    assert "Cán bộ hỏi bạn thêm" not in holder.html


@pytest.mark.usefixtures("holder")
def test_words_without_end_are_refused_in_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_WORDS", 0)
    number = file(site)

    claimant = follow(site, number).submit(words="Tôi nói thêm một câu nữa.")
    holder = sign_in(site).open(f"/account/disputes/{number}")
    holder.post(holder.path, holder.forms[1].hidden | {"words": "Tôi nói thêm một câu nữa."})

    for browser in (claimant, holder):
        assert "Khi cần thêm, cán bộ sẽ hỏi bạn" in browser.html
        assert "Tôi nói thêm một câu nữa." in browser.html  # what was typed is not lost


# --- the holder -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("holder")
def test_the_holder_answers_in_words(site: Site) -> None:
    number = file(site)
    browser = sign_in(site).open(f"/account/disputes/{number}")

    browser.post(browser.path, browser.forms[1].hidden | {"words": "Đây là số của tôi từ nhỏ."})

    assert "Đây là số của tôi từ nhỏ." in browser.html
    assert case(site, number).holder_answered_at == site.clock.now()
    assert "Đây là số" not in follow(site, number).html


@pytest.mark.usefixtures("holder")
def test_the_holder_s_carrier_is_asked_and_both_see_the_answer(site: Site) -> None:
    number = file(site)
    browser = sign_in(site).open(f"/account/disputes/{number}")

    browser.post(f"/account/disputes/{number}/phone", browser.forms[0].hidden)

    assert browser.page == f"/account/disputes/{number}"
    assert "Nhà mạng không xác nhận" in browser.html
    assert "Nhà mạng không xác nhận" in follow(site, number).html


@pytest.mark.usefixtures("holder")
def test_a_disputed_account_gets_no_level_by_the_answer(site: Site) -> None:
    with site.database.transaction() as transaction:
        for record in transaction.execute(select(Evidence)).scalars():
            record.lapsed_at = site.clock.now()
    number = file(site)
    site.carriers.subscriptions[HOLDER] = site.carriers.subscriptions[CLAIMANT]
    before = level(site)
    browser = sign_in(site).open(f"/account/disputes/{number}")

    browser.post(f"/account/disputes/{number}/phone", browser.forms[0].hidden)

    assert "Nhà mạng xác nhận thuê bao" in browser.html
    assert level(site) == before


@pytest.mark.usefixtures("holder")
def test_a_case_about_another_account_is_not_there(site: Site) -> None:
    file(site)

    assert sign_in(site).open("/account/disputes/KN-2026-000002").status == 404
    assert sign_in(site).open("/account/disputes/x").status == 404


# --- deciding -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("holder")
def test_nothing_is_decided_in_the_holder_s_time(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    assert decide(site, number, KEEP, [LAN]) == [Ruling.TOO_EARLY]

    pass_time(HOURS_72)
    desk(site).conduct.extend(number, timedelta(hours=1), by=LAN)
    assert decide(site, number, KEEP, [LAN]) == [Ruling.TOO_EARLY]
    pass_time(timedelta(hours=1))

    assert decide(site, number, KEEP) == [Ruling.FIRST, Ruling.AGREED]


@pytest.mark.usefixtures("holder")
def test_one_operator_alone_decides_nothing(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)

    assert decide(site, number, TRANSFER, [LAN, LAN]) == [Ruling.FIRST, Ruling.DECIDED_ALREADY]
    assert holder_of_number(site) == HOLDER_ID
    assert "transferred" not in follow(site, number).html


@pytest.mark.usefixtures("holder")
def test_two_who_differ_open_the_question_anew(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)
    decide(site, number, TRANSFER, [LAN])

    assert decide(site, number, KEEP, [HUONG]) == [Ruling.DIFFERENT]
    assert case(site, number).outcome is None
    assert decide(site, number, TRANSFER) == [Ruling.FIRST, Ruling.AGREED]


@pytest.mark.usefixtures("holder")
def test_keeping_lifts_the_hold_and_tells_both(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)
    signed_in = sign_in(site)

    decide(site, number, KEEP)

    with site.database.reading() as reading:
        assert holds_of(reading, HOLDER_ID) == frozenset()
    assert signed_in.open("/account").page == "/account"
    assert "tai khoan van la cua ban" in site.sms.to(HOLDER)[-1]
    assert "da duoc giai quyet" in site.sms.to(CLAIMANT)[-1]
    assert "giữ nguyên" in follow(site, number).html
    assert level(site) == 2


@pytest.mark.usefixtures("holder")
def test_a_decision_stands_for_ninety_days(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)
    waiting = to_check(site, site.browser())
    pass_time(timedelta(minutes=5))
    decide(site, number, KEEP)

    waiting.submit()
    again = to_check(site, site.browser())

    for browser in (waiting, again):
        assert browser.page == "/dispute/decided"
        assert number in browser.html
        assert "1800 1096" in browser.html
    with site.database.reading() as reading:
        assert standing_holds(reading, HOLDER_ID) == []
    pass_time(timedelta(days=90))
    assert file(site) != number


@pytest.mark.usefixtures("holder")
def test_closing_frees_the_number_for_an_enrolment(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)
    signed_in = sign_in(site)

    decide(site, number, CLOSE)

    with site.database.reading() as reading:
        assert citizens.status_of(reading, HOLDER_ID) is CitizenStatus.CLOSED
    assert signed_in.open("/account").page == "/login"
    assert "tai khoan da dong" in site.sms.to(HOLDER)[-1]
    assert enrolled(site) == "/enrol/done"
    assert holder_of_number(site) not in {None, HOLDER_ID}


# --- after a transfer -----------------------------------------------------------------------------


def enrolled(site: Site, phone: str = CLAIMANT.national) -> str:
    """Where somebody ends who enrols by the plain way with the number."""
    browser = site.browser().open("/enrol/method").submit(subject="citizen", method="mobile")
    typed = {name: TYPED[name] for name in TYPED if name not in {"story", "declared"}}
    browser.submit(**typed | {"phone_number": phone})
    sent = HOLDER if phone == HOLDER.national else CLAIMANT
    browser.submit(otp=last_code(site, sent))
    if browser.page == "/enrol/password":
        browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)
    return browser.page


def transferred(site: Site, pass_time: PassTime) -> str:
    number = file(site)
    pass_time(HOURS_72)
    decide(site, number, TRANSFER)
    return number


@pytest.mark.usefixtures("holder")
def test_nothing_of_the_former_holder_s_is_usable(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)
    signed_in = sign_in(site)

    decide(site, number, TRANSFER)

    assert signed_in.open("/account").page == "/login"
    refused = site.browser().open("/login").submit(username=NUMBER, password=PASSWORD)
    assert refused.page == "/login"
    assert level(site) == 1
    assert holder_of_number(site) is None
    with site.database.reading() as reading:
        assert citizens.status_of(reading, HOLDER_ID) is CitizenStatus.HELD
    assert case(site, number).ended_at == site.clock.now()
    assert "thuoc ve nguoi khac" in site.sms.to(HOLDER)[-1]


@pytest.mark.usefixtures("holder")
def test_the_claimant_comes_to_a_new_account(site: Site, pass_time: PassTime) -> None:
    number = transferred(site, pass_time)

    browser = follow(site, number)
    assert 'id="create-account"' in browser.html
    browser.open("/dispute/follow/account").submit()
    assert browser.page == "/enrol/password"
    browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)

    assert browser.page == "/enrol/done"
    new = holder_of_number(site)
    assert new not in {None, HOLDER_ID}
    assert 'id="sign-in"' in follow(site, number).html
    assert browser.open("/dispute/follow/account").page != "/enrol/password"


@pytest.mark.usefixtures("holder")
def test_a_code_of_some_time_ago_is_no_sign_in(site: Site, pass_time: PassTime) -> None:
    number = file(site)
    pass_time(HOURS_72)
    decide(site, number, TRANSFER)
    browser = follow(site, number)
    pass_time(timedelta(minutes=14))
    browser.open("/dispute/follow/account").submit()
    assert browser.page == "/enrol/password"

    pass_time(timedelta(minutes=2))
    browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)

    assert browser.page == "/enrol/otp"


@pytest.mark.usefixtures("holder")
def test_the_former_holder_cannot_enrol_the_number_again_while_it_waits(
    site: Site, pass_time: PassTime
) -> None:
    site.carriers.subscriptions[HOLDER] = site.carriers.subscriptions[CLAIMANT]
    transferred(site, pass_time)

    assert enrolled(site, HOLDER.national) == "/enrol/exists"
    assert enrolled(site, CLAIMANT.national) == "/enrol/done"


@pytest.mark.usefixtures("holder")
def test_a_number_that_nobody_comes_for_is_free_after_thirty_days(
    site: Site, pass_time: PassTime
) -> None:
    site.carriers.subscriptions[HOLDER] = site.carriers.subscriptions[CLAIMANT]
    number = transferred(site, pass_time)
    pass_time(timedelta(days=30))
    site.sweep("forget old complaints")

    assert enrolled(site, HOLDER.national) == "/enrol/done"
    assert 'id="create-account"' not in follow(site, number).html  # type: ignore[arg-type]


def test_a_phone_of_the_old_account_goes_with_the_number(site: Site, pass_time: PassTime) -> None:
    keep_holder(site, phone=CLAIMANT)
    number = transferred(site, pass_time)

    browser = follow(site, number)  # type: ignore[arg-type]
    browser.open("/dispute/follow/account").submit()
    browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)

    assert browser.page == "/enrol/done"
    assert "phone_moved" in events(site)


@pytest.mark.usefixtures("holder")
def test_who_complains_of_a_number_that_waits_is_told_whom_to_call(
    site: Site, pass_time: PassTime
) -> None:
    transferred(site, pass_time)
    site.carriers.subscriptions[HOLDER] = site.carriers.subscriptions[CLAIMANT]
    browser = site.browser().open("/dispute").submit(**TYPED | {"phone_number": HOLDER.national})
    browser.submit(otp=last_code(site, HOLDER))

    assert browser.page == "/dispute/no-account"
    assert "1800 1096" in browser.html
    assert 'id="enrol"' not in browser.html


@pytest.mark.usefixtures("holder")
def test_what_could_not_be_ended_at_once_is_ended_later(
    site: Site, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = file(site)
    pass_time(HOURS_72)
    signed_in = sign_in(site)

    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(site.parts.sign_in, "carry_out", away)
        decide(site, number, TRANSFER)
    handle = Handle(signed_in.cookie("idp_session"))
    assert site.sessions.find(handle) is not None
    assert signed_in.open("/account").page == "/login"
    pass_time(timedelta(minutes=1))
    site.sweep("do what is left")

    assert site.sessions.find(handle) is None
    assert "da duoc giai quyet" in site.sms.to(CLAIMANT)[-1]
    assert "so giay to thuoc ve nguoi khac" in site.sms.to(HOLDER)[-1]


@pytest.mark.parametrize("outcome", [KEEP, CLOSE])
@pytest.mark.usefixtures("holder")
def test_who_could_not_be_told_at_once_is_told_later(
    site: Site, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch, outcome: DisputeOutcome
) -> None:
    number = file(site)
    pass_time(HOURS_72)

    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(site.parts.jobs, "tell_claimant", away)
        with pytest.raises(ConnectionError):
            decide(site, number, outcome)
    site.sweep("end what disputes decided")
    site.sweep("end what disputes decided")

    assert sum("da duoc giai quyet" in text for text in site.sms.to(CLAIMANT)) == 1


def test_a_complaint_that_nobody_sends_is_forgotten(site: Site, pass_time: PassTime) -> None:
    keep_holder(site)
    to_check(site, site.browser())
    pass_time(timedelta(days=1))
    site.sweep("forget old complaints")

    assert count(site, Complaint) == 0
