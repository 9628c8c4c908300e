"""Operators' commands as they are composed: on the real database, throttle and sessions."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from idp.app import operations
from idp.core.clock import SystemClock
from tests.fakes.citizen_site import Site
from tests.fakes.disputed import NUMBER, keep_holder, sign_in
from tests.fakes.operators import PASSWORD, SECRET, code_at

ADD_LAN = ("operators", "add", "lan", "--display-name", "Lan", "--role", "administrator")
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
    assert idp("operators", "disable", "lan", "--as", "lan", typed=(PASSWORD, lan)).exit_code == 1
