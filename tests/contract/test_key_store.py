"""What every `KeyStore` promises, on disk and in memory."""

import itertools
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from idp.adapters.keys_on_disk import KeysOnDisk
from idp.signing import rules
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import KeyRing, KeyState, RotationPolicy
from idp.signing.ports import KeyStore
from idp.signing.rotate import announce_successors, create_missing, keep_up, retire, rotate_now
from tests.fakes.key_store import KeysInMemory
from tests.fakes.signing_keys import NOON, SetClock

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
POLICY = RotationPolicy(publish_after_retirement=timedelta(days=2))


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "memory":
        return KeysInMemory()
    return KeysOnDisk(tmp_path / "keys", b"a passphrase of the tests")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def test_a_new_store_holds_the_empty_ring(store: KeyStore) -> None:
    assert store.load() == KeyRing()


def test_what_was_stored_is_loaded(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256, RS256], clock)
    clock.advance(timedelta(microseconds=1))
    announce_successors(store, [ES256], POLICY, clock)
    stored = store.update(lambda ring: rules.promote_due(ring, NOON + 3 * POLICY.announce))

    assert store.load() == stored
    assert [key.state for key in stored.keys] == [
        KeyState.RETIRED,
        KeyState.ACTIVE,
        KeyState.ACTIVE,
    ]


def test_a_loaded_key_signs_what_its_public_key_verifies(store: KeyStore, clock: SetClock) -> None:
    before = KeyMaterial.generate(ES256)
    store.update(lambda ring: rules.add_first(ring, before, now=clock.now()))

    (key,) = store.load().keys

    assert key.public_jwk == before.public_jwk
    assert key.private_key.public_key() == before.private_key.public_key()


def test_the_version_counts_changes(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256], clock)
    first = store.load().version
    rotate_now(store, [ES256], clock)

    assert (first, store.load().version) == (1, 2)


def test_a_change_that_changes_nothing_is_none(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256], clock)
    stamp = store.stamp()

    assert store.update(lambda ring: ring).version == 1
    assert create_missing(store, [ES256], clock) == ()
    assert store.stamp() == stamp


def test_the_stamp_differs_after_every_change(store: KeyStore, clock: SetClock) -> None:
    stamps = [store.stamp()]
    create_missing(store, [ES256], clock)
    stamps.append(store.stamp())
    for _ in range(3):
        rotate_now(store, [ES256], clock)
        stamps.append(store.stamp())

    assert all(one != other for one, other in itertools.pairwise(stamps))


def test_a_refused_change_leaves_the_store_as_it_was(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256], clock)
    before = store.load()

    with pytest.raises(rules.ActiveKeyStays):
        retire(store, before.keys[0].kid, clock)
    with pytest.raises(rules.NoSigningKey):
        announce_successors(store, [ES256, RS256], POLICY, clock)

    assert store.load() == before


def test_threads_that_rotate_at_once_lose_no_rotation(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256], clock)
    threads = [threading.Thread(target=rotate_now, args=(store, [ES256], clock)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ring = store.load()
    assert ring.version == 9
    assert [key.state for key in ring.keys].count(KeyState.RETIRED) == 8


def test_a_year_of_keeping_up_rotates_and_clears_away(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256], clock)
    signing = []
    for _ in range(366):
        keep_up(store, POLICY, clock)
        signing.append(rules.active(store.load(), ES256, clock.now()).kid)
        clock.advance(timedelta(days=1))

    periods = [len(list(group)) for _, group in itertools.groupby(signing)]
    assert periods == [90, 90, 90, 90, 6]
    assert len(store.load().keys) == 1
    assert len(store.load().dropped) == 4


def test_keeping_up_tells_what_it_did(store: KeyStore, clock: SetClock) -> None:
    create_missing(store, [ES256], clock)
    clock.advance(POLICY.active - POLICY.announce)
    announced = keep_up(store, POLICY, clock)
    clock.advance(POLICY.announce)
    promoted = keep_up(store, POLICY, clock)
    clock.advance(POLICY.publish_after_retirement)
    dropped = keep_up(store, POLICY, clock)

    assert [event.kind.value for event in announced] == ["announced"]
    assert [event.kind.value for event in promoted] == ["retired", "activated"]
    assert [event.kind.value for event in dropped] == ["dropped"]
    assert keep_up(store, POLICY, clock) == ()
