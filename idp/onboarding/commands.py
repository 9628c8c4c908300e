"""`idp relying-parties`: look at registrations, register, disable, change secrets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeAlias

import click

from idp.core.environment import Environment
from idp.core.reason import NO_REASON, Reason, parse_reason
from idp.db.database import Database
from idp.onboarding import store, told
from idp.onboarding.access import SHELL, NotThere
from idp.onboarding.assign_team import AssignTeam
from idp.onboarding.credentials import AddSecret, RetireSecret
from idp.onboarding.decide_proposal import DecideProposal
from idp.onboarding.diff import diff
from idp.onboarding.disable import DisableRelyingParty
from idp.onboarding.propose_production import ProposeProduction, WithdrawProposal
from idp.onboarding.register_sandbox import ChangeSandbox, RegisterSandbox
from idp.onboarding.rules import lets_in
from idp.operators.commands import operator_from_prompt
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may_see
from idp.operators.verify_operator import VerifyOperator
from idp.relying_parties import store as relying_parties
from idp.relying_parties.files import read_document
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.relying_parties.rotate_secret import RotateSecret
from idp.shell.options import with_reason

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingDesk:
    """What the commands work with; *folder* holds one folder per portal, with its file."""

    folder: Path
    verify: VerifyOperator
    register: RegisterSandbox
    change: ChangeSandbox
    propose: ProposeProduction
    withdraw: WithdrawProposal
    decide: DecideProposal
    add_secret: AddSecret
    retire_secret: RetireSecret
    rotate_secret: RotateSecret
    disable: DisableRelyingParty
    assign: AssignTeam
    database: Database


OpenOnboardingDesk: TypeAlias = Callable[[], OnboardingDesk]

by_operator = click.option(
    "--as",
    "as_name",
    metavar="NAME",
    help="The operator who does this; needed for production, else the shell is answer enough.",
)
_with_reason_of_operators = click.option(
    "--reason",
    type=parse_reason,
    metavar="TEXT",
    help="Why, as the audit log keeps it; the shell alone needs none.",
)


def onboarding_commands(open_desk: OpenOnboardingDesk) -> click.Group:
    """
    Build the `relying-parties` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("relying-parties")
    def group() -> None:
        """Look at the portals that may ask us, and change them."""

    for build in (_list, _show, _versions, _diff, _register, _assign, _disable, _enable):
        group.add_command(build(open_desk))
    for build in (_add_secret, _retire_secret, _rotate_secret):
        group.add_command(build(open_desk))
    return group


def operator_for(
    desk: OnboardingDesk,
    as_name: str | None,
    environment: Environment,
    permission: Permission = Permission.MANAGE_OWN_RELYING_PARTIES,
) -> VerifiedOperator:
    """Who answers for the command: in production an operator, with password and code."""
    if as_name is not None:
        return operator_from_prompt(desk.verify, as_name, permission=permission)
    if environment is Environment.PRODUCTION:
        raise click.ClickException("this is production: name the operator with --as")
    return SHELL


def registered(desk: OnboardingDesk, client_id: str) -> RelyingPartyRecord:
    """The registration of that id."""
    with desk.database.reading() as reading:
        row = store.found(reading, ClientId(client_id))
    if row is None:
        raise click.ClickException(f"no relying party is called {client_id}")
    return row


