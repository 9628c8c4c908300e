"""Forms that nobody has proved anything for cannot fill the database."""

import pytest
from sqlalchemy import func, select

from idp.audit.model import AuditEvent
from idp.enrolment.model import PendingEnrolment
from tests.fakes.citizen_site import Browser, Site

DETAILS = {
    "identity_number": "052190000001",
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": "0912 000 001",
    "email": "",
}
FORMS = 3


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """A network may send a few forms."""
    limit = f'[{{"count": {FORMS}, "period": "PT5M"}}]'
    return {**environment, "IDP__THROTTLING__ENROLMENT_FORMS_PER_NETWORK": limit}


def send_form(site: Site) -> Browser:
    form = site.from_portal(site.browser()).submit(subject="citizen", method="mobile")
    return form.submit(**DETAILS)


def test_one_network_leaves_so_many_forms_and_is_noted_once(site: Site) -> None:
    """The same phone each time: its cool-down keeps texts, and their budgets, out of the count."""
    seen = [send_form(site) for _ in range(FORMS + 4)]

    assert [browser.status for browser in seen] == [200] * FORMS + [429] * 4
    assert "5 phút" in seen[-1].html
    with site.database.reading() as reading:
        kept = reading.execute(select(func.count()).select_from(PendingEnrolment)).scalar_one()
        noted = reading.execute(select(AuditEvent.kind)).scalars().all()
    assert kept == FORMS
    assert noted.count("budget_exceeded") == 1
