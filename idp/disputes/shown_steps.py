"""A case as one side sees it: every step, and the words that are meant for that side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from idp.disputes.model import Dispute, DisputeStatus, DisputeStep, Side, StepKind
from idp.disputes.rules import owes_answer
from idp.web.shown_time import shown_moment


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
            at=shown_moment(step.at),
            kind=step.kind,
            words=(step.words or "").splitlines() if step.words_for is side else (),
            until=shown_moment(step.until),
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
        "filed_at": shown_moment(dispute.filed_at),
        "holder_until": shown_moment(dispute.holder_until),
    }
