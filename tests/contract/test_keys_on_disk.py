"""What the folder of keys adds to the contract: secrecy, crashes, damage, several processes."""

import json
import multiprocessing
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from idp.adapters.keys_on_disk import KeysOnDisk
from idp.signing import rules
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import KeyRing, RotationPolicy
from idp.signing.ports import KeyStoreUnreadable, KeyStoreUnwritable
from idp.signing.rotate import announce_successors, create_missing, retire, rotate_now
from tests.fakes.signing_keys import NOON, SetClock

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
POLICY = RotationPolicy(publish_after_retirement=timedelta(days=2))
PASSPHRASE = b"a passphrase of the tests"
CLOCK = SetClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def store(folder: Path) -> KeysOnDisk:
    store = KeysOnDisk(folder, PASSPHRASE)
    create_missing(store, [ES256], CLOCK)
    return store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def key_files(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.pem")}


def test_nobody_else_can_read_anything(store: KeysOnDisk, folder: Path) -> None:
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_private_keys_are_encrypted(store: KeysOnDisk, folder: Path) -> None:
    (file,) = folder.glob("*.pem")

    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    with pytest.raises(ValueError, match="Incorrect password"):
        load_pem_private_key(file.read_bytes(), b"another passphrase")


def test_the_state_holds_no_key(store: KeysOnDisk, folder: Path) -> None:
    (key,) = json.loads((folder / "keyring.json").read_text())["keys"]

    assert set(key) == {
        "kid",
        "algorithm",
        "state",
        "created_at",
        "announced_at",
        "activates_at",
        "retired_at",
    }


def test_a_dropped_key_is_destroyed(store: KeysOnDisk, folder: Path) -> None:
    (stolen,) = key_files(folder)
    rotate_now(store, [ES256], CLOCK)
    retire(store, stolen, CLOCK)

    assert stolen not in key_files(folder)
    assert len(key_files(folder)) == 1


def test_reading_writes_nothing(folder: Path) -> None:
    assert KeysOnDisk(folder, PASSPHRASE).load() == KeyRing()
    assert not folder.exists()


def test_an_empty_passphrase_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        KeysOnDisk(folder, b"")


def test_another_passphrase_opens_nothing_and_is_not_quoted(
    store: KeysOnDisk, folder: Path
) -> None:
    (kid,) = key_files(folder)

    with pytest.raises(KeyStoreUnreadable, match=kid) as caught:
        KeysOnDisk(folder, b"not the passphrase").load()
    assert "not the passphrase" not in str(caught.value)


def test_a_missing_key_file_is_named(store: KeysOnDisk, folder: Path) -> None:
    (kid,) = key_files(folder)
    (folder / f"{kid}.pem").unlink()

    with pytest.raises(KeyStoreUnreadable, match=f"{kid}: No such file"):
        store.load()


def test_a_key_under_another_ones_name_is_noticed(store: KeysOnDisk, folder: Path) -> None:
    (kid,) = key_files(folder)
    rotate_now(store, [ES256], CLOCK)
    (other,) = key_files(folder) - {kid}
    (folder / f"{kid}.pem").write_bytes((folder / f"{other}.pem").read_bytes())

    with pytest.raises(KeyStoreUnreadable, match=f"{kid}: the file holds another key"):
        store.load()


def test_an_unencrypted_key_is_refused(store: KeysOnDisk, folder: Path) -> None:
    (file,) = folder.glob("*.pem")
    key = KeyMaterial.generate(ES256).private_key
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    with pytest.raises(KeyStoreUnreadable, match=file.stem):
        store.load()


def damaged(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        document = json.loads(text)
        change(document)
        return json.dumps(document)

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "{}",
        lambda text: '{"version": 1, "keys": [{}], "dropped": []}',
        damaged(lambda ring: ring.update(version="one")),
        damaged(lambda ring: ring.update(dropped=["../../etc/passwd"])),
        damaged(lambda ring: ring.update(keys=ring["keys"] * 2)),
        damaged(lambda ring: ring["keys"][0].update(kid="../" * 14 + "x")),
        damaged(lambda ring: ring["keys"][0].update(kid=1)),
        damaged(lambda ring: ring["keys"][0].update(state="announced")),
        damaged(lambda ring: ring["keys"][0].update(state="retired")),
        damaged(lambda ring: ring["keys"][0].update(algorithm="none")),
        damaged(lambda ring: ring["keys"][0].update(algorithm="RS256")),
        damaged(lambda ring: ring["keys"][0].update(activates_at="2026-06-01T12:00:00")),
    ],
)
def test_a_damaged_state_is_unreadable_and_left_alone(
    store: KeysOnDisk, folder: Path, damage: Callable[[str], str]
) -> None:
    file = folder / "keyring.json"
    file.write_text(damage(file.read_text()))
    text = file.read_text()

    with pytest.raises(KeyStoreUnreadable):
        store.load()
    with pytest.raises(KeyStoreUnreadable):
        rotate_now(store, [ES256], CLOCK)
    assert file.read_text() == text


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")

    with pytest.raises(KeyStoreUnwritable, match="keys"):
        create_missing(KeysOnDisk(tmp_path / "keys", PASSPHRASE), [ES256], CLOCK)


