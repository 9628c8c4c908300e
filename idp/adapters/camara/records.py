"""The port to the carriers, over their CAMARA interfaces."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import BoundedSemaphore

import httpx
import structlog
from joserfc.jwk import ECKey

from idp.adapters.camara import answers
from idp.adapters.camara.endpoint import Api, CarrierEndpoint
from idp.adapters.camara.exchange import CallFailed, Exchange, Reply
from idp.adapters.camara.tokens import AccessTokens
from idp.adapters.deadline import Deadline
from idp.carriers import rules
from idp.carriers.model import ClaimedIdentity, MatchOutcome, RecordAnswer
from idp.carriers.ports import CarrierUnavailable
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.core.phone_number import PhoneNumber

_log = structlog.get_logger(__name__)

_UNAUTHENTICATED = 401
_MOST_SIM_SWAP_HOURS = 2400  # sim-swap 2.1: `maxAge` is 1 to 2400


@dataclass(slots=True)
class _Question:
    """One question in progress: its name in every log, its end, and who has got the number."""

    reference: str
    deadline: Deadline
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Holder:
    """The carrier that serves the number, and what it said about recycling while being found."""

    endpoint: CarrierEndpoint
    recycled: bool


class CamaraCarrierRecords:
    """
    Asks the carriers in *endpoints*; implements `idp.carriers.ports.CarrierRecords`.

    *prefixes* maps the first three digits of a number to the carrier that is asked first. *key*
    is the client's private P-256 key. One HTTP exchange takes at most *call_timeout* (and one
    second more where a connection must be opened), one question *total_timeout*; at most
    *questions_at_once* threads wait on carriers, and the next is turned away at once with
    `CarrierUnavailable`, so that slow carriers cannot take all threads of a process.
    """

    def __init__(
        self,
        endpoints: tuple[CarrierEndpoint, ...],
        *,
        prefixes: Mapping[str, str],
        key: ECKey,
        clock: Clock,
        call_timeout: timedelta = timedelta(seconds=3),
        total_timeout: timedelta = timedelta(seconds=8),
        questions_at_once: int = 4,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        self._prefixes = dict(prefixes)
        self._clock = clock
        self._total_timeout = total_timeout
        connections = questions_at_once * len(endpoints)  # one kept for every thread and carrier
        self._exchange = Exchange(call_timeout, connections, transport)
        self._tokens = AccessTokens(key, clock, self._exchange)
        self._places = BoundedSemaphore(questions_at_once)

    def match(self, number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        """
        Compare *person* with the record of the subscription of *number*.

        The holder is found by calls that carry only the number. The identity goes to the holder
        alone: if that carrier then fails, or no longer knows the number, nobody else is asked.
        """
        with self._question() as question:
            holder = self._holder(question, number, self._clock.now().date())
            if holder is None:
                return rules.nobodys_number(
                    reference=question.reference,
                    checked_at=self._clock.now(),
                    asked=tuple(question.asked),
                )
            return self._compare(question, holder.endpoint, number, person)

    def sim_changed_within(self, number: PhoneNumber, window: timedelta) -> bool:
        """Whether the SIM of *number* was replaced, or the number ported, in the last *window*."""
        with self._question() as question:
            holder = self._holder(question, number, self._clock.now().date())
            if holder is None:
                raise CarrierUnavailable(tuple(question.asked))
            with self._answering(question, holder.endpoint):
                return self._sim_changed(question, holder.endpoint, number, window)

    def recycled_since(self, number: PhoneNumber, since: date) -> bool:
        """Whether *number* went to another subscriber after *since*."""
        with self._question() as question:
            holder = self._holder(question, number, since)
            if holder is None:
                raise CarrierUnavailable(tuple(question.asked))
            return holder.recycled

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    @contextmanager
    def _question(self) -> Iterator[_Question]:
        if not self._places.acquire(blocking=False):
            raise CarrierUnavailable
        try:
            yield _Question(new_handle(), Deadline(self._total_timeout))
        finally:
            self._places.release()

    @contextmanager
    def _answering(self, question: _Question, endpoint: CarrierEndpoint) -> Iterator[None]:
        """Turn a failed call to *endpoint* into the port's error."""
        try:
            yield
        except CallFailed as failure:
            self._note(question, endpoint, failure)
            raise CarrierUnavailable((endpoint.name,)) from None

    def _holder(self, question: _Question, number: PhoneNumber, since: date) -> _Holder | None:
        """
        Find who serves *number*, by number-recycling checks that carry nothing but the number.

        A carrier that fails does not hide the holder from us, but without a holder it might be
        the holder itself: then the question stays open (`CarrierUnavailable`), and None, nobody,
        is said only when everyone has denied.
        """
        names = rules.asking_order(number, tuple(self._endpoints), self._prefixes)
        silent = []
        for endpoint in (self._endpoints[name] for name in names):
            try:
                reply = self._call(
                    question,
                    endpoint,
                    Api.NUMBER_RECYCLING,
                    {"phoneNumber": number.e164, "specifiedDate": since.isoformat()},
                )
                if not answers.is_not_ours(reply):
                    return _Holder(endpoint, answers.recycled(reply))
            except CallFailed as failure:
                self._note(question, endpoint, failure)
                silent.append(endpoint.name)
        if silent:
            raise CarrierUnavailable(tuple(silent))
        return None

    def _compare(
        self,
        question: _Question,
        endpoint: CarrierEndpoint,
        number: PhoneNumber,
        person: ClaimedIdentity,
    ) -> MatchOutcome:
        attempt = rules.first_attempt(person.full_name)
        with self._answering(question, endpoint):
            while True:
                answer = self._ask(question, endpoint, number, person, attempt.name)
                further = rules.next_attempt(
                    person.full_name, attempt.spelling, answer, unaccented=endpoint.unaccented
                )
                if further is None:
                    return rules.conclusion(
                        answer,
                        attempt.spelling,
                        unaccented=endpoint.unaccented,
                        carrier=endpoint.name,
                        reference=question.reference,
                        checked_at=self._clock.now(),
                        asked=tuple(question.asked),
                    )
                attempt = further

    def _ask(
        self,
        question: _Question,
        endpoint: CarrierEndpoint,
        number: PhoneNumber,
        person: ClaimedIdentity,
        name: str,
    ) -> RecordAnswer:
        members = {
            "phoneNumber": number.e164,
            "idDocument": person.identity_number.value,  # as typed; an old CMND is not replaced
            "idDocumentType": "national_id_card",
            "name": name,
        }
        # `birthdate` takes a full date only; a lone year is left out and stays unconfirmed.
        if birth_date_asked := not person.birth_date.is_year_only:
            members["birthdate"] = person.birth_date.isoformat()
        reply = self._call(question, endpoint, Api.MATCH, members)
        return answers.record_answer(reply, birth_date_asked=birth_date_asked)

    def _sim_changed(
        self,
        question: _Question,
        endpoint: CarrierEndpoint,
        number: PhoneNumber,
        window: timedelta,
    ) -> bool:
        hours = max(1, math.ceil(window / timedelta(hours=1)))
        members: dict[str, object] = {"phoneNumber": number.e164}
        if hours <= _MOST_SIM_SWAP_HOURS:
            reply = self._call(question, endpoint, Api.SIM_SWAP_CHECK, {**members, "maxAge": hours})
            if (swapped := answers.swapped(reply)) is not None:
                return swapped
        latest, monitored = answers.latest_sim_change(
            self._call(question, endpoint, Api.SIM_SWAP_DATE, members)
        )
        changed = rules.sim_changed(latest, monitored, now=self._clock.now(), window=window)
        if changed is None:
            raise CallFailed("monitored period too short")
        return changed

    def _call(
        self,
        question: _Question,
        endpoint: CarrierEndpoint,
        api: Api,
        members: Mapping[str, object],
    ) -> Reply:
        """Call *api*; a token that the carrier refuses is replaced once."""
        token = self._tokens.token(endpoint, api, question.deadline)
        reply = self._send(question, endpoint, api, members, token)
        if reply.status == _UNAUTHENTICATED:
            self._tokens.forget(endpoint, api, token)
            token = self._tokens.token(endpoint, api, question.deadline)
            reply = self._send(question, endpoint, api, members, token)
        return reply

    def _send(
        self,
        question: _Question,
        endpoint: CarrierEndpoint,
        api: Api,
        members: Mapping[str, object],
        token: str,
    ) -> Reply:
        if endpoint.name not in question.asked:  # before the call: a timeout may have been read
            question.asked.append(endpoint.name)
        return self._exchange.post(
            api.url(endpoint),
            question.deadline,
            headers={"Authorization": f"Bearer {token}", "x-correlator": question.reference},
            members=members,
        )

    def _note(self, question: _Question, endpoint: CarrierEndpoint, failure: CallFailed) -> None:
        _log.warning(
            "carrier_unavailable",
            carrier=endpoint.name,
            cause=failure.cause,
            reference=question.reference,
        )
