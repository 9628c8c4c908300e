"""Personal data at rest."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.db.encryption import BlindIndex, PersonalDataCipher, UnreadableCiphertext

OLD, NEW = os.urandom(32), os.urandom(32)
CIPHER = PersonalDataCipher([("k1", OLD)])
COLUMN = "citizen.full_name"
TEXT = "Nguyễn Văn An"


@given(st.text())
def test_what_goes_in_comes_out(text: str) -> None:
    assert CIPHER.decrypt(CIPHER.encrypt(text, column=COLUMN), column=COLUMN) == text


def test_nothing_of_the_text_shows() -> None:
    sealed = CIPHER.encrypt("052090000001", column=COLUMN)

    assert b"0520" not in sealed


def test_equal_texts_look_different() -> None:
    sealed = {CIPHER.encrypt(TEXT, column=COLUMN) for _ in range(100)}

    assert len(sealed) == 100


def test_a_value_that_was_moved_to_another_column_does_not_read() -> None:
    sealed = CIPHER.encrypt(TEXT, column="citizen.full_name")

    with pytest.raises(UnreadableCiphertext):
        CIPHER.decrypt(sealed, column="citizen.email")


def test_every_single_bit_matters() -> None:
    sealed = CIPHER.encrypt(TEXT, column=COLUMN)

    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(UnreadableCiphertext):
                CIPHER.decrypt(bytes(changed), column=COLUMN)


def test_a_value_cut_short_anywhere_does_not_read() -> None:
    sealed = CIPHER.encrypt(TEXT, column=COLUMN)

    for length in range(len(sealed)):
        with pytest.raises(UnreadableCiphertext):
            CIPHER.decrypt(sealed[:length], column=COLUMN)


@given(st.binary(max_size=64))
def test_garbage_does_not_read(garbage: bytes) -> None:
    with pytest.raises(UnreadableCiphertext):
        CIPHER.decrypt(garbage, column=COLUMN)


def test_a_key_we_do_not_hold_is_told_by_its_name() -> None:
    sealed = PersonalDataCipher([("k9", OLD)]).encrypt(TEXT, column=COLUMN)

    with pytest.raises(UnreadableCiphertext):
        CIPHER.decrypt(sealed, column=COLUMN)


def test_another_key_of_the_same_name_does_not_read() -> None:
    sealed = PersonalDataCipher([("k1", NEW)]).encrypt(TEXT, column=COLUMN)

    with pytest.raises(UnreadableCiphertext):
        CIPHER.decrypt(sealed, column=COLUMN)


def test_keys_rotate_by_the_list() -> None:
    before = CIPHER.encrypt(TEXT, column=COLUMN)
    rotated = PersonalDataCipher([("k2", NEW), ("k1", OLD)])
    after = rotated.encrypt(TEXT, column=COLUMN)
    finished = PersonalDataCipher([("k2", NEW)])

    assert rotated.decrypt(before, column=COLUMN) == TEXT
    assert finished.decrypt(after, column=COLUMN) == TEXT
    with pytest.raises(UnreadableCiphertext):
        finished.decrypt(before, column=COLUMN)


def test_the_error_says_where_and_not_what() -> None:
    with pytest.raises(UnreadableCiphertext) as caught:
        CIPHER.decrypt(TEXT.encode(), column=COLUMN)

    assert str(caught.value) == COLUMN


def test_an_index_finds_equal_values_of_one_kind_only() -> None:
    index = BlindIndex(OLD)

    assert index.of("phone_number", "1") == index.of("phone_number", "1")
    assert len(index.of("phone_number", "1")) == 32
    assert index.of("phone_number", "1") != index.of("identity_number", "1")
    assert index.of("phone_number", "1") != index.of("phone_number", "2")
    assert index.of("phone_number", "1") != BlindIndex(NEW).of("phone_number", "1")
