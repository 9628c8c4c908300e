"""What the benchmark says of two samples."""

import pytest

from tests.bench.samples import mann_whitney


def test_samples_of_the_same_do_not_differ() -> None:
    assert mann_whitney([1.0] * 30, [1.0] * 30) == 1.0
    assert mann_whitney(range(30), range(30)) == pytest.approx(1.0)


def test_samples_of_two_things_do() -> None:
    assert mann_whitney(range(30), range(30, 60)) < 1e-9
    assert mann_whitney(range(30, 60), range(30)) < 1e-9


def test_it_says_what_textbooks_say() -> None:
    """U = 17, n = m = 10: z = -2.4946, without a correction for continuity."""
    first = [1, 2, 3, 4, 5, 6, 7, 11, 16, 17]
    second = [8, 9, 10, 12, 13, 14, 15, 18, 19, 20]

    assert mann_whitney(first, second) == pytest.approx(0.01261, abs=5e-5)
