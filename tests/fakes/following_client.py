"""A test client that looks at the answer to its form, as every browser does."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.web.address import SHOWN


class FollowingClient(FlaskClient):
    """
    Follows the 303 from a form to the page that answers it, and no other.

    What that 303 set of cookies is among the headers of the answer, as if there were no 303.
    """

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """See `FlaskClient`."""
        answer = super().open(*args, **options)
        to = answer.headers.get("Location", "")
        if answer.status_code != 303 or answer.request.method != "POST" or not _is_shown(to):
            return answer
        kept = {name: options[name] for name in ("base_url", "environ_base") if name in options}
        page = super().open(to, method="GET", **kept)
        for cookie in answer.headers.getlist("Set-Cookie"):
            page.headers.add("Set-Cookie", cookie)
        answer.close()
        return page


def _is_shown(location: str) -> bool:
    return SHOWN in parse_qs(urlsplit(location).query)
