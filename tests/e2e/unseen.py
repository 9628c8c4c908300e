"""
A way through pages that nobody looks at: the same cookies, links and forms, and no window.

A page in a window costs a tenth of a second of a processor, a page here a hundredth. For what has
to have happened before a test begins; what a test is about happens in the window.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from playwright.sync_api import APIRequestContext, APIResponse


@dataclass
class _Form:
    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """What can be pressed on a page, by its id: where a link leads, or the form of a button."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.buttons: dict[str, tuple[_Form, dict[str, str]]] = {}
        self._form = _Form("get", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form":
            self._form = _Form(told.get("method", "get"), told.get("action", ""))
        elif tag == "a" and "id" in told:
            self.links[told["id"]] = told["href"]
        elif tag == "button" and "id" in told:
            self.buttons[told["id"]] = self._form, {name: told["value"]} if name else {}
        elif tag == "input" and name and (told.get("type") != "radio" or "checked" in told):
            self._form.values[name] = told.get("value", "")


class Unseen:
    """Opens pages and presses what is on them; each has to be answered as a page."""

    def __init__(self, requests: APIRequestContext) -> None:
        self._requests = requests
        self._page = _Reader()
        self.address = ""

    def open(self, address: str) -> None:
        """Go to *address*, and wherever it leads."""
        self._arrive(self._requests.get(address))

    def press(self, name: str, **typed: str) -> None:
        """Follow the link with this id, or send the form of the button with what is *typed*."""
        if name in self._page.links:
            self.open(urljoin(self.address, self._page.links[name]))
            return
        form, pressed = self._page.buttons[name]
        address, values = urljoin(self.address, form.action), form.values | typed | pressed
        if form.method == "post":
            self._arrive(self._requests.post(address, form=dict(values)))
        else:
            self._arrive(self._requests.get(address, params=dict(values)))

    def _arrive(self, answer: APIResponse) -> None:
        assert answer.ok, f"{answer.status} at {answer.url}"
        self.address = answer.url
        self._page = _Reader()
        self._page.feed(answer.text())
        answer.dispose()
