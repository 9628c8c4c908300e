"""Somebody who presses everything: follows every link, and sends every form in several ways."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from tests.fakes.citizen_site import Browser
from tests.fakes.read_page import ReadForm, ReadPage, read_page

_NOT_PAGES = re.compile(r"/static/|#|[a-z]+:")  # pictures, places on the page, other schemes
_NAMED = re.compile(
    r"[A-Za-z0-9_-]{43}|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]{2}-\d{4}-\d{6}"
    r"|(?<=/)\d+(?=/|$)|k=[A-Za-z0-9_-]+"
)
Answers = Callable[[str], str]
Return = Callable[[], None]


@dataclass(frozen=True)
class Way:
    """One thing to do on a page: the link *link*, or button *button* of form *form*, filled in."""

    link: int = -1
    form: int = -1
    button: int = 0
    filled: str = ""

    @property
    def is_meant(self) -> bool:
        """Whether a form is sent as somebody sends it who wants what it is for."""
        return self.form >= 0 and self.filled in {"right", "nothing to fill in"}

    def __str__(self) -> str:
        if self.form < 0:
            return f"link {self.link}"
        return f"form {self.form}, button {self.button}, {self.filled}"


@dataclass
class Walker:
    """
    A browser in a situation, and what its person answers to the fields of forms.

    What *remember* returns brings back everything as it was when it was called: the browser, and
    the world around it.
    """

    browser: Browser
    answers: dict[str, Answers]
    remember: Callable[[], Return]


@dataclass
class Crawler:
    """
    Explores from situations that can be brought back at will; *findings* is what is wrong.

    A page is known by what can be done on it. Each thing is done once, on whichever page of that
    kind comes first; on the first page of a situation forms are sent again, because they may lead
    elsewhere. After a way that led elsewhere the page is brought back for the next thing. At the
    paths *alike* pages differ in what they are about, and not in what is done there.
    """

    findings: list[str] = field(default_factory=list)
    seen: set[object] = field(default_factory=set)
    done: set[tuple[object, Way]] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    alike: frozenset[str] = frozenset()
    _checked: set[str] = field(default_factory=set)

    def explore(self, name: str, walker: Walker) -> None:
        """Begin where *walker* is, which is called *name*, and leave nothing untried."""
        self._look(name, walker.browser, ())
        waiting: deque[tuple[tuple[Way, ...], Return]] = deque([((), walker.remember())])
        while waiting:
            way, bring_back = waiting.popleft()  # the shortest way first
            bring_back()
            waiting.extend(self._try_all(name, walker, way, bring_back))

    def _try_all(
        self, name: str, walker: Walker, way: tuple[Way, ...], bring_back: Return
    ) -> Iterator[tuple[tuple[Way, ...], Return]]:
        """Do what was not done yet on this page, until it is left; then ask for coming back."""
        browser = walker.browser
        page: ReadPage | None = read_page(browser.html)
        while page is not None:
            kind = self._kind(browser, page)
            self.seen.add(kind)
            steps = list(_steps(page))
            tries = ((s, (kind if way or not s.is_meant else name, s)) for s in steps)
            step, tried = next(((s, it) for s, it in tries if it not in self.done), (None, None))
            if step is None or tried is None:
                return
            self.done.add(tried)
            before = browser.path
            if not _take(walker, page, step):
                continue
            page = self._look(name, browser, (*way, step))
            there = kind if page is None else self._kind(browser, page)
            if there == kind and page is not None:
                continue
            if there not in self.seen:
                yield (*way, step), walker.remember()
            if step.link >= 0 and browser.away is None:  # looking changes nothing: go back
                browser.open(before)
                page = read_page(browser.html)
                if self._kind(browser, page) == kind:
                    continue
            if any((kind if way or not s.is_meant else name, s) not in self.done for s in steps):
                yield way, bring_back  # for what is left to be done here
            return

    def _look(self, name: str, browser: Browser, way: tuple[Way, ...]) -> ReadPage | None:
        """Judge the page before the browser; None where it is none of ours."""
        if browser.away is not None or not browser.html.startswith("<!doctype html>"):
            return None  # the portal's page, or a file
        page = read_page(browser.html)
        self.paths.add(_plain(browser.page))
        where = f"{name}: {' > '.join(map(str, way))}: {_plain(browser.path)} ({browser.status})"
        for finding in _judged(browser, page):
            self.findings.append(f"{finding}: {where}")
        for link in page.links + page.sections + page.frame_links:
            self._check_link(where, browser, link)
        return page

    def _check_link(self, where: str, browser: Browser, link: str) -> None:
        if _NOT_PAGES.match(link):
            return
        target = urlsplit(urljoin(browser.path, link)).path
        if _plain(target) in self._checked:
            return
        self._checked.add(_plain(target))
        response = browser._client.get(target)  # without an interaction: it has to be there, too
        if response.status_code == 404:
            self.findings.append(f"a link leads to nothing, {target}: {where}")
        response.close()

    def _kind(self, browser: Browser, page: ReadPage) -> object:
        """What makes two pages the same to somebody who presses everything."""
        links = {_plain(urlsplit(link).path) for link in page.links}
        forms = tuple((_plain(urlsplit(form.action).path), form.names) for form in page.forms)
        about = "" if browser.page in self.alike else _plain(str(page.headings))
        return (_plain(browser.page), about, frozenset(links), forms)


def _judged(browser: Browser, page: ReadPage) -> Iterator[str]:
    if browser.status >= 500 or browser.status == 404:
        yield "a failure"
    if len([heading for heading in page.headings if heading.strip()]) != 1:
        yield f"{len(page.headings)} headings"
    if not page.title.strip(" –"):
        yield "no title"
    onwards = [link for link in page.links if not link.startswith(("#", "sms:"))]
    if not (onwards or page.sections or page.forms or page.refreshes):
        yield "a dead end"
    for form in page.forms:
        if not form.buttons:
            yield "a form without a button"


def _steps(page: ReadPage) -> Iterator[Way]:
    """Links first, then forms that change nothing, then those that do."""
    for number, link in enumerate(page.links):
        if not _NOT_PAGES.match(link):
            yield Way(link=number)
    for filled in ("empty", "wrong", "right", "nothing to fill in"):
        for number, form in enumerate(page.forms):
            to_fill = bool(form.fields or form.choices)
            for button in range(len(form.buttons)):
                if to_fill == (filled != "nothing to fill in"):
                    yield Way(form=number, button=button, filled=filled)


def _take(walker: Walker, page: ReadPage, step: Way) -> bool:
    """Do it; False where the page has no such thing."""
    browser = walker.browser
    if step.form < 0:
        if step.link >= len(page.links):
            return False
        browser.open(_address(browser.path, page.links[step.link]))
        return True
    if step.form >= len(page.forms) or step.button >= len(page.forms[step.form].buttons):
        return False
    form = page.forms[step.form]
    data = form.hidden | _filled_in(form, step.filled, walker.answers) | form.buttons[step.button]
    target = _address(browser.path, form.action)
    if form.method == "post":
        browser.post(target, data)
    else:
        browser.open(f"{target.partition('?')[0]}?{urlencode(data)}")
    return True


def _filled_in(form: ReadForm, filled: str, answers: dict[str, Answers]) -> dict[str, str]:
    if filled == "empty":
        return dict.fromkeys(form.fields, "")
    which = 0 if filled == "right" else -1
    typed = {name: answers[name](filled) if name in answers else "x" for name in form.fields}
    return typed | {name: values[which] for name, values in form.choices.items()}


def _address(here: str, link: str) -> str:
    """The address of *link* on the page *here*; with a query, so that it is taken as it is."""
    address = urljoin(here, link) if link else here
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def _plain(path: str) -> str:
    """*path* without what is different each time."""
    return _NAMED.sub("*", path)
