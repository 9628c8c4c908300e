"""
The secrets of the demonstration: made at the first run, kept in files of mode 0600.

A production service gets its own from the operator, under the same names (see the README).
"""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from idp.core import base64url
from idp.processes.demo.home import Home
from idp.processes.demo.problem import Problem

KEY_BYTES = 32


def random_key() -> str:
    """256 random bits in base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def carrier_client_key() -> str:
    """A new private key that the provider shows itself to the carriers with: P-256, PEM."""
    # Imported at the first run only: the supervisor stays small.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def sample_operators() -> str:
    """An administrator, and an officer at a counter: the file that `idp prepare` takes."""
    return "\n".join(
        f"""[[operator]]
name = "{name}"
display_name = "{display_name}"
role = "{role}"
password = "{base64.b32encode(os.urandom(10)).decode().lower()}"
totp_secret = "{base64.b32encode(os.urandom(20)).decode()}"
"""
        for name, display_name, role in (
            ("quan-tri", "Quản trị hệ thống", "administrator"),
            ("quay-1", "Cán bộ quầy 1", "counter_officer"),
        )
    )


# By the last part of their variable's name: IDP__SECRETS__DATA_KEY and so on.
MAKERS: Mapping[str, Callable[[], str]] = {
    "DATA_KEY": lambda: f"k1:{random_key()}",
    "INDEX_KEY": random_key,
    "OTP_KEY": random_key,
    "SUBJECT_KEY": random_key,
    "SECRET_PEPPER": random_key,
    "REFRESH_KEY": random_key,
    "CSRF_KEY": random_key,
    "SIGNING_PASSPHRASE": random_key,
    "CARRIER_CLIENT_KEY": carrier_client_key,
    "SMS_API_KEY": random_key,
}
PORTAL_SESSION_KEYS = ("binh_dinh_session_key", "dak_lak_session_key")


class SecretsOnDisk:
    """The files in the home's `secrets/`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def create_missing(self) -> None:
        """
        Make what is not there yet.

        Raises Problem when secrets are gone that the database was written with: new ones could
        not read it.
        """
        missing = [name for name in MAKERS if not self._path(name).exists()]
        if missing and self._home.database.exists():
            names = ", ".join(str(self._path(name)) for name in missing)
            raise Problem(
                f"{self._home.database} was written with secrets that are gone ({names}): "
                f"bring them back, or remove {self._home.folder} to begin anew"
            )
        for name in missing:
            self._write(name, MAKERS[name]())
        for name in PORTAL_SESSION_KEYS:
            if not self._path(name).exists():
                self._write(name, random_key())
        if not self.operators.exists():
            self._home.write_private(self.operators, sample_operators())
        if not self.carrier_client_jwks.exists() or "CARRIER_CLIENT_KEY" in missing:
            jwks = _public_jwks(self.read("CARRIER_CLIENT_KEY"))
            self._home.write_private(self.carrier_client_jwks, jwks)

    @property
    def carrier_client_jwks(self) -> Path:
        """The public half of the provider's key, as the carriers hold it (RFC 7517 §5)."""
        return self._home.secrets / "carrier_client_jwks.json"

    @property
    def operators(self) -> Path:
        """The sample operators: names, passwords, and what their authenticator apps hold."""
        return self._home.secrets / "operators.toml"

    def variables(self) -> dict[str, str]:
        """Where the provider's processes find theirs; the values themselves stay in the files."""
        return {f"IDP__SECRETS__{name}_FILE": str(self._path(name)) for name in MAKERS}

    def read(self, name: str) -> str:
        return self._path(name).read_text("ascii").strip()

    def client_secret(self, client_id: str) -> str:
        """What the registration of *client_id* gave the portal. Raises Problem."""
        path = self._home.client_secrets / f"{client_id}.client_secret"
        try:
            return path.read_text("ascii").strip()
        except OSError as error:
            raise Problem(
                f"{path} cannot be read ({error.strerror}), and the provider keeps only its hash: "
                f"`idp relying-parties rotate-secret {client_id} --reason …` makes a new one; or "
                f"remove {self._home.folder} to begin anew"
            ) from None

    def _write(self, name: str, secret: str) -> None:
        self._home.write_private(self._path(name), f"{secret}\n")

    def _path(self, name: str) -> Path:
        return self._home.secrets / name.lower()


def _public_jwks(pem: str) -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Problem("the key for the carriers is no P-256 key")
    numbers = key.public_key().public_numbers()
    members = {
        "crv": "P-256",
        "kty": "EC",
        "x": _coordinate(numbers.x),
        "y": _coordinate(numbers.y),
    }
    # RFC 7638 §3: the members that make the key, sorted, without white space.
    thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    key_id = base64url.encode(thumbprint)
    return json.dumps({"keys": [{**members, "kid": key_id, "use": "sig", "alg": "ES256"}]})


def _coordinate(number: int) -> str:
    """RFC 7518 §6.2.1.2: as many octets as the curve has, base64url without padding."""
    return base64url.encode(number.to_bytes(KEY_BYTES, "big"))
