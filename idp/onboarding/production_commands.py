"""`idp relying-parties` for production: proposals and decisions, and whole folders of files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from idp.core.environment import Environment
from idp.core.handles import Handle
from idp.core.reason import Reason, parse_reason
from idp.core.vietnam import minute
from idp.onboarding import store, told
from idp.onboarding.access import SHELL
from idp.onboarding.commands import (
    OnboardingDesk,
    OpenOnboardingDesk,
    by_operator,
    operator_for,
)
from idp.onboarding.diff import diff
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal, Stale
from idp.onboarding.plan import Planned, PlannedKind, plan
from idp.onboarding.rules import Ruling
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties import store as relying_parties
from idp.relying_parties.files import read_document, read_registrations, registration_files
from idp.relying_parties.model import ClientId
from idp.shell.options import with_reason

_AT_ONCE: Final = 100
_TOLD: Final = {
    Ruling.APPROVED: "approved, and so from now on",
    Ruling.REFUSED: "refused; nothing was changed",
    Ruling.OWN: "you proposed it: a different operator has to decide",
    Ruling.CLOSED: "it was decided already, or withdrawn",
    Ruling.STALE: "the registration was changed since: refuse it, and let it be proposed anew",
    Ruling.UNTESTED: "the integration test that it was proposed with does not count any more",
}


def add_production_commands(group: click.Group, open_desk: OpenOnboardingDesk) -> None:
    """Add them to *group*; *open_desk* is called when one runs."""
    for build in (_propose, _proposals, _approve, _refuse, _withdraw, _apply):
        group.add_command(build(open_desk))


def _propose(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("propose")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @with_reason
    @as_operator
    def propose(file: Path, reason: Reason, as_name: str) -> None:
        """Propose a registration for production, or a change of one, for another to decide."""
        desk = open_desk()
        with told.one_line_errors():
            document = read_document(file)
            by = operator_from_prompt(
                desk.verify, as_name, permission=Permission.MANAGE_OWN_RELYING_PARTIES
            )
            with desk.database.reading() as reading:
                row = store.found(reading, ClientId(str(document.get("client_id"))))
            base = None if row is None else row.version
            answer = desk.propose(document, base_version=base, by=by, reason=reason)
        click.echo(_proposed(answer))

    return propose


def _proposals(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("proposals")
    @click.argument("number", type=int, required=False)
    @click.option("--closed", is_flag=True, help="Also those that are decided or withdrawn.")
    def proposals(number: int | None, *, closed: bool) -> None:
        """List the proposals that wait; with NUMBER show what that one would change."""
        desk = open_desk()
        if number is not None:
            click.echo(_whole(desk, ProposalId(number)))
            return
        statuses = tuple(ProposalStatus) if closed else (ProposalStatus.OPEN,)
        with desk.database.reading() as reading:
            found = store.proposals(reading, seen_by=SHELL, statuses=statuses, limit=_AT_ONCE)
        click.echo("\n".join(map(told.proposal, found)) or "No proposal waits.")

    return proposals


def _approve(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("approve")
    @click.argument("number", type=int)
    @with_reason
    @as_operator
    def approve(number: int, reason: Reason, as_name: str) -> None:
        """Approve a proposal that a different operator made; it is so at once."""
        _decide(open_desk(), number, approve=True, reason=reason, as_name=as_name)

    return approve


def _refuse(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("refuse")
    @click.argument("number", type=int)
    @with_reason
    @as_operator
    def refuse(number: int, reason: Reason, as_name: str) -> None:
        """Refuse a proposal that a different operator made."""
        _decide(open_desk(), number, approve=False, reason=reason, as_name=as_name)

    return refuse


def _decide(
    desk: OnboardingDesk, number: int, *, approve: bool, reason: Reason, as_name: str
) -> None:
    with told.one_line_errors():
        by = operator_from_prompt(desk.verify, as_name, permission=Permission.APPROVE_PRODUCTION)
        ruling = desk.decide(ProposalId(number), approve=approve, by=by, reason=reason)
    if ruling not in {Ruling.APPROVED, Ruling.REFUSED}:
        raise click.ClickException(_TOLD[ruling])
    click.echo(_TOLD[ruling])


def _withdraw(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("withdraw")
    @click.argument("number", type=int)
    @as_operator
    def withdraw(number: int, as_name: str) -> None:
        """Take a proposal back before it is decided."""
        desk = open_desk()
        with told.one_line_errors():
            by = operator_from_prompt(
                desk.verify, as_name, permission=Permission.MANAGE_OWN_RELYING_PARTIES
            )
            if not desk.withdraw(ProposalId(number), by=by):
                raise click.ClickException(_TOLD[Ruling.CLOSED])
        click.echo("withdrawn")

    return withdraw


def _apply(open_desk: OpenOnboardingDesk) -> click.Command:
    @click.command("apply")
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @click.option("--team", help="Whose the new ones are; without it only operators' own.")
    @click.option(
        "--reason",
        default="from the files",
        show_default=True,
        type=parse_reason,
        metavar="TEXT",
        help="Kept with each change.",
    )
    @by_operator
    def apply(
        paths: tuple[Path, ...], *, yes: bool, team: str | None, reason: Reason, as_name: str | None
    ) -> None:
        """
        Register the portals in PATHS, or change their registrations to what the files say.

        A path is a file, or a folder with a folder for each portal and its registration.toml there;
        without any it is the configured folder. The plan is shown first. What is for production is
        proposed, for another operator to decide. A portal that has no file stays as it is.
        """
        desk = open_desk()
        with told.one_line_errors():
            found = plan_of(desk, paths)
            for each in found:
                click.echo(told.planned(each))
            todo = [each for each in found if each.is_something]
            if not todo:
                click.echo("Nothing to change.")
                return
            proposes = any(each.kind is PlannedKind.PROPOSED for each in todo)
            by = operator_for(
                desk, as_name, Environment.PRODUCTION if proposes else Environment.SANDBOX
            )
            if not yes:
                click.confirm("Apply?", abort=True)
            _carry_out(desk, todo, team=team, by=by, reason=reason)

    return apply


def plan_of(desk: OnboardingDesk, paths: Sequence[Path]) -> tuple[Planned, ...]:
    """What the files at *paths* would do; without one, those of the folder, if it is there."""
    files = [] if paths else [*registration_files(desk.folder)]
    for path in paths:
        files += registration_files(path) if path.is_dir() else [path]
    registrations = read_registrations(files)
    with desk.database.reading() as reading:
        return plan(reading, registrations)


def _carry_out(
    desk: OnboardingDesk,
    todo: Sequence[Planned],
    *,
    team: str | None,
    by: VerifiedOperator,
    reason: Reason,
) -> None:
    made: dict[ClientId, Handle] = {}
    try:
        for each in todo:
            secret = _carry_out_one(desk, each, team=team, by=by, reason=reason)
            if secret is not None:
                made[each.client_id] = secret
    finally:  # one that fails takes nobody's secret along: they are shown this once
        for line in told.secrets(made):
            click.echo(line)


def _carry_out_one(
    desk: OnboardingDesk,
    each: Planned,
    *,
    team: str | None,
    by: VerifiedOperator,
    reason: Reason,
) -> Handle | None:
    """Do what is planned; the secret of a portal that is new."""
    document, client_id, base = each.registration.document, each.client_id, each.base_version
    if each.kind is PlannedKind.PROPOSED:
        answer = desk.propose(document, base_version=base, by=by, reason=reason)
        click.echo(f"{client_id}  {_proposed(answer)}")
        return None
    if base is None:
        return desk.register(document, team=team, by=by, reason=reason).secret
    saved = desk.change(client_id, document, base_version=base, by=by, reason=reason)
    if isinstance(saved, Stale):
        raise click.ClickException(f"{client_id} was {told.stale(saved)}")
    return None


def _proposed(answer: ProposalId | Stale) -> str:
    if isinstance(answer, Stale):
        raise click.ClickException(told.stale(answer))
    return f"proposed as number {answer}; another operator decides: approve, or refuse"


def _whole(desk: OnboardingDesk, number: ProposalId) -> str:
    with desk.database.reading() as reading:
        found = store.proposal(reading, number)
        if found is None:
            raise click.ClickException(f"there is no proposal {number}")
        base = (
            None
            if found.base_version is None
            else relying_parties.version(reading, found.client_id, found.base_version)
        )
    changes = diff({} if base is None else base.document, found.document)
    return "\n".join((*_summary(found), told.changes(changes)))


def _summary(found: RelyingPartyProposal) -> Sequence[str]:
    lines = [told.proposal(found)]
    if found.closed_by is not None and found.closed_at is not None:
        reason = found.closing_reason or ""
        lines.append(f"      by {found.closed_by} on {minute(found.closed_at)}: {reason}")
    return lines
