"""`idp keys`: look at the signing keys, rotate them, take one out of service."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import click

from idp.core.clock import Clock
from idp.core.reason import Reason, parse_reason
from idp.core.vietnam import minute
from idp.shell.errors import one_line_errors
from idp.shell.options import with_reason
from idp.signing import rotate, rules
from idp.signing.material import SigningAlgorithm
from idp.signing.model import (
    KeyEvent,
    KeyEventKind,
    KeyRing,
    RotationPolicy,
    SigningKey,
)
from idp.signing.ports import KeyStore, KeyStoreUnreadable, KeyStoreUnwritable

OpenRing: TypeAlias = Callable[[], tuple[KeyStore, RotationPolicy, Clock]]
Audit: TypeAlias = Callable[[str, Mapping[str, str]], None]

_HEADINGS = ("KID", "ALGORITHM", "STATE", "AGE", "NEXT")
_NEXT = {
    KeyEventKind.ACTIVATED: "becomes active",
    KeyEventKind.RETIRED: "retires",
    KeyEventKind.DROPPED: "leaves the JWKS",
}
_DONE = {
    KeyEventKind.ANNOUNCED: "announced",
    KeyEventKind.ACTIVATED: "active",
    KeyEventKind.RETIRED: "retired",
    KeyEventKind.DROPPED: "dropped, private key destroyed",
}
_ERRORS = {
    rules.RotationRefused: "{error}",
    KeyStoreUnreadable: "{error}",
    KeyStoreUnwritable: "{error}",
}


def keys_commands(open_ring: OpenRing, audit: Audit) -> click.Group:
    """
    Build the `keys` group.

    *open_ring* is called once per command, so that `--help` needs no configuration. *audit* is
    told of every change after it was made: `signing_key.announced`, `.activated`, `.retired` or
    `.dropped`, with `kid`, `algorithm`, `at` and, where the operator gave one, `reason`.
    """

    @click.group("keys")
    def keys() -> None:
        """Look at the signing keys and rotate them."""

    @keys.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
    def list_keys(*, as_json: bool) -> None:
        """List the signing keys and what happens to each next (Vietnam's clock)."""
        with one_line_errors(_ERRORS):
            store, policy, clock = open_ring()
            now = clock.now()
            ring = rules.promote_due(store.load(), now)
        listed = rules.published(ring, now, policy)
        if as_json:
            click.echo(json.dumps([_as_json(ring, key, policy) for key in listed], indent=2))
        elif not listed:
            click.echo("There are no signing keys yet.")
        else:
            click.echo(_table([_row(ring, key, policy, now) for key in listed]))

    @keys.command("rotate")
    @click.option(
        "--algorithm",
        type=click.Choice([algorithm.value for algorithm in SigningAlgorithm]),
        help="Only this ring; otherwise each.",
    )
    @click.option("--now", "at_once", is_flag=True, help="Skip the announcement time.")
    @click.option(
        "--reason",
        type=parse_reason,
        metavar="TEXT",
        help="For the audit log; required with --now.",
    )
    def rotate_keys(*, algorithm: str | None, at_once: bool, reason: Reason | None) -> None:
        """
        Announce a new key, which becomes active by itself after the announcement time.

        With --now the announced key, or else a new one, signs from this moment on. Portals that
        still hold the older key set have to fetch it again.
        """
        if at_once and reason is None:
            raise click.UsageError("--now skips the announcement time: say why with --reason TEXT.")
        with one_line_errors(_ERRORS):
            store, policy, clock = open_ring()
            chosen = [SigningAlgorithm(algorithm)] if algorithm else store.load().algorithms
            if not chosen:
                raise click.ClickException("There are no signing keys yet.")
            if at_once:
                events = rotate.rotate_now(store, chosen, clock)
            else:
                events = rotate.announce_successors(store, chosen, policy, clock)
            _report(events, audit, reason)
            if not at_once:
                _tell_activation(store.load(), events)

    # A thumbprint may begin with a hyphen: that makes it no option.
    @keys.command("retire", context_settings={"ignore_unknown_options": True})
    @click.argument("kid")
    @with_reason
    def retire_key(*, kid: str, reason: Reason) -> None:
        """
        Take a key that is not active out of service at once.

        An announced key will never sign. A retired key leaves the JWKS: whatever it signed
        verifies no more.
        """
        with one_line_errors(_ERRORS):
            store, _, clock = open_ring()
            _report(rotate.retire(store, kid, clock), audit, reason)

    return keys


def _report(events: Iterable[KeyEvent], audit: Audit, reason: Reason | None) -> None:
    for event in events:
        details = {
            "kid": event.kid,
            "algorithm": event.algorithm.value,
            "at": event.at.isoformat(),
        }
        audit(f"signing_key.{event.kind}", details | ({"reason": reason} if reason else {}))
        click.echo(f"{event.kid}  {event.algorithm}  {_DONE[event.kind]}")


def _tell_activation(ring: KeyRing, events: Iterable[KeyEvent]) -> None:
    for event in events:
        key = ring.find(event.kid)
        if key and event.kind is KeyEventKind.ANNOUNCED:
            click.echo(f"The new {key.algorithm} key becomes active at {minute(key.activates_at)}.")


def _as_json(ring: KeyRing, key: SigningKey, policy: RotationPolicy) -> dict[str, object]:
    upcoming = rules.next_event(ring, key, policy)
    return {
        "kid": key.kid,
        "algorithm": key.algorithm.value,
        "state": key.state.value,
        "created_at": key.created_at.isoformat(),
        "announced_at": key.announced_at.isoformat(),
        "activates_at": key.activates_at.isoformat(),
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
        "next": {"event": upcoming.kind.value, "at": upcoming.at.isoformat()},
    }


def _row(ring: KeyRing, key: SigningKey, policy: RotationPolicy, now: datetime) -> tuple[str, ...]:
    upcoming = rules.next_event(ring, key, policy)
    return (
        key.kid,
        key.algorithm.value,
        key.state.value,
        _age(now - key.created_at),
        f"{_NEXT[upcoming.kind]} {minute(upcoming.at)}",
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    lines = [_HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _age(age: timedelta) -> str:
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    if age.days:
        return f"{age.days} d {hours % 24} h"
    return f"{hours} h {minutes} min"
