"""What the operational log may say."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from idp import logs


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What reached stderr since the last call; other tests find the logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("name", sorted(logs.PERSONAL))
@pytest.mark.parametrize("form", ["json", "readable"])
def test_no_personal_value_passes(written: Callable[[], str], form: str, name: str) -> None:
    logs.configure(format=form, level="INFO")

    structlog.get_logger().info("something.happened", **{name: "Nguyễn Văn Mẫu"})

    line = written()
    assert "Mẫu" not in line
    assert logs.WITHHELD in line


def test_personal_values_are_withheld_at_any_depth(written: Callable[[], str]) -> None:
    logs.configure(format="json", level="INFO")

    structlog.get_logger().info("x", request={"query": [{"phone_number": "+84912000001"}]})

    assert json.loads(written())["request"] == {"query": [{"phone_number": logs.WITHHELD}]}


@pytest.mark.parametrize(
    "number", ["052090000001", "210000005", "+84912000001", "0912 000 001", "0912.000.001"]
)
def test_long_numbers_in_the_words_of_a_library_are_withheld(
    written: Callable[[], str], number: str
) -> None:
    logs.configure(format="json", level="INFO")

    logging.getLogger("a.library").warning("cannot send to %s", number)
    try:
        int(f"no whole number: {number}")
    except ValueError:
        structlog.get_logger().exception("failed")

    lines = written()
    assert number not in lines
    assert lines.count(logs.WITHHELD) >= 2


def test_a_correlation_id_stays_whole(written: Callable[[], str]) -> None:
    logs.configure(format="json", level="INFO")

    structlog.get_logger().info("x", detail="reference 7f3a-012345678901-b2")

    assert "7f3a-012345678901-b2" in written()


def test_json_is_one_object_a_line_for_us_and_for_libraries(written: Callable[[], str]) -> None:
    logs.configure(format="json", level="INFO")

    structlog.get_logger().info("sign_in.finished", relying_party="binh-dinh")
    logging.getLogger("a.library").warning("slow")

    ours, theirs = map(json.loads, written().splitlines())
    assert ours["event"] == "sign_in.finished"
    assert ours["level"] == "info"
    assert ours["relying_party"] == "binh-dinh"
    assert theirs["event"] == "slow"
    assert theirs["logger"] == "a.library"
    assert ours.keys() >= {"timestamp"} <= theirs.keys()


def test_clients_that_log_whole_urls_are_quiet(written: Callable[[], str]) -> None:
    logs.configure(format="json", level="INFO")

    logging.getLogger("httpx").info("HTTP Request: GET http://example/?to=someone")

    assert not written()


def test_nothing_below_the_level_is_written(written: Callable[[], str]) -> None:
    logs.configure(format="readable", level="WARNING")

    structlog.get_logger().info("quiet")
    logging.getLogger("a.library").info("quiet")

    assert not written()
