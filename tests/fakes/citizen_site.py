"""
The application as it is composed, and whoever walks its pages; the world outside is in memory.

Redis and the database are real. What is queued is done at once, unless a test lets it wait.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

import dramatiq
import redis
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import Retry
from flask import Flask
from werkzeug.test import TestResponse

from idp.adapters.redis.sessions import RedisSessions
from idp.app.parts import Adapters, Parts
from idp.app.web import OPERATORS_SIDE, web_application
from idp.app.worker import worker_of
from idp.core.handles import new_handle
from idp.interactions.model import AuthorizationRequest, Intent, Interaction, InteractionId, Prompt
from idp.relying_parties.model import ClientId
from idp.settings import Settings, decode_key
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.clock import FakeClock
from tests.fakes.following_client import FollowingClient
from tests.fakes.mail import MailOutbox
from tests.fakes.sms import SmsOutbox

PORTAL = ClientId("binh-dinh")


class AtOnce(StubBroker):
    """
    A queue that does each job when it is put in, and drops what failed.

    Logout tokens are not sent: nobody listens at the portals' addresses.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.woken: list[tuple[object, ...]] = []
        self._waiting: list[dramatiq.Message[object]] | None = None

    def enqueue(
        self, message: dramatiq.Message[object], *, delay: int | None = None
    ) -> dramatiq.Message[object]:
        """See `dramatiq.Broker`."""
        if message.actor_name == "wake_logout":
            self.woken.append(message.args)
        elif self._waiting is not None:
            self._waiting.append(message)
        else:
            self._do(message)
        return message

    @contextmanager
    def resting(self) -> Iterator[list[dramatiq.Message[object]]]:
        """Let what is put in meanwhile wait until the end; what waits."""
        self._waiting = []
        try:
            yield self._waiting
        finally:
            waiting, self._waiting = self._waiting, None
            for message in waiting:
                self._do(message)

    def _do(self, message: dramatiq.Message[object]) -> None:
        with suppress(Retry):  # the queue would try again later
            self.get_actor(message.actor_name)(*message.args, **message.kwargs)


@dataclass(frozen=True, slots=True)
class Form:
    """A form as the page has it: its hidden fields, and the values of the others."""

    hidden: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


