"""The security headers of every page (OWASP ASVS 5.0, V3.4)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Named here: in a function that is made anew for each request they would be, too.
_Headers = list[tuple[str, str]]
_Write = Callable[[bytes], object]

# `form-action` holds for the whole redirect chain after a POST: Chromium then stops the way back to
# the portal without a word. So every step after a POST ends on a page of ours, and this may stay.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)

POLICY_FOR_A_POST_ELSEWHERE = _POLICY.removesuffix("; form-action 'self'")
"""For the one page that posts to a portal: naming it would not do, for its redirects count too."""

_PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
    "otp-credentials=(self), publickey-credentials-get=(self)"
)


def policy(*, frame_src: Iterable[str]) -> str:
    """Return the policy of a page that frames pages of those origins, and of no others."""
    return f"{_POLICY}; frame-src {' '.join(frame_src)}"


class SecurityHeaders:
    """Adds to each response the headers it does not carry already."""

    def __init__(self, *, strict_transport: bool) -> None:
        headers = [
            ("Content-Security-Policy", _POLICY),
            # Not `no-referrer`: our own POSTs would then carry `Origin: null`.
            ("Referrer-Policy", "same-origin"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", _PERMISSIONS),
            ("Cache-Control", "no-store"),
        ]
        if strict_transport:
            headers.append(("Strict-Transport-Security", "max-age=63072000"))
        self._headers = headers
        self._names = {name.lower() for name, _ in headers}

    def around(self, application: "WSGIApplication") -> "WSGIApplication":
        """*application* with its headers completed where each response starts."""

        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            def start(
                status: str,
                headers: _Headers,
                *exc_info: Any,  # noqa: ANN401 (WSGI's own)
            ) -> _Write:
                # Here they are a plain list: Werkzeug looks through every value that it is given.
                return start_response(status, self._completed(headers), *exc_info)

            return application(environ, start)

        return answer

    def _completed(self, headers: _Headers) -> _Headers:
        present = {name.lower() for name, _ in headers}
        if present.isdisjoint(self._names):
            return headers + self._headers
        return headers + [each for each in self._headers if each[0].lower() not in present]
