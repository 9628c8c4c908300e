"""What Prometheus is told: requests, sweeps, queues and counts; and at which address."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
import redis
from prometheus_client import CollectorRegistry, generate_latest
from werkzeug.test import Client

from idp.adapters.metrics import MeasuredRequests, State, WatchedSweeps, listen
from idp.app.parts import Parts
from idp.app.web import web_application
from idp.processes.serve import gather_metrics
from idp.settings import Settings
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock


def text_of(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_a_request_is_measured_by_its_route_and_never_by_its_path(site: Site) -> None:
    registry = CollectorRegistry()
    client = Client(
        MeasuredRequests(
            site.app.wsgi_app, paths=["/token"], prefixes=("/api/v1",), registry=registry
        )
    )
    for path in ("/login", "/logos/binh-dinh/x.png", "/made-up/052099001234", "/api/v1/keys/x"):
        client.get(path).close()
    client.post("/token").close()
    client.open("/token", method="HACK").close()

    told = text_of(registry)
    for labels in (
        'method="GET",route="/login"',
        'method="POST",route="/token",status="400"',
        'method="other",route="/token",status="405"',
        'method="GET",route="other",status="404"',
        'method="GET",route="/api/v1"',
    ):
        assert f"idp_request_seconds_count{{{labels}" in told, told
    assert "052099001234" not in told
    assert "x.png" not in told


def test_a_sweep_tells_how_it_went(clock: FakeClock) -> None:
    registry = CollectorRegistry()
    watched = WatchedSweeps(registry, clock)
    watched.watched("seal", lambda: None)()

    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        watched.watched("drop", fail)()

    told = text_of(registry)
    assert 'idp_sweep_runs_total{outcome="done",sweep="seal"} 1.0' in told
    assert 'idp_sweep_runs_total{outcome="failed",sweep="drop"} 1.0' in told
    assert 'idp_sweep_last_success_timestamp_seconds{sweep="seal"}' in told
    assert 'timestamp_seconds{sweep="drop"}' not in told


def test_what_is_away_keeps_nothing_else_back(redis_client: redis.Redis) -> None:
    def away() -> list[tuple[str, str, int]]:
        raise ConnectionError

    registry = CollectorRegistry()
    redis_client.rpush("jobs:default", "a", "b")
    registry.register(State(redis_client, ["jobs:default"], away, (ConnectionError,)))

    assert 'idp_queue_length{queue="jobs:default"} 2.0' in text_of(registry)


def test_what_was_counted_today_is_told(redis_client: redis.Redis) -> None:
    registry = CollectorRegistry()
    registry.register(State(redis_client, [], lambda: [("begun", "", 7)], ()))

    assert 'idp_today{detail="",measure="begun"} 7.0' in text_of(registry)


def test_the_address_answers_with_what_other_processes_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    gather = (
        "import sys; from pathlib import Path; from idp.processes.serve import gather_metrics;"
        "gather_metrics(Path(sys.argv[1]));"
        "from idp.adapters.metrics import MeasuredRequests;"
        "app = MeasuredRequests(lambda e, s: s('200 OK', []) or [b''], paths=['/token']);"
        "app({'REQUEST_METHOD': 'POST', 'PATH_INFO': '/token'}, lambda *a: None)"
    )
    for _ in range(2):  # the second one empties what the first has left
        subprocess.run([sys.executable, "-c", gather, str(folder)], check=True, timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    server = listen(CollectorRegistry(), host="127.0.0.1", port=port, folder=folder)
    assert server is not None
    try:
        assert listen(CollectorRegistry(), host="127.0.0.1", port=port, folder=folder) is None
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            told = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()

    counted = [line for line in told.splitlines() if line.startswith("idp_request_seconds_count")]
    assert counted == ['idp_request_seconds_count{method="POST",route="/token",status="200"} 1.0']


def test_the_folder_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    gather_metrics(tmp_path / "metrics")

    assert (tmp_path / "metrics").stat().st_mode & 0o777 == 0o700
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")


def test_nobody_is_told_at_the_public_address(home: Path, settings: Settings) -> None:
    del home
    metrics = settings.metrics.model_copy(update={"port": 9})
    parts = Parts(settings.model_copy(update={"metrics": metrics}))
    app = web_application(parts)

    assert app.test_client().get("/metrics").status_code == 404
    assert isinstance(app.wsgi_app, MeasuredRequests)
    parts.database.engine.dispose()
