"""`idp relying-parties`: look at the registrations, apply files, disable, change a secret."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import click

from idp.core.clock import Clock
from idp.core.handles import Handle
from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.disable import Disable
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.lint import Finding, HeldSecret, Looked, Weight, lint
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import ClientId
from idp.relying_parties.problems import said
from idp.relying_parties.register import Change, ChangeKind, Register
from idp.relying_parties.registration import (
    InvalidRegistration,
    Registration,
    parse_registration,
)
from idp.relying_parties.rotate_secret import RotateSecret, UnknownRelyingParty

FILE_NAME = "registration.toml"
_SIGNS = {ChangeKind.NEW: "+", ChangeKind.CHANGED: "~", ChangeKind.UNCHANGED: " "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """What the commands work with; *folder* holds one folder per portal, with its file."""

    folder: Path
    database: Database
    register: Register
    rotate_secret: RotateSecret
    disable: Disable
    initial_tokens: InitialTokens
    logos: Logos
    clock: Clock


OpenRegistrar: TypeAlias = Callable[[], Registrar]


def read_registrations(paths: Sequence[Path]) -> tuple[Registration, ...]:
    """
    The registrations in TOML files.

    Raises `InvalidRegistration` with the problems of all files, each after its path.
    """
    registrations, problems = [], []
    for path in paths:
        try:
            document = tomllib.loads(path.read_text("utf-8"))
            registrations.append(parse_registration(document))
        except InvalidRegistration as error:
            problems += [said(str(path), text) for text in error.problems]
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(said(str(path), str(error)))
    if problems:
        raise InvalidRegistration(problems)
    return tuple(registrations)


def registration_files(folder: Path) -> tuple[Path, ...]:
    """The registration files in the folders of *folder*, in the order of their names."""
    return tuple(sorted(folder.glob(f"*/{FILE_NAME}")))


def relying_parties_commands(open_registrar: OpenRegistrar) -> click.Group:
    """
    Build the `relying-parties` group.

    *open_registrar* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("relying-parties")
    def relying_parties() -> None:
        """Look at the portals that may ask us, and change them."""

    @relying_parties.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
    def list_all(*, as_json: bool) -> None:
        """List the registered portals."""
        listed = _documents(open_registrar())
        click.echo(_as_json(listed) if as_json else _table(listed))

    @relying_parties.command("show")
    @click.argument("client_id")
    def show(client_id: str) -> None:
        """Print one registration as JSON; secrets are kept as hashes and cannot be shown."""
        found = _documents(open_registrar()).get(ClientId(client_id))
        if found is None:
            raise click.ClickException(f"no relying party is called {client_id}")
        document, enabled = found
        click.echo(json.dumps({**document, "enabled": enabled}, indent=2, ensure_ascii=False))

    @relying_parties.command("apply")
    @click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def apply(files: tuple[Path, ...], *, yes: bool) -> None:
        """
        Register the portals in FILES, or change their registrations to what the files say.

        Without FILES: every registration.toml in the folders of the configured folder. A portal
        that has no file stays as it is.
        """
        with _one_line_errors():
            registrar = open_registrar()
            registrations = read_registrations(files or registration_files(registrar.folder))
            plan = registrar.register.plan(registrations)
            for change in plan:
                click.echo(_told(change))
            if all(change.kind is ChangeKind.UNCHANGED for change in plan):
                click.echo("Nothing to change.")
                return
            if not yes:
                click.confirm("Apply?", abort=True)
            _tell_secrets(registrar.register.apply(registrations))
            _take_logos(registrar, plan)

    @relying_parties.command("disable")
    @click.argument("client_id")
    @click.option("--undo", is_flag=True, help="Let it in again.")
    def disable(client_id: str, *, undo: bool) -> None:
        """Keep a portal out, from now on and in every worker."""
        with _one_line_errors():
            switch = open_registrar().disable
            (switch.undo if undo else switch)(ClientId(client_id))
        click.echo(f"{client_id}  {'enabled' if undo else 'disabled'}")

    @relying_parties.command("rotate-secret")
    @click.argument("client_id")
    @click.option(
        "--grace-days",
        default=7,
        show_default=True,
        type=click.IntRange(min=0),
        help="How long the older secret counts; 0 ends it at once.",
    )
    def rotate_secret(client_id: str, *, grace_days: int) -> None:
        """Give a portal a new secret, printed this once."""
        with _one_line_errors():
            rotate = open_registrar().rotate_secret
            secret = rotate(ClientId(client_id), grace=timedelta(days=grace_days))
        _tell_secrets({ClientId(client_id): secret})

    relying_parties.add_command(_lint_command(open_registrar))
    relying_parties.add_command(_initial_access_token_command(open_registrar))
    return relying_parties


