"""The verdict table, the ledger and our own troubles."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.console.outletview import ledger, period_rows, result_of
from api.console.platform import troubles
from tests.unit.console.samples import NOW, limit, outlet


def period(**given: object) -> dict[str, Any]:
    columns = {
        f"{column}_{kind}": Decimal("12.300")
        for column in ("reported", "recomputed", "after_marking", "after_exemption")
        for kind in ("measured", "folded")
    }
    return {
        "start": NOW,
        "revision": 2,
        "valid": True,
        "status": "normal",
        "reasons": ["x_one"],
        "count": 59,
        "expected": 60,
        **columns,
        **given,
    }


def verdict(revision: int, result: str, **given: object) -> dict[str, Any]:
    return {
        "start": NOW,
        "revision": revision,
        "limit_key": 1,
        "result": result,
        "basis": "hour",
        "bound": Decimal(200),
        "bound_side": "max",
        "compared": Decimal("12.3"),
        "multiple": None,
        "reasons": ["x_one", "x_two"],
        **given,
    }


def test_a_period_is_shown_with_the_verdict_of_its_own_revision() -> None:
    verdicts = [verdict(1, "exceeded"), verdict(2, "compliant")]
    (row,) = period_rows(outlet(limit()), "hour", [period()], verdicts, {1: limit()})
    assert (row.word, row.limit, row.clause) == ("达标", "≤ 200", "GB 4915-2013 表1")
    assert row.reported.folded == "12.300"  # as it was sent
    assert row.recomputed.folded == "12.30"
    assert len(row.reasons) == 2  # each reason once


def test_a_period_that_nobody_judged_says_so() -> None:
    (row,) = period_rows(outlet(limit(), folds=False), "day", [period()], [], {})
    assert (row.word, row.limit, row.clause, row.reported.folded) == ("未判定", "—", "—", None)


@pytest.mark.parametrize(
    ("verdict_result", "valid", "status", "result"),
    [
        ("compliant", True, "normal", "compliant"),
        ("invalid", False, "fault", "invalid"),
        ("undetermined", False, "unknown", "undetermined"),
        ("no_limit", True, "normal", "no_limit"),
        ("no_limit", False, "fault", "invalid"),  # that there is no limit does not make it valid
        (None, True, "normal", "not_judged"),  # an hour of water, which is judged by the day
        (None, False, "calibration", "invalid"),
        (None, False, "missing", "missing"),
    ],
)
def test_what_no_limit_applies_to_still_says_whether_it_is_valid(
    verdict_result: str | None, valid: bool, status: str, result: str
) -> None:
    assert result_of(verdict_result, valid, status) == result


def entry(disposition: str, frames: int, reason: str = "") -> dict[str, Any]:
    return {"disposition": disposition, "reason": reason, "frames": frames, "readings": frames}


def test_the_ledger_adds_up_and_anomalies_are_not_part_of_the_sum() -> None:
    rows = [
        entry("received", 20),
        entry("accepted", 12),
        entry("duplicate", 3),
        entry("conflicting", 1),
        entry("quarantined", 3, "crc_mismatch"),
        entry("quarantined", 1, "never_heard_of"),
        entry("anomaly", 50, "crc_lowercase"),
    ]
    sums = ledger(rows)
    assert sums.difference == 0
    assert sums.quarantine_reasons == (("CRC 校验错误", 3), ("never_heard_of", 1))
    assert sums.readings == 12
    assert ledger(rows[:-3]).difference == 4


def test_a_service_that_does_not_beat_is_a_trouble_and_one_that_does_is_none() -> None:
    fresh = {"ingest": NOW - timedelta(seconds=10), "alerts": NOW - timedelta(seconds=10)}
    assert troubles(fresh, [], NOW) == ()
    stale = fresh | {"ingest": NOW - timedelta(seconds=30)}
    assert [trouble.title for trouble in troubles(stale, [], NOW)] == ["数据接收服务未运行"]
    assert [trouble.since for trouble in troubles({}, [], NOW)] == [None, None]


def test_an_open_outage_is_a_trouble() -> None:
    fresh = {"ingest": NOW, "alerts": NOW}
    outage = {"cause": "broker_down", "from_time": NOW - timedelta(minutes=4)}
    (trouble,) = troubles(fresh, [outage], NOW)
    assert trouble.title == "消息服务中断"
