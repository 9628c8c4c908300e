"""npm's openid-client, oauth4webapi and jose, as a portal's engineer would use them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interop.running_provider import OTP, PERSON, RESOURCE, SERVICE, RunningProvider

pytestmark = pytest.mark.interop

HERE = Path(__file__).parent / "node"
OLDEST = 20  # the release of Node.js that openid-client asks for
INSTALLED = HERE / "runtime" / "node_modules" / ".bin" / "node"
SECONDS = 120


@pytest.fixture(scope="session")
def node() -> str:
    """A Node.js that is new enough: this machine's, or the one installed beside the packages."""
    if not (HERE / "node_modules" / "openid-client").is_dir():
        pytest.skip("npm's openid-client is not installed (sh .ci/interop)")
    for found in filter(None, (shutil.which("node"), shutil.which(INSTALLED))):
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
        if int(re.findall(r"\d+", said.stdout)[0]) >= OLDEST:
            return found
    pytest.skip(f"no Node.js {OLDEST} or newer (sh .ci/interop)")


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
