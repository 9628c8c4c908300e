"""Keys as settings give them: 32 bytes in base64, alone or as a list with ids."""

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, SecretStr


def decode_key(text: str) -> bytes:
    """The 32 bytes that *text* holds in base64 (either alphabet, padding optional)."""
    padded = text.strip() + "=" * (-len(text.strip()) % 4)
    try:
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(key) != 32:  # noqa: PLR2004
        raise ValueError("must be 32 bytes in base64")
    return key


def _key_bytes(secret: SecretStr) -> SecretStr:
    key = decode_key(secret.get_secret_value())
    if len(set(key)) <= len(key) // 4:
        raise ValueError("looks like a sample value; generate 32 random bytes")
    return secret


def _key_list(secret: SecretStr) -> SecretStr:
    ids = set()
    for entry in secret.get_secret_value().split(","):
        key_id, separator, key = entry.strip().partition(":")
        if not separator or not key_id.isalnum() or len(key_id) > 8:  # noqa: PLR2004
            raise ValueError("must be `id:key`, several separated by commas, the newest first")
        if key_id in ids:
            raise ValueError(
                "names two keys alike: a value says by the id which one it was made with"
            )
        ids.add(key_id)
        _key_bytes(SecretStr(key))
    return secret


Key = Annotated[SecretStr, AfterValidator(_key_bytes)]
KeyList = Annotated[SecretStr, AfterValidator(_key_list)]
