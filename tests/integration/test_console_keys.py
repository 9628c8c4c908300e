"""The key ring at the console: seen by who may, rotated with a proof and a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.operators.model import OperatorRole
from idp.signing.material import SigningAlgorithm
from idp.signing.model import KeyState
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk

REASON = "Khoá nghi bị lộ, theo biên bản 12"


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def lan(desk: Desk) -> Browser:
    return desk.signed_in("lan", OperatorRole.OPERATOR)


def rotate(desk: Desk, browser: Browser, how: str, **typed: str) -> Browser:
    browser.open(f"/console/keys/{how}")
    chosen = {"algorithm": "ES256", "reason": REASON}
    return desk.send(browser, **chosen | desk.proof() | typed)


def changes(site: Site) -> list[tuple[str, str, str]]:
    with site.database.reading() as reading:
        found = reading.execute(
            select(AuditEvent.details)
            .where(AuditEvent.kind == "signing_keys_changed")
            .order_by(AuditEvent.id)
        ).scalars()
        return [(each["change"], each["by"], each["reason"]) for each in found]


def test_the_ring_says_what_each_key_does_and_what_comes(site: Site, lan: Browser) -> None:
    lan.open("/console/keys")

    for key in site.parts.keys.load().keys:
        assert key.kid in lan.html
    assert lan.html.count("đang ký") == len(SigningAlgorithm)
    assert "PRIVATE" not in lan.html


def test_a_successor_is_announced_and_signs_later(site: Site, desk: Desk, lan: Browser) -> None:
    before = site.parts.signer.ring().in_state(SigningAlgorithm.ES256, KeyState.ACTIVE)

    assert rotate(desk, lan, "rotate").page == "/console/keys"

    ring = site.parts.signer.ring()
    waiting = ring.in_state(SigningAlgorithm.ES256, KeyState.ANNOUNCED)
    assert waiting is not None
    assert waiting.kid in lan.html
    assert "sắp dùng" in lan.html
    assert ring.in_state(SigningAlgorithm.ES256, KeyState.ACTIVE) == before
    assert ring.in_state(SigningAlgorithm.RS256, KeyState.ANNOUNCED) is None
    assert changes(site) == [("signing_key.announced", "lan", REASON)]
    site.clock.advance(site.parts.rotation.announce)
    promoted = site.parts.signer.ring().in_state(SigningAlgorithm.ES256, KeyState.ACTIVE)
    assert promoted is not None
    assert promoted.kid == waiting.kid


def test_a_second_successor_is_refused(site: Site, desk: Desk, lan: Browser) -> None:
    rotate(desk, lan, "rotate")

    assert "Chưa cần thêm khoá" in rotate(desk, lan, "rotate", algorithm="every").html
    assert site.parts.signer.ring().in_state(SigningAlgorithm.RS256, KeyState.ANNOUNCED) is None


def test_another_key_signs_at_once(site: Site, desk: Desk, lan: Browser) -> None:
    before = {key.kid for key in site.parts.signer.ring().keys}

    assert rotate(desk, lan, "rotate-now", algorithm="every").page == "/console/keys"

    active = {key.kid for key in site.parts.signer.ring().keys if key.state is KeyState.ACTIVE}
    assert len(active) == len(SigningAlgorithm)
    assert not active & before
    assert lan.html.count("chỉ xác minh") == len(SigningAlgorithm)
    assert {by for _change, by, _reason in changes(site)} == {"lan"}


@pytest.mark.parametrize("typed", [{"password": "no"}, {"reason": "vì"}, {"algorithm": "none"}])
def test_without_proof_reason_or_choice_nothing_changes(
    site: Site, desk: Desk, lan: Browser, typed: dict[str, str]
) -> None:
    before = site.parts.keys.load()
    for how in ("rotate", "rotate-now"):
        assert rotate(desk, lan, how, **typed).page == f"/console/keys/{how}"

    assert site.parts.keys.load() == before
    assert changes(site) == []


def test_the_overview_says_that_a_key_is_near_its_end(site: Site, desk: Desk, lan: Browser) -> None:
    assert "không khoá nào sắp hết hạn" in lan.open("/console").html
    site.clock.advance(site.parts.rotation.active - timedelta(hours=1))
    lan = desk.sign_in("lan")

    assert "khoá sắp hết hạn" in lan.open("/console").html
    assert "tag-warning" in lan.open("/console/keys").html
