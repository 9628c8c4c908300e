"""Operators at the console: each with a browser of their own, and codes that were not used yet."""

from datetime import timedelta

from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.operators import PASSWORD, code_at, keep_operator


class Desk:
    """The console of a site, and who works there."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def keep(self, name: str, role: OperatorRole) -> None:
        """Have an operator of that name."""
        keep_operator(self.site.database, self.site.hasher, name, role, self.site.clock.now())

    def code(self) -> str:
        """A code that nobody has used: the clock goes on to the next one."""
        self.site.clock.advance(timedelta(seconds=30))
        return code_at(self.site.clock.now())

    def sign_in(self, name: str, browser: Browser | None = None) -> Browser:
        """Come in as that operator."""
        browser = (browser or self.site.browser()).open("/console/sign-in")
        return browser.submit(name=name, password=PASSWORD, code=self.code())

    def sign_out(self, browser: Browser) -> Browser:
        """Press the button that stands on every page."""
        return browser.post("/console/sign-out", browser.forms[0].hidden)

    def send(self, browser: Browser, **typed: str) -> Browser:
        """Send the page's own form, which stands after that to sign out."""
        return browser.post(browser.path, browser.forms[-1].hidden | typed)

    def proof(self) -> dict[str, str]:
        """What a dangerous act asks for."""
        return {"password": PASSWORD, "code": self.code()}

    def signed_in(self, name: str, role: OperatorRole) -> Browser:
        """Have an operator of that name, who is at the overview."""
        self.keep(name, role)
        browser = self.sign_in(name)
        assert browser.page == "/console", browser.html
        return browser
