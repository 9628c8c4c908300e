"""The cookie of a device: a handle, another one with each sign-in."""

from datetime import timedelta

import pytest
from flask import Flask

from idp.authenticators.device_cookie import DeviceCookie
from idp.core.handles import digest, new_handle
from tests.fakes.clock import FakeClock
from tests.fakes.people import NOON

DAY = timedelta(days=1)


def cookie(*, secure: bool) -> DeviceCookie:
    clock = FakeClock(NOON)
    return DeviceCookie(secure=secure, known_for=180 * DAY, remembered_for=30 * DAY, clock=clock)


@pytest.fixture
def app() -> Flask:
    return Flask(__name__, static_folder=None)


@pytest.mark.parametrize(
    ("secure", "name", "flags"),
    [
        (True, "__Host-idp_device", ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"]),
        (False, "idp_device", ["HttpOnly", "Path=/", "SameSite=Lax"]),
    ],
)
def test_it_is_sent_back_to_us_alone_and_kept(
    app: Flask, name: str, flags: list[str], *, secure: bool
) -> None:
    with app.test_request_context():
        device = cookie(secure=secure)
        seen, handle = device.seen(remember=False)
        device.set(handle)
        response = app.process_response(app.response_class())

    (sent,) = response.headers.getlist("Set-Cookie")
    value, *attributes = sent.split("; ")
    assert value == f"{name}={handle}"
    assert [each for each in attributes if each in flags] == flags
    assert "Max-Age=15552000" in attributes
    assert (seen.former, seen.digest) == (None, digest(handle))


def test_each_sign_in_has_a_handle_of_its_own_and_knows_the_former(app: Flask) -> None:
    former = new_handle()
    with app.test_request_context(headers={"Cookie": f"idp_device={former}"}):
        device = cookie(secure=False)
        seen, handle = device.seen(remember=True)

    assert seen.former == digest(former)
    assert seen.digest != seen.former
    assert handle != former
    assert seen.remembered_until == NOON + 30 * DAY


@pytest.mark.parametrize("sent", ["", "x", "a" * 44, "ä" * 43])
def test_what_is_no_handle_counts_as_none(app: Flask, sent: str) -> None:
    with app.test_request_context(headers={"Cookie": f"idp_device={sent}"}):
        assert cookie(secure=False).digest() is None
