"""`/healthz` (this process lives) and `/readyz` (it can serve): for machines that watch over us."""

from collections.abc import Callable, Mapping

import structlog

from idp.oidc.http import ProtocolRequest, ProtocolResponse, json_response

_log = structlog.get_logger(__name__)


def alive(_request: ProtocolRequest) -> ProtocolResponse:
    """Answer: that is all it takes."""
    return json_response(200, {"status": "ok"})


class Readiness:
    """Asks each part we cannot serve without; *checks* raise where one is away."""

    def __init__(self, checks: Mapping[str, Callable[[], object]]) -> None:
        self._checks = checks

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """200 when every part answers, else 503 with the names of those that do not."""
        away = [name for name, check in self._checks.items() if not _holds(name, check, request)]
        if away:
            return json_response(503, {"status": "away", "parts": away})
        return json_response(200, {"status": "ok"})


def _holds(name: str, check: Callable[[], object], request: ProtocolRequest) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001 (whatever is wrong with it, it is not ready)
        cause = type(error).__name__
        _log.warning("part_away", part=name, cause=cause, reference=request.reference)
        return False
    return True
