"""Hashing passwords."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from idp.citizens.password_hasher import HasherBusy, PasswordHasher

PASSWORD = "Bắc Giang-2026"


def hasher(*, memory_kib: int = 64, hashes_at_once: int = 1) -> PasswordHasher:
    return PasswordHasher(
        memory_kib=memory_kib,
        iterations=1,
        hashes_at_once=hashes_at_once,
        queue_deadline=timedelta(milliseconds=1),
    )


def test_a_password_is_recognised_and_another_is_not() -> None:
    passwords = hasher()
    stored = passwords.hash(PASSWORD)

    assert stored.startswith("$argon2id$")
    assert passwords.verify(PASSWORD, stored)
    assert not passwords.verify(PASSWORD + " ", stored)


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    passwords = hasher()

    stored = passwords.hash(unicodedata.normalize("NFD", PASSWORD))

    assert passwords.verify(unicodedata.normalize("NFC", PASSWORD), stored)


def test_nobody_has_no_password() -> None:
    assert not hasher().verify(PASSWORD, None)


def test_the_dummy_costs_what_a_password_costs() -> None:
    passwords = hasher()

    assert not passwords.needs_rehash(passwords._dummy)


def test_a_raised_cost_asks_for_a_new_hash() -> None:
    stored = hasher(memory_kib=64).hash(PASSWORD)

    assert hasher(memory_kib=128).needs_rehash(stored)
    assert hasher(memory_kib=128).verify(PASSWORD, stored)


def test_the_queue_ends_at_the_deadline_and_the_place_is_given_back() -> None:
    passwords = hasher(hashes_at_once=1)

    with busy(passwords):
        with pytest.raises(HasherBusy):
            passwords.hash(PASSWORD)
        with pytest.raises(HasherBusy):
            passwords.verify(PASSWORD, None)

    assert passwords.verify(PASSWORD, passwords.hash(PASSWORD))


@contextmanager
def busy(passwords: PasswordHasher) -> Iterator[None]:
    with passwords._place():
        yield
