from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from idp.signing import rules
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import (
    BrokenKeyRing,
    KeyEventKind,
    KeyRing,
    KeyState,
    RotationPolicy,
    SigningKey,
)
from tests.fakes.signing_keys import NOON, named_material

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
POLICY = RotationPolicy(publish_after_retirement=timedelta(hours=25))
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def ring() -> KeyRing:
    return rules.add_first(KeyRing(), named_material("first"), now=NOON)


def states(ring: KeyRing) -> dict[str, str]:
    return {key.kid: key.state.value for key in ring.keys}


def kids(keys: tuple[SigningKey, ...]) -> list[str]:
    return [key.kid for key in keys]


def announced(ring: KeyRing, kid: str = "second", *, now: datetime = NOON) -> KeyRing:
    return rules.announce(ring, named_material(kid), now=now, policy=POLICY)


def test_the_first_key_signs_at_once(ring: KeyRing) -> None:
    assert rules.active(ring, ES256, NOON).kid == "first"


def test_an_announced_key_is_published_and_does_not_sign(ring: KeyRing) -> None:
    ring = announced(ring)

    assert kids(rules.published(ring, NOON, POLICY)) == ["first", "second"]
    assert rules.active(ring, ES256, NOON + DAY - INSTANT).kid == "first"


def test_an_announced_key_becomes_active_by_itself(ring: KeyRing) -> None:
    ring = announced(ring)

    assert rules.active(ring, ES256, NOON + DAY).kid == "second"
    assert states(rules.promote_due(ring, NOON + DAY)) == {"first": "retired", "second": "active"}


def test_retirement_is_dated_by_the_successor_and_not_by_who_looks(ring: KeyRing) -> None:
    ring = announced(ring)

    late = rules.promote_due(ring, NOON + 3 * DAY)

    assert late == rules.promote_due(ring, NOON + DAY)
    assert late.keys[0].retired_at == NOON + DAY


def test_a_retired_key_is_published_until_its_tokens_are_past(ring: KeyRing) -> None:
    ring = announced(ring)
    end = NOON + DAY + POLICY.publish_after_retirement

    assert kids(rules.published(ring, end - INSTANT, POLICY)) == ["first", "second"]
    assert kids(rules.published(ring, end, POLICY)) == ["second"]
    assert rules.drop_expired(ring, end, POLICY).dropped == {"first"}


def test_a_second_successor_has_to_wait(ring: KeyRing) -> None:
    with pytest.raises(rules.AlreadyAnnounced, match=r"second .* 2026-06-02 19:00 by Vietnam"):
        announced(announced(ring), "third")


def test_rotating_now_prefers_the_key_that_portals_have_seen(ring: KeyRing) -> None:
    ring = rules.rotate_now(announced(ring), named_material("unseen"), now=NOON + INSTANT)

    assert states(ring) == {"first": "retired", "second": "active"}


def test_rotating_now_takes_a_new_key_where_none_is_announced(ring: KeyRing) -> None:
    ring = rules.rotate_now(ring, named_material("fresh"), now=NOON)

    assert states(ring) == {"first": "retired", "fresh": "active"}


def test_the_active_key_cannot_be_retired(ring: KeyRing) -> None:
    with pytest.raises(rules.ActiveKeyStays, match="rotate --algorithm ES256 --now"):
        rules.retire(ring, "first", now=NOON)


def test_a_due_key_counts_as_active_even_before_anyone_wrote_that_down(ring: KeyRing) -> None:
    with pytest.raises(rules.ActiveKeyStays):
        rules.retire(announced(ring), "second", now=NOON + DAY)


@pytest.mark.parametrize("kid", ["announced", "former"])
def test_any_other_key_leaves_at_once(ring: KeyRing, kid: str) -> None:
    ring = announced(ring, "former")
    ring = announced(ring, "third", now=NOON + DAY)
    ring = announced(ring, "announced", now=NOON + 2 * DAY)

    ring = rules.retire(ring, kid, now=NOON + 2 * DAY)

    assert kid not in kids(rules.published(ring, NOON + 2 * DAY, POLICY))
    assert kid in ring.dropped