_TAG = re.compile(r"<(form|input)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def _forms_of(html: str) -> list[Form]:
    """Our own templates quote every value: an HTML parser would take most of a test's time."""
    forms: list[Form] = []
    for tag, inside in _TAG.findall(html):
        if tag == "form":
            forms.append(Form())
            continue
        attributes = dict(_ATTRIBUTE.findall(inside))
        if forms and attributes.get("name"):
            form = forms[-1]
            fields = form.hidden if attributes.get("type") == "hidden" else form.values
            fields[attributes["name"]] = unescape(attributes.get("value", ""))
    return forms


class Browser:
    """A browser that follows redirects of ours, keeps cookies, and knows the page before it."""

    def __init__(self, app: Flask, *, address: str = "127.0.0.1") -> None:
        self._client = app.test_client()
        self._client.environ_base["REMOTE_ADDR"] = address
        self.status = 0
        self.path = ""
        self.html = ""
        self.away: str | None = None
        self.redirects: list[str] = []
        self._watcher: Callable[[TestResponse], None] | None = None

    @property
    def page(self) -> str:
        """The path before it, without the query."""
        return urlsplit(self.path).path

    @property
    def interaction(self) -> str:
        """The interaction named in the address."""
        return self.path.partition("i=")[2].partition("&")[0]

    def cookie(self, name: str) -> str:
        """The value of a cookie this browser keeps."""
        cookie = self._client.get_cookie(name)
        return "" if cookie is None else cookie.value

    def keep_cookie(self, name: str, value: str) -> None:
        """Keep a cookie as if we had set it."""
        self._client.set_cookie(name, value)

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        return _forms_of(self.html)

    def open(self, path: str) -> "Browser":
        """Go to *path*; a path without a query stays in this interaction."""
        if "?" not in path and self.interaction:
            path = f"{path}?i={self.interaction}"
        return self._arrive(path, self._client.get(path))

    def follow(self, name: str) -> "Browser":
        """Follow the link with this id."""
        [link] = re.findall(rf'<a [^>]*\bid="{name}" href="([^"]*)"', self.html)
        return self.open(unescape(link))

    def submit(self, **typed: str) -> "Browser":
        """Send the first form of the page as it stands, with what is *typed* into it."""
        return self.post(self.path, self.forms[0].hidden | typed)

    def resend(self) -> "Browser":
        """Press "Gửi lại OTP"."""
        form = next(form for form in self.forms if form.hidden.get("action") == "resend")
        return self.post(self.path, form.hidden)

    def post(self, path: str, data: dict[str, str]) -> "Browser":
        """Send *data* to *path*, whatever page is open."""
        return self._arrive(path, self._client.post(path, data=data))

    def post_raw(self, path: str, body: bytes) -> "Browser":
        """Send *body* as it is, as a form."""
        sent = self._client.post(path, data=body, content_type="application/x-www-form-urlencoded")
        return self._arrive(path, sent)

    @contextmanager
    def watched(self, answered: Callable[[TestResponse], None]) -> Iterator[None]:
        """Hand *answered* every response until the end of the block, redirects too."""
        self._watcher = answered
        try:
            yield
        finally:
            self._watcher = None

    def _arrive(self, path: str, response: TestResponse) -> "Browser":
        self.redirects, self.away = [], None
        self._watch(response)
        while response.status_code == 303:
            path = response.headers["Location"]
            self.redirects.append(path)
            if not path.startswith("/"):
                self.away = path
                break
            response = self._client.get(path)
            self._watch(response)
        self.status, self.path, self.html = (
            response.status_code,
            path,
            response.get_data(as_text=True),
        )
        response.close()
        return self

    def _watch(self, response: TestResponse) -> None:
        if self._watcher is not None:
            self._watcher(response)


class Site:
    """The application, and everything around it that a test wants to see or to change."""

    def __init__(
        self,
        *,
        settings: Settings,
        redis_client: redis.Redis,
        clock: FakeClock,
        carriers: CarrierRecordsInMemory,
        sms: SmsOutbox,
        mail: MailOutbox,
    ) -> None:
        """*settings* name a home that is prepared: see the fixture `home`."""
        cheap = {"memory_kib": 64, "iterations": 1, "hashes_at_once": 4}
        passwords = settings.passwords.model_copy(update=cheap)
        self.settings = settings = settings.model_copy(update={"passwords": passwords})
        self.queue = AtOnce()
        self.parts = parts = Parts(
            settings,
            Adapters(clock=clock, carriers=carriers, sms=sms, mail=mail, queue=self.queue),
        )
        self.database, self.index, self.hasher = parts.database, parts.index, parts.hasher
        self.redis = redis_client
        self.clock = clock
        self.carriers = carriers
        self.sms = sms
        self.mail = mail
        self.interactions = parts.interactions
        self.sessions = RedisSessions(
            redis_client,
            idle=settings.sessions.idle,
            maximum=settings.sessions.maximum,
            clock=clock,
        )
        self.app = web_application(parts)
        self.app.test_client_class = FollowingClient
        _, sweeps = worker_of(parts)
        self._sweeps = {sweep.name: sweep for sweep in sweeps}

    @property
    def operators_side(self) -> Flask:
        """The application of console and API."""
        return self.app.extensions[OPERATORS_SIDE].application

    @property
    def csrf_key(self) -> bytes:
        """What the tokens of forms are made with."""
        return decode_key(self.settings.secrets.csrf_key.get_secret_value())

    def browser(self, *, address: str = "127.0.0.1") -> Browser:
        """A browser nobody has used, at that address."""
        return Browser(self.app, address=address)

    def sweep(self, name: str) -> None:
        """Do what the worker does regularly under that name."""
        self._sweeps[name].run()

    def from_portal(
        self, browser: Browser, *, state: str = "abc123", create: bool = True
    ) -> Browser:
        """Come from the portal, with its authorization request."""
        interaction = Interaction(
            id=InteractionId(new_handle()),
            request=AuthorizationRequest(
                client_id=PORTAL,
                redirect_uri="http://localhost:8401/callback",
                scope=("openid",),
                state=state,
                prompt=frozenset({Prompt.CREATE} if create else ()),
            ),
            started_at=self.clock.now(),
            intent=Intent.ENROL if create else Intent.SIGN_IN,
        )
        self.interactions.add(interaction, network="127.0.0.0/24")
        return browser.open(f"/resume?i={interaction.id}")
