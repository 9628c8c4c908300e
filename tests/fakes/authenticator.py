"""An authenticator in software: makes passkeys and signs with them, as a browser hands it on."""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def to_text(value: bytes) -> str:
    """Base64url without padding, as WebAuthn's JSON has it."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """The reverse."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Credential:
    """One passkey: its key pair, whose it is, and how often it has signed."""

    rp_id: str
    user_handle: bytes
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    count: int = 0


@dataclass
class SoftwareAuthenticator:
    """
    Answers `navigator.credentials.create` and `get` for *origin*.

    A test changes what is honest about it: *origin*, *verifies* (its person), *copyable*, *counts*.
    """

    origin: str
    verifies: bool = True
    copyable: bool = False
    counts: bool = True
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: str, *, algorithm: int = -7) -> str:
        """Make a passkey; the browser's answer, as JSON."""
        asked: dict[str, Any] = json.loads(options)["publicKey"]
        credential = Credential(asked["rp"]["id"], to_bytes(asked["user"]["id"]))
        self.credentials.append(credential)
        numbers = credential.key.public_key().public_numbers()
        public_key = {
            1: 2,
            3: algorithm,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = (
            b"\0" * 16
            + struct.pack(">H", len(credential.id))
            + credential.id
            + cbor.encode(public_key)
        )
        data = self._data(credential, AT) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return _answer(
            credential,
            clientDataJSON=self._client_data("webauthn.create", asked["challenge"]),
            attestationObject=attestation,
        )

    def get(self, options: str, *, which: int = -1) -> str:
        """Sign with a passkey; the browser's answer, as JSON."""
        asked: dict[str, Any] = json.loads(options)["publicKey"]
        credential = self.credentials[which]
        if self.counts:
            credential.count += 1
        client_data = self._client_data("webauthn.get", asked["challenge"])
        data = self._data(credential)
        signed = data + hashlib.sha256(client_data).digest()
        return _answer(
            credential,
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=credential.key.sign(signed, ec.ECDSA(SHA256())),
            userHandle=credential.user_handle,
        )

    def _data(self, credential: Credential, flags: int = 0) -> bytes:
        flags |= UP | (UV if self.verifies else 0) | (BE | BS if self.copyable else 0)
        rp_id_hash = hashlib.sha256(credential.rp_id.encode()).digest()
        return rp_id_hash + struct.pack(">BI", flags, credential.count)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()


def _answer(credential: Credential, **response: bytes) -> str:
    name = to_text(credential.id)
    return json.dumps(
        {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {key: to_text(value) for key, value in response.items()},
            "clientExtensionResults": {},
        }
    )
