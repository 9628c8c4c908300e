"""Access tokens for the carriers' interfaces."""

from datetime import datetime, timedelta
from threading import Lock

from joserfc import jwt
from joserfc.jwk import ECKey

from idp.adapters.camara.endpoint import Api, CarrierEndpoint
from idp.adapters.camara.exchange import CallFailed, Exchange
from idp.adapters.deadline import Deadline
from idp.core.clock import Clock
from idp.core.handles import new_handle

_OK = 200
_ASSERTION_LIFE = timedelta(seconds=60)  # the profile refuses more than 300 s
_LONGEST_LIFE = 86_400  # seconds; more is a slip of the other side
_MARGIN = timedelta(seconds=30)  # a token must outlive the call it is fetched for
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class AccessTokens:
    """
    Fetches tokens by client credentials and keeps each until shortly before its end.

    Safe to share between threads. Two threads may fetch the same token at once; that costs a
    carrier one request, where a lock held over the network would let one slow carrier stop
    the threads of all others.
    """

    def __init__(self, key: ECKey, clock: Clock, exchange: Exchange) -> None:
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError("the carriers' client key must be a private P-256 key (ES256)")
        self._key = key
        self._key_id = key.kid or key.thumbprint()
        self._clock = clock
        self._exchange = exchange
        self._kept: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._lock = Lock()

    def token(self, endpoint: CarrierEndpoint, api: Api, deadline: Deadline) -> str:
        """Return a token that is good for *api* at *endpoint*; raises `CallFailed`."""
        slot = (endpoint.name, api.scope(endpoint))
        now = self._clock.now()
        with self._lock:
            token, end = self._kept.get(slot, ("", now))
        if now < end:
            return token
        token, life = self._fetch(endpoint, api, deadline)
        with self._lock:
            self._kept[slot] = (token, now + life - _MARGIN)
        return token

    def forget(self, endpoint: CarrierEndpoint, api: Api, token: str) -> None:
        """Drop *token*, which the carrier refused; a newer one that another thread got stays."""
        slot = (endpoint.name, api.scope(endpoint))
        with self._lock:
            if slot in self._kept and self._kept[slot][0] == token:
                del self._kept[slot]

    def _fetch(
        self, endpoint: CarrierEndpoint, api: Api, deadline: Deadline
    ) -> tuple[str, timedelta]:
        reply = self._exchange.post(
            endpoint.token_url,
            deadline,
            form={
                "grant_type": "client_credentials",
                "scope": api.scope(endpoint),
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": self._assertion(endpoint),
            },
        )
        if reply.status != _OK:
            raise CallFailed(f"token endpoint answered {reply.status}")
        token, kind = reply.body.get("access_token"), reply.body.get("token_type")
        # RFC 6749 §5.1: `expires_in` is only recommended; without it the token serves one call.
        life = reply.body.get("expires_in", 0)
        if not isinstance(token, str) or not _is_b64token(token):
            raise CallFailed("token endpoint answered without a token")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise CallFailed("token endpoint answered with another type of token")
        if not isinstance(life, int) or not 0 <= life <= _LONGEST_LIFE:
            raise CallFailed("token endpoint answered with a lifetime that is none")
        return token, timedelta(seconds=life)

    def _assertion(self, endpoint: CarrierEndpoint) -> str:
        now = self._clock.now()
        claims = {
            "iss": endpoint.client_id,
            "sub": endpoint.client_id,
            "aud": endpoint.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_LIFE).timestamp()),
            "jti": new_handle(),
        }
        header = {"alg": "ES256", "typ": "JWT", "kid": self._key_id}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])


def _is_b64token(token: str) -> bool:
    # RFC 6750 §2.1, loosely: what may stand in a header and is not empty.
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
