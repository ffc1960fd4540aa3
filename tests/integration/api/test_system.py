"""Health, readiness, metrics, and a process that starts and stops as it should."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from psycopg.types.json import Jsonb

from api.service import listen
from deploy import stack as local
from store.settings import load_settings
from tests.integration.api.conftest import HERE, Api


def test_readiness_names_each_thing_that_is_missing(fresh_api: Api) -> None:
    cases = [
        # heartbeat state of ingest, ready, broker detail
        (None, False, "ingest says: unknown"),
        ({}, False, "ingest says: unknown"),
        ({"broker_connected": False}, False, "ingest says: not connected"),
        ({"broker_connected": True}, True, "ingest says: connected"),
    ]
    for state, ready, detail in cases:
        if state is not None:
            fresh_api.run("heartbeat", state=Jsonb(state))
        answer = fresh_api.get("/readyz", role=None)
        assert answer.status_code == (200 if ready else 503), state
        body = answer.json()
        assert (body["ready"], body["checks"]["broker"]["detail"]) == (ready, detail)
        assert body["checks"]["database"]["ok"] and body["checks"]["schema"]["ok"]


def test_metrics_speak_prometheus_and_count_by_route(api: Api) -> None:
    api.get("/api/v1/sites/plant-one")
    text = api.get("/metrics", role=None).text
    assert 'outfall_http_answers_total{method="GET",route="/api/v1/sites/{site_id}",status="200"}' in text
    assert "outfall_database_up 1.0" in text
    assert 'outfall_alerts_open{code="exceedance_hour",severity="serious"} 1.0' in text
    assert 'outfall_gateway_online{gateway="gw-one"} 1.0' in text
    assert "plant-one" not in text


def test_metrics_behind_a_proxy_need_a_token(api: Api) -> None:
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    assert api.get("/metrics", role=None, headers=elsewhere).status_code == 401
    assert api.get("/metrics", role="operator", headers=elsewhere).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_serves_beats_and_stops_cleanly(fresh_api: Api, number: signal.Signals) -> None:
    port = local.free_port()
    with api_process(fresh_api.database_url, port) as process, httpx.Client(timeout=10) as client:
        wait_for(client, port, process)
        token = {"Authorization": f"Bearer {fresh_api.token()}"}
        with client.stream("GET", f"http://127.0.0.1:{port}/api/v1/stream", headers=token) as answer:
            assert answer.status_code == 200
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"Traceback" not in errors


def test_a_taken_port_is_one_sentence_and_exit_code_3(fresh_api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = api_process(fresh_api.database_url, taken.getsockname()[1])
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 3
    assert errors.startswith(b"[http_port_taken]") and errors.count(b"\n") == 1


def test_without_a_database_setting_the_process_says_which_and_exits_with_2() -> None:
    environment = {"PATH": os.environ["PATH"], "OUTFALL_HOME": str(HERE)}
    done = subprocess.run(
        [sys.executable, "-m", "api"], env=environment, capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"[database_url_missing]") and done.stderr.count(b"\n") == 1


def api_process(database_url: str, port: int) -> subprocess.Popen[bytes]:
    """``python -m api`` as a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "OUTFALL_HOME": str(HERE),
        "OUTFALL_DATABASE_URL": database_url,
        "OUTFALL_HTTP_PORT": str(port),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "api"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def wait_for(client: httpx.Client, port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the process answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            return
        except httpx.TransportError:
            assert process.poll() is None, "the process ended"
            assert time.monotonic() < deadline, "the process does not answer"
            time.sleep(0.05)


def test_answers_do_not_wait_for_the_acknowledgement_of_their_head() -> None:
    with listen(load_settings(http_port=local.free_port(), home=HERE)) as listener:
        # asyncio sets TCP_NODELAY by this.
        assert listener.proto == socket.IPPROTO_TCP
