"""The carriers' answers, parsed strictly: what is not as specified is no answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from idp.adapters.camara.exchange import CallFailed, Reply
from idp.carriers.model import RecordAnswer, Verdict

_OK = 200
_BAD_REQUEST = 400
_FORBIDDEN = 403
_NOT_FOUND = 404
_UNPROCESSABLE = 422
_MOST_MONITORED_DAYS = 36_500
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def is_not_ours(reply: Reply) -> bool:
    """Whether the carrier says that it does not serve the number."""
    return reply.is_error(_NOT_FOUND, "IDENTIFIER_NOT_FOUND") or reply.is_error(
        _UNPROCESSABLE, "SERVICE_NOT_APPLICABLE"
    )


def recycled(reply: Reply) -> bool:
    """Read an answer of number-recycling `check`."""
    return _flag(_success(reply), "phoneNumberRecycled")


def swapped(reply: Reply) -> bool | None:
    """Read an answer of sim-swap `check`; None when it cannot look back that far."""
    if reply.is_error(_BAD_REQUEST, "OUT_OF_RANGE"):
        return None
    return _flag(_success(reply), "swapped")


def latest_sim_change(reply: Reply) -> tuple[datetime | None, timedelta | None]:
    """Read an answer of sim-swap `retrieve-date`: the last change, and the monitored period."""
    body = _success(reply)
    if "latestSimChange" not in body:
        raise CallFailed("garbage")
    days = body.get("monitoredPeriod")
    if days is None:
        monitored = None
    elif type(days) is int and 0 <= days <= _MOST_MONITORED_DAYS:
        monitored = timedelta(days=days)
    else:
        raise CallFailed("garbage")
    change = body["latestSimChange"]
    return None if change is None else _instant(change), monitored


def record_answer(reply: Reply, *, birth_date_asked: bool) -> RecordAnswer:
    """
    Read an answer of kyc-match `match`.

    Carriers may check the identity number first and answer 403 when it differs; that is a verdict,
    not a failure. Similarity scores are not read at all.
    """
    if reply.is_error(_FORBIDDEN, "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH"):
        return RecordAnswer(
            identity_number=Verdict.FALSE,
            full_name=Verdict.NOT_AVAILABLE,
            birth_date=Verdict.NOT_AVAILABLE,
        )
    body = _success(reply)
    return RecordAnswer(
        identity_number=_verdict(body, "idDocumentMatch"),
        full_name=_verdict(body, "nameMatch"),
        birth_date=(
            _verdict(body, "birthdateMatch") if birth_date_asked else Verdict.NOT_AVAILABLE
        ),
    )


def _success(reply: Reply) -> Mapping[str, object]:
    if reply.status != _OK:
        raise CallFailed(f"answered {reply.status}")
    return reply.body


def _flag(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise CallFailed("garbage")
    return value


def _verdict(body: Mapping[str, object], name: str) -> Verdict:
    value = body.get(name)
    # A JSON true is not the string "true": the carrier does not speak this version, so nothing
    # that it says is relied on.
    if not isinstance(value, str) or value not in _VERDICTS:
        raise CallFailed("garbage")
    return _VERDICTS[value]


def _instant(value: object) -> datetime:
    parsed = None
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise CallFailed("garbage")
    return parsed
