"""
The calls by which tests look at the sandbox, add people to it and break it.

They ask for no password; that is why the sandbox listens on loopback. Bodies are JSON and the type
is checked, so that no web page can send them with a plain form.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request

from sandbox.clock import VIETNAM
from sandbox.faults import ANSWER_FAULTS, SMS, Api, Fault, FaultKind, Faults
from sandbox.people import SamplePerson
from sandbox.phone_numbers import typed_number
from sandbox.sms import Mailbox
from sandbox.strict_json import InvalidBody, read_object
from sandbox.subscriptions import InvalidSubscription, Subscription, Subscriptions
from sandbox.tempers import Carrier, Temper

_Name = TypeVar("_Name", bound=StrEnum)

_REQUIRED = frozenset({"phone_number", "carrier", "id_document", "full_name", "birth_date"})
_NULLABLE = frozenset({"id_document", "sim_changed_at", "recycled_at"})
_OPTIONAL = frozenset({"sim_changed_at", "recycled_at"})
_FAULT_MEMBERS = frozenset({"carrier", "sms", "kind", "count", "api"})


class InvalidCall(ValueError):
    """The test asks for something there is not; the message says what is wrong."""


@dataclass(frozen=True)
class TestCalls:
    """Serves the calls under /api."""

    __test__ = False  # for pytest: these are calls for tests, no test

    mailbox: Mailbox
    subscriptions: Subscriptions
    tempers: Mapping[Carrier, Temper]
    faults: Faults
    people: tuple[SamplePerson, ...]

    def messages(self) -> Response:
        """Answer the texts sent to one number, or to all, newest first."""
        to = request.args.get("to")
        number = None if to is None else typed_number(to)
        if to is not None and number is None:
            raise InvalidCall("to: a Vietnamese mobile number")
        return jsonify(
            [
                {
                    "to": message.to,
                    "text": message.text,
                    "sent_at": message.sent_at.isoformat(),
                    "reference": message.reference,
                }
                for message in self.mailbox.messages(number)
            ]
        )

    def sample_people(self) -> Response:
        """Answer the sample people: story, carrier, and what each would type."""
        return jsonify(
            [
                {
                    "kind": person.kind,
                    "story": person.story,
                    "story_en": person.story_en,
                    "carrier": person.subscription.carrier,
                    "types": asdict(person.types),
                }
                for person in self.people
            ]
        )

    def add_subscription(self) -> tuple[Response, int]:
        """Add or replace a subscription: 201."""
        subscription = _subscription(read_object(request))
        temper = self.tempers[subscription.carrier]
        stored = replace(subscription, full_name=temper.stored_name(subscription.full_name))
        self.subscriptions.put(stored)
        return jsonify(phone_number=stored.phone_number, carrier=stored.carrier), 201

    def list_faults(self) -> Response:
        """Answer the faults that are due, oldest first."""
        return jsonify([asdict(fault) for fault in self.faults.due()])

    def add_fault(self) -> tuple[Response, int]:
        """Make a fault due: 201."""
        fault = _fault(read_object(request))
        self.faults.add(fault)
        return jsonify(asdict(fault)), 201

    def clear_faults(self) -> tuple[str, int]:
        """Put everything in order: 204."""
        self.faults.clear()
        return "", 204


def _subscription(body: dict[str, Any]) -> Subscription:
    if not _REQUIRED <= body.keys() <= _REQUIRED | _OPTIONAL:
        raise InvalidCall(f"members: {sorted(_REQUIRED)}, and if need be {sorted(_OPTIONAL)}")
    texts = {name: value for name, value in body.items() if isinstance(value, str)}
    others = body.keys() - texts.keys()
    if not others <= _NULLABLE or any(body[name] is not None for name in others):
        raise InvalidCall(f"every member is a string; {sorted(_NULLABLE)} may be null")
    return Subscription(
        phone_number=texts["phone_number"],
        carrier=_member(Carrier, "carrier", texts["carrier"]),
        id_document=texts.get("id_document"),
        full_name=texts["full_name"],
        birth_date=texts["birth_date"],
        sim_changed_at=_moment("sim_changed_at", texts.get("sim_changed_at")),
        recycled_at=_moment("recycled_at", texts.get("recycled_at")),
    )


def _moment(name: str, text: str | None) -> datetime | None:
    """Read RFC 3339, or a day, which begins at midnight in Vietnam."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("YYYY-MM-DD"):
            moment = datetime.combine(date.fromisoformat(text), time(), VIETNAM)
    except ValueError as error:
        raise InvalidCall(f"{name}: RFC 3339, or YYYY-MM-DD") from error
    if moment.tzinfo is None:
        raise InvalidCall(f"{name}: a time needs its zone")
    return moment


def _fault(body: dict[str, object]) -> Fault:
    if not body.keys() <= _FAULT_MEMBERS or ("carrier" in body) == ("sms" in body):
        raise InvalidCall("members: carrier or sms, kind, and if need be count and api")
    kind = _member(FaultKind, "kind", body.get("kind"))
    api = None if body.get("api") is None else _member(Api, "api", body["api"])
    count = body.get("count")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise InvalidCall("count: a whole number from 1")
    if "sms" in body:
        if kind in ANSWER_FAULTS or api is not None or not body["sms"]:
            raise InvalidCall("sms: true, with a kind that a gateway can have, and without api")
        return Fault(target=SMS, kind=kind, count=count)
    if kind in ANSWER_FAULTS and api not in {None, Api.KYC_MATCH}:
        raise InvalidCall(f"{kind} is an answer of kyc-match")
    carrier = _member(Carrier, "carrier", body["carrier"])
    return Fault(target=carrier, kind=kind, api=api, count=count)


def _member(names: type[_Name], member: str, value: object) -> _Name:
    try:
        return names(str(value))
    except ValueError as error:
        raise InvalidCall(f"{member}: one of {', '.join(names)}") from error


def routes(calls: TestCalls) -> Blueprint:
    """Build the blueprint; every mistake of a test is 400 with a word about it."""
    blueprint = Blueprint("test_calls", __name__, url_prefix="/api")
    blueprint.add_url_rule("/messages", view_func=calls.messages)
    blueprint.add_url_rule("/people", view_func=calls.sample_people)
    blueprint.add_url_rule("/subscriptions", view_func=calls.add_subscription, methods=["POST"])
    blueprint.add_url_rule("/faults", view_func=calls.list_faults)
    blueprint.add_url_rule(
        "/faults", endpoint="add_fault", view_func=calls.add_fault, methods=["POST"]
    )
    blueprint.add_url_rule(
        "/faults", endpoint="clear_faults", view_func=calls.clear_faults, methods=["DELETE"]
    )
    for mistake in (InvalidCall, InvalidBody, InvalidSubscription):
        blueprint.register_error_handler(mistake, _refuse)
    return blueprint


def _refuse(error: ValueError) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400
