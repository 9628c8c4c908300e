import json
from collections.abc import Callable, Mapping
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner, Result

from idp.signing import rules
from idp.signing.commands import keys_commands
from idp.signing.material import SigningAlgorithm
from idp.signing.model import KeyRing, RotationPolicy
from idp.signing.rotate import create_missing
from tests.fakes.key_store import KeysInMemory
from tests.fakes.signing_keys import NOON, SetClock, named_material

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
POLICY = RotationPolicy(publish_after_retirement=timedelta(days=2))
Run = Callable[..., Result]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store() -> KeysInMemory:
    store = KeysInMemory()
    store.update(lambda ring: rules.add_first(ring, named_material("ec-1"), now=NOON))
    store.update(lambda ring: rules.add_first(ring, named_material("rsa-1", RS256), now=NOON))
    return store


@pytest.fixture
def audited() -> list[tuple[str, Mapping[str, str]]]:
    return []


@pytest.fixture
def keys(
    store: KeysInMemory, clock: SetClock, audited: list[tuple[str, Mapping[str, str]]]
) -> click.Group:
    return keys_commands(
        lambda: (store, POLICY, clock), lambda event, details: audited.append((event, details))
    )


@pytest.fixture
def run(keys: click.Group) -> Run:
    return lambda *arguments: CliRunner().invoke(keys, arguments, catch_exceptions=False)


def states(store: KeysInMemory, clock: SetClock) -> dict[str, str]:
    ring = rules.promote_due(store.load(), clock.now())
    return {key.kid: key.state.value for key in ring.keys}


def announce(store: KeysInMemory, kid: str) -> None:
    store.update(lambda ring: rules.announce(ring, named_material(kid), now=NOON, policy=POLICY))


def test_the_list_tells_what_happens_next_and_when(
    run: Run, store: KeysInMemory, clock: SetClock
) -> None:
    announce(store, "ec-2")
    clock.advance(timedelta(days=1, hours=2))

    lines = run("list").output.splitlines()

    assert lines == [
        "KID    ALGORITHM  STATE    AGE      NEXT",
        "ec-1   ES256      retired  1 d 2 h  leaves the JWKS 2026-06-04 19:00",
        "rsa-1  RS256      active   1 d 2 h  retires 2026-08-30 19:00",
        "ec-2   ES256      active   1 d 2 h  retires 2026-08-31 19:00",
    ]


def test_the_list_in_json_is_complete(run: Run, store: KeysInMemory, clock: SetClock) -> None:
    announce(store, "ec-2")
    clock.advance(timedelta(minutes=5))

    listed = {key["kid"]: key for key in json.loads(run("list", "--json").output)}

    assert listed["ec-2"] == {
        "kid": "ec-2",
        "algorithm": "ES256",
        "state": "announced",
        "created_at": "2026-06-01T12:00:00+00:00",
        "announced_at": "2026-06-01T12:00:00+00:00",
        "activates_at": "2026-06-02T12:00:00+00:00",
        "retired_at": None,
        "next": {"event": "activated", "at": "2026-06-02T12:00:00+00:00"},
    }
    assert listed["ec-1"]["next"] == {"event": "retired", "at": "2026-06-02T12:00:00+00:00"}


def test_an_empty_ring_is_said_in_words(clock: SetClock) -> None:
    group = keys_commands(lambda: (KeysInMemory(), POLICY, clock), lambda *_: None)

    assert CliRunner().invoke(group, ["list"]).output == "There are no signing keys yet.\n"
    rotated = CliRunner().invoke(group, ["rotate"])
    assert rotated.output == "Error: There are no signing keys yet.\n"
    assert rotated.exit_code == 1


def test_rotate_announces_in_every_ring_and_changes_no_active_key(
    run: Run, store: KeysInMemory, clock: SetClock, audited: list[tuple[str, Mapping[str, str]]]
) -> None:
    result = run("rotate")

    assert result.exit_code == 0
    assert "The new ES256 key becomes active at 2026-06-02 19:00." in result.output
    assert "The new RS256 key becomes active at 2026-06-02 19:00." in result.output
    assert sorted(states(store, clock).values()) == ["active", "active", "announced", "announced"]
    assert [event for event, _ in audited] == ["signing_key.announced"] * 2


def test_rotate_can_be_told_one_algorithm(run: Run, store: KeysInMemory) -> None:
    run("rotate", "--algorithm", "RS256")

    assert [key.algorithm for key in store.load().keys] == [ES256, RS256, RS256]


