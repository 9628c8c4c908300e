"""
How keys move through their life. Pure: a ring and a time in, a ring out.

Every change begins with `promote_due`, so it sees the ring as it stands *now*, and not as it
was when somebody last wrote it down. Retirement is dated by the successor's `activates_at`:
processes that look at the same stored ring at different moments come to the same dates.
"""

from dataclasses import replace
from datetime import datetime

from idp.core.vietnam import minute
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import (
    KeyEvent,
    KeyEventKind,
    KeyRing,
    KeyState,
    RotationPolicy,
    SigningKey,
)


class RotationRefused(Exception):
    """The ring does not allow this change; the message tells an operator why."""


class NoSigningKey(RotationRefused):
    """There is no key for the algorithm."""


class AlreadyAnnounced(RotationRefused):
    """A successor is waiting already; a second one would never get its turn."""


class KidReused(RotationRefused):
    """The key is, or once was, in the ring."""


class NoSuchKey(RotationRefused):
    """No key of that name is in the ring."""


class ActiveKeyStays(RotationRefused):
    """The active key cannot be taken away, only replaced."""


def add_first(ring: KeyRing, material: KeyMaterial, *, now: datetime) -> KeyRing:
    """Begin an algorithm: its first key has nobody to wait for and is active at once."""
    _require_new(ring, material)
    if material.algorithm in ring.algorithms:
        raise RotationRefused(f"{material.algorithm} has keys already")
    return _with(ring, _key(material, KeyState.ACTIVE, created_at=now, activates_at=now))


def announce(
    ring: KeyRing, material: KeyMaterial, *, now: datetime, policy: RotationPolicy
) -> KeyRing:
    """Publish *material* as the successor; it becomes active by itself, `policy.announce` on."""
    ring = promote_due(ring, now)
    _require_new(ring, material)
    active(ring, material.algorithm, now)
    waiting = ring.in_state(material.algorithm, KeyState.ANNOUNCED)
    if waiting:
        raise AlreadyAnnounced(
            f"{waiting.algorithm} key {waiting.kid} is announced already and becomes active"
            f" at {minute(waiting.activates_at)} by Vietnam's clock"
        )
    activates_at = now + policy.announce
    return _with(
        ring, _key(material, KeyState.ANNOUNCED, created_at=now, activates_at=activates_at)
    )


def promote_due(ring: KeyRing, now: datetime) -> KeyRing:
    """Give every announced key whose time has come its turn; the former active key retires."""
    due = {
        key.algorithm: key
        for key in ring.keys
        if key.state is KeyState.ANNOUNCED and key.activates_at <= now
    }
    if not due:
        return ring

    def moved(key: SigningKey) -> SigningKey:
        successor = due.get(key.algorithm)
        if successor is None or key.state is KeyState.RETIRED:
            return key
        if key is successor:
            return replace(key, state=KeyState.ACTIVE)
        return replace(key, state=KeyState.RETIRED, retired_at=successor.activates_at)

    return replace(ring, keys=tuple(moved(key) for key in ring.keys))


def rotate_now(ring: KeyRing, material: KeyMaterial, *, now: datetime) -> KeyRing:
    """
    Change the active key at once, without the announcement time.

    An announced key is preferred, because relying parties have seen it; then *material* is
    not used. Relying parties that hold an older JWKS meet an unknown `kid` and must fetch anew.
    """
    ring = promote_due(ring, now)
    active(ring, material.algorithm, now)
    waiting = ring.in_state(material.algorithm, KeyState.ANNOUNCED)
    if waiting:
        hastened = replace(waiting, activates_at=now)
        keys = tuple(hastened if key is waiting else key for key in ring.keys)
        return promote_due(replace(ring, keys=keys), now)
    _require_new(ring, material)
    successor = _key(material, KeyState.ANNOUNCED, created_at=now, activates_at=now)
    return promote_due(_with(ring, successor), now)


def retire(ring: KeyRing, kid: str, *, now: datetime) -> KeyRing:
    """
    Take a key that does not sign out of service at once.

    An announced key never becomes active; a retired one leaves the JWKS early, so that whatever
    it signed verifies no more: the end of a stolen key.
    """
    ring = promote_due(ring, now)
    key = ring.find(kid)
    if key is None:
        raise NoSuchKey(f"there is no key {kid}")
    if key.state is KeyState.ACTIVE:
        raise ActiveKeyStays(
            f"{kid} is the active {key.algorithm} key; replace it first:"
            f" idp keys rotate --algorithm {key.algorithm} --now --reason …"
        )
    return _without(ring, {kid})


def drop_expired(ring: KeyRing, now: datetime, policy: RotationPolicy) -> KeyRing:
    """Let go of the retired keys that nothing valid can be signed with any more."""
    ring = promote_due(ring, now)
    return _without(ring, {key.kid for key in ring.keys if _is_past(key, now, policy)})


