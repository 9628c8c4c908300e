"""What our cookies have in common."""

from datetime import timedelta
from string import ascii_letters, digits
from typing import Final, Literal

from flask import Response

from idp.core.handles import Handle
from idp.web.at_hand import request

_LENGTH: Final = 43
_LETTERS: Final = (ascii_letters + digits + "-_").encode()
"""What a handle consists of; every page looks at some four, so not by a pattern."""


class OwnCookie:
    """
    A cookie that comes back to us alone, and that no script reads.

    Over https it carries the `__Host-` prefix, so that no neighbouring host can plant one (RFC
    6265bis §4.1.3.2), and `Secure`; over loopback http neither is possible.
    """

    def __init__(
        self, name: str, *, secure: bool, same_site: Literal["Lax", "Strict"] = "Lax"
    ) -> None:
        self.name = f"__Host-{name}" if secure else name
        self._flags = f"{'; Secure' if secure else ''}; HttpOnly; Path=/; SameSite={same_site}"

    def sent(self) -> str:
        """What this request sent; empty where it sent none."""
        value: str = request.cookies.get(self.name, "")
        return value

    def sent_handle(self) -> Handle | None:
        """The handle this request sent; anything that is no handle counts as none."""
        sent = request.cookies.get(self.name, "")
        is_one = len(sent) == _LENGTH and not sent.encode().translate(None, _LETTERS)
        return Handle(sent) if is_one else None

    def put(self, response: Response, value: str, *, lasts: timedelta | None = None) -> Response:
        """
        Give the browser *value*, for as long as it is open or for *lasts*.

        *value* is of our own making, and none of its characters has to be encoded. Werkzeug would
        write the moment of the end as well, which browsers go by no more, at five times the work.
        """
        age = "" if lasts is None else f"; Max-Age={int(lasts.total_seconds())}"
        response.headers.add("Set-Cookie", f"{self.name}={value}{age}{self._flags}")
        return response

    def take(self, response: Response) -> Response:
        """Have the browser forget it."""
        return self.put(response, "", lasts=timedelta(0))
