"""Where the key ring is kept."""

from collections.abc import Callable, Hashable
from typing import Protocol, TypeAlias

from idp.signing.model import KeyRing

Change: TypeAlias = Callable[[KeyRing], KeyRing]


class KeyStoreUnreadable(Exception):
    """The ring or one of its keys cannot be read; the message names what, never a secret."""


class KeyStoreUnwritable(Exception):
    """A change could not be written; what is stored is the ring before it, or the ring after."""


class KeyStore(Protocol):
    """
    Keeps one `KeyRing` with its private keys, for all processes of the service.

    Every method raises `KeyStoreUnreadable` when what is stored cannot be made out; a store in
    which nothing was ever kept holds the empty ring of version 0.
    """

    def load(self) -> KeyRing:
        """Return the ring as last stored, every private key parsed."""
        ...

    def update(self, change: Change) -> KeyRing:
        """
        Replace the ring by what *change* makes of the newest one; return what is now stored.

        No other update comes in between, in whatever process it runs. The version grows by one,
        unless *change* returns its argument: then nothing is written. What *change* raises
        leaves the store as it was. Private keys of `KeyRing.dropped` are destroyed.
        Raises `KeyStoreUnwritable`.
        """
        ...

    def stamp(self) -> Hashable:
        """Return a value that differs when the ring does; cheap enough to ask every second."""
        ...
