"""Searching the audit trail, and that nothing of it can be changed by mistake."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from store import audit, clock
from store.database import connect
from store.errors import OutfallError
from tests.integration.api.conftest import STACK, Api, add_alert

EVENTS = (
    ("wang", "10.0.0.7", "alerts:alert:acknowledge", "YJ-20261124-0001", {"reason": "看到了"}),
    ("wang", "10.0.0.7", "evidence:package:read", "7", {"bytes": 12}),
    ("li", "cli", "evidence:report:read", "7", {"name": "案件.pdf"}),
    ("system", "system", "evidence_x:log:seal", None, {"size": 3}),
)


@pytest.fixture
def trail(fresh_api: Api) -> Api:
    """An API whose audit trail ends with EVENTS."""
    with connect(fresh_api.database_url, name="test") as connection:
        for actor, origin, action, subject, detail in EVENTS:
            audit.record(
                connection, actor=actor, origin=origin, action=action, subject=subject, detail=detail
            )
    return fresh_api


def found(api: Api, **params: Any) -> list[tuple[str, str]]:
    """Actor and action of what the search gives, newest first."""
    answer = api.get("/api/v1/audit", role="auditor", params=params)
    assert answer.status_code == 200, answer.text
    return [(item["actor"], item["action"]) for item in answer.json()["items"]]


ACKNOWLEDGED = ("wang", "alerts:alert:acknowledge")
PACKAGE = ("wang", "evidence:package:read")
REPORT = ("li", "evidence:report:read")
SEALED = ("system", "evidence_x:log:seal")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"actor": "wang"}, [PACKAGE, ACKNOWLEDGED]),
        ({"action": "evidence:"}, [REPORT, PACKAGE]),  # a beginning, not a part
        ({"action": "evidence_"}, [SEALED]),  # no wildcard of the database
        ({"subject": "7"}, [REPORT, PACKAGE]),
        ({"origin": "10.0.0.7", "action": "alerts"}, [ACKNOWLEDGED]),
        ({"text": "案件"}, [REPORT]),  # in the detail
        ({"text": "SIZE", "actor": "system"}, [SEALED]),  # whatever its case
        ({"actor": "nobody"}, []),
    ],
)
def test_the_trail_is_searched_by(
    trail: Api, params: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(trail, **params) == expected


def test_the_trail_is_searched_by_time(trail: Api) -> None:
    now = clock.now()
    assert found(trail, **{"from": (now + timedelta(minutes=1)).isoformat()}) == []
    assert SEALED in found(
        trail, **{"from": (now - timedelta(hours=1)).isoformat(), "to": "2199-01-01T00:00:00Z"}
    )
    assert found(trail, to=(now - timedelta(days=1)).isoformat()) == []


def test_pages_follow_one_another_without_gap(trail: Api) -> None:
    whole = found(trail)
    pages: list[tuple[str, str]] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        body = trail.get("/api/v1/audit", role="auditor", params=params).json()
        pages += [(item["actor"], item["action"]) for item in body["items"]]
        cursor = body["next"]
        if cursor is None:
            break
    assert pages == whole and len(whole) > 4


def test_the_trail_comes_as_csv(trail: Api) -> None:
    answer = trail.get("/api/v1/audit", role="auditor", params={"format": "csv", "actor": "li"})
    assert answer.headers["content-type"].startswith("text/csv")
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head == ["id", "at", "actor", "origin", "action", "subject", "detail"]
    assert row[2:] == ["li", "cli", "evidence:report:read", "7", '{"name":"案件.pdf"}']


@pytest.mark.parametrize("role", ["officer", "technical_reviewer", "legal_reviewer", "operator"])
def test_the_trail_is_not_for_the_role(fresh_api: Api, role: str) -> None:
    answer = fresh_api.get("/api/v1/audit", role=role)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


def test_a_company_does_not_see_the_trail(fresh_api: Api) -> None:
    assert fresh_api.get("/api/v1/audit", role="company", site="plant-one").status_code == 403


def test_a_write_through_the_api_is_found_with_who_and_from_where(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    with fresh_api.client() as client:
        assert client.post(f"/api/v1/alerts/{alert}/acknowledge").status_code == 200
    (event,) = fresh_api.get("/api/v1/audit", role="auditor", params={"action": "alerts:"}).json()["items"]
    assert (event["actor"], event["origin"]) == ("token:officer-test", "127.0.0.1")


def test_the_command_finds_the_same(trail: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTFALL_DATABASE_URL", trail.database_url)
    run = CliRunner()
    lines = run.invoke(app, ["audit", "--action", "evidence:", "--json"]).stdout.splitlines()
    assert [(event["actor"], event["action"]) for event in map(json.loads, lines)] == [REPORT, PACKAGE]
    table = list(csv.reader(io.StringIO(run.invoke(app, ["audit", "--text", "看到", "--csv"]).stdout)))
    assert [row[4] for row in table[1:]] == ["alerts:alert:acknowledge"]
    assert "YJ-20261124-0001" in run.invoke(app, ["audit", "--limit", "4"], env={"COLUMNS": "200"}).stdout
    wrong = run.invoke(app, ["audit", "--from", "yesterday"])
    assert isinstance(wrong.exception, OutfallError) and wrong.exception.code == "time_wrong"


GROWS = (
    "audit_event", "log_record", "log_checkpoint", "log_attestation", "alert_event", "task_event", "mark", "mark_withdrawal",
    "delivery", "message", "reading", "device_record", "quarantine", "quarantine_replay", "period_value", "verdict", "finding",
    "attachment", "digest", "quality_check", "chain_check", "routing_decision", "statistic", "retention_drop",
)  # fmt: skip
KEEPS = (
    "alert",
    "limit_version",
    "outbox",
    "task",
    "legal_hold",
    "log_run",
    "log_tile",
    "log_key",
    "site",
    "channel_version",
)


@pytest.mark.parametrize("table", [*GROWS, *KEEPS])
def test_rows_of_evidence_cannot_go_away_by_mistake(module_database: str, table: str) -> None:
    with psycopg.connect(module_database, autocommit=True) as connection:
        for statement in ("delete from {}", "truncate {} cascade"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as refused:
                connection.execute(psycopg.sql.SQL(statement).format(psycopg.sql.Identifier(table)))
            assert refused.value.diag.constraint_name == "append_only"


@pytest.mark.parametrize("table", GROWS)
def test_rows_of_evidence_cannot_be_changed_by_mistake(module_database: str, table: str) -> None:
    with psycopg.connect(module_database, autocommit=True) as connection:
        column = connection.execute(
            "select column_name from information_schema.columns where table_name = %s and is_identity = 'NO' limit 1",
            [table],
        ).fetchone()
        assert column is not None
        change = psycopg.sql.SQL("update {0} set {1} = {1}").format(
            *map(psycopg.sql.Identifier, (table, column[0]))
        )
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="kept as they were written"):
            connection.execute(change)


def test_maintenance_that_says_so_may_change_them_in_its_own_transaction_only(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("set local outfall.maintenance = 'on'")
            connection.execute("delete from audit_event")
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            connection.execute("delete from audit_event")
