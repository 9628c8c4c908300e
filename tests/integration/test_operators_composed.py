"""Operators' commands as they are composed: on the real database, throttle and sessions."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from idp.app import operations
from idp.core.clock import SystemClock
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.team_commands import TeamDesk
from tests.fakes.citizen_site import Site
from tests.fakes.disputed import NUMBER, keep_holder, sign_in
from tests.fakes.operators import PASSWORD, SECRET, code_at, keep_operator

ADD_LAN = ("operators", "add", "lan", "--display-name", "Lan", "--role", "administrator")
PROVINCE = OperatorRole.PROVINCE_TEAM
LAN = VerifiedOperator(OperatorName("lan"), "Lan", OperatorRole.ADMINISTRATOR)
REASON = "called the hotline, lost the phone"


def idp(*arguments: str, typed: tuple[str, ...]) -> Result:
    typing = "\n".join((*typed, ""))
    return CliRunner().invoke(operations.command_line(), arguments, input=typing)


@pytest.fixture
def lan(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """The first operator, and the code her app shows after that of setting it up."""
    monkeypatch.setattr(operations, "load", lambda: site.settings)
    monkeypatch.setattr(operations, "new_totp_secret", lambda: SECRET)
    now = SystemClock().now()
    added = idp(*ADD_LAN, typed=(PASSWORD, PASSWORD, code_at(now)))
    assert added.exit_code == 0, added.output
    return code_at(now + timedelta(seconds=30))


def test_a_lock_ends_what_the_citizen_is_in(site: Site, lan: str) -> None:
    keep_holder(site)
    signed_in = sign_in(site)

    told = idp("citizens", "lock", "--as", "lan", "--reason", REASON, typed=(PASSWORD, lan, NUMBER))

    assert told.stdout == "locked\n", told.output
    assert signed_in.open("/account").page == "/login"


def test_every_command_answers_for_itself(lan: str) -> None:
    assert "lan " in idp("operators", "list", typed=()).output
    assert idp("disputes", "list", typed=()).output == "There is no case.\n"
    disable = ("operators", "disable", "lan", "--reason", REASON, "--as", "lan")
    assert idp(*disable, typed=(PASSWORD, lan)).exit_code == 1


def test_the_files_of_both_portals_are_what_is_registered(lan: str) -> None:
    listed = idp("relying-parties", "list", typed=()).output
    applied = idp("relying-parties", "apply", typed=()).output
    shown = idp("relying-parties", "show", "binh-dinh", typed=()).output

    assert "binh-dinh  sandbox     enabled" in listed
    assert "dak-lak" in listed
    assert "Nothing to change." in applied
    assert '"version": 1' in shown
    assert idp("relying-parties", "proposals", typed=()).output == "No proposal waits.\n"
    assert lan not in listed


def test_a_team_is_made_and_peopled_at_a_shell(
    site: Site, lan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes are counted elsewhere: here they are all right, and asked for by each command."""
    monkeypatch.setattr(TeamDesk, "administrator", lambda desk, name: LAN)
    keep_operator(site.database, site.hasher, "minh", PROVINCE, site.clock.now())
    assert "no team yet" in idp("teams", "list", typed=()).output

    done = [
        idp("teams", *command, "--as", "lan", typed=()).output
        for command in (
            ("create", "binh-dinh", "Bình Định"),
            ("create", "binh-dinh", "Bình Định"),
            ("rename", "binh-dinh", "Sở KH&CN Bình Định"),
            ("rename", "nowhere", "Sở KH&CN"),
            ("add-member", "binh-dinh", "minh"),
            ("add-member", "binh-dinh", "lan"),
            ("add-member", "binh-dinh", "nobody"),
        )
    ]

    assert done == [
        "binh-dinh  created\n",
        "Error: another team has the id or name binh-dinh\n",
        "binh-dinh  Sở KH&CN Bình Định\n",
        "Error: no team has the id nowhere\n",
        "minh  belongs to binh-dinh\n",
        "Error: lan has another role than province_team\n",
        "Error: nobody there is called nobody\n",
    ]
    assert idp("teams", "list", typed=()).output.split() == [
        *("binh-dinh", "1", "Sở", "KH&CN", "Bình", "Định"),
    ]
    assert idp("teams", "members", "binh-dinh", typed=()).output.split() == ["minh", "Minh"]
    remove = ("teams", "remove-member", "binh-dinh", "minh", "--reason", "nghỉ việc", "--as", "lan")
    numbered = idp(*remove[:5], "0912 345 678", "--as", "lan", typed=())
    assert "leave identity and phone numbers out" in numbered.output
    assert idp(*remove, typed=()).output == "minh  no longer belongs to binh-dinh\n"
    assert idp("teams", "members", "binh-dinh", typed=()).output == ""


def test_a_name_that_is_none_costs_no_code(lan: str) -> None:
    for command in (
        ("operators", "disable", "Bà Lan", "--reason", "nghỉ việc"),
        ("teams", "create", "b", "Bình Định"),
        ("teams", "add-member", "binh-dinh", "Bà Lan"),
        ("api-clients", "disable", "x", "--reason", "nghỉ việc"),
    ):
        told = idp(*command, "--as", "lan", typed=())  # nothing is asked, so nothing is missing
        assert told.exit_code == 2
        assert "small letters, digits" in told.stderr


def test_teams_are_an_administrators_business(site: Site, lan: str) -> None:
    create = ("teams", "create", "binh-dinh", "Bình Định", "--as", "lan")

    assert idp(*create, typed=("not it", lan)).exit_code == 1
    assert idp(*create, typed=(PASSWORD, lan)).output == "binh-dinh  created\n"