def _list(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
    @click.option("--environment", type=click.Choice([each.value for each in Environment]))
    def list_all(*, as_json: bool, environment: str | None) -> None:
        """List the registered portals."""
        wanted = store.Filter(environment=None if environment is None else Environment(environment))
        listed = list(_pages(open_desk().database, wanted))
        click.echo(told.as_json(listed) if as_json else told.table(listed))

    return list_all


def _pages(database: Database, wanted: store.Filter) -> Iterator[store.Listed]:
    after: ClientId | None = None
    while True:
        with database.reading() as reading:
            page = store.page(reading, wanted, seen_by=SHELL, after=after, limit=_AT_ONCE)
        yield from page
        if len(page) < _AT_ONCE:
            return
        after = page[-1].client_id


def _show(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("show")
    @click.argument("client_id")
    def show(client_id: str) -> None:
        """Print one registration as JSON; secrets are kept as hashes and cannot be shown."""
        click.echo(told.registration(registered(open_desk(), client_id)))

    return show


def _versions(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("versions")
    @click.argument("client_id")
    def versions(client_id: str) -> None:
        """List the versions of a registration, the newest first: when, who, why."""
        desk = open_desk()
        registered(desk, client_id)
        with desk.database.reading() as reading:
            for each in store.versions(reading, ClientId(client_id), limit=_AT_ONCE):
                click.echo(told.version(each))

    return versions


def _diff(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("diff")
    @click.argument("client_id")
    @click.option("--from", "older", type=int, help="A version; else the one before --to.")
    @click.option("--to", "newer", type=int, help="A version; else the newest.")
    def show_diff(client_id: str, older: int | None, newer: int | None) -> None:
        """Show what differs between two versions of a registration."""
        desk = open_desk()
        row = registered(desk, client_id)
        after = row.version if newer is None else newer
        before = after - 1 if older is None else older
        with desk.database.reading() as reading:
            versions = [
                relying_parties.version(reading, row.client_id, number)
                for number in (before, after)
            ]
        first, second = ({} if each is None else each.document for each in versions)
        click.echo(told.changes(diff(first, second), indent="") or "no difference")

    return show_diff


def _register(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("register")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--team", help="Whose it is; without it only operators look after it.")
    @click.option(
        "--reason",
        default="from a file",
        show_default=True,
        type=parse_reason,
        metavar="TEXT",
        help="Kept with its first version.",
    )
    @by_operator
    def register(file: Path, team: str | None, reason: Reason, as_name: str | None) -> None:
        """Register a portal in the sandbox; its secret is printed this once."""
        desk = open_desk()
        with told.one_line_errors():
            document = read_document(file)
            by = operator_for(desk, as_name, Environment.SANDBOX)
            made = desk.register(document, team=team, by=by, reason=reason)
        click.echo(f"{made.client_id}  registered in the sandbox")
        for line in told.secrets({} if made.secret is None else {made.client_id: made.secret}):
            click.echo(line)

    return register


def _assign(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("assign")
    @click.argument("client_id")
    @click.option("--team", help="Whose it is from now on; without it only operators' own.")
    @with_reason
    @by_operator
    def assign(client_id: str, team: str | None, reason: Reason, as_name: str | None) -> None:
        """Give a portal to a team."""
        desk = open_desk()
        with told.one_line_errors():
            environment = registered(desk, client_id).environment
            by = operator_for(desk, as_name, environment, Permission.APPROVE_PRODUCTION)
            desk.assign(ClientId(client_id), team, by=by, reason=reason)
        click.echo(f"{client_id}  is {team or 'nobody'}'s")

    return assign


def _disable(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("disable")
    @click.argument("client_id")
    @_with_reason_of_operators
    @by_operator
    def disable(client_id: str, reason: Reason | None, as_name: str | None) -> None:
        """Keep a portal out, from now on and in every worker."""
        desk = open_desk()
        with told.one_line_errors():
            environment = registered(desk, client_id).environment
            why = _why(reason, environment, as_name)
            by = operator_for(desk, as_name, environment)
            desk.disable(ClientId(client_id), by=by, reason=why)
        click.echo(f"{client_id}  disabled")

    return disable


def _enable(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("enable")
    @click.argument("client_id")
    @_with_reason_of_operators
    @by_operator
    def enable(client_id: str, reason: Reason | None, as_name: str | None) -> None:
        """Let a portal in again that was disabled."""
        desk = open_desk()
        with told.one_line_errors():
            environment = registered(desk, client_id).environment
            why = _why(reason, environment, as_name)
            by = operator_for(desk, as_name, environment, lets_in(environment))
            desk.disable.undo(ClientId(client_id), by=by, reason=why)
        click.echo(f"{client_id}  enabled")

    return enable


def _why(reason: Reason | None, environment: Environment, as_name: str | None) -> Reason:
    """The reason; in the sandbox, with nobody named, there need be none."""
    if reason is None and (as_name is not None or environment is Environment.PRODUCTION):
        raise click.UsageError("say why with --reason TEXT")
    return reason or NO_REASON


def _add_secret(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("add-secret")
    @click.argument("client_id")
    @with_reason
    @by_operator
    def add_secret(client_id: str, reason: Reason, as_name: str | None) -> None:
        """Give a portal one more secret, printed this once; two count at most."""
        desk = open_desk()
        with told.one_line_errors():
            by = operator_for(desk, as_name, registered(desk, client_id).environment)
            secret = desk.add_secret(ClientId(client_id), by=by, reason=reason)
        for line in told.secrets({ClientId(client_id): secret}):
            click.echo(line)

    return add_secret


def _retire_secret(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("retire-secret")
    @click.argument("client_id")
    @click.argument("number", type=int)
    @with_reason
    @by_operator
    def retire_secret(client_id: str, number: int, reason: Reason, as_name: str | None) -> None:
        """End the secret of a portal that has that number (see `show`), at once."""
        desk = open_desk()
        with told.one_line_errors():
            by = operator_for(desk, as_name, registered(desk, client_id).environment)
            desk.retire_secret(ClientId(client_id), number, by=by, reason=reason)
        click.echo(f"{client_id}  secret {number} retired")

    return retire_secret


def _rotate_secret(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("rotate-secret")
    @click.argument("client_id")
    @click.option(
        "--grace-days",
        default=7,
        show_default=True,
        type=click.IntRange(min=0),
        help="How long the older secret counts; 0 ends it at once.",
    )
    @with_reason
    @by_operator
    def rotate_secret(
        client_id: str, *, grace_days: int, reason: Reason, as_name: str | None
    ) -> None:
        """Give a portal a new secret, printed this once, and let the older ones end."""
        desk = open_desk()
        with told.one_line_errors():
            row = registered(desk, client_id)
            by = operator_for(desk, as_name, row.environment)
            if not may_see(by, row.team):
                raise NotThere(client_id)
            secret = desk.rotate_secret(
                ClientId(client_id), grace=timedelta(days=grace_days), by=by.name, reason=reason
            )
        for line in told.secrets({ClientId(client_id): secret}):
            click.echo(line)

    return rotate_secret
