"""`idp relying-parties lint` and `initial-access-token`: what no operator has to answer for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import click

from idp.core.clock import Clock
from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.lint import Finding, HeldSecret, Looked, Weight, lint
from idp.relying_parties.model import ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """What the commands work with."""

    database: Database
    initial_tokens: InitialTokens
    clock: Clock


OpenRegistrar: TypeAlias = Callable[[], Registrar]


def lint_command(open_registrar: OpenRegistrar) -> click.Command:
    """Build `lint`; *open_registrar* is called when it runs."""

    @click.command("lint")
    @click.argument("client_id")
    def lint_one(client_id: str) -> None:
        """
        Name every rule of OAuth 2.1 and RFC 9700 that a registration fails, and how to mend it.

        The exit status is 1 where a rule is broken; warnings alone leave it at 0.
        """
        findings = _findings(open_registrar(), ClientId(client_id))
        for finding in findings:
            click.echo(_told_finding(finding))
        if not findings:
            click.echo(f"{client_id}  nothing to mend")
        if any(finding.weight is Weight.BROKEN for finding in findings):
            raise SystemExit(1)

    return lint_one


def initial_access_token_command(open_registrar: OpenRegistrar) -> click.Command:
    """Build `initial-access-token`; *open_registrar* is called when it runs."""

    @click.command("initial-access-token")
    @click.option(
        "--expires",
        "days",
        default=7,
        show_default=True,
        type=click.IntRange(min=1),
        help="Days that it is good for.",
    )
    @click.option(
        "--uses",
        default=1,
        show_default=True,
        type=click.IntRange(min=1),
        help="Registrations it is good for.",
    )
    def initial_access_token(*, days: int, uses: int) -> None:
        """Make a token with which portals register themselves, printed this once."""
        tokens = open_registrar().initial_tokens
        click.echo(tokens.issue(uses=uses, lifetime=timedelta(days=days)))
        click.echo("Shown once: only a hash is kept. Hand it over by a safe way.", err=True)

    return initial_access_token


def _findings(registrar: Registrar, client_id: ClientId) -> Sequence[Finding]:
    with registrar.database.reading() as reading:
        parties = {name: each.relying_party for name, each in store.all_of(reading).items()}
        record = store.record_of(reading, client_id)
    if client_id not in parties or record is None:
        raise click.ClickException(f"no relying party is called {client_id}")
    return lint(
        Looked(
            party=parties.pop(client_id),
            others=tuple(parties.values()),
            secrets=[HeldSecret(each.created_at, each.expires_at) for each in record.secrets],
            now=registrar.clock.now(),
        )
    )


def _told_finding(finding: Finding) -> str:
    at = f": {finding.at}" if finding.at else ""
    lines = (f"{finding.weight.ljust(7)}  {finding.rule}{at}", finding.clause, finding.fix)
    return f"\n{' ' * 9}".join(lines)
