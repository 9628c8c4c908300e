import re
from datetime import timedelta

from idp.core.clock import SystemClock
from idp.core.handles import digest, new_handle


def test_handles_are_256_random_bits_in_url_safe_characters() -> None:
    handles = {new_handle() for _ in range(100)}

    assert len(handles) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", handle) for handle in handles)


def test_the_digest_is_sha_256_in_base64url() -> None:
    assert digest("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


def test_the_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
