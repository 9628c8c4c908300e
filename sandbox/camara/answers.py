"""What a carrier answers about a subscription: pure, from the record, its temper and the time."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from sandbox import names
from sandbox.camara.errors import (
    ID_DOCUMENT_MISMATCH,
    ID_DOCUMENT_REQUIRED,
    CamaraError,
    out_of_range,
)
from sandbox.camara.requests import (
    MatchRequest,
    RecyclingRequest,
    SimSwapDateRequest,
    SimSwapRequest,
)
from sandbox.subscriptions import Subscription
from sandbox.tempers import Temper

Answer = dict[str, object]

_DAY_LENGTH = len("YYYY-MM-DD")
_FURTHEST_EAST = timezone(timedelta(hours=14))


def match(request: MatchRequest, record: Subscription, temper: Temper) -> Answer:
    """
    Answer kyc-match: `"true"`, `"false"` or `"not_available"` for each attribute asked, no more.

    Raises CamaraError where this carrier insists on the identity document (kyc-match 0.4, /match).
    """
    document = request.asked.get("idDocument")
    if temper.refuses_other_documents and record.id_document is not None:
        if document is None:
            raise CamaraError(ID_DOCUMENT_REQUIRED)
        if document != record.id_document:
            raise CamaraError(ID_DOCUMENT_MISMATCH)
    answer: Answer = {}
    for attribute, sent in request.asked.items():
        answer.update(_compare(attribute, sent, record, temper))
    return answer


def nothing_available(request: MatchRequest) -> Answer:
    """Answer kyc-match as a carrier whose records cannot be compared today."""
    return {f"{attribute}Match": "not_available" for attribute in request.asked}


def sim_swapped(
    request: SimSwapRequest, record: Subscription, temper: Temper, now: datetime
) -> Answer:
    """Answer sim-swap check. Raises CamaraError beyond the period this carrier keeps."""
    period = timedelta(hours=request.max_age_hours)
    if period > temper.monitored_period:
        raise out_of_range(f"Check monitor period could not exceed {temper.monitored_days} days.")
    changed = record.latest_sim_change
    return {"swapped": changed is not None and now - changed <= period}


def latest_sim_change(
    _request: SimSwapDateRequest, record: Subscription, temper: Temper, now: datetime
) -> Answer:
    """Answer sim-swap retrieve-date: null means none within the period this carrier keeps."""
    changed = record.latest_sim_change
    if changed is None or now - changed > temper.monitored_period:
        return {"latestSimChange": None, "monitoredPeriod": temper.monitored_days}
    return {"latestSimChange": changed.isoformat(timespec="milliseconds")}


def recycled(request: RecyclingRequest, record: Subscription, now: datetime) -> Answer:
    """Answer number-recycling. Raises CamaraError for a day that has begun nowhere on earth yet."""
    if request.specified_date > now.astimezone(_FURTHEST_EAST).date():
        raise out_of_range("specifiedDate is in the future.")
    return {"phoneNumberRecycled": record.changed_hands_after(request.specified_date)}


def _compare(
    attribute: str, sent: str, record: Subscription, temper: Temper
) -> Mapping[str, object]:
    match attribute:
        case "idDocument" if record.id_document is not None:
            return {"idDocumentMatch": _word(same=sent == record.id_document)}
        case "idDocumentType":
            return {"idDocumentTypeMatch": _word(same=sent == "national_id_card")}
        case "birthdate" if temper.holds_birth_dates and len(record.birth_date) == _DAY_LENGTH:
            return {"birthdateMatch": _word(same=sent == record.birth_date)}
        case "name":
            if temper.names_match(sent, record.full_name):
                return {"nameMatch": "true"}
            score = names.similarity(sent, record.full_name)
            return {"nameMatch": "false", "nameMatchScore": score}
        case _:
            return {f"{attribute}Match": "not_available"}


def _word(*, same: bool) -> str:
    return "true" if same else "false"
