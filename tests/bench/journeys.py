"""
What browsers and portals send, request by request.

A journey is a generator: it yields a request and is sent the answer. So one thread can keep several
connections busy at once, and each journey reads like the page it walks through.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from tests.bench.wire import Answer, NotAsExpected, get, post

Journey = Generator[bytes, Answer, None]

_LINK = r'<a [^>]*\bid="{}" href="([^"]*)"'
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_REFRESH = re.compile(r"\d+;\s*url=(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Portal:
    """A relying party, as it knows itself."""

    client_id: str
    client_secret: str
    redirect_uri: str
    scope: str


@dataclass(frozen=True, slots=True)
class Person:
    """What a citizen knows."""

    identity_number: str
    password: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request on its way, and what its portal keeps of it."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def request(self, portal: Portal, *, prompt: str | None = None) -> str:
        """The path to send the browser to."""
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": portal.client_id,
            "redirect_uri": portal.redirect_uri,
            "response_type": "code",
            "scope": portal.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if prompt is not None:
            query["prompt"] = prompt
        return f"/authorize?{urlencode(query)}"

    def code(self, location: str, portal: Portal) -> str:
        """The code that came back. Raises `NotAsExpected`."""
        query = parse_qs(urlsplit(location).query)
        if not location.startswith(portal.redirect_uri) or query.get("state") != [self.state]:
            raise NotAsExpected(f"back to {location}")
        if "code" not in query:
            raise NotAsExpected(f"no code: {query}")
        return query["code"][0]


@dataclass(frozen=True, slots=True)
class Code:
    """A code at its portal, about to be exchanged."""

    value: str
    verifier: str


class Browser:
    """Cookies, and nothing else of what a browser is."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        self._lasting: set[str] = set()

    def reopened(self) -> "Browser":
        """The same browser another day: cookies without a lifetime are gone."""
        browser = Browser()
        browser._lasting = set(self._lasting)
        browser._cookies = {
            name: value for name, value in self._cookies.items() if name in self._lasting
        }
        return browser

    def get(self, path: str) -> bytes:
        """Ask for a page."""
        return get(path, self._headers())

    def post(self, path: str, page: Answer, **typed: str) -> bytes:
        """Post the first form of *page* with what was typed; hidden fields go along."""
        form, closed, _ = page.body.decode().partition("</form>")
        if not closed:
            raise NotAsExpected(f"no form at {path}: {page.body[:300]!r}")
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
        return post(path, {**hidden, **typed}, self._headers())

    def keep(self, answer: Answer, status: int) -> Answer:
        """Keep its cookies. Raises `NotAsExpected` for another status."""
        for cookie in answer.headers.get("set-cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
            if "max-age=" in cookie.lower():
                self._lasting.add(name)
        return answer.expect(status)

    def _headers(self) -> dict[str, str]:
        if not self._cookies:
            return {}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}


def link(page: Answer, name: str) -> str:
    """The address of the link with this id. Raises `NotAsExpected`."""
    found = re.search(_LINK.format(name), page.body.decode())
    if found is None:
        raise NotAsExpected(f"no link {name}: {page.body[:300]!r}")
    return unescape(found[1])


def fetch(path: str) -> Journey:
    """One public document."""
    (yield get(path)).expect(200)


def sign_in(
    portal: Portal,
    person: Person,
    read_message: Callable[[str], str],
    browser: Browser,
    *,
    prompt: str | None = None,
) -> Journey:
    """
    A whole sign-in, from the portal's redirect to the claims about the citizen.

    *read_message* gives the one-time password that was sent in an interaction. The consent page is
    walked through where it comes: at the first sign-in. Files of the pages are in the browser's
    cache, and discovery and keys in the portal's.
    """
    asked = Asked()
    page = yield browser.get(asked.request(portal, prompt=prompt))
    path = browser.keep(page, 303).header("location")
    interaction = parse_qs(urlsplit(path).query)["i"][0]

    page = browser.keep((yield browser.get(path)), 200)
    path = link(page, "choose-portal-account")

    page = browser.keep((yield browser.get(path)), 200)
    typed = {"username": person.identity_number, "password": person.password}
    answer = yield browser.post(path, page, **typed)
    path = browser.keep(answer, 303).header("location")

    page = browser.keep((yield browser.get(path)), 200)
    answer = yield browser.post(path, page, otp=read_message(interaction))
    path = browser.keep(answer, 303).header("location")

    if path.startswith("/consent"):
        page = browser.keep((yield browser.get(path)), 200)
        answer = yield browser.post(path, page, decision="allow")
        path = browser.keep(answer, 303).header("location")

    last = browser.keep((yield browser.get(path)), 200)
    back = _REFRESH.fullmatch(last.header("refresh"))
    if back is None:
        raise NotAsExpected(f"no way back to the portal: {last.header('refresh')}")
    code = Code(asked.code(back[1], portal), asked.verifier)

    tokens: list[str] = []
    yield from exchange(portal, code, tokens)
    yield from userinfo(tokens[0])


def ask_again(portal: Portal, browser: Browser, codes: list[Code]) -> Journey:
    """The portal asks for somebody who is signed in and has agreed: a code comes at once."""
    asked = Asked()
    answer = browser.keep((yield browser.get(asked.request(portal))), 303)
    codes.append(Code(asked.code(answer.header("location"), portal), asked.verifier))


def exchange(
    portal: Portal, code: Code, tokens: list[str], refresh_tokens: list[str] | None = None
) -> Journey:
    """Exchange a code; the access token is added to *tokens*, the refresh token to its own."""
    form = {
        "grant_type": "authorization_code",
        "code": code.value,
        "redirect_uri": portal.redirect_uri,
        "code_verifier": code.verifier,
    }
    answer = (yield post("/token", form, _credentials(portal))).expect(200)
    content = orjson.loads(answer.body)
    if not content.get("id_token"):
        raise NotAsExpected(f"no ID token: {sorted(content)}")
    tokens.append(content["access_token"])
    if refresh_tokens is not None:
        refresh_tokens.append(content["refresh_token"])


def refresh(portal: Portal, tokens: list[str]) -> Journey:
    """Spend one of the refresh tokens *tokens*; its successor takes its place."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens.pop(0)}
    answer = (yield post("/token", form, _credentials(portal))).expect(200)
    content = orjson.loads(answer.body)
    if not content.get("id_token"):
        raise NotAsExpected(f"no ID token: {sorted(content)}")
    tokens.append(content["refresh_token"])


def client_credentials(portal: Portal) -> Journey:
    """Get a signed access token of the portal's own."""
    form = {"grant_type": "client_credentials"}
    answer = (yield post("/token", form, _credentials(portal))).expect(200)
    if orjson.loads(answer.body)["access_token"].count(".") != 2:
        raise NotAsExpected("no signed token")


def introspect(portal: Portal, access_token: str) -> Journey:
    """Ask what an access token is."""
    answer = (yield post("/introspect", {"token": access_token}, _credentials(portal))).expect(200)
    if orjson.loads(answer.body)["active"] is not True:
        raise NotAsExpected("not active")


def _credentials(portal: Portal) -> dict[str, str]:
    pair = f"{portal.client_id}:{portal.client_secret}".encode()
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def userinfo(access_token: str) -> Journey:
    """Ask for the claims."""
    answer = yield get("/userinfo", {"Authorization": f"Bearer {access_token}"})
    if "sub" not in orjson.loads(answer.expect(200).body):
        raise NotAsExpected("no subject")
