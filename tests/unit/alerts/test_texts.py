"""Every code that people can meet has its Chinese text."""

from __future__ import annotations

import ast
from pathlib import Path

import alerts
from alerts.judgement.marks import reasons_of
from alerts.kinds import OF_FINDING, SEVERITIES
from store.texts import catalogue, has

ROOM = Path(alerts.__file__).parent
STATUSES = (
    "normal", "stopped", "maintenance", "manual", "fault", "calibration", "over_range", "under_range", "comm_fault",
    "power_failure", "starting", "stopping", "banked", "no_data", "unknown", "missing",
)  # fmt: skip


def reason_codes_in_the_source() -> set[str]:
    """Texts in tuples of the judgement that look like reason codes: reasons are only ever written as tuples of them."""
    found: set[str] = set()
    for file in (ROOM / "judgement").glob("*.py"):
        if file.name in {"marks.py", "factors.py"}:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple):
                found |= {
                    item.value
                    for element in node.elts
                    if isinstance(element, ast.Constant | ast.IfExp)
                    for item in ast.walk(element)
                    if isinstance(item, ast.Constant) and isinstance(item.value, str) and "_" in item.value
                }
    return found


def test_the_source_scan_sees_reasons_at_all() -> None:
    assert {"too_few_valid_minutes", "o2_missing", "ph_range"} <= reason_codes_in_the_source()


def test_every_reason_has_a_text() -> None:
    codes = reason_codes_in_the_source() | {
        reason for status in STATUSES if status != "missing" for reason in reasons_of(status)
    }
    assert [code for code in sorted(codes) if not has(f"reasons.{code}")] == []


def test_no_text_speaks_of_a_reason_that_does_not_exist() -> None:
    known = (
        reason_codes_in_the_source()
        | {"unweighted"}
        | {reason for status in STATUSES if status != "missing" for reason in reasons_of(status)}
    )
    extra = {key.removeprefix("reasons.") for key in catalogue() if key.startswith("reasons.")} - known
    assert extra == set()


def test_every_status_has_a_text() -> None:
    assert [status for status in STATUSES if not has(f"marks.{status}")] == []


def test_every_alert_has_a_title_and_a_meaning() -> None:
    for code in SEVERITIES:
        assert has(f"alerts.{code}.title"), code
        assert has(f"alerts.{code}.means"), code
    assert set(OF_FINDING.values()) <= set(SEVERITIES)
