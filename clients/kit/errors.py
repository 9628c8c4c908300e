"""Why a sign-in came to nothing. Each class has one page (`problems.py`); details go to the log."""


class SignInFailed(Exception):  # noqa: N818  named as an event: the citizen did nothing wrong
    """No session was made."""


class StaleSignIn(SignInFailed):
    """The answer belongs to no sign-in of this browser: too old, used, or begun elsewhere."""


class AnswerRefused(SignInFailed):
    """An answer failed a check; *check* names it, from a fixed vocabulary ("id_token.nonce")."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


class ProviderSaidNo(SignInFailed):
    """The provider answered with an OAuth error; *description* is its text, not to be trusted."""

    def __init__(self, error: str, description: str = "", *, landing: str | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.landing = landing


class LevelTooLow(SignInFailed):
    """The sign-in is genuine, and below what was demanded of it."""

    def __init__(self, *, needed: str, reached: str | None) -> None:
        super().__init__(f"{needed} needed, {reached} reached")
        self.needed = needed
        self.reached = reached


class ProviderUnavailable(SignInFailed):
    """The provider did not answer in time, or not with what its interface promises."""
