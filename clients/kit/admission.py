"""Whether a procedure opens for a session: one pure decision."""

from enum import Enum, auto

from clients.kit import acr
from clients.kit.session import Session
from clients.kit.site import Procedure


class Admission(Enum):
    """What happens when a procedure is opened."""

    OPEN = auto()
    SIGN_IN = auto()
    ASK_AGAIN = auto()
    """The class reached is too low and a higher one was not asked for yet (step-up)."""
    TOO_LOW = auto()


def admission(procedure: Procedure, session: Session | None) -> Admission:
    if session is None:
        return Admission.SIGN_IN
    if acr.reaches(session.id_token.acr, procedure.minimum_acr):
        return Admission.OPEN
    if acr.reaches(session.asked_acr, procedure.minimum_acr):
        return Admission.TOO_LOW
    return Admission.ASK_AGAIN
