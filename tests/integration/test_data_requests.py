"""What citizens ask about their own data: the pages, the operators' answers, the clocks."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text, update

from idp.audit.model import AuditEvent
from idp.citizens.holds import place_hold
from idp.citizens.model import Citizen, CitizenId, HoldKind
from idp.data_requests.answer_request import AnswerRequest
from idp.data_requests.commands import DataRequestDesk, data_requests_commands
from idp.data_requests.look_at_request import LookAtRequest
from idp.data_requests.model import DataRequest, DataRequestAnswer
from idp.data_requests.rules import request_series
from idp.data_requests.sweep import warn_of_overdue
from idp.operators.model import OperatorRole
from tests.fakes.account_holder import NUMBER, account, events, signed_in
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.operators import PASSWORD, code_at, keep_operator

REQUESTS = "/account/data/requests"
WORDS = "Ngày sinh của tôi ghi sai: đúng là 2/1/1990."
ANSWER = "Bạn được gọi tới quầy một cửa trong tuần này."
Run = Callable[..., Result]


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    return account(site)


@pytest.fixture
def run(site: Site) -> Run:
    for name, role in (("lan", OperatorRole.OPERATOR), ("minh", OperatorRole.COUNTER_OFFICER)):
        keep_operator(site.database, site.hasher, name, role, site.clock.now())
    desk = DataRequestDesk(
        verify=site.parts.verify_operator,
        answer=AnswerRequest(
            database=site.database, follow_ups=site.parts.follow_ups, clock=site.clock
        ),
        look=LookAtRequest(database=site.database, clock=site.clock),
        database=site.database,
        clock=site.clock,
    )
    group = data_requests_commands(lambda: desk)

    def run(*arguments: str, who: str | None = None) -> Result:
        site.clock.advance(timedelta(seconds=30))
        typed = f"{PASSWORD}\n{code_at(site.clock.now())}\n"
        named = () if who is None else ("--as", who)
        return CliRunner().invoke(group, [*arguments, *named], input=typed)

    return run


def ask(site: Site, citizen_id: CitizenId, kind: str = "correction") -> Browser:
    browser = signed_in(site, citizen_id).open(f"{REQUESTS}/new")
    return browser.submit(kind=kind, words=WORDS)


def number_of(browser: Browser) -> str:
    assert browser.page.startswith(f"{REQUESTS}/YC-"), browser.html
    return browser.page.rpartition("/")[2]


def answer(run: Run, number: str, state: str = "answered", who: str = "lan") -> Result:
    return run("answer", number, "--state", state, "--words", ANSWER, who=who)


def test_a_request_gets_a_number_its_terms_and_a_receipt(site: Site, citizen_id: CitizenId) -> None:
    browser = ask(site, citizen_id)

    number = number_of(browser)
    assert number == f"{request_series(site.clock.now())}-000001"
    assert "Đã tiếp nhận" in browser.html
    assert "Trả lời trước" in browser.html
    assert WORDS in browser.html
    assert "da duoc tiep nhan" in site.sms.to(NUMBER)[-1]
    assert number not in site.sms.to(NUMBER)[-1]
    assert "data_request_filed" in events(site, citizen_id)
    assert number in browser.open(REQUESTS).html


def test_what_was_written_is_stored_encrypted_and_in_no_event(
    site: Site, citizen_id: CitizenId
) -> None:
    ask(site, citizen_id)

    with site.database.reading() as reading:
        stored = reading.execute(text("SELECT words FROM data_request")).scalar_one()
        logged = str(reading.execute(select(AuditEvent.details)).all())
    assert b"1990" not in stored
    assert "1990" not in logged


def test_a_session_of_long_ago_signs_in_again(site: Site, citizen_id: CitizenId) -> None:
    browser = signed_in(site, citizen_id, ago=timedelta(minutes=6))

    assert browser.open(f"{REQUESTS}/new").page == "/login"


def test_a_dispute_bars_nobody_from_asking(site: Site, citizen_id: CitizenId) -> None:
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, HoldKind.DISPUTE, site.clock.now())

    assert number_of(ask(site, citizen_id))


def test_one_of_a_kind_is_worked_on_at_a_time(site: Site, citizen_id: CitizenId) -> None:
    number = number_of(ask(site, citizen_id))

    again = ask(site, citizen_id)
    assert again.page == f"{REQUESTS}/new"
    assert number in again.html
    assert number_of(ask(site, citizen_id, "deletion")).endswith("000002")


def test_an_empty_form_says_what_is_missing(site: Site, citizen_id: CitizenId) -> None:
    browser = signed_in(site, citizen_id).open(f"{REQUESTS}/new").submit(words="x")

    assert "Chọn một loại yêu cầu" in browser.html
    assert "Viết vài câu" in browser.html


def test_somebody_elses_request_is_not_there(site: Site, citizen_id: CitizenId) -> None:
    number = number_of(ask(site, citizen_id))
    other = account(site, identity_number="052190000002", phone=NUMBER.__class__("+84912000009"))

    browser = signed_in(site, other)
    assert browser.open(f"{REQUESTS}/{number}").status == 404
    assert browser.open(f"{REQUESTS}/nothing").status == 404
    assert number not in browser.open(REQUESTS).html


def test_the_citizen_reads_what_an_operator_answers(
    site: Site, citizen_id: CitizenId, run: Run
) -> None:
    browser = ask(site, citizen_id)
    number = number_of(browser)

    assert answer(run, number).output == "answered\n"
    assert ANSWER in browser.open(f"{REQUESTS}/{number}").html
    assert "Đã trả lời, đang thực hiện" in browser.html
    assert "da duoc tra loi" in site.sms.to(NUMBER)[-1]
    assert answer(run, number, "done").exit_code == 0
    assert "Đã thực hiện" in browser.open(f"{REQUESTS}/{number}").html
    assert "the request is finished" in answer(run, number, "refused").stderr
    assert number_of(ask(site, citizen_id)).endswith("000002")


def test_a_look_is_in_the_citizens_log_and_the_list_names_nobody(
    site: Site, citizen_id: CitizenId, run: Run
) -> None:
    number = number_of(ask(site, citizen_id))

    listed = run("list").output
    assert number in listed
    assert citizen_id not in listed
    assert WORDS in run("show", number, who="lan").output
    assert events(site, citizen_id)[-1] == "operator_looked_up"


def test_without_the_role_nothing_is_answered(site: Site, citizen_id: CitizenId, run: Run) -> None:
    number = number_of(ask(site, citizen_id))

    assert "may not do this" in answer(run, number, who="minh").stderr
    assert "no request has that number" in answer(run, "YC-2020-000009").stderr
    assert "looks like YC-2026-000012" in answer(run, "nothing").stderr
    with site.database.reading() as reading:
        assert reading.scalar(select(DataRequest.answered_at)) is None


def test_late_ones_come_first_and_are_warned_of(
    site: Site, citizen_id: CitizenId, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first = number_of(ask(site, citizen_id))
    answer(run, first)
    second = number_of(ask(site, citizen_id, "deletion"))
    assert warn_of_overdue(site.database, site.clock) == {}

    site.clock.advance(timedelta(days=10))  # also around Tet
    assert warn_of_overdue(site.database, site.clock) == Counter({"answer": 1})
    assert second in capsys.readouterr().out
    lines = run("list").output.splitlines()
    assert lines[0].startswith(second)
    assert "LATE  answer due" in lines[0]
    assert lines[1].startswith(first)
    site.clock.advance(timedelta(days=8))
    site.sweep("warn of overdue data requests")
    assert warn_of_overdue(site.database, site.clock) == Counter({"answer": 1, "completion": 1})


def test_words_go_with_the_details_of_a_closed_account(
    site: Site, citizen_id: CitizenId, run: Run
) -> None:
    answer(run, number_of(ask(site, citizen_id)), "done")
    unfinished = number_of(ask(site, citizen_id, "deletion"))
    site.sweep("forget the words of closed accounts")
    assert words(site) == [WORDS, WORDS]

    with site.database.transaction() as transaction:
        transaction.execute(update(Citizen).values(pseudonymised_at=site.clock.now()))
    site.sweep("forget the words of closed accounts")

    assert words(site) == ["", WORDS]  # somebody still has to answer the other one
    assert unfinished in run("list").output
    with site.database.reading() as reading:
        assert reading.scalar(select(DataRequestAnswer.words)) == ""


def words(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.scalars(select(DataRequest.words).order_by(DataRequest.number)))
