"""One bounded HTTP exchange with a carrier."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from idp.adapters.deadline import Deadline

_CONNECT_SECONDS = 1.0  # a carrier in the same country that needs longer is down
_TRIES = 2  # a kept connection may have been closed from the other side; questions change nothing
_MAX_ANSWER = 64 * 1024  # the largest specified answer is under 4 KiB


class CallFailed(Exception):
    """No usable answer; *cause* is a word for the log and holds no personal data."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Reply:
    """A carrier's answer: the status, and the JSON object (empty if the body is none)."""

    status: int
    body: Mapping[str, object]

    def is_error(self, status: int, code: str) -> bool:
        """Whether this is CAMARA's error *code*; a proxy's own 404 page is not."""
        return self.status == status and self.body.get("code") == code


class Exchange:
    """
    Posts to carriers over one pool of kept connections; safe to share between threads.

    Redirects are not followed and the environment's proxies not used: personal data go to the
    configured address or nowhere.
    """

    def __init__(
        self,
        call_timeout: timedelta,
        connections: int,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call_timeout = call_timeout
        self._monotonic = monotonic
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
            ),
        )

    def post(
        self,
        url: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> Reply:
        """
        Send one POST, of a form or of JSON *members*, and return the answer; raises `CallFailed`.

        It ends with the call's time limit or with *deadline*, whichever is first; a body that
        trickles in is cut off by the same limit. A connection that breaks is tried once more.
        """
        # httpx's exceptions carry the request, and the request carries a person. Raising only
        # after the except blocks leaves no trace of them in the chain of exceptions.
        cause = ""
        for _ in range(_TRIES):
            try:
                return self._post(url, deadline, headers, form, members)
            except CallFailed as failure:
                cause = failure.cause
                break
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                cause = "connection"
            except httpx.TimeoutException:
                cause = "timeout"
                break
            except httpx.HTTPError:
                cause = "connection"
                break
        raise CallFailed(cause)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _post(
        self,
        url: str,
        deadline: Deadline,
        headers: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        members: Mapping[str, object] | None,
    ) -> Reply:
        seconds = min(self._call_timeout.total_seconds(), deadline.remaining())
        if seconds <= 0:
            raise CallFailed("out of time")
        timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        end = Deadline(timedelta(seconds=seconds), self._monotonic)
        content = bytearray()
        with self._client.stream(
            "POST", url, headers=headers, data=form, json=members, timeout=timeout
        ) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > _MAX_ANSWER:
                    raise CallFailed("answer too long")
                if end.remaining() <= 0:
                    raise CallFailed("timeout")
        return Reply(response.status_code, _object(bytes(content)))


def _object(content: bytes) -> Mapping[str, object]:
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
