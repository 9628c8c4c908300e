"""
The operational log: one line an event, JSON for machines or readable for people.

It never says who: the values of names in `PERSONAL` are withheld, at any depth, and long numbers
in free text (identity numbers, phone numbers in a library's message) are blacked out. Who did
what belongs to the audit events (`idp.audit`).
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any, Literal

import orjson
import structlog

from idp.core.clock import SystemClock

WITHHELD = "(withheld)"

PERSONAL = frozenset(
    """
    address authorization birth_date birthdate code code_verifier cookie client_assertion
    client_secret email family_name full_name given_name handle id_document id_token id_token_hint
    identity_number login_hint new_password old_identity_number otp passphrase password person
    phone phone_number recipient refresh_token access_token secret sub text to token username
    """.split()  # noqa: SIM905  # read as a paragraph
)

# 9 digits and more are an identity number or a phone number as people and carriers write them;
# within a longer word (a hash, a correlation id) they are not.
_LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\d(?:[ .-]?\d){8,14}(?![\w-])")
_PLAIN = frozenset({str, int, float, bool, type(None), datetime})
_CLOCK = SystemClock()
_FREE_TEXT = ("event", "exception", "error", "detail")

# At INFO these tell whole URLs, every job's arguments, or whose key signed.
_TALKATIVE = ("httpx", "httpcore", "apscheduler", "dramatiq", "alembic", "werkzeug", "fido2")


def configure(*, format: Literal["json", "readable"], level: str) -> None:  # noqa: A002
    """
    Send structlog and the standard library's logging to stderr in the same shape.

    Once per process, at its start; *level* is a name such as INFO.
    """
    machines = format == "json"
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        _stamp if machines else structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render = (
        _json
        if machines
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    rendering: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        withhold_personal_data,
        render,
    ]
    structlog.configure(
        processors=[_line] if machines else [*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)


def withhold_personal_data(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace what says who a person is, or what a person knows; a processor of structlog."""
    all_impersonal = "".join(event).islower() and PERSONAL.isdisjoint(event)
    for name, value in event.items():
        if not all_impersonal or type(value) not in _PLAIN:
            event[name] = _withheld(name, value)
    for name in _FREE_TEXT:
        text = event.get(name)
        # As the name of an event it has no number that stands by itself.
        if isinstance(text, str) and not text.isidentifier():
            event[name] = _LONG_NUMBER.sub(WITHHELD, text)
    return event


def _withheld(name: str, value: object) -> object:
    if name.lower() in PERSONAL:
        return WITHHELD
    if isinstance(value, Mapping):
        return {inner: _withheld(str(inner), content) for inner, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [_withheld("", content) for content in value]
    return value


def _line(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """One line for machines: the five steps in one, since every request has a line."""
    event["level"] = method
    event["timestamp"] = _CLOCK.now()
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    return _json(logger, method, withhold_personal_data(logger, method, event))


def _stamp(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The moment as it is: orjson writes it in a hundredth of what Python takes for that."""
    event["timestamp"] = _CLOCK.now()
    return event


def _json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(event, default=repr, option=orjson.OPT_UTC_Z).decode()
