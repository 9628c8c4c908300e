"""Portals that are Apache with mod_auth_openidc: one server, a virtual host for each portal."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.interop.running_provider import RunningProvider

CONFIG = Path(__file__).with_name("apache.conf")
MODULES = Path("/usr/lib/apache2/modules")
UNPRIVILEGED = "www-data"  # Debian's name for whom web servers run as
SECONDS_TO_END = 30
CLAIMS = ("sub", "name", "email", "acr", "sid")
PAGE = "\n".join(
    ["<!DOCTYPE html><title>Portal</title>", '<p id="portal">signed in</p>']
    + [f'<p id="{name}"><!--#echo var="OIDC_CLAIM_{name}" --></p>' for name in CLAIMS]
)
UNCONCERNED = (
    "no file found at",  # it meets a provider for the first time
    "could not (or no longer) find a session",  # the frame was faster than the message
)
GOODBYE = '<!DOCTYPE html><title>Goodbye</title><p id="goodbye">signed out</p>'
FAILED = '<!DOCTYPE html><title>Failed</title><p id="failed">%s: %s</p>'


@dataclass(frozen=True)
class ApachePortal:
    """A portal: where it is, what it says when it is registered, and how it is configured."""

    name: str
    port: int
    metadata: Mapping[str, object] = field(default_factory=dict)
    directives: Sequence[str] = ()
    registers_itself: bool = False

    @property
    def base(self) -> str:
        """Another site than the provider's, which is called localhost."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def home(self) -> str:
        return f"{self.base}/index.html"

    @property
    def goodbye(self) -> str:
        return f"{self.base}/goodbye.html"

    @property
    def callback(self) -> str:
        """The one address that the module answers at itself."""
        return f"{self.base}/callback"


@dataclass(frozen=True)
class Apache:
    """A running server."""

    folder: Path

    def log(self) -> str:
        """All that it has written so far."""
        return (self.folder / "error.log").read_text("utf-8", "replace")

    def complaints(self) -> list[str]:
        """What the module warned of, or worse."""
        return [
            line
            for line in self.log().splitlines()
            if "auth_openidc" in line and not any(said in line for said in UNCONCERNED)
        ]


def missing() -> str | None:
    """Why such portals cannot run on this machine, if they cannot."""
    if shutil.which("apache2") is None:
        return "no Apache (apt-get install apache2)"
    if not (MODULES / "mod_auth_openidc.so").exists():
        return "no mod_auth_openidc (apt-get install libapache2-mod-auth-openidc)"
    return None


@contextmanager
def portals_on_apache(
    provider: RunningProvider, portals: Sequence[ApachePortal]
) -> Iterator[Apache]:
    """Run one server with all *portals*, as an unprivileged user, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="idp-apache-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        pages = folder / "pages"
        pages.mkdir()
        (pages / "index.html").write_text(PAGE, "utf-8")
        (pages / "goodbye.html").write_text(GOODBYE, "utf-8")
        (folder / "failed.html").write_text(FAILED, "utf-8")
        shutil.copy(provider.ca_file, folder / "ca.pem")
        shutil.copy(provider.chain, folder / "server.pem")
        _make_own_key(folder)
        hosts = [_virtual_host(provider, portal, folder) for portal in portals]
        config = folder / "httpd.conf"
        config.write_text("\n".join([CONFIG.read_text("utf-8"), *hosts]), "utf-8")
        owner = UNPRIVILEGED if os.getuid() == 0 else None
        if owner is not None:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, owner, owner)
        command = ["apache2", "-f", str(config)]
        environment = {"PATH": os.environ["PATH"], "FOLDER": name, "MODULES": str(MODULES)}
        run_as: dict[str, Any] = {"user": owner, "group": owner} if owner else {}
        checked = subprocess.run(
            [*command, "-t"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            **run_as,
        )
        if checked.returncode != 0:
            raise RuntimeError(f"Apache refuses its configuration:\n{checked.stderr}")
        with subprocess.Popen([*command, "-D", "FOREGROUND"], env=environment, **run_as) as process:
            try:
                apache = Apache(folder)
                _await(provider, portals[0], apache)
                yield apache
            finally:
                process.terminate()
                process.wait(timeout=SECONDS_TO_END)


def _make_own_key(folder: Path) -> None:
    """With which a portal proves itself; the module serves the public half at its callback."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (folder / "own_key.pem").write_bytes(private)
    (folder / "own_key.pub").write_bytes(public)


def _await(provider: RunningProvider, portal: ApachePortal, apache: Apache) -> None:
    """Return once it accepts connections. The client waits longer before each further try."""
    patient = httpx.HTTPTransport(verify=provider.tls, retries=5)
    with httpx.Client(transport=patient, timeout=10) as client:
        try:
            client.get(portal.goodbye).raise_for_status()
        except httpx.HTTPError as error:
            raise RuntimeError(f"Apache does not start:\n{apache.log()}") from error


def _virtual_host(provider: RunningProvider, portal: ApachePortal, folder: Path) -> str:
    own = folder / portal.name
    own.mkdir()
    (own / "metadata").mkdir()
    directives = [
        f"DocumentRoot {folder}/pages",
        "SSLEngine on",
        f"SSLCertificateFile {folder}/server.pem",
        f"OIDCRedirectURI {portal.callback}",
        f"OIDCDefaultURL {portal.home}",
        f"OIDCDefaultLoggedOutURL {portal.goodbye}",
        f"OIDCCryptoPassphrase {portal.name}-and-nobody-else",
        # Cookies know no ports: each portal's names are its own.
        f"OIDCCookie session_{portal.name}",
        f"OIDCStateCookiePrefix state_{portal.name}_",
        f"OIDCClientName {portal.name}",
        "<Location /callback>",
        "AuthType openid-connect",
        "Require valid-user",
        "</Location>",
        *(
            [f"OIDCMetadataDir {own}/metadata"]
            if portal.registers_itself
            else _registered(provider, portal)
        ),
        *portal.directives,
    ]
    lines = "\n".join(directives)
    return (
        f"Listen 127.0.0.1:{portal.port}\n"
        f"<VirtualHost 127.0.0.1:{portal.port}>\n{lines}\n</VirtualHost>"
    )


def _registered(provider: RunningProvider, portal: ApachePortal) -> list[str]:
    """What an operator writes down who registered the portal."""
    says = {
        "client_name": portal.name,
        "redirect_uris": [portal.callback],
        "post_logout_redirect_uris": [portal.goodbye],
        **portal.metadata,
    }
    with httpx.Client(verify=provider.tls) as client:
        answer = client.post(
            f"{provider.issuer}/connect/register",
            content=json.dumps(says),
            headers={"Content-Type": "application/json"},
        ).raise_for_status()
    registered = answer.json()
    return [
        f"OIDCProviderMetadataURL {provider.issuer}/.well-known/openid-configuration",
        f"OIDCClientID {registered['client_id']}",
        *(
            [f"OIDCClientSecret {registered['client_secret']}"]
            if "client_secret" in registered
            else []
        ),
    ]
