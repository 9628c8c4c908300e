"""
Signing keys in a folder: `keyring.json` (state, nothing secret) and one `<kid>.pem` for each key.

What a crash can leave behind, at whatever moment: a key file that no ring names (harmless, the
key was never announced), a key file of a dropped key (removed by the next update), a half-written
temporary file (never read). Never a ring that names a missing key: key files are on the disk
before the ring that names them, and leave it only after.
"""

import json
import os
import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import KeyRing, KeyState, SigningKey
from idp.signing.ports import Change, KeyStoreUnreadable, KeyStoreUnwritable

_KID = re.compile(
    r"[A-Za-z0-9_-]{43}"
)  # a SHA-256 in base64url: nothing that walks out of a folder
_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700
_READS_IN_A_ROW = 3


class KeysOnDisk:
    """
    A `KeyStore` in *folder*, shared by all processes of one machine.

    Private keys are PKCS#8, encrypted with *passphrase*, and readable by their owner only. The
    folder is made at the first update. Reading takes no lock and writes nothing.
    """

    def __init__(self, folder: Path, passphrase: bytes) -> None:
        """Raise `ValueError` for an empty *passphrase*."""
        if not passphrase:
            raise ValueError("the passphrase of the signing keys is empty")
        self._folder = folder
        self._passphrase = passphrase
        self._ring_file = folder / "keyring.json"

    def load(self) -> KeyRing:
        """See `KeyStore.load`."""
        for _ in range(_READS_IN_A_ROW - 1):
            stamp = self.stamp()
            try:
                return self._read()
            except KeyStoreUnreadable:
                # An update in between may have removed a key that the older ring still named.
                if stamp == self.stamp():
                    raise
        return self._read()

    def update(self, change: Change) -> KeyRing:
        """See `KeyStore.update`; *change* is called once."""
        with self._locked():
            before = self._read()
            after = change(before)
            if after != before:
                after = replace(after, version=before.version + 1)
            with _unwritable():
                self._store(before, after)
            return after

    def stamp(self) -> Hashable:
        """See `KeyStore.stamp`: every update puts a new file in place of `keyring.json`."""
        try:
            status = self._ring_file.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyStoreUnreadable(f"{self._ring_file}: {error.strerror}") from error
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _store(self, before: KeyRing, after: KeyRing) -> None:
        if after != before:
            for key in after.keys:
                if before.find(key.kid) is None:
                    self._write(self._key_file(key.kid), self._encrypted(key))
            self._write(self._ring_file, _to_json(after))
        for kid in after.dropped:
            self._key_file(kid).unlink(missing_ok=True)

    def _read(self) -> KeyRing:
        try:
            text = self._ring_file.read_bytes()
        except FileNotFoundError:
            return KeyRing()
        except OSError as error:
            raise KeyStoreUnreadable(f"{self._ring_file}: {error.strerror}") from error
        try:
            document = json.loads(text)
            return KeyRing(
                keys=tuple(self._key(entry) for entry in document["keys"]),
                dropped=frozenset(map(_checked_kid, document["dropped"])),
                version=int(document["version"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise KeyStoreUnreadable(f"{self._ring_file}: {error!r}") from error

    def _key(self, entry: Mapping[str, str]) -> SigningKey:
        kid = _checked_kid(entry["kid"])
        retired_at = entry["retired_at"]
        return SigningKey(
            material=self._material(kid, SigningAlgorithm(entry["algorithm"])),
            state=KeyState(entry["state"]),
            created_at=_time(entry["created_at"]),
            announced_at=_time(entry["announced_at"]),
            activates_at=_time(entry["activates_at"]),
            retired_at=None if retired_at is None else _time(retired_at),
        )

    def _material(self, kid: str, algorithm: SigningAlgorithm) -> KeyMaterial:
        try:
            pem = self._key_file(kid).read_bytes()
        except OSError as error:
            raise KeyStoreUnreadable(f"private key {kid}: {error.strerror}") from error
        try:
            material = KeyMaterial.of(algorithm, load_pem_private_key(pem, self._passphrase))
        except (ValueError, TypeError) as error:
            # The library's own words stay out: they could quote what they failed to read.
            raise KeyStoreUnreadable(
                f"private key {kid}: damaged, or encrypted with another passphrase"
            ) from error
        if material.kid != kid:
            raise KeyStoreUnreadable(f"private key {kid}: the file holds another key")
        return material

    def _key_file(self, kid: str) -> Path:
        return self._folder / f"{_checked_kid(kid)}.pem"

    def _encrypted(self, key: SigningKey) -> bytes:
        return key.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self._passphrase)
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # A file of its own: `keyring.json` is replaced, and with it a lock on it would vanish.
        with _unwritable():
            self._folder.mkdir(mode=_FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
            lock = os.open(self._folder / "keyring.lock", os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
        try:
            flock(lock, LOCK_EX)
            yield
        finally:
            os.close(lock)  # releases the lock

    def _write(self, target: Path, content: bytes) -> None:
        """Put *content* at *target*: all of it, or, after a crash, what was there before."""
        temporary = target.with_name(f".{target.name}.new")
        # We hold the lock: what is there already was left by a crash.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name, too, must survive a power cut
        finally:
            os.close(folder)


@contextmanager
def _unwritable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyStoreUnwritable(f"{error.filename or 'key folder'}: {error.strerror}") from error


def _checked_kid(kid: str) -> str:
    if not _KID.fullmatch(kid):
        raise ValueError(f"no kid: {kid!r}")
    return kid


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.utcoffset() is None:
        raise ValueError(f"a time without its zone: {text}")
    return time.astimezone(UTC)


def _to_json(ring: KeyRing) -> bytes:
    document = {
        "version": ring.version,
        "keys": [
            {
                "kid": key.kid,
                "algorithm": key.algorithm.value,
                "state": key.state.value,
                "created_at": key.created_at.isoformat(),
                "announced_at": key.announced_at.isoformat(),
                "activates_at": key.activates_at.isoformat(),
                "retired_at": key.retired_at.isoformat() if key.retired_at else None,
            }
            for key in ring.keys
        ],
        "dropped": sorted(ring.dropped),
    }
    return json.dumps(document, indent=2).encode("ascii") + b"\n"
