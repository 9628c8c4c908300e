"""The errors of the CAMARA interfaces, one per code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorInfo:
    """An error answer: HTTP status, CAMARA code, a message for the caller's developer."""

    status: int
    code: str
    message: str


class CamaraError(Exception):
    """Ends a call with an error answer."""

    def __init__(self, info: ErrorInfo) -> None:
        """End it with *info*."""
        super().__init__(info.code)
        self.info = info


def invalid_argument(message: str) -> CamaraError:
    """400: the request is not as the definition has it."""
    return CamaraError(ErrorInfo(400, "INVALID_ARGUMENT", message))


def out_of_range(message: str) -> CamaraError:
    """400: well-formed, but outside of what this carrier answers about."""
    return CamaraError(ErrorInfo(400, "OUT_OF_RANGE", message))


INVALID_PARAM_COMBINATION = ErrorInfo(
    400,
    "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION",
    "At least one attribute besides phoneNumber is needed.",
)
UNAUTHENTICATED = ErrorInfo(
    401,
    "UNAUTHENTICATED",
    "Request not authenticated due to missing, invalid, or expired credentials. "
    "A new authentication is required.",
)
PERMISSION_DENIED = ErrorInfo(
    403,
    "PERMISSION_DENIED",
    "Client does not have sufficient permissions to perform this action.",
)
ID_DOCUMENT_REQUIRED = ErrorInfo(
    403,
    "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED",
    "The idDocument is required to perform the properties validation",
)
ID_DOCUMENT_MISMATCH = ErrorInfo(
    403,
    "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH",
    "The idDocument needs to match the one associated with the provided phoneNumber",
)
NOT_FOUND = ErrorInfo(404, "NOT_FOUND", "The specified resource is not found.")
IDENTIFIER_NOT_FOUND = ErrorInfo(
    404,
    "IDENTIFIER_NOT_FOUND",
    "The phone number provided is not associated with a customer account",
)
METHOD_NOT_ALLOWED = ErrorInfo(405, "METHOD_NOT_ALLOWED", "Only POST is served here.")
UNSUPPORTED_MEDIA_TYPE = ErrorInfo(
    415, "UNSUPPORTED_MEDIA_TYPE", "The body has to be application/json."
)
MISSING_IDENTIFIER = ErrorInfo(422, "MISSING_IDENTIFIER", "No phone number has been provided")
SERVICE_NOT_APPLICABLE = ErrorInfo(
    422, "SERVICE_NOT_APPLICABLE", "The service is not applicable for the provided phone number"
)
