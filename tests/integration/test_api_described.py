"""
The API against its own description: no call breaks, and every answer is as it is described.

Schemathesis makes the requests, good ones and bad ones, by the description that is served.
"""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from idp.throttling.ports import Budget
from tests.fakes.citizen_site import Site
from tests.fakes.programs import Program, let_in
from tests.fakes.registrations import registration

# To make requests up takes ten times as long as to answer them.
FEW = settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=100)


@pytest.fixture
def program(site: Site) -> Program:
    """One that may everything, with something to look at."""
    program = let_in(site)
    body = {"document": registration("thu"), "reason": "để có gì mà gọi"}
    program.call("POST", "/relying-parties", body, headers={"Idempotency-Key": "a"})
    return program


def hold_to_description(program: Program, mode: GenerationMode, how_many: settings) -> set[str]:
    """Call every operation so often; the names of those that were called."""
    site, called = program.site, set()
    windows = site.settings.throttling.api_requests_per_client
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app)
    headers = {"Authorization": f"Bearer {program.token}"}

    for found in schema.get_all_operations():
        operation = found.ok()
        called.add(operation.label)

        @given(case=operation.as_strategy(generation_mode=mode))
        @how_many
        def call(case: schemathesis.Case) -> None:
            site.parts.throttle.clear(Budget("api_requests_per_client", windows), program.name)
            # What has the right shape may still break a rule: a registration has many.
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        with suppress(Unsatisfiable):  # a call that takes nothing cannot be made wrongly
            call()
    return called


def test_good_requests_are_answered_as_described(program: Program) -> None:
    called = hold_to_description(program, GenerationMode.POSITIVE, FEW)

    assert len(called) > 20


def test_bad_requests_are_answered_as_described(program: Program) -> None:
    hold_to_description(program, GenerationMode.NEGATIVE, FEW)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_many_requests_are_answered_as_described(program: Program, mode: GenerationMode) -> None:
    hold_to_description(program, mode, MANY)
