"""The codes of visits: eight digits, told again whenever the citizen looks."""

import hashlib
import hmac
from typing import Final

from idp.core.typed_text import plain_digits
from idp.counter_visits.model import VisitId
from idp.db.encryption import BlindIndex

_DIGITS: Final = 8
_GROUP: Final = 4
_LONGEST_TYPED: Final = 32
_VISIT_CODE: Final = "counter_visit_code"


class VisitCodes:
    """
    Derives the code of a visit from its id, and finds a visit by a code.

    Neither can be told from the database: the one takes *key*, the other the blind index's.
    """

    def __init__(self, key: bytes, index: BlindIndex) -> None:
        self._key = key
        self._index = index

    def code(self, visit_id: VisitId) -> str:
        """The eight digits of that visit."""
        value = hmac.digest(self._key, f"counter_visit\0{visit_id}".encode(), hashlib.sha256)
        return f"{int.from_bytes(value) % 10**_DIGITS:0{_DIGITS}d}"

    def index(self, typed: str) -> bytes:
        """The blind index of a code as it was typed; what is no code has one too, in vain."""
        return self._index.of(_VISIT_CODE, plain_digits(typed[:_LONGEST_TYPED]))


def in_groups(code: str) -> str:
    """The code as it is read out: "1234 5678"."""
    return f"{code[:_GROUP]} {code[_GROUP:]}"
