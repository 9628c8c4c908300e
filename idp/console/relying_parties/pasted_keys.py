"""Public keys as people paste them: JWK Set, JWK or PEM; private ones are refused unread."""

import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

_PRIVATE: Final = "PRIVATE"
_PRIVATE_MEMBER: Final = re.compile(r"""["'](?:d|p|q|dp|dq|qi|oth|k)["']\s*:""")  # RFC 7518 §6
_BEGIN, _END = "-----BEGIN ", "-----END "
_LONGEST: Final = 65_536  # characters


class PrivateKeyPasted(ValueError):
    """The text holds a private key, which has to be thrown away now."""


class UnreadableKeys(ValueError):
    """The text is neither a JWK Set, nor a JWK, nor PEM."""


def parse_pasted_keys(text: str) -> Sequence[Mapping[str, object]]:
    """
    The public keys of *text*, as JWKs.

    Raises `PrivateKeyPasted` and `UnreadableKeys`; neither repeats anything of *text*.
    """
    if holds_private_key(text):
        raise PrivateKeyPasted
    if len(text) > _LONGEST:
        raise UnreadableKeys
    stripped = text.strip()
    return _pem(stripped) if stripped.startswith(_BEGIN) else _jwks(stripped)


def holds_private_key(text: str) -> bool:
    """Whether *text* is, or holds, a private key in one of the ways they are written."""
    # PEM says so by name; ASCII armour may have lost its line ends on the way through a form. A JWK
    # is known by its members, also where it stands in a list or a comma is missing.
    if _PRIVATE in text.upper() or _PRIVATE_MEMBER.search(text):
        return True
    return len(text) <= _LONGEST and _is_private_der(text)


def _is_private_der(text: str) -> bool:
    """Whether *text* is the inside of a PEM file, without the lines that say what it is."""
    try:
        load_der_private_key(b64decode("".join(text.split()), validate=True), password=None)
    except TypeError:  # it is encrypted
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _keys_of(document: object) -> list[Mapping[str, object]]:
    if not isinstance(document, Mapping):
        return []
    keys = document.get("keys", [document])
    return [key for key in keys if isinstance(key, Mapping)] if isinstance(keys, list) else []


def _jwks(text: str) -> Sequence[Mapping[str, object]]:
    try:
        keys = _keys_of(json.loads(text))
    except (ValueError, RecursionError):
        raise UnreadableKeys from None
    if not keys:
        raise UnreadableKeys
    return keys


def _pem(text: str) -> Sequence[Mapping[str, object]]:
    blocks = [_BEGIN + rest for rest in text.split(_BEGIN) if rest.strip()]
    return [_key(block) for block in blocks]


def _key(pem: str) -> Mapping[str, object]:
    for kind in (ECKey, RSAKey):
        try:
            key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError, LookupError):
            continue
        # Portals name their keys by the thumbprint where nothing else is said (RFC 7638).
        return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig"}
    raise UnreadableKeys
