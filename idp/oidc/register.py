"""
The registration endpoint (RFC 7591, OpenID Connect Dynamic Client Registration 1.0), and the
configuration endpoint of each registration (RFC 7592): one path, the client named in the query.
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from idp.oidc.bearer import bearer_header, refused_token
from idp.oidc.client_keys import key_problem
from idp.oidc.errors import (
    InvalidClientMetadata,
    InvalidRedirectUri,
    InvalidToken,
    ProtocolError,
    TooManyRegistrations,
    error_response,
)
from idp.oidc.http import NO_STORE, ProtocolRequest, ProtocolResponse, json_response
from idp.relying_parties.model import ClientId
from idp.relying_parties.register_dynamically import NotAllowed, RegisterDynamically, Registered
from idp.relying_parties.registration import InvalidRegistration
from idp.throttling.ports import Budget, BudgetSpent, Throttle

REGISTRATION_PATH: Final = "/connect/register"
_CREATED: Final = 201
_REALM: Final = "registration"
# RFC 7592 §2.2: these are ours to say, and may not come back.
_OURS_TO_SAY: Final = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)

_MADE_OF_THE_HOST: Final = frozenset({"sector", "sms_name"})


class RegistrationEndpoint:
    """
    `POST` registers; `GET`, `PUT` and `DELETE` look after what was registered.

    Every registration and every wrong token counts against the network it came from.
    """

    def __init__(
        self, *, issuer: str, registrations: RegisterDynamically, throttle: Throttle, budget: Budget
    ) -> None:
        self._address = f"{issuer}{REGISTRATION_PATH}"
        self._registrations = registrations
        self._throttle = throttle
        self._budget = budget

    def create(self, request: ProtocolRequest) -> ProtocolResponse:
        """201 with all that was registered (RFC 7591 §3.2.1)."""

        def answer() -> ProtocolResponse:
            self._throttle.count(self._budget, request.network)
            registered = self._registrations.create(
                _metadata(request), initial_token=bearer_header(request) or None
            )
            return self._told(registered, status=_CREATED)

        return self._answered(request, answer)

    def read(self, request: ProtocolRequest) -> ProtocolResponse:
        """200 with what is registered (RFC 7592 §2.1)."""

        def answer() -> ProtocolResponse:
            client_id, token = _named(request)
            return self._told(self._registrations.find(client_id, token))

        return self._answered(request, answer)

    def update(self, request: ProtocolRequest) -> ProtocolResponse:
        """200 with what is registered now, and a new token to manage it (RFC 7592 §2.2)."""

        def answer() -> ProtocolResponse:
            client_id, token = _named(request)
            metadata = _metadata(request)
            theirs = metadata.get("client_id") == client_id
            if not theirs or any(name in metadata for name in _OURS_TO_SAY):
                # Before anything is said of them: only who may change it learns what is wrong.
                self._registrations.find(client_id, token)
                raise InvalidClientMetadata("names another client_id, or what is ours to say")
            return self._told(self._registrations.replace(client_id, token, metadata))

        return self._answered(request, answer)

    def delete(self, request: ProtocolRequest) -> ProtocolResponse:
        """204, and the relying party is no more (RFC 7592 §2.3)."""

        def answer() -> ProtocolResponse:
            client_id, token = _named(request)
            self._registrations.remove(client_id, token)
            return ProtocolResponse(204, NO_STORE, client_id=client_id)

        return self._answered(request, answer)

    def _answered(
        self, request: ProtocolRequest, answer: Callable[[], ProtocolResponse]
    ) -> ProtocolResponse:
        try:
            return answer()
        except BudgetSpent as spent:
            return _too_many(spent)
        except NotAllowed as refused:
            return self._refused(request, str(refused))
        except InvalidRegistration as error:
            return error_response(_named_problem(error))
        except ProtocolError as error:
            return error_response(error)

    def _refused(self, request: ProtocolRequest, detail: str) -> ProtocolResponse:
        """RFC 6750 §3.1; whether there is such a client is not said."""
        if request.method != "POST":  # a POST has been counted already
            try:
                self._throttle.count(self._budget, request.network)
            except BudgetSpent as spent:
                return _too_many(spent)
        return refused_token(_REALM, InvalidToken(detail))

    def _told(self, registered: Registered, *, status: int = 200) -> ProtocolResponse:
        """All that is registered; a secret only when it was made just now: we keep a hash."""
        content: dict[str, object] = {
            **registered.metadata,
            "client_id": registered.client_id,
            "client_id_issued_at": int(registered.issued_at.timestamp()),
            "registration_client_uri": f"{self._address}?"
            + urlencode({"client_id": registered.client_id}),
            "registration_access_token": registered.token,
        }
        if registered.secret is not None:
            content |= {"client_secret": registered.secret, "client_secret_expires_at": 0}
        answer = json_response(status, content)
        return ProtocolResponse(
            answer.status, answer.headers, answer.body, client_id=registered.client_id
        )


def _too_many(spent: BudgetSpent) -> ProtocolResponse:
    error = TooManyRegistrations(spent.seconds)
    return error_response(error, (("Retry-After", str(error.retry_after)),))


def _named(request: ProtocolRequest) -> tuple[ClientId, str]:
    """Who is meant, and the token that is to manage it. Raises `NotAllowed` without either."""
    client_id, token = request.query.get("client_id"), bearer_header(request)
    if client_id is None or not token:
        raise NotAllowed("no client_id, or no token")
    return ClientId(client_id), token


def _metadata(request: ProtocolRequest) -> Mapping[str, object]:
    """The metadata, with keys we could use. Raises `InvalidClientMetadata`."""
    metadata = request.document
    if metadata is None:
        raise InvalidClientMetadata("no JSON object")
    jwks = metadata.get("jwks")
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    for key in keys if isinstance(keys, list) else ():
        # A key that would be passed over in silence: its owner would look for it for days.
        if isinstance(key, dict) and key.get("use") != "enc" and key_problem(key):
            raise InvalidClientMetadata("a key that cannot be used", ("jwks",))
    return metadata


def _named_problem(error: InvalidRegistration) -> ProtocolError:
    """RFC 7591 §3.2.2: the code, and which members are at fault; why stands in the log."""
    members = {problem.field for problem in error.found}
    detail = "; ".join(error.problems)
    # What we make of the host is wrong only where the host is.
    if "redirect_uris" in members or members <= _MADE_OF_THE_HOST:
        return InvalidRedirectUri(detail)
    return InvalidClientMetadata(detail, sorted(members - _MADE_OF_THE_HOST))
