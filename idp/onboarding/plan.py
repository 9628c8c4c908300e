"""What registrations in files would do to what is registered: first the plan, then the deed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from idp.core.environment import Environment
from idp.onboarding import store
from idp.onboarding.diff import FieldChange, diff
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import Registration


class PlannedKind(StrEnum):
    """What is to be done about one registration."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PROPOSED = "to be proposed for production"
    WAITING = "waits for another operator's decision"


@dataclass(frozen=True, slots=True)
class Planned:
    """One registration against the stored one, of which *base_version* was looked at."""

    registration: Registration
    kind: PlannedKind
    changes: tuple[FieldChange, ...]
    base_version: int | None

    @property
    def client_id(self) -> ClientId:
        """Whose registration it is."""
        return self.registration.relying_party.client_id

    @property
    def is_something(self) -> bool:
        """Whether there is anything to do."""
        return self.kind not in {PlannedKind.UNCHANGED, PlannedKind.WAITING}


def plan(session: Session, registrations: Sequence[Registration]) -> tuple[Planned, ...]:
    """What applying *registrations* would do, in their order."""
    return tuple(_planned(session, each) for each in registrations)


def _planned(session: Session, registration: Registration) -> Planned:
    party = registration.relying_party
    row = store.found(session, party.client_id)
    changes = diff({} if row is None else row.registration, registration.document)
    base = None if row is None else row.version
    if not changes:
        return Planned(registration, PlannedKind.UNCHANGED, (), base)
    if party.environment is Environment.PRODUCTION:
        proposal = store.open_proposal_of(session, party.client_id)
        same = proposal is not None and proposal.document == registration.document
        kind = PlannedKind.WAITING if same else PlannedKind.PROPOSED
        return Planned(registration, kind, changes, base)
    kind = PlannedKind.NEW if row is None else PlannedKind.CHANGED
    return Planned(registration, kind, changes, base)
