"""How terminals show registrations, and what went wrong with them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import click

from idp.core.handles import Handle
from idp.core.two_languages import EN
from idp.core.vietnam import minute
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.credentials import TooManySecrets
from idp.onboarding.diff import FieldChange
from idp.onboarding.model import RelyingPartyProposal, Stale
from idp.onboarding.plan import Planned, PlannedKind
from idp.onboarding.propose_production import AlreadyProposed, Unchanged, Untested
from idp.onboarding.store import Listed
from idp.relying_parties.model import ClientId, RelyingPartyRecord, RelyingPartyVersion
from idp.relying_parties.registration import InvalidRegistration
from idp.relying_parties.rotate_secret import UnknownRelyingParty
from idp.shell import errors

_SIGNS: Final = {
    PlannedKind.NEW: "+",
    PlannedKind.CHANGED: "~",
    PlannedKind.UNCHANGED: " ",
    PlannedKind.PROPOSED: "?",
    PlannedKind.WAITING: " ",
}
_ERRORS: Final = {
    UnknownRelyingParty: "there is no {error}",
    NotThere: "there is no {error}",
    MayNot: "the operator's role may not do this ({error})",
    Untested: "{error}, as it is registered now, has not passed the integration test lately",
    Unchanged: "{error} is registered like that already",
    AlreadyProposed: "a proposal for {error} waits already: decide it, or withdraw it",
    TooManySecrets: "two secrets of {error} count already: retire one of them before",
}


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Tell of what went wrong in words, with the way out; problems of a file line by line."""
    with errors.one_line_errors(_ERRORS):
        try:
            yield
        except InvalidRegistration as error:
            raise click.ClickException(problems(error)) from error


def problems(error: InvalidRegistration) -> str:
    """Each problem, and on the next line what to do."""
    lines = []
    for problem in error.found:
        lines.append(str(problem))
        if problem.fix(EN):
            lines.append(f"    {problem.fix(EN)}")
    return "\n".join(lines)


def changes(found: Iterable[FieldChange], *, indent: str = "    ") -> str:
    """What differs, a line for each part that goes or comes."""
    lines = []
    for change in found:
        lines.append(f"{indent}{change.words(EN)} ({change.field})")
        lines += [f"{indent}  - {line}" for line in change.removed]
        lines += [f"{indent}  + {line}" for line in change.added]
    return "\n".join(lines)


def planned(each: Planned) -> str:
    """One registration of a plan; of a new one every member would be too much."""
    head = f"{_SIGNS[each.kind]} {each.client_id}  {each.kind}"
    is_shown = each.is_something and each.base_version is not None
    return f"{head}\n{changes(each.changes)}" if is_shown else head


def stale(found: Stale) -> str:
    """Who was faster, and what they did."""
    by = found.by or "somebody at a shell"
    return (
        f"changed meanwhile by {by} ({minute(found.at)}): {found.reason}\n"
        f"{changes(found.theirs)}\nLook at version {found.version}, and try again."
    )


def secrets(made: Mapping[ClientId, Handle]) -> Iterator[str]:
    """New secrets, this once."""
    for client_id, secret in made.items():
        yield f"{client_id}  client_secret: {secret}"
    if made:
        yield "Shown once: only a hash is kept. Hand it over by a safe way."


def as_json(listed: Iterable[Listed]) -> str:
    """A list for programs."""
    entries = [
        {
            "client_id": each.client_id,
            "client_name": each.name,
            "environment": each.environment,
            "enabled": each.enabled,
            "team": each.team,
            "version": each.version,
        }
        for each in listed
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False)


def table(listed: Sequence[Listed]) -> str:
    """A list for people."""
    if not listed:
        return "No relying party is registered yet."
    width = max(len(each.client_id) for each in listed)
    return "\n".join(
        f"{each.client_id.ljust(width)}  {each.environment:<10}"
        f"  {'enabled ' if each.enabled else 'disabled'}  {each.name}"
        for each in listed
    )


def registration(row: RelyingPartyRecord) -> str:
    """One registration as JSON; of its secrets what may be told."""
    document = {
        **row.registration,
        "enabled": row.enabled,
        "team": row.team,
        "version": row.version,
        "secrets": [
            {
                "number": secret.id,
                "ends_with": secret.last_four,
                "made_at": secret.created_at.isoformat(),
                "expires_at": _iso(secret.expires_at),
                "last_used_at": _iso(secret.last_used_at),
            }
            for secret in row.secrets
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def version(each: RelyingPartyVersion) -> str:
    """One version in a list."""
    by = each.by or "(shell or itself)"
    return f"{each.number:>4}  {minute(each.at)}  {by:<20}  {each.reason}".rstrip()


def proposal(each: RelyingPartyProposal) -> str:
    """One proposal in a list."""
    kind = "first" if each.base_version is None else f"changes version {each.base_version}"
    return (
        f"{each.id:>4}  {each.status:<9}  {each.client_id}  {kind}"
        f"  by {each.proposed_by} on {minute(each.proposed_at)}: {each.reason}"
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
