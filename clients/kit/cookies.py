"""The portal's cookies: random handles and a language, nothing to read, nothing to forge."""

from dataclasses import dataclass

from flask import Response


@dataclass(frozen=True, slots=True)
class Cookies:
    """
    Names and attributes of one portal's cookies.

    Over https each carries the `__Host-` prefix, which a neighbouring host cannot plant. Cookies
    of localhost are shared by its ports, so each portal has its own *prefix*.
    """

    prefix: str
    secure: bool

    @property
    def session(self) -> str:
        return self._named("session")

    @property
    def browser(self) -> str:
        """Binds a sign-in in progress to the browser that began it."""
        return self._named("browser")

    @property
    def leaving(self) -> str:
        return self._named("leaving")

    @property
    def language(self) -> str:
        return self._named("language")

    def put(self, response: Response, name: str, value: str) -> None:
        """
        Set a cookie for as long as the browser is open.

        SameSite=Lax: the provider's answer is a top-level GET from another site, and needs them.
        """
        response.set_cookie(
            name, value, secure=self.secure, httponly=True, samesite="Lax", path="/"
        )

    def drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self.secure, httponly=True, samesite="Lax", path="/")

    def _named(self, purpose: str) -> str:
        return f"{'__Host-' if self.secure else ''}{self.prefix}_{purpose}"
