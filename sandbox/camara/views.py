"""The CAMARA calls over HTTP: authentication, strictness, the record, the answer; in that order."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from flask import Blueprint, Request, Response, jsonify, request

from sandbox.authorization.tokens import AccessTokens
from sandbox.breakage import Breakage
from sandbox.camara import answers, errors
from sandbox.camara.answers import Answer
from sandbox.camara.errors import CamaraError
from sandbox.camara.requests import (
    CamaraRequest,
    MatchRequest,
    RecyclingRequest,
    SimSwapDateRequest,
    SimSwapRequest,
)
from sandbox.clock import Clock
from sandbox.faults import ANSWER_FAULTS, Api, FaultKind, Faults
from sandbox.strict_json import InvalidBody, read_object
from sandbox.subscriptions import Subscription, Subscriptions, is_vietnamese_mobile
from sandbox.tempers import Carrier, Temper

_CORRELATOR = re.compile(r"[a-zA-Z0-9\-_:;./<>{}]{0,256}")
_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_BEARER = "Bearer "
_CARRIERS: Mapping[str, Carrier] = {carrier.value: carrier for carrier in Carrier}


@dataclass(frozen=True)
class Call:
    """A call of the definitions: the scopes of which one is needed, and how its body is read."""

    api: Api
    scopes: frozenset[str]
    parse: Callable[[Mapping[str, object]], CamaraRequest]


CALLS: Mapping[str, Call] = {
    "kyc-match/v0.4/match": Call(Api.KYC_MATCH, frozenset({"kyc-match:match"}), MatchRequest.parse),
    "sim-swap/v2/check": Call(
        Api.SIM_SWAP, frozenset({"sim-swap:check", "sim-swap"}), SimSwapRequest.parse
    ),
    "sim-swap/v2/retrieve-date": Call(
        Api.SIM_SWAP, frozenset({"sim-swap:retrieve-date", "sim-swap"}), SimSwapDateRequest.parse
    ),
    "number-recycling/v0.2/check": Call(
        Api.NUMBER_RECYCLING, frozenset({"number-recycling:check"}), RecyclingRequest.parse
    ),
}


@dataclass(frozen=True)
class CamaraFace:
    """Serves the CAMARA calls of every carrier from one set of records."""

    subscriptions: Subscriptions
    tempers: Mapping[Carrier, Temper]
    tokens: AccessTokens
    faults: Faults
    breakage: Breakage
    clock: Clock

    def serve(self, carrier: str, path: str) -> Response:
        """Answer one call, with the caller's x-correlator, or one of ours where there is none."""
        correlator = request.headers.get("x-correlator")
        try:
            if correlator is not None and not _CORRELATOR.fullmatch(correlator):
                correlator = None
                raise errors.invalid_argument("x-correlator has characters that are not allowed.")
            response = self._answer(carrier, path, request)
        except CamaraError as error:
            response = jsonify(asdict(error.info))
            response.status_code = error.info.status
        response.headers["x-correlator"] = correlator or secrets.token_hex(16)
        return response

    def _answer(self, carrier_name: str, path: str, http: Request) -> Response:
        carrier, call = _CARRIERS.get(carrier_name), CALLS.get(path)
        if carrier is None or call is None:
            raise CamaraError(errors.NOT_FOUND)
        broken = self.breakage.meet(carrier, call.api)
        if broken is not None:
            return broken
        if http.method != "POST":
            raise CamaraError(errors.METHOD_NOT_ALLOWED)
        self._authorise(carrier, call, http)
        asked = call.parse(_body(http))
        return jsonify(self._look_up(carrier, asked))

    def _authorise(self, carrier: Carrier, call: Call, http: Request) -> None:
        header = http.headers.get("Authorization", "")
        if not header.startswith(_BEARER):
            raise CamaraError(errors.UNAUTHENTICATED)
        granted = self.tokens.scopes_of(header.removeprefix(_BEARER), carrier)
        if granted is None:
            raise CamaraError(errors.UNAUTHENTICATED)
        if not call.scopes & granted:
            raise CamaraError(errors.PERMISSION_DENIED)

    def _look_up(self, carrier: Carrier, asked: CamaraRequest) -> Answer:
        if not is_vietnamese_mobile(asked.phone_number):
            raise CamaraError(errors.SERVICE_NOT_APPLICABLE)
        record = self.subscriptions.held_by(carrier, asked.phone_number)
        if record is None:
            raise CamaraError(errors.IDENTIFIER_NOT_FOUND)
        temper, now = self.tempers[carrier], self.clock.now()
        match asked:
            case MatchRequest():
                return self._match(carrier, asked, record)
            case SimSwapRequest():
                return answers.sim_swapped(asked, record, temper, now)
            case SimSwapDateRequest():
                return answers.latest_sim_change(asked, record, temper, now)
            case RecyclingRequest():
                return answers.recycled(asked, record, now)

    def _match(self, carrier: Carrier, asked: MatchRequest, record: Subscription) -> Answer:
        fault = self.faults.take(carrier, Api.KYC_MATCH, kinds=ANSWER_FAULTS)
        if fault is FaultKind.MISMATCH_ERROR:
            raise CamaraError(errors.ID_DOCUMENT_MISMATCH)
        if fault is FaultKind.NOT_AVAILABLE:
            return answers.nothing_available(asked)
        return answers.match(asked, record, self.tempers[carrier])


def _body(http: Request) -> dict[str, object]:
    if http.mimetype != "application/json":
        raise CamaraError(errors.UNSUPPORTED_MEDIA_TYPE)
    try:
        return read_object(http)
    except InvalidBody as error:
        raise errors.invalid_argument(str(error)) from error


def routes(face: CamaraFace) -> Blueprint:
    """Build the blueprint; what a carrier does not serve is a CAMARA error too, never a page."""
    blueprint = Blueprint("camara", __name__)
    blueprint.add_url_rule(
        "/carriers/<carrier>/<path:path>", view_func=face.serve, methods=_EVERY_METHOD
    )
    return blueprint
