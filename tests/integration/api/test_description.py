"""The OpenAPI description holds: whatever it allows is answered as it says, and nothing makes the server fail."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.integration.api.conftest import Api

LEAD_STEPS = (
    "edit",
    "alerts",
    "refresh",
    "basis",
    "discretion",
    "assign",
    "present",
    "technical-review",
    "legal-review",
    "return",
    "withdraw",
    "disclose",
    "statement",
    "talks",
    "discussions",
    "extend",
    "suspend",
    "resume",
    "outcome",
    "decision",
    "transfer/propose",
    "transfer",
)

LOG_PARTS = (
    "checkpoint",
    "checkpoints",
    "proof/{leaf}",
    "leaf",
    "consistency",
    "tile/{level}/{index}",
    "keys",
)

# /stream never ends and /readyz is 503 by right when nothing ingests; both have tests of their own.
OPERATIONS = [
    ("GET", "/api/v1/sites"),
    ("GET", "/api/v1/sites/{site_id}"),
    ("GET", "/api/v1/outlets/{outlet_id}"),
    ("GET", "/api/v1/outlets/{outlet_id}/readings"),
    ("GET", "/api/v1/outlets/{outlet_id}/periods"),
    ("GET", "/api/v1/outlets/{outlet_id}/ledger"),
    ("GET", "/api/v1/outlets/{outlet_id}/statistics"),
    ("GET", "/api/v1/messages/{message_id}"),
    ("GET", "/api/v1/outlets/{outlet_id}/marks"),
    ("POST", "/api/v1/outlets/{outlet_id}/marks"),
    ("GET", "/api/v1/outlets/{outlet_id}/mark-labels"),
    ("POST", "/api/v1/marks/{mark_id}/withdraw"),
    ("GET", "/api/v1/outlets/{outlet_id}/checks"),
    ("POST", "/api/v1/outlets/{outlet_id}/checks"),
    ("GET", "/api/v1/outlets/{outlet_id}/chain-checks"),
    ("POST", "/api/v1/outlets/{outlet_id}/chain-checks"),
    ("GET", "/api/v1/quarantine"),
    ("POST", "/api/v1/quarantine/{piece_id}/replay"),
    ("GET", "/api/v1/alerts"),
    ("GET", "/api/v1/alerts/{alert_id}"),
    *(
        ("POST", f"/api/v1/alerts/{{alert_id}}/{step}")
        for step in (
            "acknowledge",
            "assign",
            "comment",
            "remind",
            "notify",
            "answer",
            "verify",
            "close",
            "lead",
        )
    ),
    ("GET", "/api/v1/alerts/{alert_id}/routing"),
    ("GET", "/api/v1/tasks"),
    ("POST", "/api/v1/tasks"),
    ("GET", "/api/v1/tasks/{task_id}"),
    *(("POST", f"/api/v1/tasks/{{task_id}}/{step}") for step in ("start", "assign", "done", "cancel")),
    ("GET", "/api/v1/leads"),
    ("POST", "/api/v1/leads"),
    ("GET", "/api/v1/leads/{lead_id}"),
    ("GET", "/api/v1/leads/{lead_id}/papers/{paper_id}"),
    *(("POST", f"/api/v1/leads/{{lead_id}}/{step}") for step in LEAD_STEPS),
    ("GET", "/api/v1/law"),
    ("GET", "/api/v1/positive-list"),
    ("GET", "/api/v1/sites/{site_id}/visits"),
    ("GET", "/api/v1/samples"),
    ("GET", "/api/v1/channels"),
    ("GET", "/api/v1/notifications"),
    ("GET", "/api/v1/notifications/{message_id}"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/retention"),
    ("GET", "/api/v1/retention/holds"),
    ("POST", "/api/v1/retention/holds"),
    ("POST", "/api/v1/retention/holds/{hold_id}/lift"),
    ("GET", "/api/v1/retention/drops"),
    ("POST", "/api/v1/leads/{lead_id}/submit"),
    ("GET", "/api/v1/handovers"),
    ("GET", "/api/v1/handovers/{handover_id}"),
    ("POST", "/api/v1/handovers/{handover_id}/retry"),
    ("GET", "/api/v1/handover-connectors"),
    ("GET", "/api/v1/evidence"),
    ("POST", "/api/v1/evidence"),
    ("POST", "/api/v1/evidence/estimate"),
    ("GET", "/api/v1/evidence/{package_id}"),
    ("GET", "/api/v1/evidence/{package_id}/download"),
    *(("GET", f"/api/v1/log/{part}") for part in LOG_PARTS),
    ("GET", "/api/v1/healthz"),
    ("GET", "/api/v1/metrics"),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_the_description_allows_is_answered_as_it_says(api: Api, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_url(f"{api.url}/api/v1/openapi.json")
    operation = schema[path][method]
    headers = {"Authorization": f"Bearer {api.token('admin')}"}

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def holds(case: schemathesis.Case) -> None:
        answer = case.call(base_url=api.url, headers=headers, timeout=30)
        case.validate_response(
            answer, checks=(not_a_server_error, status_code_conformance, response_schema_conformance)
        )

    holds()


def test_the_description_is_openapi_3_1_and_names_every_path_of_the_contract(api: Api) -> None:
    description = api.get("/api/v1/openapi.json", role=None).json()
    assert description["openapi"].startswith("3.1")
    assert {path.removeprefix("/api/v1") for path in description["paths"]} == {
        "/sites",
        "/sites/{site_id}",
        "/outlets/{outlet_id}",
        "/outlets/{outlet_id}/readings",
        "/outlets/{outlet_id}/periods",
        "/outlets/{outlet_id}/ledger",
        "/outlets/{outlet_id}/statistics",
        "/messages/{message_id}",
        "/outlets/{outlet_id}/marks",
        "/outlets/{outlet_id}/mark-labels",
        "/outlets/{outlet_id}/checks",
        "/outlets/{outlet_id}/chain-checks",
        "/marks/{mark_id}/withdraw",
        "/leads/{lead_id}/submit",
        "/leads/{lead_id}/transfer-form.pdf",
        "/leads/{lead_id}/evidence-list.pdf",
        "/handovers",
        "/handovers/{handover_id}",
        "/handovers/{handover_id}/retry",
        "/handover-connectors",
        "/alerts",
        "/alerts/{alert_id}",
        "/alerts/{alert_id}/acknowledge",
        "/alerts/{alert_id}/assign",
        "/alerts/{alert_id}/comment",
        "/alerts/{alert_id}/remind",
        "/alerts/{alert_id}/notify",
        "/alerts/{alert_id}/answer",
        "/alerts/{alert_id}/verify",
        "/alerts/{alert_id}/close",
        "/alerts/{alert_id}/lead",
        "/alerts/{alert_id}/attachments",
        "/alerts/{alert_id}/attachments/{attachment_id}",
        "/operations/jobs",
        "/alerts/{alert_id}/routing",
        "/tasks",
        "/tasks/{task_id}",
        "/tasks/{task_id}/start",
        "/tasks/{task_id}/assign",
        "/tasks/{task_id}/done",
        "/tasks/{task_id}/cancel",
        "/leads",
        "/leads/{lead_id}",
        "/leads/{lead_id}/papers",
        "/leads/{lead_id}/papers/{paper_id}",
        "/leads/{lead_id}/statement/papers",
        *(f"/leads/{{lead_id}}/{step}" for step in LEAD_STEPS),
        "/law",
        "/positive-list",
        "/sites/{site_id}/visits",
        "/samples",
        *(f"/log/{part}" for part in LOG_PARTS),
        "/channels",
        "/notifications",
        "/notifications/{message_id}",
        "/audit",
        "/retention",
        "/retention/holds",
        "/retention/holds/{hold_id}/lift",
        "/retention/drops",
        "/evidence",
        "/evidence/estimate",
        "/evidence/{package_id}",
        "/evidence/{package_id}/download",
        "/stream",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["tags"], (method, path)
