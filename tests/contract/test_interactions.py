"""One contract for every store of interactions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.interactions.model import Intent, Interaction, InteractionId, Prompt
from idp.interactions.ports import (
    FoundInteraction,
    InteractionGone,
    Interactions,
    TooManyInteractions,
)
from idp.interactions.progress import RecoveryProgress, TakeUp
from idp.settings import Rate
from idp.throttling.ports import Budget
from tests.fakes.clock import FakeClock
from tests.fakes.interactions import interactions_in_memory, redis_interactions
from tests.fakes.people import AN, BINH_DINH, NOON, interaction_of, request_of

LIFETIME, UNATTENDED = timedelta(days=1), timedelta(hours=2)
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"
MINUTE = timedelta(minutes=1)
BUDGET = Budget("interactions", (Rate(count=3, period=MINUTE),), by_network=True)
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
    recovery=RecoveryProgress(AN, "challenge", possession_proved_at=NOON),
    take_up=TakeUp("enrolment", "challenge"),
    begun_for=BINH_DINH,
    session_confirmed=True,
    consented_by=AN,
    refusal="access_denied",
)
PassTime = Callable[[timedelta], None]
BARE = Interaction(InteractionId("bare"), None, NOON)


@pytest.fixture(params=["memory", "redis"])
def interactions(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> Interactions:
    if request.param == "redis":
        return redis_interactions(
            redis_client, lifetime=LIFETIME, unattended=UNATTENDED, budget=BUDGET
        )
    return interactions_in_memory(clock, lifetime=LIFETIME, unattended=UNATTENDED, budget=BUDGET)


@pytest.mark.parametrize("interaction", [FULL, BARE])
def test_it_is_found_as_it_was_stored(interactions: Interactions, interaction: Interaction) -> None:
    interactions.add(interaction, network=HERE)

    assert interactions.find(interaction.id) == interaction


def test_looking_up_tells_the_version_of_the_registry(redis_client: redis.Redis) -> None:
    interactions = redis_interactions(redis_client)
    interactions.add(FULL, network=HERE)
    assert interactions.look_up(FULL.id) == FoundInteraction(FULL, 0)

    RedisRegistryVersion(redis_client).bump()

    assert interactions.look_up(FULL.id) == FoundInteraction(FULL, 1)
    assert interactions.look_up(InteractionId("unknown")) == FoundInteraction(None, 1)


@pytest.mark.parametrize("name", ["", "unknown", "\x00", "ß" * 3000, "interaction:bare"])
def test_an_unknown_one_is_not_found(interactions: Interactions, name: str) -> None:
    interactions.add(BARE, network=HERE)

    assert interactions.find(InteractionId(name)) is None


def test_a_change_is_stored_and_returned(interactions: Interactions) -> None:
    interactions.add(FULL, network=HERE)

    changed = interactions.update(FULL, lambda current: current.with_(refusal=None))

    assert changed == FULL.with_(refusal=None, version=1)
    assert interactions.find(FULL.id) == changed


def test_a_change_is_made_to_the_newest_value(interactions: Interactions) -> None:
    """Whoever holds an old one does not write it over what others have done since."""
    interactions.add(BARE, network=HERE)
    interactions.update(BARE, lambda current: current.with_(account_chosen=True))

    changed = interactions.update(BARE, lambda current: current.with_(challenge_id="c"))

    assert changed.account_chosen
    assert changed.version == 2


def test_a_change_that_raises_changes_nothing(interactions: Interactions) -> None:
    interactions.add(BARE, network=HERE)

    def refuse(_: Interaction) -> Interaction:
        raise LookupError

    with pytest.raises(LookupError):
        interactions.update(BARE, refuse)
    assert interactions.find(BARE.id) == BARE


def attended(current: Interaction) -> Interaction:
    return current.with_(attended=True, account_chosen=True)


def test_one_that_nobody_attends_to_ends_soon(
    interactions: Interactions, pass_time: PassTime
) -> None:
    """Whatever asks for its pages; portals and programs begin them without end."""
    interactions.add(BARE, network=HERE)
    pass_time(UNATTENDED / 2)
    interactions.update(BARE, lambda current: current.with_(browser="b"))
    interactions.answer(BARE)
    pass_time(UNATTENDED / 2)

    assert interactions.find(BARE.id) is None


def test_the_first_step_prolongs_it_and_no_other_does(
    interactions: Interactions, pass_time: PassTime
) -> None:
    interactions.add(BARE, network=HERE)
    pass_time(UNATTENDED / 2)
    interactions.update(BARE, attended)
    pass_time(LIFETIME / 2)
    interactions.update(BARE, attended)
    assert interactions.find(BARE.id) is not None
    pass_time(LIFETIME / 2)

    assert interactions.find(BARE.id) is None


def test_a_first_step_shortens_nothing(interactions: Interactions, pass_time: PassTime) -> None:
    interactions.add(BARE, network=HERE)
    interactions.keep(BARE, 7 * LIFETIME)
    interactions.update(BARE, attended)
    pass_time(6 * LIFETIME)

    assert interactions.find(BARE.id) is not None


def test_a_network_begins_so_many_and_no_more(
    interactions: Interactions, pass_time: PassTime
) -> None:
    for number in range(3):
        interactions.add(named(number), network=HERE)
    refused = []
    for number in (3, 4):
        with pytest.raises(TooManyInteractions) as spent:
            interactions.add(named(number), network=HERE)
        refused.append((spent.value.budget, spent.value.first))
        assert MINUTE - timedelta(seconds=5) < spent.value.retry_after <= MINUTE
        assert interactions.find(named(number).id) is None
    interactions.add(named(5), network=THERE)
    pass_time(MINUTE)
    interactions.add(named(6), network=HERE)

    assert refused == [("interactions", True), ("interactions", False)]
    found = [number for number in range(7) if interactions.find(named(number).id)]
    assert found == [0, 1, 2, 5, 6]


def named(number: int) -> Interaction:
    return replace(BARE, id=InteractionId(str(number)))


def test_it_is_kept_longer_on_demand_and_never_shorter(
    interactions: Interactions, pass_time: Callable[[timedelta], None]
) -> None:
    interactions.add(BARE, network=HERE)
    interactions.keep(BARE, 7 * LIFETIME)
    interactions.keep(BARE, LIFETIME / 2)
    interactions.update(BARE, lambda current: current.with_(account_chosen=True))
    pass_time(6 * LIFETIME)
    assert interactions.find(BARE.id) is not None
    pass_time(LIFETIME)

    assert interactions.find(BARE.id) is None


def test_what_is_gone_is_not_kept(interactions: Interactions) -> None:
    interactions.keep(BARE, LIFETIME)

    assert interactions.find(BARE.id) is None


def test_what_is_gone_cannot_be_changed_or_answered(interactions: Interactions) -> None:
    with pytest.raises(InteractionGone):
        interactions.update(BARE, lambda current: current)
    with pytest.raises(InteractionGone):
        interactions.answer(BARE)


def test_it_is_answered_once(interactions: Interactions) -> None:
    interactions.add(BARE, network=HERE)

    assert [interactions.answer(BARE) for _ in range(3)] == [True, False, False]
    found = interactions.find(BARE.id)
    assert found is not None
    assert found.answered
