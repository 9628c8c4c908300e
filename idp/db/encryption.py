"""Personal data at rest: AES-256-GCM-SIV under a named key, and keyed blind indexes to find it."""

import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from idp.core.mac import Mac

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


class UnreadableCiphertext(Exception):
    """Stored data was written with a key we do not hold, or was changed or moved."""


class PersonalDataCipher:
    """
    Encrypts values for one column each.

    GCM-SIV (RFC 8452) because rows are many, nonces random and processes several: a repeated nonce
    then tells that two texts are equal, and nothing more. The column's name is authenticated, so
    that a value copied into another column does not decrypt there.
    """

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """Take *keys* as (id, 32 bytes): the first encrypts, all of them decrypt."""
        self._current = keys[0][0].encode()
        self._ciphers = {key_id.encode(): AESGCMSIV(key) for key_id, key in keys}

    def encrypt(self, plaintext: str, *, column: str) -> bytes:
        """Return version, key id, nonce and ciphertext in one."""
        return self.seal(plaintext.encode(), place=column)

    def decrypt(self, ciphertext: bytes, *, column: str) -> str:
        """Return the text. Raises `UnreadableCiphertext`."""
        return self.open(ciphertext, place=column).decode()

    def seal(self, plaintext: bytes, *, place: str) -> bytes:
        """Encrypt what is no text, for where it is kept: *place* is authenticated, as a column."""
        nonce = os.urandom(_NONCE_BYTES)
        head = _VERSION + bytes([len(self._current)]) + self._current
        return head + nonce + self._ciphers[self._current].encrypt(nonce, plaintext, place.encode())

    def open(self, ciphertext: bytes, *, place: str) -> bytes:
        """Return what was sealed there. Raises `UnreadableCiphertext`."""
        if len(ciphertext) < 2 or ciphertext[:1] != _VERSION:  # noqa: PLR2004 (version, length)
            raise UnreadableCiphertext(place)
        start = 2 + ciphertext[1]
        cipher = self._ciphers.get(ciphertext[2:start])
        nonce, sealed = ciphertext[start : start + _NONCE_BYTES], ciphertext[start + _NONCE_BYTES :]
        if cipher is None or len(nonce) < _NONCE_BYTES:
            raise UnreadableCiphertext(place)
        try:
            return cipher.decrypt(nonce, sealed, place.encode())
        except InvalidTag:
            raise UnreadableCiphertext(place) from None


class BlindIndex:
    """
    Finds encrypted values by equality.

    A keyed hash, because identity numbers and phone numbers can be counted through: without the key
    the column tells nothing but that two rows of one kind are equal.
    """

    def __init__(self, key: bytes) -> None:
        self._mac = Mac(key)

    def of(self, kind: str, value: str) -> bytes:
        """Return the 32 bytes under which *value* is found among values of its *kind*."""
        return self._mac.of(f"{kind}\0{value}")
