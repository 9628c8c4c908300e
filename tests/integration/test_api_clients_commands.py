"""`idp api-clients`, as an operator uses it at a shell."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from idp.api_clients.commands import api_clients_commands
from idp.app.operations import api_client_desk
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.operators import PASSWORD, code_at, keep_operator
from tests.fakes.programs import Program, keep_team

ADD = ("add", "ci-bd", "--purpose", "Đăng ký cổng", "--role", "province_team", "--team", "doi-bd")
SCOPES = ("--scope", "see_relying_parties", "--scope", "manage_own_relying_parties")
REASON = ("--reason", "người cũ đã nghỉ")
Run = Callable[..., Result]


@pytest.fixture
def run(site: Site) -> Run:
    for name, role in (("lan", OperatorRole.OPERATOR), ("xem", OperatorRole.READ_ONLY)):
        keep_operator(site.database, site.hasher, name, role, site.clock.now())
    keep_team(site, "doi-bd")
    group = api_clients_commands(lambda: api_client_desk(site.parts))

    def run(*arguments: str, who: str | None = None, password: str = PASSWORD) -> Result:
        site.clock.advance(timedelta(seconds=30))
        typed = f"{password}\n{code_at(site.clock.now())}\n"
        named = () if who is None else ("--as", who)
        return CliRunner().invoke(group, [*arguments, *named], input=typed)

    return run


def test_the_secret_is_printed_once_and_opens_the_api(site: Site, run: Run) -> None:
    added = run(*ADD, *SCOPES, who="lan")

    secret = added.output.splitlines()[-1]
    program = Program(site, "ci-bd", secret)
    assert program.sign_in().status_code == 200
    assert program.get("/relying-parties")["items"] == []
    listed = run("list").output
    assert "ci-bd" in listed
    assert "province_team of doi-bd" in listed
    assert secret not in listed


def test_who_renews_ends_the_secret_before(site: Site, run: Run) -> None:
    old = run(*ADD, *SCOPES, who="lan").output.splitlines()[-1]
    new = run("renew", "ci-bd", *REASON, who="lan").output.splitlines()[-1]

    assert Program(site, "ci-bd", old).sign_in().status_code == 401
    assert Program(site, "ci-bd", new).sign_in().status_code == 200
    assert run("disable", "ci-bd", *REASON, who="lan").exit_code == 0
    assert Program(site, "ci-bd", new).sign_in().status_code == 401
    assert "disabled" in run("list").output


@pytest.mark.parametrize(
    ("arguments", "who", "told"),
    [
        ((*ADD, "--scope", "rotate_keys"), "lan", "no more than the role has"),
        ((*ADD[:-1], "doi-khac", *SCOPES), "lan", "there is no team doi-khac"),
        ((*ADD, *SCOPES), "xem", "may not do this"),
        (("renew", "ci-bd", "--reason", ""), "lan", "a reason has 5 to 200 characters"),
        (("disable", "ci-bd", "--reason", "0912 345 678"), "lan", "identity and phone numbers out"),
        (("renew", "nobody", *REASON), "lan", "no program is called nobody"),
        (("disable", "x", *REASON), "lan", "a name is 3 to 28"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    run: Run, arguments: tuple[str, ...], who: str, told: str
) -> None:
    refused = run(*arguments, who=who)

    assert refused.exit_code != 0
    assert told in refused.output


def test_a_name_is_given_once(run: Run) -> None:
    run(*ADD, *SCOPES, who="lan")

    assert "is taken" in run(*ADD, *SCOPES, who="lan").output
    assert run("list").output.count("ci-bd") == 1


def test_there_may_be_none(run: Run) -> None:
    assert "idp api-clients add" in run("list").output
