"""HMAC-SHA-256 with its key set up once."""

import hashlib
import hmac

from idp.core.mac import Mac


def test_it_is_the_standard_librarys() -> None:
    """Also the second time, and for what is longer than a block."""
    for key in (b"k", b"k" * 32, b"k" * 65):
        mac = Mac(key)
        for message in ("", "số", "m" * 1000, "", "số"):
            assert mac.of(message) == hmac.digest(key, message.encode(), hashlib.sha256)


def test_rfc_4231_case_2() -> None:
    assert Mac(b"Jefe").of("what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
