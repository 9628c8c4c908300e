"""`idp disputes`, as two operators use it at a shell."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.disputes.commands import disputes_commands
from idp.disputes.model import CaseNumber, DisputeVote
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.disputed import CLAIMANT, HOLDER, HOLDER_ID, NUMBER, desk, file, keep_holder
from tests.fakes.operators import PASSWORD, code_at, keep_operator

REASON = "the papers of both sides were compared"
Run = Callable[..., Result]


@pytest.fixture
def number(site: Site) -> CaseNumber:
    keep_holder(site)
    for name, role in (
        ("lan", OperatorRole.OPERATOR),
        ("huong", OperatorRole.ADMINISTRATOR),
        ("minh", OperatorRole.COUNTER_OFFICER),
    ):
        keep_operator(site.database, site.hasher, name, role, site.clock.now())
    return file(site)


@pytest.fixture
def run(site: Site, number: CaseNumber) -> Run:
    group = disputes_commands(lambda: desk(site))

    def run(*arguments: str, who: str | None = None, password: str = PASSWORD) -> Result:
        site.clock.advance(timedelta(seconds=30))
        typed = f"{password}\n{code_at(site.clock.now())}\n"
        named = () if who is None else ("--as", who)
        return CliRunner().invoke(group, [*arguments, *named], input=typed)

    return run


def decide(run: Run, number: CaseNumber, who: str, outcome: str = "transfer") -> Result:
    return run("decide", number, "--outcome", outcome, "--reason", REASON, who=who)


def test_the_list_names_nobody(run: Run, number: CaseNumber) -> None:
    listed = run("list").output

    assert number in listed
    assert "holder to answer" in listed
    assert NUMBER not in listed
    assert "Bưởi" not in listed


def test_a_look_shows_both_sides_and_the_holder_sees_that(
    run: Run, site: Site, number: CaseNumber
) -> None:
    shown = run("show", number, who="lan").output

    assert NUMBER in shown
    assert CLAIMANT.national in shown
    assert HOLDER.national not in shown
    with site.database.reading() as reading:
        [look] = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "operator_looked_up")
        ).scalars()
    assert look.citizen_id == HOLDER_ID
    assert (look.details["by"], look.details["reason"]) == ("lan", number)


def test_two_names_with_password_and_code_decide(run: Run, site: Site, number: CaseNumber) -> None:
    early = decide(run, number, "lan")
    assert (early.exit_code, "too early" in early.stderr) == (1, True)
    site.clock.advance(timedelta(hours=72))

    assert "a different operator has to decide the same" in decide(run, number, "lan").output
    assert decide(run, number, "lan").exit_code == 1
    assert decide(run, number, "huong").output == "decided by two operators, and carried out\n"
    assert "the case is decided" in decide(run, number, "huong").stderr
    assert "There is no case." in run("list").output
    assert "transfer" in run("list", "--resolved").output


def test_without_the_right_password_or_role_nothing_is_noted(
    run: Run, site: Site, number: CaseNumber
) -> None:
    site.clock.advance(timedelta(hours=72))
    arguments = ("decide", number, "--outcome", "keep", "--reason", REASON)

    assert run(*arguments, who="lan", password="wrong").exit_code == 1
    assert "may not do this" in run(*arguments, who="minh").stderr
    with site.database.reading() as reading:
        assert reading.execute(select(DisputeVote)).first() is None


def test_operators_ask_and_give_time(run: Run, site: Site, number: CaseNumber) -> None:
    question = ("--of", "holder", "--question", "Bạn đăng ký ở đâu, khi nào?")

    assert run("ask-more", number, *question, who="lan").output == "asked\n"
    assert "Can ban bo sung" in site.sms.to(HOLDER)[-1]
    assert run("extend", number, "--hours", "24", who="lan").output.startswith("until ")
    shown = run("show", number, who="lan").output
    assert "Bạn đăng ký ở đâu, khi nào?" in shown
    assert "extended  by lan" in shown


def test_a_number_of_no_case_is_said_in_a_line(run: Run) -> None:
    told = run("show", "KN-2020-000001", who="lan")

    assert (told.exit_code, told.stderr) == (1, "Error: no case has that number\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "KN-2026"), "a case number looks like KN-2026-000123"),
        (("extend", "12", "--hours", "24"), "a case number looks like KN-2026-000123"),
        (
            ("decide", "KN-2026-000001", "--outcome", "keep", "--reason", " so, so   "),
            "10 to 2000 characters are needed",
        ),
        (
            ("ask-more", "KN-2026-000001", "--of", "holder", "--question", "x" * 2001),
            "10 to 2000 characters are needed",
        ),
    ],
)
def test_a_slip_costs_no_code(run: Run, site: Site, arguments: tuple[str, ...], told: str) -> None:
    slip = run(*arguments, who="lan")

    assert slip.exit_code == 2
    assert told in slip.stderr
    with site.database.reading() as reading:
        kinds = set(reading.execute(select(AuditEvent.kind)).scalars())
    assert kinds.isdisjoint({"operator_verified", "operator_refused"})
