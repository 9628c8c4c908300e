"""What citizens are told about their own accounts."""

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a name)
    ENROLMENT_FINISHED = "enrolment_finished"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_MORE_NEEDED = "dispute_more_needed"
    DISPUTE_KEPT = "dispute_kept"
    DISPUTE_TRANSFERRED = "dispute_transferred"
    DISPUTE_CLOSED = "dispute_closed"
    PHONE_LOST = "phone_lost"
    LEVEL_RAISED = "level_raised"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    EMAIL_VERIFIED = "email_verified"
    PHONE_REPLACED = "phone_replaced"
    IDENTITY_NUMBER_ADDED = "identity_number_added"
    PHONE_ADDED = "phone_added"
    DEFAULT_PHONE_CHANGED = "default_phone_changed"
    PHONE_REMOVED = "phone_removed"
    UNRECOGNISED_ACTIVITY = "unrecognised_activity"
    DATA_EXPORTED = "data_exported"
    ACCOUNT_CLOSED = "account_closed"
    DATA_REQUEST_FILED = "data_request_filed"
    DATA_REQUEST_ANSWERED = "data_request_answered"
    INACTIVE = "inactive"
    INACTIVE_LOCKED = "inactive_locked"
    REACTIVATED = "reactivated"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail without its envelope: plain text, lines ended by a newline."""

    subject: str
    text: str
