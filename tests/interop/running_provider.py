"""The provider and its worker as a conformance suite gets them: https, certification mode."""

import os
import re
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.fakes.https_server import certificates

ROOT = Path(__file__).parents[2]
PERSON_FILE = ROOT / "docs" / "certification-person.toml"
PERSON = tomllib.loads(PERSON_FILE.read_text("utf-8"))
OTP = "000000"
SERVICE = "records-reader"
RESOURCE = "https://records.test/api"
REGISTRATION = f"""
client_id = "{SERVICE}"
client_name = "Dịch vụ tra cứu"
"client_name#en" = "Records reader"
redirect_uris = ["https://records.test/callback"]
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["authorization_code", "client_credentials"]
resources = ["{RESOURCE}"]
scope = "openid"
sms_name = "Tra cuu"
sector = "records-reader"
claims = []
"""
SECONDS_TO_END = 30
COMMAND = (sys.executable, "-m", "idp.cli")


@dataclass(frozen=True)
class RunningProvider:
    """Where it is, which authority vouches for it, and what this machine's servers may use too."""

    issuer: str
    ca_file: Path
    chain: Path  # key and certificate of localhost, signed by that authority
    home: Path
    environment: Mapping[str, str] = field(repr=False)  # of its commands, secrets and all

    @property
    def tls(self) -> ssl.SSLContext:
        """Trusts that authority alone."""
        return ssl.create_default_context(cafile=self.ca_file)

    @property
    def service_secret(self) -> str:
        """Of the service that an operator registered, for calls without a citizen."""
        return (self.home / f"{SERVICE}.client_secret").read_text("utf-8")

    def register(self, registration: str) -> str:
        """Register a portal as an operator does, from the text of its file; its secret."""
        file = self.home / "registration.toml"
        file.write_text(registration, "utf-8")
        applied = subprocess.run(
            [*COMMAND, "relying-parties", "apply", "--yes", str(file)],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        told = re.search(r"client_secret: (\S+)", applied.stdout)
        if told is None:
            raise RuntimeError(f"the portal is not registered:\n{applied.stdout}{applied.stderr}")
        return told[1]

    def logs(self) -> str:
        """All that both processes have written so far."""
        files = sorted(self.home.glob("*.log"))
        return "\n".join(file.read_text("utf-8", "replace") for file in files)


@contextmanager
def running_provider(
    home: Path, port: int, redis_url: str, secrets: Mapping[str, str]
) -> Iterator[RunningProvider]:
    """Run both until the block ends."""
    ca_file, chain = certificates(home)
    issuer = f"https://localhost:{port}"
    registration = home / "registrations" / SERVICE / "registration.toml"
    registration.parent.mkdir(parents=True)
    registration.write_text(REGISTRATION, "utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    environment = {
        **inherited,
        **secrets,
        "IDP_HOME": str(home),
        "IDP__REDIS__URL": redis_url,
        "IDP__SERVER__ISSUER": issuer,
        "IDP__SERVER__PORT": str(port),
        "IDP__TLS__CERTIFICATE": str(chain),
        "IDP__TLS__KEY": str(chain),
        "IDP__SIGNING__FOLDER": str(home / "keys"),
        "IDP__REGISTRATIONS__FOLDER": str(home / "registrations"),
        "IDP__CERTIFICATION__ENABLED": "true",
        "IDP__CERTIFICATION__OTP": OTP,
        "IDP__CERTIFICATION__PERSON_FILE": str(PERSON_FILE),
        "IDP__HTTP__CA_FILE": str(ca_file),
    }
    provider = RunningProvider(issuer, ca_file, chain, home, environment)
    with ExitStack() as stack:
        prepared = subprocess.run(
            [*COMMAND, "prepare", "--client-secrets", str(home)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if prepared.returncode != 0:
            raise RuntimeError(f"the provider cannot be made ready:\n{prepared.stderr}")
        for name in ("serve", "worker"):
            log = stack.enter_context((home / f"{name}.log").open("w", encoding="utf-8"))
            process = stack.enter_context(
                subprocess.Popen(
                    [*COMMAND, name], cwd=ROOT, env=environment, stdout=log, stderr=log
                )
            )
            stack.callback(_end, process)
        _await(provider)
        yield provider


def _await(provider: RunningProvider) -> None:
    """Return once it accepts connections. The client waits longer before each further try."""
    patient = httpx.HTTPTransport(verify=provider.tls, retries=7)
    with httpx.Client(transport=patient, timeout=10) as client:
        try:
            client.get(f"{provider.issuer}/readyz").raise_for_status()
        except httpx.HTTPError as error:
            raise RuntimeError(f"the provider does not start:\n{provider.logs()}") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=SECONDS_TO_END)
