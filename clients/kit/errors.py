"""Why a sign-in came to nothing. Each class has one page (`problems.py`); details go to the log."""

_LONGEST_SHOWN = 200


class SignInFailed(Exception):
    """No session was made."""


class StaleSignIn(SignInFailed):
    """The answer belongs to no sign-in of this browser: too old, used, or begun elsewhere."""


class AnswerRefused(SignInFailed):
    """An answer failed a check; *check* names it, from a fixed vocabulary ("id_token.nonce")."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


class ProviderSaidNo(SignInFailed):
    """
    The provider answered with an OAuth error.

    *error* and *description* came from outside: what RFC 6749 §4.1.2.1 does not allow in them is
    not kept, so that they may be shown (escaped) and logged.
    """

    def __init__(self, error: str, description: str = "", *, landing: str | None = None) -> None:
        self.error = _presentable(error) or "invalid_response"
        self.description = _presentable(description)
        self.landing = landing
        super().__init__(self.error)


class LevelTooLow(SignInFailed):
    """The sign-in is genuine, and below what was demanded of it."""

    def __init__(self, *, needed: str, reached: str | None) -> None:
        super().__init__(f"{needed} needed, {reached} reached")
        self.needed = needed
        self.reached = reached


class ProviderUnavailable(SignInFailed):
    """The provider did not answer in time, or not with what its interface promises."""


def _presentable(text: str) -> str:
    """Return printable ASCII, cut to a line or two; nothing when there is anything else in it."""
    return text[:_LONGEST_SHOWN] if text.isascii() and text.isprintable() else ""
