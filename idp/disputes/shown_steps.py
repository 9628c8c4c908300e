"""A case as one side sees it: every step, and the words that are meant for that side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import format_datetime  # type: ignore[import-untyped]

from idp.disputes.model import Dispute, DisputeStatus, DisputeStep, Side, StepKind
from idp.disputes.rules import owes_answer

_MOMENT: Final = "HH:mm, dd/MM/yyyy"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One line: when, what, and in whose words."""

    at: str
    kind: StepKind
    words: Sequence[str]
    until: str | None


def shown_steps(steps: Sequence[DisputeStep], side: Side) -> Sequence[ShownStep]:
    """
    The steps for *side*.

    The other side's words, and what it was asked, are for the operators: there may be personal data
    in them, and each side answers for itself.
    """
    return [
        ShownStep(
            at=format_datetime(step.at, _MOMENT),
            kind=step.kind,
            words=(step.words or "").splitlines() if step.words_for is side else (),
            until=_moment(step.until),
        )
        for step in steps
    ]


def is_asked(dispute: Dispute, steps: Sequence[DisputeStep], side: Side) -> bool:
    """Whether the case waits for *side* to answer what an operator asked."""
    return dispute.status is DisputeStatus.MORE_NEEDED and owes_answer(steps, side)


def shown_case(dispute: Dispute) -> dict[str, Any]:
    """What both sides see of the case itself."""
    return {
        "number": dispute.number,
        "state": dispute.status.value,
        "outcome": None if dispute.outcome is None else dispute.outcome.value,
        "filed_at": format_datetime(dispute.filed_at, _MOMENT),
        "holder_until": format_datetime(dispute.holder_until, _MOMENT),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else str(format_datetime(at, _MOMENT))
