"""The benchmark runs from end to end; what it measures is no test's business."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import scenarios
from tests.fakes.redis_server import redis_executable

REPOSITORY = Path(__file__).parents[2]
ROWS = (
    scenarios.DISCOVERY,
    scenarios.JWKS,
    scenarios.SIGN_IN_APART,
    scenarios.SIGN_IN,
    scenarios.FIRST_SIGN_IN_APART,
    scenarios.FIRST_SIGN_IN,
    scenarios.EXCHANGE,
    scenarios.USERINFO,
    scenarios.INTROSPECTION,
    scenarios.REFRESH,
    scenarios.CLIENT_CREDENTIALS,
    scenarios.ARGON2ID,
    scenarios.YARDSTICK,
    "memory of the worker",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: it holds a socket."""
    with tempfile.TemporaryDirectory(prefix="idp-") as path:
        yield Path(path)


@pytest.mark.nightly
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="it wants a core for the load")
@pytest.mark.skipif(redis_executable() is None, reason="there is no redis-server")
def test_the_benchmark_prints_every_row(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--database", "sqlite"],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [row for row in ROWS if not any(line.startswith(f"{row}  ") for line in lines)] == []
    assert list(folder.iterdir()) == []