def test_a_second_rotate_is_refused_in_one_line(
    run: Run, store: KeysInMemory, audited: list[tuple[str, Mapping[str, str]]]
) -> None:
    announce(store, "ec-2")
    before = store.load()

    result = run("rotate")

    assert result.exit_code == 1
    assert result.output == (
        "Error: ES256 key ec-2 is announced already and becomes active"
        " at 2026-06-02 19:00 by Vietnam's clock\n"
    )
    assert store.load() == before
    assert audited == []


def test_rotate_now_changes_the_key_and_is_audited_with_its_reason(
    run: Run, store: KeysInMemory, clock: SetClock, audited: list[tuple[str, Mapping[str, str]]]
) -> None:
    announce(store, "ec-2")

    result = run("rotate", "--algorithm", "ES256", "--now", "--reason", " laptop stolen ")

    assert result.exit_code == 0
    assert states(store, clock) == {"ec-1": "retired", "rsa-1": "active", "ec-2": "active"}
    assert audited == [
        (
            f"signing_key.{event}",
            {
                "kid": kid,
                "algorithm": "ES256",
                "at": "2026-06-01T12:00:00+00:00",
                "reason": "laptop stolen",
            },
        )
        for kid, event in (("ec-1", "retired"), ("ec-2", "activated"))
    ]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ((), "say why with --reason"),
        (("--reason", "  "), "a reason has 5 to 200 characters"),
        (("--reason", "0912345678 called"), "leave identity and phone numbers out"),
    ],
)
def test_rotate_now_wants_a_reason(
    run: Run, store: KeysInMemory, reason: tuple[str, ...], told: str
) -> None:
    before = store.load()

    result = run("rotate", "--now", *reason)

    assert result.exit_code == 2
    assert told in result.output
    assert store.load() == before


def test_retire_withdraws_a_key_and_is_audited(
    run: Run, store: KeysInMemory, clock: SetClock, audited: list[tuple[str, Mapping[str, str]]]
) -> None:
    announce(store, "ec-2")

    result = run("retire", "ec-2", "--reason", "copied")

    assert result.output == "ec-2  ES256  dropped, private key destroyed\n"
    assert states(store, clock) == {"ec-1": "active", "rsa-1": "active"}
    assert audited[0][0] == "signing_key.dropped"
    assert audited[0][1]["reason"] == "copied"


def test_a_kid_may_begin_with_a_hyphen(run: Run, store: KeysInMemory, clock: SetClock) -> None:
    announce(store, "-reason-like")

    assert run("retire", "-reason-like", "--reason", "copied").exit_code == 0
    assert "-reason-like" not in states(store, clock)


def test_retiring_the_active_key_is_refused_with_the_way_out(run: Run) -> None:
    result = run("retire", "ec-1", "--reason", "copied")

    assert result.exit_code == 1
    assert result.output == (
        "Error: ec-1 is the active ES256 key; replace it first:"
        " idp keys rotate --algorithm ES256 --now --reason …\n"
    )


@pytest.mark.parametrize("reason", [(), ("--reason", " "), ("--reason", "0912345678 called")])
def test_retire_wants_a_reason(run: Run, reason: tuple[str, ...]) -> None:
    assert run("retire", "ec-1", *reason).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [("list",), ("rotate",), ("retire", "ec-1", "--reason", "copied")]
)
def test_an_unreadable_store_is_one_line(
    run: Run, store: KeysInMemory, arguments: tuple[str, ...]
) -> None:
    store.unreadable = "private key ec-1: No such file or directory"

    result = run(*arguments)

    assert result.exit_code == 1
    assert result.output == "Error: private key ec-1: No such file or directory\n"


def test_help_needs_no_configuration() -> None:
    def no_configuration() -> tuple[KeysInMemory, RotationPolicy, SetClock]:
        raise AssertionError

    result = CliRunner().invoke(
        keys_commands(no_configuration, lambda *_: None), ["rotate", "--help"]
    )

    assert result.exit_code == 0


def test_the_first_keys_are_made_once(clock: SetClock) -> None:
    store = KeysInMemory()

    events = create_missing(store, [ES256], clock)

    assert [event.kind.value for event in events] == ["activated"]
    assert create_missing(store, [ES256], clock) == ()
    assert store.load() != KeyRing()
