"""Fetching a portal's public keys to see what it would verify with: nothing is kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from idp.relying_parties.ports import Fetcher, FetchFailed
from idp.relying_parties.problems import Rule
from idp.relying_parties.rules import public_key_problem

_TYPES: Final = frozenset({"application/json", "application/jwk-set+json"})
_MOST_SHOWN: Final = 32
_LONGEST: Final = 80  # characters of what a portal calls its key


@dataclass(frozen=True, slots=True)
class SeenKey:
    """A key as its document names it; *usable*: we would verify with it."""

    kid: str
    kind: str
    algorithm: str
    usable: bool


@dataclass(frozen=True, slots=True)
class SeenKeys:
    """What is at the address; *private*: a private key is, which everybody may have read."""

    keys: Sequence[SeenKey]
    private: bool


class LookAtKeys:
    """
    Fetches keys as the protocol would.

    *key_problem* says why a key cannot be verified with, its strength included.
    """

    def __init__(
        self, *, fetcher: Fetcher, key_problem: Callable[[Mapping[str, object]], str | None]
    ) -> None:
        self._fetcher = fetcher
        self._key_problem = key_problem

    def __call__(self, uri: str) -> SeenKeys:
        """The keys at *uri*. Raises `FetchFailed`, with a word for why."""
        document = self._fetcher.fetch(uri, media_types=_TYPES)
        try:
            keys = json.loads(document)["keys"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise FetchFailed("no JWK Set") from None
        if not isinstance(keys, list):
            raise FetchFailed("no JWK Set")
        found = [key for key in keys if isinstance(key, dict)][:_MOST_SHOWN]
        faults = [public_key_problem(key) for key in found]
        return SeenKeys(
            [
                SeenKey(
                    _told(key.get("kid")),
                    _told(key.get("kty")),
                    _told(key.get("alg")),
                    usable=fault is None and self._key_problem(key) is None,
                )
                for key, fault in zip(found, faults, strict=True)
            ],
            private=any(f is not None and f.rule is Rule.KEY_PRIVATE for f in faults),
        )


def _told(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
