"""A portal that is disabled while a citizen is on the way to it."""

from idp.core.reason import Reason
from idp.relying_parties.switch import Switch
from tests.fakes.account_holder import account, signed_in
from tests.fakes.citizen_site import PORTAL, Browser, Site

WORDS = "Cổng này tạm ngừng đăng nhập"


def disable(site: Site) -> Switch:
    """In another process: the pages' own hears of it by what it asks anyway."""
    switch = Switch(database=site.database, version=site.parts.registry_version, clock=site.clock)
    switch.off(PORTAL, by="lan", reason=Reason("its server was broken into"))
    return switch


def test_nobody_is_taken_any_further_nor_shown_a_way_there(site: Site) -> None:
    browser = site.from_portal(site.browser(), create=False)
    assert browser.page == "/choose"
    switch = disable(site)

    for path in ("/choose", "/login", "/continue", "/resume"):
        assert WORDS in browser.open(path).html
        assert browser.status == 403
        assert "localhost:8401" not in browser.html
        assert browser.away is None
    switch.on(PORTAL, by="huong", reason=Reason("it is mended"))
    assert browser.open("/choose").status == 200


def test_an_answer_that_was_due_is_not_given(site: Site) -> None:
    browser: Browser = site.from_portal(signed_in(site, account(site)), create=False)
    assert browser.page == "/consent"
    disable(site)
    browser.submit(decision="allow")

    assert WORDS in browser.html
    assert browser.away is None


def test_who_is_signed_in_keeps_the_own_pages(site: Site) -> None:
    browser = signed_in(site, account(site))
    disable(site)

    assert browser.open("/account").status == 200
