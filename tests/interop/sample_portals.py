"""The samples that portals' engineers copy, run as their manuals say."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.interop.conftest import free_ports
from tests.interop.node_js import MISSING, found_node

SAMPLES = Path(__file__).parents[2] / "clients" / "samples"
SECONDS_TO_END = 10
NAMES = ("flask_authlib", "node", "php")


@dataclass(frozen=True)
class Sample:
    """One sample: what it says of itself, at a port of this run."""

    name: str
    port: int

    @property
    def folder(self) -> Path:
        return SAMPLES / self.name

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def registration(self) -> str:
        """Its own file, with the port of this run."""
        text = (self.folder / "registration.toml").read_text("utf-8")
        callback = tomllib.loads(text)["redirect_uris"][0]
        return text.replace(callback.removesuffix("/callback"), self.base)

    @property
    def client_id(self) -> str:
        return str(tomllib.loads(self.registration)["client_id"])

    @property
    def missing(self) -> str | None:
        """Why it cannot run on this machine, if it cannot."""
        match self.name:
            case "node" if not (self.folder / "node_modules" / "openid-client").is_dir():
                return "npm's openid-client is not installed (sh .ci/interop)"
            case "node" if found_node() is None:
                return MISSING
            case "php" if shutil.which("php") is None:
                return "no PHP (apt-get install php-cli)"
        return None

    def command(self, ca_file: Path | None, home: Path) -> list[str]:
        match self.name:
            case "node":
                return [found_node() or "node", "portal.js"]
            case "php":
                settings = [f"session.save_path={home}", "error_log=/dev/stderr"]
                settings += [f"openssl.cafile={ca_file}"] if ca_file else []
                chosen = [word for setting in settings for word in ("-d", setting)]
                return ["php", "-q", *chosen, "-S", f"localhost:{self.port}", "portal.php"]
        return [sys.executable, "portal.py"]


def sample(name: str) -> Sample:
    return Sample(name, free_ports(1)[0])


@contextmanager
def running(
    portal: Sample, issuer: str, secret: str, home: Path, ca_file: Path | None = None
) -> Iterator[Path]:
    """Run *portal* until the block ends; the file with all that it has said."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": portal.client_id,
        "OIDC_CLIENT_SECRET": secret,
        "PORTAL_URL": portal.base,
    }
    if ca_file is not None:
        environment |= {"NODE_EXTRA_CA_CERTS": str(ca_file), "REQUESTS_CA_BUNDLE": str(ca_file)}
    log = home / f"{portal.name}.log"
    with ExitStack() as stack:
        out = stack.enter_context(log.open("w", encoding="utf-8"))
        process = stack.enter_context(
            subprocess.Popen(
                portal.command(ca_file, home),
                cwd=portal.folder,
                env=environment,
                stdout=out,
                stderr=out,
            )
        )
        stack.callback(process.wait, timeout=SECONDS_TO_END)
        stack.callback(process.terminate)
        _await(portal, log)
        yield log


def _await(portal: Sample, log: Path) -> None:
    """Return once it answers. The client waits longer before each further try."""
    patient = httpx.HTTPTransport(retries=5)
    with httpx.Client(transport=patient, timeout=10) as client:
        try:
            client.get(f"{portal.base}/").raise_for_status()
        except httpx.HTTPError as error:
            said = log.read_text("utf-8", "replace")
            raise RuntimeError(f"{portal.name} does not start:\n{said}") from error
