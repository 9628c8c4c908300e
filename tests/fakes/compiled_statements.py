"""SQL that a run of tests compiles once, though each test has a database of its own."""

from collections.abc import Sequence
from functools import wraps
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from idp.db.encryption import PersonalDataCipher

_compiled: LRUCache[Any, Any] = LRUCache(4000)


def share_compiled_statements() -> None:
    """
    Let engines of one kind share what they have compiled, and so the statements that are prepared.

    What is compiled knows its dialect, and that one the cipher of the personal columns: dialects
    are the same where class, keys and the way to write parameters are. PostgreSQL has two ways, the
    driver's and libpq's.
    """
    makes_cipher = PersonalDataCipher.__init__

    @wraps(makes_cipher)
    def cipher_with_keys(cipher: Any, keys: Sequence[tuple[str, bytes]]) -> None:
        makes_cipher(cipher, keys)
        cipher.keys = tuple(keys)

    PersonalDataCipher.__init__ = cipher_with_keys  # type: ignore[method-assign]
    Engine._compiled_cache = property(lambda _: _compiled, lambda *_: None)  # type: ignore[assignment]
    DefaultDialect.__hash__ = lambda dialect: hash(_what_counts(dialect))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda one, other: (  # type: ignore[method-assign]
        isinstance(other, DefaultDialect) and _what_counts(one) == _what_counts(other)
    )


def _what_counts(dialect: DefaultDialect) -> tuple[object, ...]:
    cipher = getattr(dialect, "personal_data_cipher", None)
    return type(dialect), dialect.paramstyle, getattr(cipher, "keys", None)
