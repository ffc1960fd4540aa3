"""What a company sees of the handling, and the Chinese words of every step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from store.handling.steps import EVENT_OF, State
from store.handling.visible import INNER_STATES, alert_for_company, event_for_company
from store.texts import has

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def event(action: str, actor: str = "wang", reason: str | None = "内部意见", **detail: Any) -> dict[str, Any]:
    return {"at": NOW, "actor": actor, "action": action, "reason": reason, "detail": detail}


EVENTS = [
    # event, what is seen (None = nothing), remark
    (event("raised", "system", None), ("system", None), "what Outfall found"),
    (event("acknowledged", role="officer"), ("bureau", None), "that somebody took it up, not who nor why"),
    (
        event("notified", reason="请说明原因", role="officer", public=True),
        ("bureau", "请说明原因"),
        "what it was told",
    ),
    (
        event("answered", "plant", "设备检修", role="company", public=True),
        ("plant", "设备检修"),
        "its own answer",
    ),
    (event("commented", role="officer"), None, "what officers tell each other"),
    (
        event("commented", reason="请补充", role="officer", public=True),
        ("bureau", "请补充"),
        "a note meant for it",
    ),
    (event("assigned", role="supervisor", to="zhao"), None, "who works on it"),
    (event("verified", role="officer", result="site_visit"), None, "a visit that is announced finds nothing"),
    (event("made_lead", role="officer"), None, "a lead is not told of here"),
    (event("escalated", "system", "answer", role="system"), None, "which level heard of it"),
    (event("closed", role="officer"), ("bureau", None), "that it is over, not the words of it"),
    (event("attached", "plant", None, role="company", public=True), ("plant", None), "its own paper"),
]


@pytest.mark.parametrize(("given", "seen", "remark"), EVENTS, ids=[row[2] for row in EVENTS])
def test_a_company_sees_what_is_meant_for_it(
    given: dict[str, Any], seen: tuple[str, str | None] | None, remark: str
) -> None:
    shown = event_for_company(given)
    assert (None if shown is None else (shown["actor"], shown["reason"])) == seen, remark
    if shown is not None and shown["actor"] == "bureau":
        assert "wang" not in str(shown)


def test_a_company_sees_no_clock_but_its_own_and_no_name() -> None:
    alert = {
        "acknowledged_by": "wang",
        "assigned_to": "zhao",
        "due_at": NOW,
        "due_step": "verify",
        "escalation": 2,
        "reminded_at": NOW,
    }
    shown = alert_for_company(alert)
    assert set(shown.values()) == {"bureau", None, 0}
    assert alert_for_company(alert | {"due_step": "answer"})["due_at"] == NOW


def test_every_step_state_and_reason_of_outfall_has_a_chinese_word() -> None:
    own = {
        "raised",
        "pending",
        "activated",
        "counted",
        "withdrawn",
        "flapped",
        "quieting",
        "inhibited",
        "cleared",
        "digested",
    }
    assert [word for word in own | set(EVENT_OF.values()) if not has(f"console.action.{word}")] == []
    assert [state for state in State if not has(f"console.handling.{state}")] == []
    assert set(State) >= INNER_STATES
    reasons = ["notified.automatic", "reminded.unacknowledged", "inhibited.ingest_down"]
    reasons += [f"escalated.{step}" for step in ("acknowledge", "answer", "verify", "close")]
    reasons += [
        f"cleared.{why}"
        for why in (
            "over",
            "withdrawn",
            "heard_again",
            "gateway_offline",
            "site_offline",
            "quiet",
            "passed",
            "ingest_back",
        )
    ]
    assert [reason for reason in reasons if not has(f"alerts.{reason}")] == []
