"""What a worker carries before anybody has come, and what comes with the first operator."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.app import operators_side
from idp.app.web import OPERATORS_PATHS
from tests.conftest import CONFIG, ROOT

PROGRAM = """
import json, sys
from idp.app import create_app

browser = create_app().test_client()

def at(path):
    status = browser.get(path, follow_redirects=True).status_code
    return {"status": status, "modules": sorted(sys.modules)}

paths = ["/readyz", "/jwks", "/login"]
paths += ["/console/sign-in", "/api/v1/openapi.json", "/manual/api"]
print(json.dumps({path: at(path) for path in paths}))
"""

FOR_OPERATORS = (
    "idp.api",
    "idp.app.operations",
    "idp.console",
    "idp.helpdesk",
    "idp.key_ring",
    "idp.manuals",
)
FOR_READERS = ("markdown_it",)
FOR_FEW_CITIZENS = (
    "PIL",
    "fido2",  # with the list of public suffixes: who has a passkey
    "segno",  # who adds an authenticator app
)
FOR_QUESTIONS_ELSEWHERE = ("httpcore", "httpx", "smtplib")
FOR_OTHER_PROCESSES = ("alembic", "apscheduler", "idp.app.worker", "prometheus_client")
FOR_POSTGRESQL = ("idp.db.postgresql", "psycopg")


def loaded(modules: list[str], packages: tuple[str, ...]) -> list[str]:
    return [
        package
        for package in packages
        if any(name == package or name.startswith(f"{package}.") for name in modules)
    ]


def test_a_worker_carries_what_citizens_need_and_an_operator_brings_the_rest(
    home: Path, environment: dict[str, str]
) -> None:
    inherited = {name: value for name, value in os.environ.items() if "IDP_" not in name}

    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**inherited, **environment, "IDP_CONFIG": str(CONFIG)},
        capture_output=True,
        check=False,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout.splitlines()[-1])
    assert {path: answer["status"] for path, answer in seen.items()} == dict.fromkeys(seen, 200)
    for path in ("/readyz", "/jwks", "/login"):
        modules = seen[path]["modules"]
        assert loaded(modules, (*FOR_OPERATORS, *FOR_READERS)) == []
        assert loaded(modules, FOR_FEW_CITIZENS) == []
        assert loaded(modules, FOR_QUESTIONS_ELSEWHERE) == []
        assert loaded(modules, FOR_OTHER_PROCESSES) == []
        assert loaded(modules, FOR_POSTGRESQL) == []
    # What the first sign-in needs is there before it, for nobody shall wait for it.
    new = set(seen["/login"]["modules"]) - set(seen["/readyz"]["modules"])
    assert [name for name in new if name.startswith("idp.")] == []
    assert loaded(seen["/api/v1/openapi.json"]["modules"], FOR_READERS) == []
    assert loaded(seen["/manual/api"]["modules"], FOR_READERS) == ["markdown_it"]
    brought = seen["/console/sign-in"]["modules"]
    assert loaded(brought, ("idp.console", "idp.api")) == ["idp.console", "idp.api"]


@pytest.mark.parametrize("path", OPERATORS_PATHS)
def test_operators_hear_where_their_side_cannot_be_composed(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*_: object) -> Flask:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(operators_side, "operators_side", broken)
        for address in (path, f"{path}/anything"):
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code == 503
                assert answer.headers["Retry-After"] == "60"
                assert "Content-Security-Policy" in answer.headers
    assert client.get("/login").status_code != 503

    assert client.get("/console/sign-in").status_code == 200
