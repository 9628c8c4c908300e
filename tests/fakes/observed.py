"""All that an answer shows to whoever compares two: what it says, and what it costs."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from unittest.mock import patch

from werkzeug.test import TestResponse

from idp.citizens.password_hasher import PasswordHasher
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.questions import counted

_CHANGING: Final = re.compile(
    r"[A-Za-z0-9_-]{43}(?:\.[A-Za-z0-9_-]+)*"  # handles, form tokens, nonces
    r"|[0-9a-f-]{36}"
    r"|\b[A-Z2-7]{4}-[A-Z2-7]{4}\b"  # the reference of a request
)


@dataclass
class Observed:
    """
    *answers*: each one's status, headers and bytes, apart from tokens and what was typed.

    *statements* are in order; *jobs* are the names of what was handed to the queue.
    """

    answers: list[tuple[int, list[str], str]] = field(default_factory=list)
    statements: list[object] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    hashes: int = 0
    jobs: list[str] = field(default_factory=list)


@contextmanager
def observed(site: Site, browser: Browser, *typed: str) -> Iterator[Observed]:
    """
    Observe what *browser* is answered until the end of the block, and what that costs.

    What was put in the queue is done after it, on nobody's time.
    """
    seen = Observed()
    verify, make = PasswordHasher.verify, PasswordHasher.hash

    def verified(self: PasswordHasher, password: str, stored: str | None) -> bool:
        seen.hashes += 1
        return verify(self, password, stored)

    def made(self: PasswordHasher, password: str) -> str:
        seen.hashes += 1
        return make(self, password)

    def answered(response: TestResponse) -> None:
        headers = sorted(
            f"{name}: {without_tokens(value, *typed)}" for name, value in response.headers
        )
        seen.answers.append(
            (response.status_code, headers, without_tokens(response.get_data(as_text=True), *typed))
        )

    with site.queue.resting() as waiting:
        with (
            patch.object(PasswordHasher, "verify", verified),
            patch.object(PasswordHasher, "hash", made),
            counted(site.database) as questions,
            browser.watched(answered),
        ):
            yield seen
        seen.jobs = [message.actor_name for message in waiting]
    seen.statements = questions.statements
    seen.commands = Counter(str(command) for command in questions.commands)


def without_tokens(text: str, *typed: str) -> str:
    """*text* without what is another one each time, and without what was *typed*."""
    for each in typed:
        text = text.replace(each, "typed")
    return _CHANGING.sub("token", text)
