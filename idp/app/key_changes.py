"""Changes of the signing keys, in the audit log."""

from collections.abc import Mapping

from idp.app.parts import Parts
from idp.audit.events import SigningKeysChanged
from idp.audit.log import record


def record_key_change(parts: Parts, change: str, details: Mapping[str, str]) -> None:
    event = SigningKeysChanged(change=change, kid=details["kid"], reason=details.get("reason", ""))
    with parts.database.transaction() as transaction:
        record(transaction, event, parts.clock.now())
