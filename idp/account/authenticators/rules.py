"""What taking an authenticator away would do: pure."""

from collections.abc import Sequence
from enum import StrEnum

from idp.authenticators.model import AuthenticatorKind, SecondFactor
from idp.authenticators.rules import is_last_strong, leaves_no_way


class Consequence(StrEnum):
    """What the citizen has to know before."""

    NONE = "none"
    LAST_STRONG = "last_strong"
    """Codes by text message are all that is left."""
    LAST_WAY = "last_way"
    """Nobody could sign in any more: it stays."""
    NEEDED = "needed"
    """A service the citizen uses lets nobody in without one: it stays."""


def consequence(
    kind: AuthenticatorKind,
    *,
    remaining: Sequence[SecondFactor],
    is_last_passkey: bool,
    demanded: bool,
) -> Consequence:
    """
    What follows when one of that kind goes, and *remaining* is what can complete a sign-in then.

    *demanded*: the citizen uses a service that wants a sign-in as strong as only a passkey's.
    """
    if kind is AuthenticatorKind.DEVICE:
        return Consequence.NONE
    if leaves_no_way(remaining):
        return Consequence.LAST_WAY
    if is_last_passkey and demanded:
        return Consequence.NEEDED
    return Consequence.LAST_STRONG if is_last_strong(remaining) else Consequence.NONE