def test_a_key_that_is_not_there_cannot_be_retired(ring: KeyRing) -> None:
    with pytest.raises(rules.NoSuchKey, match="nobody"):
        rules.retire(ring, "nobody", now=NOON)


def test_a_dropped_key_never_comes_back(ring: KeyRing) -> None:
    ring = rules.retire(announced(ring), "second", now=NOON)

    with pytest.raises(rules.KidReused):
        announced(ring, "second")


def test_an_algorithm_needs_a_first_key_before_a_successor(ring: KeyRing) -> None:
    with pytest.raises(rules.NoSigningKey, match="RS256"):
        rules.announce(ring, named_material("rsa", RS256), now=NOON, policy=POLICY)


def test_an_algorithm_begins_once(ring: KeyRing) -> None:
    with pytest.raises(rules.RotationRefused):
        rules.add_first(ring, named_material("other"), now=NOON)


def test_algorithms_rotate_apart(ring: KeyRing) -> None:
    ring = rules.add_first(ring, named_material("rsa", RS256), now=NOON)

    ring = announced(ring)

    assert rules.active(ring, ES256, NOON + DAY).kid == "second"
    assert rules.active(ring, RS256, NOON + DAY).kid == "rsa"


def test_a_successor_is_due_so_that_it_takes_over_after_the_active_period(ring: KeyRing) -> None:
    due = NOON + POLICY.active - POLICY.announce

    assert rules.due_for_succession(ring, due - INSTANT, POLICY) == ()
    assert rules.due_for_succession(ring, due, POLICY) == (ES256,)
    assert rules.due_for_succession(announced(ring, now=due), due, POLICY) == ()


def test_what_happens_next_is_told_for_every_state(ring: KeyRing) -> None:
    alone = rules.next_event(ring, ring.keys[0], POLICY)
    ring = announced(ring, now=NOON + DAY)
    active, waiting = (rules.next_event(ring, key, POLICY) for key in ring.keys)
    ring = rules.promote_due(ring, NOON + 2 * DAY)
    retired = rules.next_event(ring, ring.keys[0], POLICY)

    assert (alone.kind, alone.at) == (KeyEventKind.RETIRED, NOON + POLICY.active)
    assert (active.kind, active.at) == (KeyEventKind.RETIRED, NOON + 2 * DAY)
    assert (waiting.kind, waiting.at) == (KeyEventKind.ACTIVATED, NOON + 2 * DAY)
    assert retired.kind is KeyEventKind.DROPPED
    assert retired.at == NOON + 2 * DAY + POLICY.publish_after_retirement


def test_events_tell_each_key_that_moved(ring: KeyRing) -> None:
    later = NOON + DAY
    after = rules.promote_due(announced(ring), later)

    events = rules.events_between(ring, after, now=later)

    assert [(event.kid, event.kind.value, event.at) for event in events] == [
        ("first", "retired", later),
        ("second", "activated", later),
    ]


def test_a_ring_without_an_active_key_cannot_be_built(ring: KeyRing) -> None:
    waiting = announced(ring).keys[1]

    with pytest.raises(BrokenKeyRing, match="0 active keys for ES256"):
        KeyRing(keys=(waiting,))


def test_a_ring_with_two_active_keys_cannot_be_built(ring: KeyRing) -> None:
    other = rules.add_first(KeyRing(), named_material("other"), now=NOON)

    with pytest.raises(BrokenKeyRing, match="2 active keys for ES256"):
        KeyRing(keys=ring.keys + other.keys)


@pytest.mark.parametrize(
    ("announce", "active", "publish"), [(0, 90, 2), (90, 90, 2), (1, 90, 0), (-1, 90, 2)]
)
def test_a_policy_must_leave_time(announce: int, active: int, publish: int) -> None:
    with pytest.raises(ValueError, match="must"):
        RotationPolicy(
            announce=announce * DAY, active=active * DAY, publish_after_retirement=publish * DAY
        )


