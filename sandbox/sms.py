"""
The text message gateway, and the phones' memory of what it delivered.

Strict about what costs money or arrives broken: a text fits one message of the GSM 7-bit basic
alphabet, and goes to a Vietnamese mobile number. Sending again under one reference sends nothing.
"""

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Condition

from flask import Blueprint, Response, jsonify, request

from sandbox.breakage import Breakage
from sandbox.clock import Clock
from sandbox.faults import SMS
from sandbox.strict_json import InvalidBody, read_object
from sandbox.subscriptions import is_vietnamese_mobile

KEPT_MESSAGES = 1000
LONGEST_TEXT = 160
LONGEST_REFERENCE = 128

# 3GPP TS 23.038 §6.2.1, without the escape to the extension table.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_MEMBERS = frozenset({"to", "text", "reference"})


@dataclass(frozen=True, kw_only=True)
class Message:
    """A delivered text. `position` counts all messages since the start, from 1."""

    position: int
    message_id: str
    to: str
    text: str = field(repr=False)
    reference: str
    sent_at: datetime


class InvalidMessage(ValueError):
    """The gateway does not take this message; the text says why."""


class Mailbox:
    """The last KEPT_MESSAGES delivered, in memory alone; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._changed = Condition()
        self._messages: deque[Message] = deque(maxlen=KEPT_MESSAGES)
        self._positions = count(1)
        self._latest = 0

    def deliver(self, to: str, text: str, reference: str) -> Message:
        """Deliver once per *reference*: a repetition returns the first message."""
        with self._changed:
            for message in self._messages:
                if message.reference == reference:
                    return message
            self._latest = next(self._positions)
            message = Message(
                position=self._latest,
                message_id=secrets.token_hex(12),
                to=to,
                text=text,
                reference=reference,
                sent_at=self._clock.now(),
            )
            self._messages.appendleft(message)
            self._changed.notify_all()
            return message

    def messages(self, to: str | None = None) -> tuple[Message, ...]:
        """Return what was delivered, or what was delivered to one number, newest first."""
        with self._changed:
            return tuple(one for one in self._messages if to is None or one.to == to)

    @property
    def latest(self) -> int:
        """The position of the newest message; 0 while there is none."""
        return self._latest

    def wait_beyond(self, position: int, seconds: float) -> int:
        """Return the newest position once it is beyond *position*, or after *seconds* as it is."""
        with self._changed:
            self._changed.wait_for(lambda: self._latest > position, seconds)
            return self._latest


@dataclass(frozen=True)
class SmsGateway:
    """The gateway's HTTP interface."""

    api_key: str = field(repr=False)
    mailbox: Mailbox
    breakage: Breakage

    def send(self) -> Response:
        """Answer `POST /sms/v1/messages`: 202 means accepted, and, here, delivered."""
        broken = self.breakage.meet(SMS)
        if broken is not None:
            return broken
        if not self._knows_caller():
            return _error(401, "the API key is not known")
        try:
            to, text, reference = _parse(read_object(request))
        except (InvalidBody, InvalidMessage) as error:
            return _error(400, str(error))
        response = jsonify(message_id=self.mailbox.deliver(to, text, reference).message_id)
        response.status_code = 202
        return response

    def _knows_caller(self) -> bool:
        sent = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(sent, f"Bearer {self.api_key}".encode())


def _parse(body: dict[str, object]) -> tuple[str, str, str]:
    if body.keys() != _MEMBERS:
        raise InvalidMessage("the members are to, text and reference, no more and no less")
    to, text, reference = body["to"], body["text"], body["reference"]
    if not isinstance(to, str) or not is_vietnamese_mobile(to):
        raise InvalidMessage("to is not a Vietnamese mobile number in E.164 form")
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_TEXT:
        raise InvalidMessage(f"text has 1 to {LONGEST_TEXT} characters")
    if not GSM_BASIC.issuperset(text):
        raise InvalidMessage("text has a character outside the GSM 7-bit basic alphabet")
    if not isinstance(reference, str) or not 1 <= len(reference) <= LONGEST_REFERENCE:
        raise InvalidMessage(f"reference has 1 to {LONGEST_REFERENCE} characters")
    return to, text, reference


def _error(status: int, message: str) -> Response:
    response = jsonify(error=message)
    response.status_code = status
    return response


def routes(gateway: SmsGateway) -> Blueprint:
    """Build the blueprint."""
    blueprint = Blueprint("sms", __name__)
    blueprint.add_url_rule("/sms/v1/messages", view_func=gateway.send, methods=["POST"])
    return blueprint
