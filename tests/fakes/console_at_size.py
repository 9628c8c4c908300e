"""
A console that has much to show: what the product made once, PostgreSQL makes many times.

Every address of the console has something behind it, so that each page shows what it is for.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from sqlalchemy import Connection, Table, select, text

from idp.announcements import store as announcements
from idp.announcements.model import Announcement, AnnouncementId, AnnouncementMail, Audience
from idp.api_clients.model import ApiClient, ApiClientName
from idp.audit.model import AuditEvent
from idp.core.birth_date import BirthDate
from idp.core.email_address import EmailAddress
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.db import Base
from idp.disputes.model import Dispute
from idp.failures import store as failures
from idp.failures.model import Cause, FailedRequest, FailedRequestRecord, Fault
from idp.integration_tests.model import IntegrationTestResult, IntegrationTestRun
from idp.onboarding.model import ProposalStatus, RelyingPartyProposal
from idp.operators.model import Operator, OperatorName, OperatorRole, Team, TeamMember
from idp.relying_parties.model import (
    ClientId,
    RelyingPartyRecord,
    RelyingPartySecret,
    RelyingPartyVersion,
)
from idp.statistics import store as statistics
from idp.statistics.model import HourlyCount, Measure, StatisticRecord
from idp.statistics.rules import rows_of
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Site
from tests.fakes.disputed import CLAIMANT, HOLDER_ID, NUMBER, file, keep_holder
from tests.fakes.registering import NAMES, PROTOCOL, Registering, keep_passed_test

DAYS: Final = 90
PARTIES_OF_A_TEAM: Final = 50
PORTAL: Final = ClientId("binh-dinh-thu")
_ADMINISTRATOR: Final = "quan-tri"
_ANNOUNCEMENT: Final = AnnouncementId("11111111-1111-4111-8111-111111111111")


@dataclass(frozen=True, slots=True)
class Size:
    """How many relying parties there are, and how many events in the log of ninety days."""

    relying_parties: int
    events: int


class ConsoleAtSize:
    """The console of *site*, whose database is PostgreSQL, with an administrator at it."""

    def __init__(self, site: Site, size: Size) -> None:
        self.site = site
        self._office = Registering(site)
        self.browser = self._office.desk.signed_in(_ADMINISTRATOR, OperatorRole.ADMINISTRATOR)
        self._values = self._one_of_each()
        with site.database.engine.begin() as connection:
            self._multiply(connection, size)
        with site.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))

    def addresses(self) -> dict[str, str]:
        """An address of each page, by its rule; `KeyError` for one that nobody thought of."""
        return {
            rule.rule: self._address(rule.rule)
            for rule in self.site.operators_side.url_map.iter_rules()
            if rule.rule.startswith("/console") and "GET" in (rule.methods or ())
        }

    def _address(self, rule: str) -> str:
        _, _, *parts = rule.split("/")
        values = self._values | {
            name.partition(" ")[2]: value
            for name, value in self._values.items()
            if parts and name.startswith(f"{parts[0]} ")
        }
        return re.sub("<([^>]+)>", lambda found: values[found[1]], rule)

    # --- one of each -----------------------------------------------------------------------------

    def _one_of_each(self) -> dict[str, str]:
        """Made as people make it; what stands for each name in an address."""
        site, office, browser = self.site, self._office, self.browser
        office.registered(browser)
        keep_passed_test(site.database, PORTAL, site.clock.now())
        office.walk(browser, NAMES | {"client_id": "binh-dinh-sau"}, PROTOCOL)
        draft = browser.page.split("/")[3]
        keep_holder(site)
        site.carriers.subscriptions[CLAIMANT] = Subscription(
            "vinaphone",
            IdentityNumber(NUMBER),
            FullName.parse("Nguyễn Thị Bưởi"),
            BirthDate(1990, 1, 2),
        )
        number = file(site)
        self._keep_more()
        self._fail_and_count()
        with site.database.reading() as reading:
            return {
                "client_id": PORTAL,
                "secret": str(reading.scalars(select(RelyingPartySecret.id)).first()),
                "part": "names",
                "draft": draft,
                "step": "names",
                "run": reading.scalars(select(IntegrationTestRun.id)).one(),
                "proposal": str(reading.scalars(select(RelyingPartyProposal.id)).one()),
                "team": "binh-dinh",
                "name": "minh",
                "api-clients name": reading.scalars(select(ApiClient.name)).one(),
                "number": number,
                "citizen_id": HOLDER_ID,
                "announcement_id": reading.scalars(select(Announcement.id)).one(),
            }

    def _keep_more(self) -> None:
        now, by = self.site.clock.now(), OperatorName(_ADMINISTRATOR)
        with self.site.database.transaction() as transaction:
            tried = transaction.get_one(RelyingPartyRecord, PORTAL)
            transaction.add_all(
                [
                    Announcement(
                        id=_ANNOUNCEMENT,
                        audience=Audience.EVERYBODY,
                        title_vi="Bảo trì",
                        title_en="Maintenance",
                        text_vi="Hệ thống nghỉ một giờ.",
                        text_en="The system rests for an hour.",
                        at=now,
                        by=by,
                    ),
                    ApiClient(
                        name=ApiClientName("bao-cao"),
                        purpose="Báo cáo",
                        role=OperatorRole.READ_ONLY,
                        scopes=["statistics"],
                        secret_hash=b"h" * 32,
                        last_four="abcd",
                        answered_by=by,
                        answered_before=[],
                        created_at=now,
                        renewed_at=now,
                        expires_at=now + timedelta(days=90),
                    ),
                    RelyingPartyProposal(
                        client_id=ClientId("binh-dinh-that"),
                        sandbox_client_id=PORTAL,
                        team=tried.team,
                        document=tried.registration,
                        status=ProposalStatus.OPEN,
                        proposed_by="minh",
                        proposed_at=now,
                        reason="Đã thử xong",
                    ),
                ]
            )
            transaction.flush()
            contact = EmailAddress("ky-thuat@binhdinh.example")
            announcements.add_mails(transaction, _ANNOUNCEMENT, [contact], now)

    def _fail_and_count(self) -> None:
        now = self.site.clock.now()
        with self.site.database.transaction() as transaction:
            counted = HourlyCount(Measure.SIGNED_IN, PORTAL, "anew 2 5", now, 7)
            statistics.add(transaction, rows_of([counted]))
            failures.add(
                transaction,
                [
                    FailedRequest(
                        id="A" * 22,
                        at=now,
                        reference="ABCD-EFGH",
                        endpoint="authorize",
                        error="invalid_request",
                        client_id=PORTAL,
                        claimed=PORTAL,
                        fault=Fault(cause=Cause.OTHER),
                        note="",
                    )
                ],
            )

    # --- many of each ----------------------------------------------------------------------------

    def _multiply(self, connection: Connection, size: Size) -> None:
        parties = size.relying_parties
        teams = max(1, parties // PARTIES_OF_A_TEAM)
        party, team = "'rp-' || n", f"'team-' || (n % {teams} + 1)"
        now, events = self.site.clock.now(), size.events
        spread = timedelta(days=DAYS) / events

        def many(model: type[Base], times: int, where: str = "true", /, **changed: str) -> None:
            statement = text(_multiplied(model, times, where, changed))
            connection.execute(statement, {"now": now, "spread": spread, "portal": PORTAL})

        its = "client_id = :portal"
        many(Team, teams, "id = 'binh-dinh'", id="'team-' || n", name="'Team ' || n")
        many(Operator, teams, "name = 'minh'", name="'op-' || n")
        many(TeamMember, teams, "operator = 'minh'", team="'team-' || n", operator="'op-' || n")
        registration = "replace(registration::text, :portal, 'rp-' || n)::json"
        many(
            RelyingPartyRecord,
            parties,
            its,
            client_id=party,
            sector=party,
            team=team,
            registration=registration,
        )
        many(RelyingPartyVersion, parties, its, client_id=party)
        many(RelyingPartyVersion, 300, its, number="1 + n")
        many(RelyingPartySecret, parties, its, client_id=party)
        many(
            RelyingPartyProposal,
            parties // 10,
            client_id="'prod-' || n",
            sandbox_client_id=party,
            team=team,
        )
        many(IntegrationTestRun, parties, client_id=party, id="'run-' || n", handle="'run-' || n")
        many(IntegrationTestResult, parties, run_id="'run-' || n")
        closed = {"status": "'resolved'", "resolved_at": "filed_at", "ended_at": "filed_at"}
        many(Dispute, 1000, number="'KN-2025-' || lpad(n::text, 6, '0')", **closed)
        many(Announcement, 300, id="'announcement-' || n", at=":now - n * interval '1 hour'")
        many(
            AnnouncementMail,
            parties,
            id="'mail-' || n",
            announcement_id="'announcement-' || (n % 300 + 1)",
        )
        many(ApiClient, 300, name="'program-' || n")
        many(
            FailedRequestRecord,
            events // 50,
            id="lpad(n::text, 22, 'x')",
            reference="lpad(n::text, 9, 'X')",
            client_id=f"'rp-' || (n % {parties} + 1)",
            at=":now - n * 50 * :spread",
        )
        many(AuditEvent, events, "n % of_all + 1 = place", at=":now - n * :spread")
        many(StatisticRecord, DAYS, day="day - n")
        many(
            StatisticRecord,
            parties,
            f"{its} AND extract(day FROM day)::int % 10 = 0",
            client_id=party,
        )


def _multiplied(model: type[Base], times: int, where: str, changed: dict[str, str]) -> str:
    """*times* the rows that are there, *changed* by *n*; their own numbers are new."""
    table = cast(Table, model.__table__)
    counted = table.autoincrement_column
    columns = [each.name for each in table.columns if each.name in changed or each is not counted]
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return f"""
        INSERT INTO {table.name} ({names})
        SELECT {values} FROM generate_series(1, {times}) n,
        (SELECT *, row_number() OVER () place, count(*) OVER () of_all FROM {table.name}) one
        WHERE {where}"""  # noqa: S608 (the names are ours)
