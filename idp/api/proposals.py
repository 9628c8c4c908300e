"""`/proposals`: what is to be in production; made by programs, decided by people."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from idp.api.onboarding_problems import stale, told_as_problems
from idp.api.operation import (
    Answer,
    Call,
    Given,
    Nothing,
    Operation,
    Page,
    Query,
    ReasonLine,
    Resource,
    Sent,
)
from idp.api.paging import page, read_number
from idp.api.problems import Problem, not_found
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal, Stale
from idp.onboarding.propose_production import ProposeProduction, WithdrawProposal
from idp.operators.permissions import Permission, may_see

StatusName = Literal["open", "approved", "refused", "withdrawn"]
TAG = "proposals"
_MOST_DIGITS = 9


class ProposalSearch(Page):
    """Which proposals."""

    status: StatusName = "open"


class Proposal(Given):
    """A registration that is proposed for production."""

    id: int
    client_id: str
    sandbox_client_id: str
    team: str | None
    base_version: int | None
    status: StatusName
    proposed_by: str
    proposed_at: datetime
    reason: str
    closed_by: str | None
    closed_at: datetime | None
    closing_reason: str | None
    document: dict[str, Any]


class Proposals(Given):
    """Some of them, the newest first."""

    items: list[Proposal]
    next: str | None


class NewProposal(Sent):
    """What is to be in production."""

    document: dict[str, Any] = Field(
        description="The whole registration; environment is production, sandbox_client_id what was"
        " tried."
    )
    base_version: int | None = Field(
        default=None,
        ge=1,
        le=999_999_999,
        description="The version that it changes; none for a first registration.",
    )
    reason: ReasonLine


class MadeProposal(Given):
    """Its number."""

    id: int


class Decision(Sent):
    """What a person would decide."""

    approve: bool
    reason: ReasonLine


class ProposalResource:
    """The operations on proposals."""

    def __init__(
        self,
        *,
        propose: ProposeProduction,
        withdraw: WithdrawProposal,
        database: Database,
    ) -> None:
        self._propose = propose
        self._withdraw = withdraw
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            TAG,
            "Registrations for production: proposed here, decided at the console by two people.",
            (
                Operation(
                    method="GET",
                    path="/proposals",
                    tag=TAG,
                    summary="What is proposed",
                    description="A program of a team sees its own.",
                    permission=Permission.SEE_RELYING_PARTIES,
                    query=ProposalSearch,
                    body=Nothing,
                    answers={200: Proposals},
                    run=self.list,
                ),
                Operation(
                    method="POST",
                    path="/proposals",
                    tag=TAG,
                    summary="Propose a registration for production",
                    description="What was tried has to have passed the integration test.",
                    permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                    query=Query,
                    body=NewProposal,
                    answers={201: MadeProposal},
                    run=self.propose,
                    made_once=True,
                    is_of_team=True,
                ),
                Operation(
                    method="GET",
                    path="/proposals/{proposal}",
                    tag=TAG,
                    summary="One proposal",
                    permission=Permission.SEE_RELYING_PARTIES,
                    query=Query,
                    body=Nothing,
                    answers={200: Proposal},
                    run=self.look,
                ),
                Operation(
                    method="DELETE",
                    path="/proposals/{proposal}",
                    tag=TAG,
                    summary="Take a proposal back",
                    permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                    query=Query,
                    body=Nothing,
                    answers={204: None},
                    run=self.withdraw,
                    conflicts=True,
                ),
                Operation(
                    method="POST",
                    path="/proposals/{proposal}/decision",
                    tag=TAG,
                    summary="Always refused: people decide",
                    description="At the console or by `idp relying-parties approve`, with password"
                    " and code; whoever proposed it, or answers for the program, cannot.",
                    permission=Permission.APPROVE_PRODUCTION,
                    query=Query,
                    body=Decision,
                    answers={},
                    run=self.decide,
                ),
            ),
        )

    def list(self, call: Call[ProposalSearch, Nothing]) -> Answer:
        wanted = call.query
        before = None if wanted.after is None else ProposalId(read_number(wanted.after))
        with self._database.reading() as reading:
            found = store.proposals(
                reading,
                seen_by=call.by,
                statuses=(ProposalStatus(wanted.status),),
                before=before,
                limit=wanted.limit + 1,
            )
            rows, following = page(found, wanted.limit, lambda each: str(each.id))
            items = [_shown(each) for each in rows]
        return Answer(Proposals(items=items, next=following))

    def look(self, call: Call[Query, Nothing]) -> Answer:
        return Answer(self._seen(call))

    def propose(self, call: Call[Query, NewProposal]) -> Answer:
        wanted = call.body
        with told_as_problems():
            made = self._propose(
                wanted.document,
                base_version=wanted.base_version,
                by=call.by,
                reason=wanted.reason,
            )
        if isinstance(made, Stale):
            raise stale(made)
        return Answer(MadeProposal(id=made), status=201, location=f"/proposals/{made}")

    def withdraw(self, call: Call[Query, Nothing]) -> Answer:
        with told_as_problems():
            was_open = self._withdraw(_number(call), by=call.by)
        if not was_open:
            raise Problem("conflict", "It was decided, or taken back, before.")
        return Answer(status=204)

    def decide(self, call: Call[Query, Decision]) -> Answer:
        self._seen(call)  # another team's is not there
        raise Problem(
            "person-required",
            "A proposal is decided at the console or by `idp relying-parties approve`.",
        )

    def _seen(self, call: Call[Query, Any]) -> Proposal:
        with self._database.reading() as reading:
            found = store.proposal(reading, _number(call))
            if found is None or not may_see(call.by, found.team):
                raise not_found()
            return _shown(found)


def _number(call: Call[Query, Any]) -> ProposalId:
    number = call.path["proposal"]
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        raise not_found()
    return ProposalId(int(number))


def _shown(row: RelyingPartyProposal) -> Proposal:
    return Proposal(
        id=row.id,
        client_id=row.client_id,
        sandbox_client_id=row.sandbox_client_id,
        team=row.team,
        base_version=row.base_version,
        status=row.status.value,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        reason=row.reason,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        closing_reason=row.closing_reason,
        document=row.document,
    )
