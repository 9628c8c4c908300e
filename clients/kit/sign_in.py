"""
Sign-in by authorization code (OpenID Connect Core §3.1): the question, and its answer.

The order of the checks is the security: the answer belongs to this browser, then to this
provider, and only then is anything in it believed or sent on.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clients.kit import acr, id_token
from clients.kit.clock import Clock
from clients.kit.errors import AnswerRefused, LevelTooLow, ProviderSaidNo, StaleSignIn
from clients.kit.expiring_store import ExpiringStore
from clients.kit.handles import digest, new_handle
from clients.kit.provider import Provider
from clients.kit.registration import Registration
from clients.kit.session import Session
from clients.kit.sign_in_options import SignInOptions

LONGEST_PARAMETER = 4096


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A question on its way; found by its `state`, answered at most once."""

    browser: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    options: SignInOptions = field(repr=False)
    landing: str
    started_at: datetime

    @property
    def oldest_authentication(self) -> datetime | None:
        """
        The age limit counts from the question: reading a consent page makes nobody too old.

        A `max_age` of 0 and `prompt=login` both mean "now".
        """
        if "login" in self.options.prompt:
            return self.started_at
        if self.options.max_age is None:
            return None
        return self.started_at - timedelta(seconds=self.options.max_age)


@dataclass(frozen=True, slots=True)
class AuthenticationRequest:
    """Where the browser goes, and with what: as a link, or as a form that posts."""

    endpoint: str
    parameters: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    session: Session
    landing: str


class SignIn:
    """Begins and finishes sign-ins at one provider for one registration."""

    def __init__(
        self,
        registration: Registration,
        provider: Provider,
        pending: ExpiringStore[PendingSignIn],
        clock: Clock,
    ) -> None:
        self._registration = registration
        self._provider = provider
        self._pending = pending
        self._clock = clock

    def begin(
        self, options: SignInOptions, *, browser: str, landing: str, locale: str
    ) -> AuthenticationRequest:
        """Ask the provider to sign somebody in; raise ProviderUnavailable."""
        endpoint = self._provider.metadata().authorization_endpoint
        state = new_handle()
        question = PendingSignIn(
            browser=digest(browser),
            nonce=new_handle(),
            code_verifier=new_handle(),
            options=options,
            landing=landing,
            started_at=self._clock(),
        )
        self._pending.put(state, question)
        return AuthenticationRequest(
            endpoint,
            {
                "response_type": "code",
                "client_id": self._registration.client_id,
                "redirect_uri": self._registration.redirect_uri,
                "scope": self._registration.scope,
                "state": state,
                "nonce": question.nonce,
                "code_challenge": digest(question.code_verifier),
                "code_challenge_method": "S256",
                "ui_locales": locale,
                **options.parameters(),
            },
        )

    def finish(self, answer: Mapping[str, Sequence[str]], *, browser: str | None) -> SignedIn:
        """
        Turn the authorization response *answer* into a session; raise SignInFailed.

        *browser* is the handle from this browser's cookie, None when it has none.
        """
        parameters = _single(answer)
        question = self._question(parameters, browser)
        self._check_issuer(parameters)
        if "error" in parameters:
            raise ProviderSaidNo(
                parameters["error"],
                parameters.get("error_description", ""),
                landing=question.landing,
            )
        if not (code := parameters.get("code")):
            raise AnswerRefused("response.code")
        return SignedIn(self._session(question, code), question.landing)

    def _question(self, parameters: Mapping[str, str], browser: str | None) -> PendingSignIn:
        """Spend the `state`: a second answer to the same question finds nothing."""
        question = self._pending.take(parameters.get("state", ""))
        if question is None or browser is None:
            raise StaleSignIn
        # RFC 9700 §4.7: an answer that an attacker got for himself, opened in another's browser,
        # would sign that person in as the attacker.
        if not hmac.compare_digest(question.browser, digest(browser)):
            raise StaleSignIn
        return question

    def _check_issuer(self, parameters: Mapping[str, str]) -> None:
        """RFC 9207 §2.4: another provider's answer, or one made to look like it (mix-up)."""
        issuer = parameters.get("iss")
        if issuer is None and not self._provider.metadata().answers_name_issuer:
            return
        if issuer != self._provider.issuer:
            raise AnswerRefused("response.iss")

    def _session(self, question: PendingSignIn, code: str) -> Session:
        tokens = self._provider.redeem(
            code,
            redirect_uri=self._registration.redirect_uri,
            code_verifier=question.code_verifier,
        )
        claims = id_token.verified_claims(
            tokens.id_token,
            algorithm=self._registration.id_token_algorithm,
            key_named=self._provider.signing_key,
        )
        token = id_token.accepted(
            claims,
            encoded=tokens.id_token,
            access_token=tokens.access_token,
            expected=id_token.Expectation(
                issuer=self._provider.issuer,
                client_id=self._registration.client_id,
                nonce=question.nonce,
                started_at=question.started_at,
                oldest_authentication=question.oldest_authentication,
            ),
            now=self._clock(),
        )
        self._check_level(question, token.acr)
        userinfo = self._provider.userinfo(tokens.access_token, subject=token.subject)
        asked = acr.highest(question.options.essential_acr, *question.options.acr_values)
        return Session(token, userinfo, asked)

    def _check_level(self, question: PendingSignIn, reached: str | None) -> None:
        """Core §5.5.1.1: a condition that was not met is a failed sign-in, not a lesser one."""
        needed = acr.highest(self._registration.minimum_acr, question.options.essential_acr)
        if needed and not acr.reaches(reached, needed):
            raise LevelTooLow(needed=needed, reached=reached)


def _single(answer: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """RFC 6749 §3.1: a parameter sent twice means two things to two readers."""
    if any(len(values) != 1 or len(values[0]) > LONGEST_PARAMETER for values in answer.values()):
        raise AnswerRefused("response.parameters")
    return {name: values[0] for name, values in answer.items()}
