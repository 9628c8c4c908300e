"""Strangers try passwords for one account from many networks: it stays its owner's, in use too."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count, islice
from typing import Final

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens.model import CitizenId
from idp.citizens.password_hasher import PasswordHasher
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.observed import without_tokens
from tests.fakes.residents import NEW_PASSWORD, Resident, choose_password

OWNER: Final = Resident("052190000001", "Nguyễn Thị Bưởi", PhoneNumber("+84912000001"))
NOBODYS: Final = "052190000099"
TRIES_EACH: Final = 4  # one less than what a network alone may try in a minute
WAVE: Final = 250
LOOKED_AT: Final = 30  # of a wave, for all networks together: config.toml, password_per_number
HALF_AN_HOUR: Final = timedelta(minutes=30)
_guesses = count()


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    OWNER.subscribe(site)
    return OWNER.keep_account(site)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were compared with what is stored, or with what stands in for it."""
    compared: list[str] = []
    verify = PasswordHasher.verify

    def verified(self: PasswordHasher, password: str, stored: str | None) -> bool:
        compared.append(password)
        return verify(self, password, stored)

    monkeypatch.setattr(PasswordHasher, "verify", verified)
    return compared


def guess(site: Site, number: str) -> Iterator[tuple[int, str]]:
    """Wrong passwords without end, a few from each network; what each is answered."""
    for network in count():
        browser = site.browser(address=f"198.{18 + network // 250}.{network % 250}.7")
        browser.open("/login")
        form, path = browser.forms[0].hidden, browser.path
        for _ in range(TRIES_EACH):
            typed = {"username": number, "password": f"Doan-mo-{next(_guesses)}"}
            browser.post(path, form | typed)
            yield browser.status, without_tokens(browser.html, number)


def is_in(site: Site, browser: Browser, citizen_id: CitizenId) -> bool:
    session = site.sessions.find(Handle(browser.cookie("idp_session")))
    return session is not None and session.authentication.citizen_id == citizen_id


def sign_out(browser: Browser) -> None:
    browser.open("/logout?").submit()
    browser.path = ""


def test_a_thousand_wrong_passwords_from_many_networks_keep_nobody_out_but_the_guesser(
    site: Site,
    citizen_id: CitizenId,
    hashes: list[str],
    pass_time: Callable[[timedelta], None],
) -> None:
    home = site.browser(address="203.0.113.20").open("/login")
    home.submit(username=OWNER.number, password=OWNER.password)
    home.submit(otp=OWNER.code(site), remember="yes")
    sign_out(home)
    hashes.clear()
    texts = len(site.sms.sent)
    answers: Counter[int] = Counter()

    for _ in range(4):
        wave = list(islice(guess(site, OWNER.number), WAVE))
        # Most of them are not even looked at: each hour, a guesser gets sixty at the most.
        assert [status for status, _ in wave] == [200] * LOOKED_AT + [429] * (WAVE - LOOKED_AT)
        assert "đặt lại mật khẩu" in wave[-1][1]
        answers.update(status for status, _ in wave)

        # While they go on, the owner signs in at the first try, where they have before.
        home.open("/login").submit(username=OWNER.number, password=OWNER.password)
        assert is_in(site, home, citizen_id)
        sign_out(home)
        pass_time(HALF_AN_HOUR)

    assert answers == {200: 120, 429: 880}
    assert len(hashes) == 120 + 4
    assert len(site.sms.sent) == texts  # and nobody was woken by it
    with site.database.reading() as reading:
        kinds = Counter(reading.execute(select(AuditEvent.kind)).scalars())
    assert kinds["password_refused"] == 120
    assert 1 <= kinds["budget_exceeded"] <= 8


def test_meanwhile_the_owner_gets_in_on_a_new_device_by_the_phone(
    site: Site, citizen_id: CitizenId
) -> None:
    guesses = guess(site, OWNER.number)
    spent = list(islice(guesses, LOOKED_AT + 1))[-1]
    new = site.browser(address="203.0.113.21").open("/login")

    new.submit(username=OWNER.number, password=OWNER.password)

    # The right password is answered as any other: whoever guesses it now does not learn that.
    assert (new.status, new.page) == (429, "/login")
    assert 'href="/recover' in new.html
    assert spent[0] == 429
    new.open("/recover").submit(username=OWNER.number, phone_number=OWNER.phone.national)
    choose_password(new.submit(otp=OWNER.code(site)))
    assert new.page == "/recover/done"
    assert next(guesses)[0] == 429
    new.open("/login?").submit(username=OWNER.number, password=NEW_PASSWORD)
    site.redis.delete(*site.redis.keys("otp_cooldown:*"))
    new.submit(otp=OWNER.code(site))
    assert is_in(site, new, citizen_id)


@pytest.mark.usefixtures("citizen_id")
def test_the_guesser_does_not_learn_whether_somebody_has_the_number(site: Site) -> None:
    known = list(islice(guess(site, OWNER.number), LOOKED_AT + 5))
    unknown = list(islice(guess(site, NOBODYS), LOOKED_AT + 5))

    assert [status for status, _ in known] == [200] * LOOKED_AT + [429] * 5
    assert unknown == known
