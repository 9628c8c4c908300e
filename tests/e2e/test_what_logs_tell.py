"""What stands in the logs after all that happened before."""

import re

import pytest

from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e
TRACEBACK = re.compile(r"(?:.*\n)Traceback(?:.*\n){1,40}")


def test_logs_tell_nothing_about_anybody(
    desk: Walk, citizen: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    sandbox.break_(carrier="viettel", kind="garbage")
    desk.enrol_up_to_the_code(system.binh_dinh, citizen)
    desk.type_code_sent_to(citizen)
    sandbox.repair()
    desk.press("recheck-submit")
    desk.choose_password(citizen.password)
    logs = system.logs()

    assert [secret for secret in citizen.secrets if secret in logs] == []
    assert TRACEBACK.findall(logs) == []
