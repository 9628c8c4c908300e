"""The page of the phones. Works without scripts by reloading; with them, messages come by event."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from sandbox.clock import VIETNAM
from sandbox.people import SamplePerson
from sandbox.phone.texts import TEXTS, Language
from sandbox.phone_numbers import typed_number
from sandbox.sms import Mailbox, Message
from sandbox.tempers import Carrier, Temper

MOST_PHONES = 24
MOST_MESSAGES_AMONG_OTHERS = 4
MOST_MESSAGES_ALONE = 50
HEARTBEAT_SECONDS = 15.0
_CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_POSITION = re.compile(r"[0-9]{1,18}")
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Phone:
    """A number and what was sent to it, newest first."""

    number: str
    messages: tuple[Message, ...]

    @property
    def code(self) -> str | None:
        """The one-time password in the newest message, if it has one."""
        found = _CODE.search(self.messages[0].text) if self.messages else None
        return found[0] if found else None


def phones_of(messages: tuple[Message, ...]) -> list[Phone]:
    """Put messages, newest first, on their phones; the phone that rang last comes first."""
    by_number = sorted(messages, key=lambda message: message.to)
    phones = [
        Phone(number, tuple(sorted(sent, key=lambda one: one.position, reverse=True)))
        for number, sent in groupby(by_number, key=lambda message: message.to)
    ]
    return sorted(phones, key=lambda phone: phone.messages[0].position, reverse=True)


@dataclass(frozen=True)
class PhonePage:
    """Serves the page, the phones on it, and the word that a message came."""

    mailbox: Mailbox
    people: tuple[SamplePerson, ...]
    tempers: Mapping[Carrier, Temper]

    def show(self) -> tuple[str, int]:
        """Answer the page: all phones and people, or one phone when `phone` names it."""
        typed = request.args.get("phone")
        number = None if typed is None else typed_number(typed)
        wrong = bool(typed) and number is None
        page = render_template(
            "phone_page.html",
            **self._what_is_seen(number),
            people=self.people,
            tempers=self.tempers,
            typed=typed if wrong else "",
            wrong=wrong,
            held="hold" in request.args,
        )
        return page, 400 if wrong else 200

    def phones(self) -> str:
        """Answer the phones alone: what the script puts in their place."""
        return render_template("phones.html", **self._what_is_seen(_asked_number()))

    def events(self) -> Response:
        """Say that messages came, until the caller goes away (HTML Standard §9.2)."""
        seen = request.headers.get("Last-Event-ID") or request.args.get("after", "")
        latest = self.mailbox.latest
        position = int(seen) if _POSITION.fullmatch(seen) else latest
        if position > latest:  # seen before a restart, when positions began anew
            position = 0
        return Response(self._stream(position), mimetype="text/event-stream")

    def _stream(self, position: int) -> Iterator[str]:
        yield "retry: 1000\n\n"
        while True:
            latest = self.mailbox.wait_beyond(position, HEARTBEAT_SECONDS)
            # A comment finds out whether anybody still listens; without it threads would pile up.
            yield f"id: {latest}\ndata: {latest}\n\n" if latest > position else ": still here\n\n"
            position = latest

    def _what_is_seen(self, number: str | None) -> dict[str, Any]:
        latest = self.mailbox.latest
        language = asked_language()
        if number is None:
            phones = phones_of(self.mailbox.messages())[:MOST_PHONES]
        else:
            phones = [Phone(number, self.mailbox.messages(number))]
        return {
            "alone": number,
            "phones": phones,
            "shown_messages": MOST_MESSAGES_AMONG_OTHERS if number is None else MOST_MESSAGES_ALONE,
            "latest": latest,
            "language": language,
            "texts": TEXTS[language],
            "link": link,
        }


def _asked_number() -> str | None:
    return typed_number(request.args.get("phone", ""))


def asked_language() -> Language:
    return Language.ENGLISH if request.args.get("lang") == "en" else Language.VIETNAMESE


def link(path: str = "/", **changes: str | None) -> str:
    """Return *path* with the present language, phone and hold, except for *changes*."""
    kept: dict[str, str | None] = {
        "lang": "en" if asked_language() is Language.ENGLISH else None,
        "phone": _asked_number(),
        "hold": "1" if "hold" in request.args else None,
    }
    query = urlencode({name: value for name, value in (kept | changes).items() if value})
    return f"{path}?{query}" if query else path


def national(number: str) -> str:
    """Write an E.164 number as people in Vietnam do: 0912 000 001."""
    digits = "0" + number.removeprefix("+84")
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"


def typed_date(iso: str) -> str:
    """Write a date of birth as it is typed: 02/01/1990, or the year alone."""
    return "/".join(reversed(iso.split("-")))


def told_time(moment: datetime) -> str:
    """Write a moment by the clock in Vietnam: 09:12:05, 21/11/2026."""
    return f"{moment.astimezone(VIETNAM):%H:%M:%S, %d/%m/%Y}"


def routes(page: PhonePage) -> Blueprint:
    """Build the blueprint, with the headers of a page that trusts nothing but itself."""
    blueprint = Blueprint("phone", __name__, template_folder="templates", static_folder="static")
    blueprint.add_url_rule("/", view_func=page.show)
    blueprint.add_url_rule("/phones", view_func=page.phones)
    blueprint.add_url_rule("/events", view_func=page.events)
    for spelling in (national, typed_date, told_time):
        blueprint.add_app_template_filter(spelling)

    @blueprint.after_request
    def secure(response: Response) -> Response:
        response.headers.update(PAGE_HEADERS)
        return response

    return blueprint
