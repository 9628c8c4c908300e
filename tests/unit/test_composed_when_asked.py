"""A part of the site that is composed for its first request."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import Client

from idp.web.composed_when_asked import ComposedWhenAsked, WsgiApplication


def saying(word: str) -> WsgiApplication:
    def application(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [word.encode()]

    return application


class Composing:
    """Composes the part, unless it is told that it cannot."""

    def __init__(self) -> None:
        self.times = 0
        self.broken = False

    def __call__(self) -> WsgiApplication:
        self.times += 1
        if self.broken:
            raise RuntimeError("a module is missing")
        return saying("part")


@pytest.fixture
def composing() -> Composing:
    return Composing()


@pytest.fixture
def browser(composing: Composing) -> Client:
    return Client(ComposedWhenAsked(saying("others"), ("/console", "/api"), composing))


@pytest.mark.parametrize("path", ["/", "/login", "/consoles", "/apis/1", "/a/console"])
def test_other_paths_compose_nothing(browser: Client, composing: Composing, path: str) -> None:
    assert browser.get(path).text == "others"
    assert composing.times == 0


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/keys", "/api/v1/token"])
def test_the_first_request_composes_it(browser: Client, composing: Composing, path: str) -> None:
    assert browser.get(path).text == "part"
    assert browser.get(path).text == "part"
    assert composing.times == 1


def test_what_cannot_be_composed_is_told_and_tried_again(
    browser: Client, composing: Composing
) -> None:
    composing.broken = True
    with capture_logs() as logs:
        assert browser.get("/console").text == "others"
    assert [(line["event"], line["log_level"]) for line in logs] == [("part_not_composed", "error")]

    composing.broken = False
    assert browser.get("/console").text == "part"
