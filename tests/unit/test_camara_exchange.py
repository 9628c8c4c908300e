from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from idp.adapters.camara.exchange import CallFailed, Deadline, Exchange


class Stopwatch:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class Trickle(httpx.SyncByteStream):
    """A body whose every byte takes its time, by *stopwatch*."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        self._stopwatch = stopwatch
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.sent < 1000:
            self._stopwatch.at += 1
            self.sent += 1
            yield b" "


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    sent: list[httpx.Request] = []
    stopwatch = Stopwatch()
    exchange = Exchange(timedelta(seconds=3), 1, httpx.MockTransport(sent.append))  # type: ignore[arg-type]
    deadline = Deadline(timedelta(seconds=8), stopwatch)
    stopwatch.at = 8

    with pytest.raises(CallFailed, match="out of time"):
        exchange.post("https://carrier/", deadline)

    assert sent == []
    exchange.close()


def test_a_body_that_trickles_in_is_cut_off() -> None:
    stopwatch = Stopwatch()
    body = Trickle(stopwatch)
    exchange = Exchange(
        timedelta(seconds=3),
        1,
        httpx.MockTransport(lambda _: httpx.Response(200, stream=body)),
        stopwatch,
    )

    with pytest.raises(CallFailed, match="timeout"):
        exchange.post("https://carrier/", Deadline(timedelta(seconds=8), stopwatch))

    assert body.sent == 3
    exchange.close()


def test_a_call_gets_no_more_time_than_the_question_has_left() -> None:
    allowed: list[dict[str, float]] = []
    stopwatch = Stopwatch()

    def note(request: httpx.Request) -> httpx.Response:
        allowed.append(request.extensions["timeout"])
        return httpx.Response(200, json={})

    exchange = Exchange(timedelta(seconds=3), 1, httpx.MockTransport(note), stopwatch)
    deadline = Deadline(timedelta(seconds=8), stopwatch)
    exchange.post("https://carrier/", deadline)
    stopwatch.at = 6.5
    exchange.post("https://carrier/", deadline)

    assert [times["read"] for times in allowed] == [3, 1.5]
    exchange.close()


@pytest.mark.parametrize(("breaks", "answered"), [(1, True), (2, False)])
def test_a_broken_connection_is_tried_once_more(
    breaks: int,
    answered: bool,  # noqa: FBT001
) -> None:
    tried: list[httpx.Request] = []

    def closed(request: httpx.Request) -> httpx.Response:
        tried.append(request)
        if len(tried) <= breaks:
            raise httpx.RemoteProtocolError("server disconnected", request=request)
        return httpx.Response(200, json={})

    exchange = Exchange(timedelta(seconds=3), 1, httpx.MockTransport(closed))
    deadline = Deadline(timedelta(seconds=8))

    if answered:
        assert exchange.post("https://carrier/", deadline).status == 200
    else:
        with pytest.raises(CallFailed, match="connection"):
            exchange.post("https://carrier/", deadline)
    assert len(tried) == 2
    exchange.close()