class RingLife(RuleBasedStateMachine):
    """Whatever operators, the worker and the clock do, in whatever order."""

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        self.names = (f"k{number}" for number in count())
        self.ring = rules.add_first(KeyRing(), self.material(ES256), now=self.now)
        self.last_signature: dict[str, datetime] = {}
        self.withdrawn: set[str] = set()
        self.hastened: set[str] = set()
        self.first_seen: dict[str, datetime] = {}
        self.order: list[str] = []

    def material(self, algorithm: SigningAlgorithm) -> KeyMaterial:
        return named_material(next(self.names), algorithm)

    @rule(hours=st.integers(1, 24 * 40), stored=st.booleans())
    def time_passes(self, hours: int, *, stored: bool) -> None:
        """Somebody writes the promotions down, or nobody does."""
        self.now += timedelta(hours=hours)
        if stored:
            self.ring = rules.promote_due(self.ring, self.now)

    @rule()
    def begin_rsa(self) -> None:
        if RS256 not in self.ring.algorithms:
            self.ring = rules.add_first(self.ring, self.material(RS256), now=self.now)
            self.hastened.add(self.ring.keys[-1].kid)

    @rule(algorithm=st.sampled_from(SigningAlgorithm))
    def announce(self, algorithm: SigningAlgorithm) -> None:
        try:
            self.ring = rules.announce(
                self.ring, self.material(algorithm), now=self.now, policy=POLICY
            )
        except (rules.AlreadyAnnounced, rules.NoSigningKey):
            return

    @rule(algorithm=st.sampled_from(SigningAlgorithm))
    def rotate_now(self, algorithm: SigningAlgorithm) -> None:
        try:
            self.ring = rules.rotate_now(self.ring, self.material(algorithm), now=self.now)
        except rules.NoSigningKey:
            return
        self.hastened.add(rules.active(self.ring, algorithm, self.now).kid)

    @rule(data=st.data())
    def retire(self, data: st.DataObject) -> None:
        kid = data.draw(st.sampled_from(self.ring.keys)).kid
        try:
            self.ring = rules.retire(self.ring, kid, now=self.now)
        except rules.ActiveKeyStays:
            return
        self.withdrawn.add(kid)

    @rule()
    def clear_away(self) -> None:
        self.ring = rules.drop_expired(self.ring, self.now, POLICY)

    @invariant()
    def one_key_signs_for_each_algorithm_and_is_published(self) -> None:
        published = kids(rules.published(self.ring, self.now, POLICY))
        for algorithm in self.ring.algorithms:
            signer = rules.active(self.ring, algorithm, self.now)
            assert signer.kid in published
            self.last_signature[signer.kid] = self.now

    @invariant()
    def what_was_signed_can_be_verified(self) -> None:
        published = kids(rules.published(self.ring, self.now, POLICY))
        for kid, signed_at in self.last_signature.items():
            if kid not in self.withdrawn and self.now < signed_at + POLICY.publish_after_retirement:
                assert kid in published

    @invariant()
    def no_key_signs_unannounced(self) -> None:
        for key in rules.published(self.ring, self.now, POLICY):
            seen = self.first_seen.setdefault(key.kid, self.now)
            if key.state is not KeyState.ANNOUNCED and key.kid not in self.hastened | {"k0"}:
                assert key.activates_at - seen >= POLICY.announce

    @invariant()
    def the_order_of_the_jwks_is_stable(self) -> None:
        published = kids(rules.published(self.ring, self.now, POLICY))
        self.order += [kid for kid in published if kid not in self.order]
        assert published == sorted(published, key=self.order.index)

    @invariant()
    def a_dropped_key_stays_away(self) -> None:
        assert not self.ring.dropped & {key.kid for key in self.ring.keys}
        assert self.withdrawn <= self.ring.dropped

    @invariant()
    def nothing_changes_before_its_announced_moment(self) -> None:
        moment = rules.valid_until(self.ring, self.now, POLICY)
        until = moment - INSTANT if moment else self.now + 400 * DAY
        assert rules.published(self.ring, self.now, POLICY) == rules.published(
            self.ring, until, POLICY
        )
        for algorithm in self.ring.algorithms:
            assert rules.active(self.ring, algorithm, self.now) == rules.active(
                self.ring, algorithm, until
            )


TestRingLife = RingLife.TestCase
TestRingLife.settings = settings(stateful_step_count=30)