def _lint_command(open_registrar: OpenRegistrar) -> click.Command:
    @click.command("lint")
    @click.argument("client_id")
    def lint_one(client_id: str) -> None:
        """
        Name every rule of OAuth 2.1 and RFC 9700 that a registration fails, and how to mend it.

        The exit status is 1 where a rule is broken; warnings alone leave it at 0.
        """
        with _one_line_errors():
            findings = _findings(open_registrar(), ClientId(client_id))
        for finding in findings:
            click.echo(_told_finding(finding))
        if not findings:
            click.echo(f"{client_id}  nothing to mend")
        if any(finding.weight is Weight.BROKEN for finding in findings):
            raise SystemExit(1)

    return lint_one


def _initial_access_token_command(open_registrar: OpenRegistrar) -> click.Command:
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


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except InvalidRegistration as error:
        raise click.ClickException("\n".join(error.problems)) from error
    except UnknownRelyingParty as error:
        raise click.ClickException(f"no relying party is called {error}") from error


def _documents(registrar: Registrar) -> Mapping[ClientId, tuple[Mapping[str, object], bool]]:
    with registrar.database.reading() as reading:
        return store.documents(reading)


def _take_logos(registrar: Registrar, plan: Sequence[Change]) -> None:
    """Only now: a picture is fetched for what is registered, and its absence stops nothing."""
    for change in plan:
        party = change.registration.relying_party
        is_new = change.kind is ChangeKind.NEW and party.logo_uri is not None
        if is_new or "logo_uri" in change.members:
            registrar.logos.refresh(party.client_id, party.logo_uri)


def _findings(registrar: Registrar, client_id: ClientId) -> Sequence[Finding]:
    with registrar.database.reading() as reading:
        parties = store.all_of(reading)
        record = store.record_of(reading, client_id)
    if client_id not in parties or record is None:
        raise UnknownRelyingParty(client_id)
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


def _as_json(listed: Mapping[ClientId, tuple[Mapping[str, object], bool]]) -> str:
    entries = [
        {"client_id": client_id, "enabled": enabled, "client_name": document["client_name"]}
        for client_id, (document, enabled) in listed.items()
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False)


def _table(listed: Mapping[ClientId, tuple[Mapping[str, object], bool]]) -> str:
    if not listed:
        return "No relying party is registered yet."
    width = max(len(client_id) for client_id in listed)
    return "\n".join(
        f"{client_id.ljust(width)}  {'enabled ' if enabled else 'disabled'}"
        f"  {document['client_name']}"
        for client_id, (document, enabled) in listed.items()
    )


def _told(change: Change) -> str:
    members = f": {', '.join(change.members)}" if change.members else ""
    return f"{_SIGNS[change.kind]} {change.client_id}  {change.kind}{members}"


def _tell_secrets(secrets: Mapping[ClientId, Handle]) -> None:
    for client_id, secret in secrets.items():
        click.echo(f"{client_id}  client_secret: {secret}")
    if secrets:
        click.echo("Shown once: only a hash is kept. Hand it over by a safe way.")
