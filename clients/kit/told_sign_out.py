"""Ending sessions because the provider says so: by a logout token, or by a frame."""

import hmac

from clients.kit import logout_token
from clients.kit.clock import Clock
from clients.kit.errors import AnswerRefused
from clients.kit.expiring_store import ExpiringStore
from clients.kit.provider import Provider
from clients.kit.registration import Registration
from clients.kit.session import Session, name_by_sid, name_by_subject


class ToldSignOut:
    """Listens to one provider; *seen* remembers logout tokens for as long as they are good."""

    def __init__(
        self,
        registration: Registration,
        provider: Provider,
        sessions: ExpiringStore[Session],
        seen: ExpiringStore[bool],
        clock: Clock,
    ) -> None:
        self._registration = registration
        self._provider = provider
        self._sessions = sessions
        self._seen = seen
        self._clock = clock

    def by_token(self, encoded: str) -> int:
        """
        End the sessions a logout token names; how many there were, and none is no failure.

        Raises AnswerRefused for a token that is not the provider's word to us, once; and
        ProviderUnavailable where its keys cannot be had: it will send another.
        """
        claims = logout_token.verified_claims(
            encoded,
            algorithm=self._registration.id_token_algorithm,
            key_named=self._provider.signing_key,
        )
        token = logout_token.accepted(
            claims,
            issuer=self._provider.issuer,
            client_id=self._registration.client_id,
            now=self._clock(),
        )
        if not self._seen.add(token.jti, value=True):
            raise AnswerRefused("logout_token.jti")
        if token.sid is not None:
            return self._sessions.forget_named(name_by_sid(token.sid))
        return self._sessions.forget_named(name_by_subject(token.subject or ""))

    def by_frame(self, issuer: str, sid: str) -> int:
        """
        End the sessions called *sid*; how many there were.

        The name is the proof: it is random, and only the provider and this portal know it. The
        browser's cookie is not needed, and most browsers would not send it into a frame.
        """
        if not hmac.compare_digest(issuer.encode(), self._provider.issuer.encode()):
            return 0
        return self._sessions.forget_named(name_by_sid(sid))
