"""A province's team at the console: its people, and a portal as they would register it."""

from datetime import datetime

from idp.core.handles import digest, new_handle
from idp.db.database import Database
from idp.integration_tests import store as integration_tests
from idp.integration_tests.model import CaseName, Outcome, Run, RunId, Screen, Verdict
from idp.operators.model import OperatorName, OperatorRole, Team, TeamId, TeamMember
from idp.relying_parties.model import ClientId
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk

NAMES = {
    "client_name": "Cổng Dịch vụ công tỉnh Bình Định",
    "client_name_en": "Binh Dinh Portal",
    "sms_name": "Cong Binh Dinh",
    "client_id": "binh-dinh-thu",
    "team": "binh-dinh",
    "contacts": "ky-thuat@binh-dinh.example",
}
PROTOCOL = {
    "security_profile": "oidc",
    "token_endpoint_auth_method": "client_secret_basic",
    "id_token_signed_response_alg": "ES256",
}
ADDRESSES = {
    "redirect_uris": "http://localhost:8412/callback",
    "post_logout_redirect_uris": "http://localhost:8412/signed-out",
}
CLAIMS = {"claims": "name", "legal_ground": "Nghị định 61/2018/NĐ-CP, Điều 7", "minimum_acr": ""}
STEPS = (NAMES, PROTOCOL, ADDRESSES, CLAIMS, {})


class Registering:
    """The console of a site, with the teams of two provinces and one person in each."""

    def __init__(self, site: Site) -> None:
        self.site, self.desk = site, Desk(site)
        for team, name in (("binh-dinh", "minh"), ("dak-lak", "hoa")):
            self.keep_team(team, name)

    def keep_team(self, team: str, name: str) -> None:
        """Have a team of one person."""
        now, by = self.site.clock.now(), OperatorName("lan")
        self.desk.keep(name, OperatorRole.PROVINCE_TEAM)
        with self.site.database.transaction() as transaction:
            transaction.add(Team(id=TeamId(team), name=team.title(), created_at=now, created_by=by))
            transaction.flush()
            transaction.add(
                TeamMember(
                    team=TeamId(team), operator=OperatorName(name), added_at=now, added_by=by
                )
            )

    def signed_in(self, name: str = "minh") -> Browser:
        """Somebody of a team, at the overview."""
        return self.desk.sign_in(name)

    def walk(self, browser: Browser, *steps: dict[str, str]) -> Browser:
        """Go through the wizard with *steps*, up to its last page."""
        browser.open("/console/register")
        for typed in steps or STEPS:
            self.desk.send(browser, **typed)
        return browser

    def registered(self, browser: Browser, **names: str) -> Browser:
        """Register a portal; the browser is at the page that shows its secret."""
        self.walk(browser, NAMES | names, *STEPS[1:])
        assert browser.page.endswith("/check"), browser.html
        return self.desk.send(browser)


def keep_passed_test(database: Database, client_id: ClientId, at: datetime) -> None:
    """Have a run of that portal whose every case was passed."""
    run = Run(RunId(new_handle()), client_id, at, OperatorName("minh"), at)
    with database.transaction() as transaction:
        integration_tests.add_run(transaction, run, handle=digest(new_handle()))
        for case in CaseName:
            integration_tests.keep_result(
                transaction,
                run.id,
                case,
                Verdict(Outcome.PASSED),
                screen=Screen.SIGNED_IN,
                observed={},
                at=at,
            )