def active(ring: KeyRing, algorithm: SigningAlgorithm, now: datetime) -> SigningKey:
    """Return the one key that signs with *algorithm* now; raise `NoSigningKey` without any."""
    key = promote_due(ring, now).in_state(algorithm, KeyState.ACTIVE)
    if key is None:
        raise NoSigningKey(f"there is no {algorithm} key")
    return key


def published(ring: KeyRing, now: datetime, policy: RotationPolicy) -> tuple[SigningKey, ...]:
    """Return what the JWKS names now, oldest first: all but retired keys no longer needed."""
    return tuple(key for key in promote_due(ring, now).keys if not _is_past(key, now, policy))


def due_for_succession(
    ring: KeyRing, now: datetime, policy: RotationPolicy
) -> tuple[SigningAlgorithm, ...]:
    """Name the algorithms whose active key is near its end and has no successor announced."""
    ring = promote_due(ring, now)
    return tuple(
        algorithm
        for algorithm in ring.algorithms
        if ring.in_state(algorithm, KeyState.ANNOUNCED) is None
        and _succession_at(active(ring, algorithm, now), policy) <= now
    )


def next_event(ring: KeyRing, key: SigningKey, policy: RotationPolicy) -> KeyEvent:
    """
    Tell what happens next to *key* of *ring*, and when.

    For an active key without a successor: when it retires if the successor is announced on
    time; in the past where that was missed.
    """
    match key.state:
        case KeyState.ANNOUNCED:
            kind, at = KeyEventKind.ACTIVATED, key.activates_at
        case KeyState.ACTIVE:
            waiting = ring.in_state(key.algorithm, KeyState.ANNOUNCED)
            kind = KeyEventKind.RETIRED
            at = waiting.activates_at if waiting else key.activates_at + policy.active
        case KeyState.RETIRED:
            kind, at = KeyEventKind.DROPPED, _published_until(key, policy)
    return KeyEvent(kind=kind, kid=key.kid, algorithm=key.algorithm, at=at)


def valid_until(ring: KeyRing, now: datetime, policy: RotationPolicy) -> datetime | None:
    """Return the moment at which `active` or `published` change by themselves, if ever."""
    moments = [
        key.activates_at if key.state is KeyState.ANNOUNCED else _published_until(key, policy)
        for key in published(ring, now, policy)
        if key.state is not KeyState.ACTIVE
    ]
    return min(moments, default=None)


def events_between(before: KeyRing, after: KeyRing, *, now: datetime) -> tuple[KeyEvent, ...]:
    """Tell what happened to each key from *before* to *after*, for the audit trail."""
    former = {key.kid: key.state for key in before.keys}
    events = []
    for key in after.keys:
        if former.get(key.kid) is key.state:
            continue
        match key.state:
            case KeyState.ANNOUNCED:
                kind, at = KeyEventKind.ANNOUNCED, key.announced_at
            case KeyState.ACTIVE:
                kind, at = KeyEventKind.ACTIVATED, key.activates_at
            case KeyState.RETIRED:
                kind, at = KeyEventKind.RETIRED, key.retired_at or now
        events.append(KeyEvent(kind=kind, kid=key.kid, algorithm=key.algorithm, at=at))
    events += [
        KeyEvent(kind=KeyEventKind.DROPPED, kid=key.kid, algorithm=key.algorithm, at=now)
        for key in before.keys
        if after.find(key.kid) is None
    ]
    return tuple(events)


def _key(
    material: KeyMaterial, state: KeyState, *, created_at: datetime, activates_at: datetime
) -> SigningKey:
    return SigningKey(
        material=material,
        state=state,
        created_at=created_at,
        announced_at=created_at,
        activates_at=activates_at,
    )


def _require_new(ring: KeyRing, material: KeyMaterial) -> None:
    if ring.find(material.kid) or material.kid in ring.dropped:
        raise KidReused(f"key {material.kid} was in the ring before")


def _with(ring: KeyRing, key: SigningKey) -> KeyRing:
    return replace(ring, keys=(*ring.keys, key))


def _without(ring: KeyRing, kids: set[str]) -> KeyRing:
    if not kids:
        return ring
    kept = tuple(key for key in ring.keys if key.kid not in kids)
    return replace(ring, keys=kept, dropped=ring.dropped | kids)


def _succession_at(key: SigningKey, policy: RotationPolicy) -> datetime:
    return key.activates_at + policy.active - policy.announce


def _published_until(key: SigningKey, policy: RotationPolicy) -> datetime:
    return (key.retired_at or key.activates_at) + policy.publish_after_retirement


def _is_past(key: SigningKey, now: datetime, policy: RotationPolicy) -> bool:
    return key.state is KeyState.RETIRED and _published_until(key, policy) <= now
