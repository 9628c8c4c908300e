"""A registered portal that sends browsers to the composed application, and redeems what it gets."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tests.fakes.citizen_site import PORTAL, Browser, Site

REDIRECT_URI = "http://localhost:8401/callback"
ISSUER = "http://localhost:8400"
_VERIFIER = "v" * 43
_CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest())
_ANSWER = re.compile(re.escape(REDIRECT_URI) + r"\?([^\"'<>\s;]+)")
_numbers = count(1)


@dataclass
class AskingPortal:
    """The portal of Bình Định; *secret* is what it was registered with."""

    site: Site
    secret: str
    asked: list[str] = field(default_factory=list)

    def ask(self, browser: Browser, **wishes: str) -> str:
        """Send *browser* with a request that nobody sent before; its `state`."""
        state = f"state-{next(_numbers)}"
        query = {
            "client_id": PORTAL,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "openid profile",
            "state": state,
            "nonce": f"nonce-of-{state}",
            "code_challenge": _CHALLENGE.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        browser.open(f"/authorize?{urlencode(query | wishes)}")
        self.asked.append(state)
        return state

    def demand(self, browser: Browser, acr: str) -> str:
        """The same, with a class that has to be reached."""
        claims = {"id_token": {"acr": {"essential": True, "values": [acr]}}}
        return self.ask(browser, claims=json.dumps(claims))

    def answer(self, browser: Browser) -> dict[str, str]:
        """What *browser* is on its way back with; empty, if it is not on its way back."""
        found = _ANSWER.search(browser.away or unescape(browser.html))
        return dict(parse_qsl(found[1])) if found else {}

    def redeem(self, code: str) -> dict[str, Any]:
        """The claims of the ID token that *code* gets, and the token endpoint's status."""
        status, answered = self.exchange(code)
        if status != 200:
            return {"status": status}
        payload = answered["id_token"].split(".")[1]
        claims: dict[str, Any] = json.loads(
            base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        )
        return claims | {"status": 200}

    def exchange(self, code: str) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers to *code*."""
        return self._post(
            "/token",
            grant_type="authorization_code",
            code=code,
            redirect_uri=REDIRECT_URI,
            code_verifier=_VERIFIER,
        )

    def refresh(self, token: str) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers to a refresh token."""
        return self._post("/token", grant_type="refresh_token", refresh_token=token)

    def is_active(self, token: str) -> bool:
        """What introspection says of a token."""
        return bool(self._post("/introspect", token=token)[1]["active"])

    def userinfo(self, token: str) -> int:
        """The status with which userinfo answers to an access token."""
        response = self.site.app.test_client().get(
            "/userinfo", headers={"Authorization": f"Bearer {token}"}
        )
        response.close()
        return response.status_code

    def _post(self, path: str, **data: str) -> tuple[int, dict[str, Any]]:
        credentials = f"{quote(PORTAL, safe='')}:{quote(self.secret, safe='')}".encode()
        response = self.site.app.test_client().post(
            path,
            data=data,
            headers={"Authorization": f"Basic {base64.b64encode(credentials).decode()}"},
        )
        answered: dict[str, Any] = response.get_json()
        response.close()
        return response.status_code, answered
