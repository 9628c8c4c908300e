"""One contract for every store of interactions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.interactions import RedisInteractions
from idp.interactions.model import (
    Intent,
    Interaction,
    InteractionId,
    Prompt,
    RecoveryProgress,
)
from idp.interactions.ports import InteractionGone, Interactions
from tests.fakes.clock import FakeClock
from tests.fakes.interactions import InteractionsInMemory
from tests.fakes.people import AN, NOON, interaction_of, request_of

LIFETIME = timedelta(days=1)
FULL = interaction_of(
    request_of(
        state="Đ" * 500 + '"\\\x00\n',
        nonce="n",
        code_challenge="c" * 43,
        prompt=frozenset({Prompt.LOGIN, Prompt.CONSENT}),
        max_age=0,
        login_hint="ab" * 32,
        ui_locales=("vi", "en"),
        acr_values=("LoA2", "LoA1"),
    ),
    started_at=NOON + timedelta(microseconds=1),
    intent=Intent.RECOVER,
    account_chosen=True,
    password_verified=AN,
    challenge_id="challenge",
    enrolment_id="enrolment",
    recovery=RecoveryProgress(AN, "challenge", NOON),
    session_confirmed=True,
    consented_by=AN,
    refusal="access_denied",
)
BARE = Interaction(InteractionId("bare"), None, NOON)


@pytest.fixture(params=["memory", "redis"])
def interactions(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> Interactions:
    if request.param == "redis":
        return RedisInteractions(redis_client, lifetime=LIFETIME)
    return InteractionsInMemory(clock, lifetime=LIFETIME)


@pytest.mark.parametrize("interaction", [FULL, BARE])
def test_it_is_found_as_it_was_stored(interactions: Interactions, interaction: Interaction) -> None:
    interactions.add(interaction)

    assert interactions.find(interaction.id) == interaction


@pytest.mark.parametrize("name", ["", "unknown", "\x00", "ß" * 3000, "interaction:bare"])
def test_an_unknown_one_is_not_found(interactions: Interactions, name: str) -> None:
    interactions.add(BARE)

    assert interactions.find(InteractionId(name)) is None


def test_a_change_is_stored_and_returned(interactions: Interactions) -> None:
    interactions.add(FULL)

    changed = interactions.update(FULL, lambda current: current.with_(refusal=None))

    assert changed == FULL.with_(refusal=None, version=1)
    assert interactions.find(FULL.id) == changed


def test_a_change_is_made_to_the_newest_value(interactions: Interactions) -> None:
    """Whoever holds an old one does not write it over what others have done since."""
    interactions.add(BARE)
    interactions.update(BARE, lambda current: current.with_(account_chosen=True))

    changed = interactions.update(BARE, lambda current: current.with_(challenge_id="c"))

    assert changed.account_chosen
    assert changed.version == 2


def test_a_change_that_raises_changes_nothing(interactions: Interactions) -> None:
    interactions.add(BARE)

    def refuse(_: Interaction) -> Interaction:
        raise LookupError

    with pytest.raises(LookupError):
        interactions.update(BARE, refuse)
    assert interactions.find(BARE.id) == BARE


def test_a_change_prolongs_nothing(
    interactions: Interactions, pass_time: Callable[[timedelta], None]
) -> None:
    interactions.add(BARE)
    pass_time(LIFETIME / 2)
    interactions.update(BARE, lambda current: current.with_(account_chosen=True))
    pass_time(LIFETIME / 2)

    assert interactions.find(BARE.id) is None


def test_what_is_gone_cannot_be_changed_or_answered(interactions: Interactions) -> None:
    with pytest.raises(InteractionGone):
        interactions.update(BARE, lambda current: current)
    with pytest.raises(InteractionGone):
        interactions.answer(BARE)


def test_it_is_answered_once(interactions: Interactions) -> None:
    interactions.add(BARE)

    assert [interactions.answer(BARE) for _ in range(3)] == [True, False, False]
    found = interactions.find(BARE.id)
    assert found is not None
    assert found.answered
