"""`/keys`: the ring, and rotations."""

from datetime import datetime
from typing import Literal

import structlog
from pydantic import Field

from idp.api.operation import (
    Answer,
    Call,
    Given,
    Nothing,
    Operation,
    Query,
    ReasonLine,
    Resource,
    Sent,
)
from idp.api.problems import Problem
from idp.core.clock import Clock
from idp.key_ring.rotate_keys import RotateKeys
from idp.key_ring.rules import outlook
from idp.operators.permissions import Permission
from idp.signing.material import SigningAlgorithm
from idp.signing.model import RotationPolicy
from idp.signing.ports import KeyStoreUnwritable
from idp.signing.rules import RotationRefused
from idp.signing.signer import Signer

_log = structlog.get_logger(__name__)


class Key(Given):
    """A published key."""

    kid: str
    algorithm: Literal["ES256", "RS256"]
    state: Literal["announced", "active", "retired"]
    created_at: datetime
    next: Literal["announced", "activated", "retired", "dropped"]
    next_at: datetime
    urgency: Literal["none", "soon", "near", "missed"]


class Keys(Given):
    """The ring."""

    items: list[Key]
    dropped: list[str] = Field(description="Names that are never used again.")


class Rotation(Sent):
    """Which keys, and how."""

    algorithms: list[Literal["ES256", "RS256"]] = Field(
        default=["ES256", "RS256"], min_length=1, max_length=2
    )
    at_once: bool = Field(
        default=False,
        description="Skip the announcement: portals meet a key that they have not fetched yet.",
    )
    reason: ReasonLine


class KeyChange(Given):
    """What was done to a key."""

    kid: str
    algorithm: Literal["ES256", "RS256"]
    change: Literal["announced", "activated", "retired", "dropped"]
    at: datetime


class KeyChanges(Given):
    """What a rotation did."""

    items: list[KeyChange]


class KeyResource:
    """The operations on keys."""

    def __init__(
        self, *, signer: Signer, rotate: RotateKeys, policy: RotationPolicy, clock: Clock
    ) -> None:
        self._signer = signer
        self._rotate = rotate
        self._policy = policy
        self._clock = clock

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            "keys",
            "The keys that sign tokens.",
            (
                Operation(
                    method="GET",
                    path="/keys",
                    tag="keys",
                    summary="The key ring",
                    permission=Permission.SEE_KEYS,
                    query=Query,
                    body=Nothing,
                    answers={200: Keys},
                    run=self.look,
                ),
                Operation(
                    method="POST",
                    path="/keys/rotations",
                    tag="keys",
                    summary="Have other keys sign",
                    description="A successor is announced, and signs after the announcement time.",
                    permission=Permission.ROTATE_KEYS,
                    query=Query,
                    body=Rotation,
                    answers={200: KeyChanges},
                    run=self.rotate,
                    made_once=True,
                    conflicts=True,
                ),
            ),
        )

    def look(self, _call: Call[Query, Nothing]) -> Answer:
        """Every published key."""
        ring, now = self._signer.ring(), self._clock.now()
        return Answer(
            Keys(
                items=[
                    Key(
                        kid=each.key.kid,
                        algorithm=each.key.algorithm.value,
                        state=each.key.state.value,
                        created_at=each.key.created_at,
                        next=each.next.kind.value,
                        next_at=each.next.at,
                        urgency=each.urgency.value,
                    )
                    for each in outlook(ring, now, self._policy)
                ],
                dropped=sorted(ring.dropped),
            )
        )

    def rotate(self, call: Call[Query, Rotation]) -> Answer:
        """A successor, announced or at once."""
        wanted = call.body
        algorithms = [SigningAlgorithm(name) for name in dict.fromkeys(wanted.algorithms)]
        rotate = self._rotate.at_once if wanted.at_once else self._rotate.announce
        try:
            events = rotate(algorithms, by=call.by, reason=wanted.reason)
        except RotationRefused as refused:
            raise Problem("conflict", str(refused)) from None
        except KeyStoreUnwritable as unwritable:
            _log.error("keys.unwritable", cause=str(unwritable))
            raise Problem(
                "unavailable", "The keys cannot be written: ask GET /keys what is so now."
            ) from None
        return Answer(
            KeyChanges(
                items=[
                    KeyChange(
                        kid=event.kid,
                        algorithm=event.algorithm.value,
                        change=event.kind.value,
                        at=event.at,
                    )
                    for event in events
                ]
            )
        )
