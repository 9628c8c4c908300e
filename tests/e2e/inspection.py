"""What has to be true of every page, whatever it is about."""

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    ViewportSize,
)

from tests.e2e.barriers import AXE, Examiner

STRUCTURE: Final = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  const named = [...document.querySelectorAll("[aria-describedby], [aria-labelledby]")].flatMap(
    element => ["aria-describedby", "aria-labelledby"].flatMap(
      name => (element.getAttribute(name) || "").split(" ").filter(Boolean)));
  const html = document.documentElement;
  return {
    headings: [...document.querySelectorAll("h1")].map(heading => heading.textContent.trim()),
    repeated: ids.filter((id, place) => ids.indexOf(id) !== place),
    missing: named.filter(id => !ids.includes(id)),
    tooWide: html.scrollWidth > html.clientWidth
      ? [`${html.scrollWidth} of ${html.clientWidth} px`,
         ...[...document.querySelectorAll("main *, header *, footer *")]
           .filter(element => element.getBoundingClientRect().right > html.clientWidth + 1)
           .map(element => element.outerHTML.slice(0, 80))]
      : [],
    small: [...document.querySelectorAll(
        "button, input:not([type=radio], [type=checkbox], [hidden]), .button"
      )]
      .filter(element => element.type !== "hidden" && element.checkVisibility())
      .filter(element => element.getBoundingClientRect().height < 44)
      .map(element => element.outerHTML.slice(0, 80)),
    inline: [...document.querySelectorAll("[style], style, script:not([src])")].length,
    title: document.title,
    tellsErrors: document.querySelector("[data-summary]") !== null,
  };
}
"""
MOST_BYTES: Final = 15 * 1024
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
# A refused form answers 4xx, which is right, and which Chromium notes in the console all the same.
_STATUS_NOTE = re.compile("Failed to load resource: the server responded with a status of [45]")
_SHOW_NOTHING = {204, *range(300, 400)}


@dataclass
class Record:
    """What a window saw since it was opened, and what was wrong with it."""

    page: Page
    addresses: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Listen from now on."""
        self.page.on("request", self._requested)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", self._failed)

    def end(self) -> None:
        """Listen no more."""
        self.page.remove_listener("request", self._requested)
        self.page.remove_listener("response", self._answered)
        self.page.remove_listener("console", self._said)
        self.page.remove_listener("pageerror", self._failed)

    @property
    def shown(self) -> Response:
        """The answer that the page on the screen came with."""
        return next(one for one in reversed(self.answers) if one.status not in _SHOW_NOTHING)

    def _requested(self, request: Request) -> None:
        self.addresses.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.answers.append(response)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _STATUS_NOTE.match(message.text):
            self.faults.append(f"console: {message.text}")

    def _failed(self, error: Error) -> None:
        self.faults.append(str(error))


class Inspector:
    """
    Inspects each page state once per language, width and setting; keeps what is for later.

    axe has windows of its own, in which each page is written as it is on the screen.
    """

    def __init__(self, undrawn: Browser, provider: str, screenshots: Path | None) -> None:
        self._undrawn = undrawn
        self._provider = provider
        self._screenshots = screenshots
        self._inspected: set[tuple[str, ...]] = set()
        self._assets: dict[str, int] = {}
        self._examiners: dict[str, Examiner] = {}
        self.headings: dict[str, set[str]] = {}

    def inspect(self, name: str, record: Record, *, setting: str, scripts: bool) -> None:
        """
        Look at the page on the screen, which is in the state *name*; note faults in *record*.

        *scripts*: the page may run them.
        """
        page = record.page
        language = str(page.evaluate("document.documentElement.lang"))
        if (name, language, setting) in self._inspected:
            return
        self._inspected.add((name, language, setting))
        faults = [
            *self._structure(record, language),
            *self._axe(page, scripts=scripts),
            *self._answer(record.shown),
        ]
        record.faults += [f"{name} ({language}, {setting}): {fault}" for fault in faults]
        if self._screenshots:
            self._screenshots.mkdir(parents=True, exist_ok=True)
            file = self._screenshots / f"{name}-{language}-{setting}.png"
            page.screenshot(path=file, full_page=True)

    def _structure(self, record: Record, language: str) -> Iterable[str]:
        found: dict[str, Any] = record.page.evaluate(STRUCTURE)
        if len(found["headings"]) != 1:
            yield f"h1: {found['headings']}"
        for fault in ("repeated", "missing", "tooWide", "small"):
            if found[fault]:
                yield f"{fault}: {found[fault]}"
        if found["inline"]:
            yield "inline style or script"
        title = found["title"]
        record.titles.append(title)
        error_mark = "Error: " if language == "en" else "Lỗi: "
        if title.startswith(error_mark) != found["tellsErrors"]:
            yield f"the title {title!r} does not tell errors"
        self.headings.setdefault(f"{title} ({language})", set()).update(found["headings"])

    def _axe(self, page: Page, *, scripts: bool) -> Iterable[str]:
        if not scripts:  # the same page is looked at where they may run
            return
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        yield from self._examiner(origin).examine(page.content())

    def _examiner(self, origin: str) -> Examiner:
        if origin not in self._examiners:
            page = self._undrawn.new_context(
                color_scheme="light", reduced_motion="reduce", viewport=DESK
            ).new_page()
            page.add_init_script(path=AXE)
            page.goto(origin)
            # Ours are in the gallery, and seen in the dark there.
            self._examiners[origin] = Examiner(page, in_the_dark=origin != self._provider)
        return self._examiners[origin]

    def _answer(self, answer: Response) -> Iterable[str]:
        headers = answer.all_headers()
        if headers.get("cache-control") != "no-store":
            yield f"cache-control: {headers.get('cache-control')}"
        policy = headers.get("content-security-policy", "")
        for directive in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            if directive not in policy:
                yield f"content-security-policy: {policy}"
        if headers.get("referrer-policy") != "same-origin":
            yield f"referrer-policy: {headers.get('referrer-policy')}"
        if answer.url.startswith(self._provider) and (weight := self._weight(answer)) > MOST_BYTES:
            yield f"{weight} bytes before fonts"

    def _weight(self, answer: Response) -> int:
        """Compressed bytes of the page with its style, script and pictures, without fonts."""
        html = answer.text()
        references = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
        files = {path for path in references if "/fonts/" not in path}
        return len(gzip.compress(html.encode())) + sum(self._asset(path, answer) for path in files)

    def _asset(self, path: str, answer: Response) -> int:
        if path not in self._assets:
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(answer.url))
            body = answer.frame.page.context.request.get(origin + path).body()
            self._assets[path] = len(gzip.compress(body))
        return self._assets[path]


def told(record: Record, secrets: Iterable[str]) -> list[str]:
    """Which of *secrets* stand in an address, a title or a cookie that the window has seen."""
    places = [*map(unquote_plus, record.addresses), *record.titles]
    places += [cookie.get("value", "") for cookie in record.page.context.cookies()]
    return [place for place in places for secret in secrets if secret in place]
