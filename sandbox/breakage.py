"""What a caller gets to see of an injected fault."""

import json
from dataclasses import dataclass

from flask import Response

from sandbox.clock import Pause
from sandbox.faults import TRANSPORT_FAULTS, Api, FaultKind, Faults, Target

_GARBAGE = '{"status": "ok", "result": [\ufffd\ufffd'
_RETRY_AFTER_SECONDS = "5"


@dataclass(frozen=True)
class Breakage:
    """Makes calls slow, silent or wrong while a fault is due. Pauses are in seconds."""

    faults: Faults
    pause: Pause
    slow_seconds: float
    timeout_seconds: float

    def meet(self, target: Target, api: Api | None = None) -> Response | None:
        """
        Return the broken answer this call gets, or None when the call goes on.

        `slow` goes on after its time; `timeout` is an answer that comes when nobody waits for it
        any more, and the call it stands for has no effect.
        """
        kind = self.faults.take(target, api, kinds=TRANSPORT_FAULTS)
        match kind:
            case FaultKind.SLOW:
                self.pause(self.slow_seconds)
                return None
            case FaultKind.TIMEOUT:
                self.pause(self.timeout_seconds)
                return _error(504, "TIMEOUT", "The service took too long.")
            case FaultKind.GARBAGE:
                return Response(_GARBAGE, status=200, mimetype="application/json")
            case FaultKind.HTTP_500:
                return _error(500, "INTERNAL", "The service failed.")
            case FaultKind.HTTP_429:
                broken = _error(429, "TOO_MANY_REQUESTS", "Too many requests.")
                broken.headers["Retry-After"] = _RETRY_AFTER_SECONDS
                return broken
            case _:
                return None


def _error(status: int, code: str, message: str) -> Response:
    body = json.dumps({"status": status, "code": code, "message": message})
    return Response(body, status=status, mimetype="application/json")
