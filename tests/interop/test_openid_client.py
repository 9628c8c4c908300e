"""npm's openid-client, oauth4webapi and jose, as a portal's engineer would use them."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.interop.node_js import MISSING, found_node
from tests.interop.running_provider import OTP, PERSON, RESOURCE, SERVICE, RunningProvider

pytestmark = pytest.mark.interop

HERE = Path(__file__).parent / "node"
SECONDS = 120


@pytest.fixture(scope="session")
def node() -> str:
    """A Node.js that is new enough: this machine's, or the one installed beside the packages."""
    if not (HERE / "node_modules" / "openid-client").is_dir():
        pytest.skip("npm's openid-client is not installed (sh .ci/interop)")
    return found_node() or pytest.skip(MISSING)


@pytest.mark.parametrize("facts", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_openid_client(node: str, provider: RunningProvider, facts: Path) -> None:
    """Each file holds facts of one subject; no client may complain, not even by a warning."""
    run = subprocess.run(
        [node, str(facts)],
        cwd=HERE,
        env={
            "PATH": os.environ["PATH"],
            "NODE_EXTRA_CA_CERTS": str(provider.ca_file),
            "ISSUER": provider.issuer,
            "PERSON": json.dumps(PERSON | {"otp": OTP}),
            "SERVICE": json.dumps(
                {"id": SERVICE, "secret": provider.service_secret, "resource": RESOURCE}
            ),
            "TLS_CHAIN": str(provider.chain),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
