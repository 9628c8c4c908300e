"""Counting questions to the carriers about a person: the answers tell whose number is whose."""

from dataclasses import dataclass

from idp.core.clock import Clock
from idp.db.database import Database
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Counted, Throttle


@dataclass(frozen=True, slots=True)
class QuestionBudgets:
    """How often carriers are asked about one phone, and about one identity number."""

    per_phone: Budget
    per_identity_number: Budget


class CountQuestion:
    """
    Counts a question before it is put.

    By phone, so that one phone cannot go through many identity numbers, and by identity number.
    Only after the phone is proved: nobody can use up another person's budget from a desk; nor with
    a phone or two, for more may be asked about a number than by a phone.
    """

    def __init__(
        self,
        *,
        throttle: Throttle,
        budgets: QuestionBudgets,
        database: Database,
        clock: Clock,
    ) -> None:
        self._throttle = throttle
        self._budgets = budgets
        self._database = database
        self._clock = clock

    def __call__(
        self,
        phone_number: bytes,
        identity_number: bytes,
        *,
        client_id: str | None = None,
        citizen_id: str | None = None,
    ) -> None:
        """Count one about these two, by their blind indexes. Raises `BudgetSpent`."""
        with noting_exceeded(
            self._database, self._clock, citizen_id=citizen_id, client_id=client_id
        ):
            self._throttle.count_in_turn(
                Counted(self._budgets.per_phone, (phone_number.hex(),)),
                Counted(self._budgets.per_identity_number, (identity_number.hex(),)),
            )