class PowerCut(BaseException):
    pass


class CutAt:
    """Lets the power fail before or after the given step that reaches the disk."""

    def __init__(self, step: int, *, lasting: bool) -> None:
        self._step = step
        self._lasting = lasting
        self.steps = 0

    def __call__(self, function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            self.steps += 1
            if self.steps == self._step and not self._lasting:
                raise PowerCut
            result = function(*args, **kwargs)
            if self.steps == self._step:
                raise PowerCut
            return result

        return wrapped


@pytest.mark.parametrize("lasting", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 8))
def test_a_power_cut_leaves_the_former_ring_or_the_next(
    store: KeysOnDisk, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int, *, lasting: bool
) -> None:
    """Cut at each step of an update that adds a key and drops another."""

    def replace_key(ring: KeyRing) -> KeyRing:
        (stolen,) = ring.keys
        ring = rules.rotate_now(ring, KeyMaterial.generate(ES256), now=NOON)
        return rules.retire(ring, stolen.kid, now=NOON)

    before = store.load()
    cut = CutAt(step, lasting=lasting)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", cut(os.fsync))
        patch.setattr(Path, "replace", cut(Path.replace))
        patch.setattr(Path, "unlink", cut(Path.unlink))
        with pytest.raises(PowerCut):
            store.update(replace_key)

    after = KeysOnDisk(folder, PASSPHRASE).load()
    # Steps 1-3 put the key file in place, 4-6 the state, 7 destroys the dropped key.
    assert after.version == before.version + (step > 5 or (step == 5 and lasting))
    rotated = store.update(replace_key)
    assert not key_files(folder) & rotated.dropped


def test_a_reader_is_not_disturbed_by_a_key_that_is_just_dropped(
    store: KeysOnDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader holds the former state; the key file vanishes before it gets there."""
    (stolen,) = key_files(folder)
    reader = KeysOnDisk(folder, PASSPHRASE)
    key_file = reader._key_file

    def overtaken(kid: str) -> Path:
        monkeypatch.undo()
        rotate_now(store, [ES256], CLOCK)
        retire(store, stolen, CLOCK)
        return key_file(kid)

    monkeypatch.setattr(reader, "_key_file", overtaken)

    assert reader.load() == store.load()
    assert reader.load().dropped == {stolen}


def announce_in_process(
    folder: Path, start: Barrier, results: "multiprocessing.Queue[str]"
) -> None:
    store = KeysOnDisk(folder, PASSPHRASE)
    start.wait()
    try:
        announce_successors(store, [ES256], POLICY, CLOCK)
    except rules.AlreadyAnnounced:
        results.put("already announced")
    else:
        results.put("announced")
    for _ in range(5):
        rotate_now(store, [ES256], CLOCK)


def test_two_processes_that_rotate_at_once_lose_nothing(store: KeysOnDisk, folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(2), spawn.Queue()
    processes = [
        spawn.Process(target=announce_in_process, args=(folder, start, results)) for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)

    assert [process.exitcode for process in processes] == [0, 0]
    outcomes = [results.get(timeout=5) for _ in processes]
    ring = store.load()
    # Each announcement and each of ten rotations is one change; none was overwritten.
    assert ring.version == 1 + 10 + outcomes.count("announced")
    assert outcomes.count("announced") >= 1
    assert {key.kid for key in ring.keys} == key_files(folder)
