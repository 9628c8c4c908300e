"""What citizens are told about their own accounts."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a name)
    ENROLMENT_FINISHED = "enrolment_finished"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
