"""The outside world as a test moves it: subscriptions, faults, and the texts that arrive."""

import re
from threading import Event
from time import monotonic
from typing import Final

import httpx

from tests.e2e.people import Person

SECONDS_TO_ARRIVE: Final = 15
SECONDS_BETWEEN_LOOKS: Final = 0.05
_CODE = re.compile(r"\A[0-9]{6}(?= la ma )")


class SandboxClient:
    """The sandbox's calls for tests; remembers which texts were read already."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._read: set[str] = set()
        self.met: list[Person] = []

    def subscribe(self, person: Person, **record: str) -> Person:
        """Let the carrier hold a subscription of *person*, with *record* where it differs."""
        held = {
            "phone_number": person.phone_e164,
            "carrier": person.carrier,
            "id_document": person.identity_number,
            "full_name": person.full_name,
            "birth_date": person.birth_date,
        }
        self._http.post("/api/subscriptions", json=held | record).raise_for_status()
        self.met.append(person)
        return person

    def break_(self, **fault: object) -> None:
        """Make a fault due: `carrier="viettel", kind="slow"` or `sms=True, kind="http_500"`."""
        self._http.post("/api/faults", json=fault).raise_for_status()

    def repair(self) -> None:
        """Put everything in order."""
        self._http.delete("/api/faults").raise_for_status()

    def texts(self, person: Person) -> list[str]:
        """All texts that were sent to *person*, newest first."""
        return [message["text"] for message in self._messages(person)]

    def next_text(self, person: Person) -> str:
        """The oldest text that was not read yet; waits until one arrives."""
        deadline = monotonic() + SECONDS_TO_ARRIVE
        while monotonic() < deadline:
            for message in reversed(self._messages(person)):
                if message["reference"] not in self._read:
                    self._read.add(message["reference"])
                    return message["text"]
            Event().wait(SECONDS_BETWEEN_LOOKS)
        raise AssertionError(f"no text arrived in {SECONDS_TO_ARRIVE} seconds")

    def next_code(self, person: Person) -> str:
        """The one-time password in the next text that has one."""
        while not (found := _CODE.search(self.next_text(person))):
            pass
        return found[0]

    def mail_to(self, address: str) -> str:
        """The newest mail to *address*; waits until one arrives."""
        deadline = monotonic() + SECONDS_TO_ARRIVE
        while monotonic() < deadline:
            response = self._http.get("/api/mails", params={"to": address})
            mails: list[dict[str, str]] = response.raise_for_status().json()
            if mails:
                return mails[0]["text"]
            Event().wait(SECONDS_BETWEEN_LOOKS)
        raise AssertionError(f"no mail arrived in {SECONDS_TO_ARRIVE} seconds")

    def _messages(self, person: Person) -> list[dict[str, str]]:
        response = self._http.get("/api/messages", params={"to": person.phone_e164})
        messages: list[dict[str, str]] = response.raise_for_status().json()
        return messages
