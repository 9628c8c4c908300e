"""Operators by a file: where there are none, and by the rules of adding one."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp.citizens.password_hasher import PasswordHasher
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import AddOperator, NotAllowed
from idp.operators.keep_operators import InvalidOperatorsFile, keep_operators, read_operators
from idp.operators.model import FIRST, OperatorName
from tests.fakes.clock import FakeClock

FILE = """
[[operator]]
name = "quan-tri"
display_name = "Quản trị"
role = "{role}"
password = "bốn từ yên lặng và sông"
totp_secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

[[operator]]
name = "quay-1"
display_name = "Quầy 1"
role = "counter_officer"
password = "bốn từ khác và một núi"
totp_secret = "KBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""


@pytest.fixture
def add(sqlite_database: Database, clock: FakeClock) -> AddOperator:
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    return AddOperator(database=sqlite_database, hasher=hasher, clock=clock)


def file_of(folder: Path, text: str) -> Path:
    file = folder / "operators.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_first_vouches_for_the_others_and_a_second_time_nothing_happens(
    add: AddOperator, sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    operators = read_operators(file_of(tmp_path, FILE.format(role="administrator")))

    assert keep_operators(operators, add=add, clock=clock)
    assert not keep_operators(operators, add=add, clock=clock)

    with sqlite_database.reading() as reading:
        added = {one.name: one.created_by for one in store.all_of(reading)}
    assert added == {"quan-tri": FIRST, "quay-1": OperatorName("quan-tri")}


def test_the_first_has_to_be_an_administrator(
    add: AddOperator, clock: FakeClock, tmp_path: Path
) -> None:
    operators = read_operators(file_of(tmp_path, FILE.format(role="operator")))

    with pytest.raises(NotAllowed):
        keep_operators(operators, add=add, clock=clock)


@pytest.mark.parametrize("text", ["", "operator = 1", "[[operator]]\nname = 'x'", FILE])
def test_a_file_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidOperatorsFile):
        read_operators(file_of(tmp_path, text))
