"""
The mail server, and the mailboxes of everybody.

A real SMTP server that takes mail to whatever address and passes none on. The same `Message-ID`
again to the same address is the same mail, as for most mailboxes.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.clock import Clock

KEPT_MAILS = 1000
LARGEST_MAIL = 100_000


@dataclass(frozen=True, kw_only=True)
class ReceivedMail:
    """A mail in somebody's mailbox."""

    to: str
    sender: str
    subject: str
    text: str = field(repr=False)
    message_id: str
    received_at: datetime


class Mailboxes:
    """The last KEPT_MAILS received, in memory alone; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._lock = Lock()
        self._mails: deque[ReceivedMail] = deque(maxlen=KEPT_MAILS)

    def put(self, to: str, message: EmailMessage) -> None:
        """Put a mail into a mailbox, unless it lies there already."""
        mail = ReceivedMail(
            to=to,
            sender=str(message["From"]),
            subject=str(message["Subject"]),
            text=_text(message),
            message_id=str(message["Message-ID"]),
            received_at=self._clock.now(),
        )
        with self._lock:
            known = {(one.to, one.message_id) for one in self._mails}
            if (mail.to, mail.message_id) not in known:
                self._mails.appendleft(mail)

    def mails(self, to: str | None = None) -> tuple[ReceivedMail, ...]:
        """Return what was received, or what came to one address, newest first."""
        with self._lock:
            return tuple(one for one in self._mails if to is None or one.to == to)


class Receiver:
    """What aiosmtpd asks about each mail."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        """Deliver to *mailboxes*."""
        self._mailboxes = mailboxes

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail; strict about what makes mail arrive broken or not at all."""
        message: Any = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        missing = [
            name for name in ("From", "To", "Subject", "Date", "Message-ID") if not message[name]
        ]
        if missing:
            return f"554 5.6.0 {missing[0]} is missing"
        if message.defects:
            return "554 5.6.0 The message is broken"
        for to in envelope.rcpt_tos:
            self._mailboxes.put(to, message)
        return "250 2.0.0 Accepted"


@contextmanager
def receiving(mailboxes: Mailboxes, listening: socket.socket) -> Iterator[None]:
    """Receive mail on *listening*, which is closed in the end, while the block runs."""
    loop = asyncio.new_event_loop()

    def protocol() -> SMTP:
        return SMTP(
            Receiver(mailboxes), data_size_limit=LARGEST_MAIL, hostname="sandbox", loop=loop
        )

    server = loop.run_until_complete(loop.create_server(protocol, sock=listening))
    thread = Thread(target=loop.run_forever, name="sandbox-mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_end_connections(loop))
        loop.close()


async def _end_connections(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return "" if body is None else str(body.get_content()).replace("\r\n", "\n")
