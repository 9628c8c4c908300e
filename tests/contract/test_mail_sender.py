"""What everyone may rely on who sends a mail, of the double and of the real adapter alike."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from smtplib import SMTPRecipientsRefused
from typing import Protocol

import pytest

from idp.adapters.smtp import MailServer, SmtpMailSender
from idp.core.clock import SystemClock
from idp.core.email_address import EmailAddress
from idp.messaging.model import Mail
from idp.messaging.ports import MailNotSent, MailRefused, MailSender
from tests.fakes.mail import MailOutbox
from tests.fakes.served_sandbox import ServedSandbox, served_sandbox

SENDER = EmailAddress("khong-tra-loi@idp.example.vn")
MAIL = Mail(
    "Mật khẩu vừa được đổi / Your password was changed", "Dòng một.\n\nhttps://x.vn/c?k=1\n"
)

_addresses = count(1)


class Post(Protocol):
    """A mail server that a test may look into and break."""

    @property
    def sender(self) -> MailSender: ...
    def received(self, address: EmailAddress) -> list[str]: ...
    def break_down(self) -> None: ...


class PostInMemory:
    def __init__(self) -> None:
        self.sender = MailOutbox()

    def received(self, address: EmailAddress) -> list[str]:
        return self.sender.to(address.value)

    def break_down(self) -> None:
        self.sender.broken = True


class PostBySmtp:
    def __init__(self, sandbox: ServedSandbox) -> None:
        self._sandbox = sandbox
        self.sender = smtp_sender(sandbox.smtp_port)

    def received(self, address: EmailAddress) -> list[str]:
        mails = self._sandbox.http.get("/api/mails", params={"to": address.value}).json()
        return [mail["text"] for mail in reversed(mails)]

    def break_down(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
            port = nobody.getsockname()[1]
        self.sender = smtp_sender(port)


def smtp_sender(port: int, *, starttls: bool = False) -> SmtpMailSender:
    server = MailServer(
        host="127.0.0.1", port=port, starttls=starttls, timeout=timedelta(seconds=5)
    )
    return SmtpMailSender(server, sender=SENDER, name="Cổng Dịch vụ công", clock=SystemClock())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with served_sandbox() as served:
        yield served


@pytest.fixture(params=["in_memory", "by_smtp"])
def post(request: pytest.FixtureRequest) -> Post:
    if request.param == "in_memory":
        return PostInMemory()
    return PostBySmtp(request.getfixturevalue("sandbox"))


@pytest.fixture
def address() -> EmailAddress:
    return EmailAddress.parse(f"buoi{next(_addresses)}@example.vn")


def test_a_mail_arrives_whole_at_its_address_and_nowhere_else(
    post: Post, address: EmailAddress
) -> None:
    post.sender.send(address, MAIL, reference="whole")

    assert post.received(address) == [MAIL.text]
    assert post.received(EmailAddress("else@example.vn")) == []


def test_one_reference_lies_in_the_mailbox_once(post: Post, address: EmailAddress) -> None:
    for reference in ("first", "first", "second"):
        post.sender.send(
            address, Mail("s", f"{reference}\n"), reference=reference + address.value[:8]
        )

    assert post.received(address) == ["first\n", "second\n"]


def test_a_server_that_is_away_says_so(post: Post, address: EmailAddress) -> None:
    post.break_down()

    with pytest.raises(MailNotSent):
        post.sender.send(address, MAIL, reference="broken")

    assert post.received(address) == []


def test_an_address_that_is_refused_is_told_from_a_server_that_is_away(
    monkeypatch: pytest.MonkeyPatch, address: EmailAddress
) -> None:
    def refuse(*_: object) -> None:
        raise SMTPRecipientsRefused({address.value: (550, b"no such mailbox")})

    sender = smtp_sender(0)
    monkeypatch.setattr(sender, "_hand_over", refuse)
    with pytest.raises(MailRefused, match="server answered 550") as refused:
        sender.send(address, MAIL, reference="refused")

    assert address.value not in str(refused.value)


def test_the_envelope_names_us_and_forbids_automatic_answers(
    sandbox: ServedSandbox, address: EmailAddress
) -> None:
    smtp_sender(sandbox.smtp_port).send(address, MAIL, reference="envelope")

    (mail,) = sandbox.http.get("/api/mails", params={"to": address.value}).json()
    assert mail["sender"] == f"Cổng Dịch vụ công <{SENDER.value}>"
    assert mail["subject"] == MAIL.subject
    assert mail["message_id"] == "<envelope@idp.example.vn>"


def test_a_server_without_encryption_gets_nothing_where_it_is_demanded(
    sandbox: ServedSandbox, address: EmailAddress
) -> None:
    with pytest.raises(MailNotSent, match="connection"):
        smtp_sender(sandbox.smtp_port, starttls=True).send(address, MAIL, reference="plain")

    assert sandbox.http.get("/api/mails", params={"to": address.value}).json() == []


def test_a_server_that_does_not_answer_is_given_up(address: EmailAddress) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        server = MailServer(
            host="127.0.0.1",
            port=silent.getsockname()[1],
            starttls=False,
            timeout=timedelta(milliseconds=50),
        )
        sender = SmtpMailSender(server, sender=SENDER, name="x", clock=SystemClock())

        with pytest.raises(MailNotSent) as refused:
            sender.send(address, MAIL, reference="silent")

    assert address.value not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
