"""
Change the ring: what operators ask for, and what time brings.

Each function makes one update of the store and returns what it did, for the audit trail;
the caller records that, after the fact.
"""

from collections.abc import Collection

from idp.core.clock import Clock
from idp.signing import rules
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import KeyEvent, KeyRing, RotationPolicy
from idp.signing.ports import Change, KeyStore


def create_missing(
    store: KeyStore, algorithms: Collection[SigningAlgorithm], clock: Clock
) -> tuple[KeyEvent, ...]:
    """Make the first key, active at once, of each of *algorithms* that has none."""

    def with_first_keys(ring: KeyRing) -> KeyRing:
        for algorithm in algorithms:
            if algorithm not in ring.algorithms:
                ring = rules.add_first(ring, KeyMaterial.generate(algorithm), now=clock.now())
        return ring

    return _apply(store, with_first_keys, clock)


def announce_successors(
    store: KeyStore,
    algorithms: Collection[SigningAlgorithm],
    policy: RotationPolicy,
    clock: Clock,
) -> tuple[KeyEvent, ...]:
    """
    Announce a new key for each of *algorithms*.

    Raises `rules.RotationRefused`, and then announces none.
    """

    def with_successors(ring: KeyRing) -> KeyRing:
        for algorithm in algorithms:
            material = KeyMaterial.generate(algorithm)
            ring = rules.announce(ring, material, now=clock.now(), policy=policy)
        return ring

    return _apply(store, with_successors, clock)


def rotate_now(
    store: KeyStore, algorithms: Collection[SigningAlgorithm], clock: Clock
) -> tuple[KeyEvent, ...]:
    """
    Change the active key of each of *algorithms* at once; see `rules.rotate_now`.

    Raises `rules.RotationRefused`, and then changes none.
    """

    def rotated(ring: KeyRing) -> KeyRing:
        for algorithm in algorithms:
            ring = rules.rotate_now(ring, KeyMaterial.generate(algorithm), now=clock.now())
        return ring

    return _apply(store, rotated, clock)


def retire(store: KeyStore, kid: str, clock: Clock) -> tuple[KeyEvent, ...]:
    """Take an announced or retired key out of service; raise `rules.RotationRefused`."""
    return _apply(store, lambda ring: rules.retire(ring, kid, now=clock.now()), clock)


def keep_up(store: KeyStore, policy: RotationPolicy, clock: Clock) -> tuple[KeyEvent, ...]:
    """
    Do what is due: announce successors, write down promotions, destroy keys that are past.

    For a periodic task; an hour between two runs is often enough. Signing does not wait for
    it, since every `Signer` promotes by the clock; without it no key would ever get a successor.
    """

    def kept_up(ring: KeyRing) -> KeyRing:
        now = clock.now()
        ring = rules.drop_expired(ring, now, policy)
        for algorithm in rules.due_for_succession(ring, now, policy):
            material = KeyMaterial.generate(algorithm)
            ring = rules.announce(ring, material, now=now, policy=policy)
        return ring

    return _apply(store, kept_up, clock)


def _apply(store: KeyStore, change: Change, clock: Clock) -> tuple[KeyEvent, ...]:
    seen: list[KeyRing] = []

    def remembering(ring: KeyRing) -> KeyRing:
        seen.append(ring)
        return change(ring)

    after = store.update(remembering)
    return rules.events_between(seen[-1], after, now=clock.now())
