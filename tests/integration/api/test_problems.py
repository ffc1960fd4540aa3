"""Every error is a problem body with a code, and never a stack trace."""

from __future__ import annotations

import socket

import httpx
import pytest

from api.shapes.system import Problem
from store.settings import load_settings
from tests.integration.api.conftest import HERE, STACK, Api, served

R = f"/api/v1/outlets/{STACK}/readings"
P = f"/api/v1/outlets/{STACK}/periods"

PROBLEMS = [
    # path, query, status, code, remark
    ("/api/v1/nowhere", {}, 404, "path_not_found", "no such path"),
    ("/api/v1/sites/nowhere", {}, 404, "site_not_found", "no such site"),
    ("/api/v1/sites/NO%20WAY", {}, 400, "request_invalid", "no id at all"),
    ("/api/v1/sites/", {}, 404, "path_not_found", "no redirect to the path without a slash"),
    ("/api/v1/outlets/nowhere/readings", {}, 404, "outlet_not_found", "no such outlet"),
    ("/api/v1/alerts/4711", {}, 404, "alert_not_found", "no such alert"),
    ("/api/v1/alerts/99999999999999999999", {}, 400, "request_invalid", "more than the database can number"),
    ("/api/v1/alerts/0", {}, 400, "request_invalid", "alerts are numbered from 1"),
    (R, {"from": "2026-01-01T00:00:00"}, 400, "request_invalid", "a time without offset"),
    (R, {"from": "1767225600"}, 400, "request_invalid", "seconds are no time here"),
    (R, {"from": "2026-02-30T00:00:00+08:00"}, 400, "request_invalid", "a day that does not exist"),
    (R, {"from": "0001-01-01T00:00:00+08:00"}, 400, "request_invalid", "before all data"),
    (R, {"to": "9999-12-31T23:59:59Z"}, 400, "request_invalid", "after all data"),
    (R, {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, 400, "span_reversed", "backwards"),
    (
        R,
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        400,
        "span_reversed",
        "no time at all",
    ),
    (R, {"from": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, 400, "span_too_long", "six years"),
    (R, {"kind": "weekly"}, 400, "request_invalid", "unknown kind"),
    (R, {"factor": "a\x00b"}, 400, "request_invalid", "a factor with a NUL"),
    (R, {"limit": "10001"}, 400, "request_invalid", "more than a page"),
    (R, {"cursor": "AAAA"}, 400, "cursor_malformed", "a cursor that nobody handed out"),
    (R, {"cursor": "%"}, 400, "cursor_malformed", "not even base64"),
    (P, {"span": "minute"}, 400, "request_invalid", "no such span"),
    ("/api/v1/alerts", {"code": "a\x00b"}, 400, "value_impossible", "a text that PostgreSQL cannot hold"),
    ("/api/v1/alerts", {"condition": "gone"}, 400, "request_invalid", "no such condition"),
]


@pytest.mark.parametrize(("path", "query", "status", "code", "remark"), PROBLEMS)
def test_a_wrong_request_gets_a_problem_with_its_code(
    api: Api, path: str, query: dict[str, str], status: int, code: str, remark: str
) -> None:
    answer = api.get(path, params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code), remark
    assert_problem(answer)


def assert_problem(answer: httpx.Response) -> Problem:
    """The answer is a whole problem body that gives nothing away."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = Problem.model_validate_json(answer.content)
    assert (body.status, body.type) == (answer.status_code, f"urn:outfall:problem:{body.code}")
    assert body.title and body.detail and body.text
    assert "Traceback" not in answer.text and "psycopg" not in answer.text
    return body


def test_a_cursor_of_one_list_is_none_of_another(api: Api) -> None:
    query = {"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-03T00:00:00+08:00", "limit": "1"}
    cursor = api.get(R, params=query).json()["next"]
    answer = api.get(P, params={**query, "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_malformed")


def test_a_method_that_is_not_possible_is_named(api: Api) -> None:
    with api.client() as client:
        answer = client.delete("/api/v1/sites")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
    assert_problem(answer)


BODIES = [
    (b"{" * 70_000, {}, 413, "body_too_large", "too long by its own word"),
    (b"{not json", {}, 400, "request_invalid", "no JSON"),
    (b'{"reason": 7}', {}, 400, "request_invalid", "a number as reason"),
    (b'{"reason": "' + b"x" * 1001 + b'"}', {}, 400, "request_invalid", "a reason too long"),
    (b"{}", {"Idempotency-Key": "a key"}, 400, "request_invalid", "a key that is none"),
    (b'{"reason": "a\\u0000b"}', {}, 400, "value_impossible", "a NUL in the reason"),
]


@pytest.mark.parametrize(("body", "headers", "status", "code", "remark"), BODIES)
def test_a_wrong_body_gets_a_problem_with_its_code(
    api: Api, body: bytes, headers: dict[str, str], status: int, code: str, remark: str
) -> None:
    with api.client() as client:
        sent = {"Content-Type": "application/json", **headers}
        answer = client.post("/api/v1/alerts/1/acknowledge", content=body, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code), remark
    assert_problem(answer)


def test_a_body_that_hides_its_length_is_cut_off(api: Api) -> None:
    with api.client() as client:
        answer = client.post(
            "/api/v1/alerts/1/acknowledge",
            content=(b" " * 8192 for _ in range(20)),
            headers={"Content-Type": "application/json"},
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_while_the_database_is_away_the_process_lives_and_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        database_port = gone.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = load_settings(
        database_url=f"postgresql://nobody:hidden-secret@127.0.0.1:{database_port}/none",
        http_port=port,
        home=HERE,
    )
    with served(settings), httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/api/v1/sites", headers={"Authorization": "Bearer outfall_x"})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
        assert int(answer.headers["Retry-After"]) > 0
        assert "hidden-secret" not in answer.text
        assert_problem(answer)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["database"]["ok"]) == (503, False)
        assert "outfall_database_up 0.0" in client.get("/metrics").text


def test_every_answer_carries_the_security_headers(api: Api) -> None:
    for path in ("/api/v1/sites", "/healthz", "/api/v1/nowhere", "/login"):
        headers = api.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
