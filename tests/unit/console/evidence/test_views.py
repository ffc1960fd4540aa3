"""Packages, reports and the log in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.console.evidence.asking import Filled, asked_of
from api.console.evidence.logview import consistency_view, inclusion_view
from api.console.evidence.reportview import report_view
from api.console.evidence.views import access_rows, contents_of, days_words, package_row
from store.clock import BEIJING, DAY
from store.errors import Refused
from store.log.merkle import leaf_hash, node_hash
from store.model import Registry

NOW = datetime(2026, 11, 24, 12, tzinfo=BEIJING)
START = datetime(2026, 11, 20, tzinfo=BEIJING)
REGISTRY = Registry((), (), None)


def package(state: str, **other: Any) -> dict[str, Any]:
    return {
        "id": 1, "number": "ZJ-20261124-0001", "subject_kind": "lead", "subject_id": "5", "subject_number": "XS-20261124-0001",
        "site": "plant", "outlet_keys": [], "from_time": START, "to_time": START + 2 * DAY, "formal": False, "state": state,
        "step": "messages", "progress": 40, "estimated_bytes": 5_000_000, "estimated_seconds": 30, "bytes": None, "sample": None,
        "reviewed": None, "requested_by": "wang", "created_at": NOW, "started_at": NOW - timedelta(seconds=10),
        "finished_at": None, "error_code": None, "error": None, **other,
    }  # fmt: skip


def test_a_package_that_is_built_says_how_far_it_is_and_what_is_left() -> None:
    row = package_row(package("building"), REGISTRY, NOW)
    assert (row.working, row.progress, row.seconds_left) == (True, 40, 20)
    assert (row.days, row.subject, row.subject_path) == (
        "2026-11-20 至 2026-11-21",
        "线索 XS-20261124-0001",
        "/leads/5",
    )


# state and error, what it says, way out, remark
FAILED = [
    (
        "evidence_too_large",
        "too large by far",
        "请缩短日期范围",
        "its sentence needs facts that were not kept",
    ),
    ("evidence_bytes_missing", "rows are gone", "outfall log verify", "bytes are missing"),
    ("no_such_code", "something else", "可再次制作", "a code that nobody foresaw"),
]


@pytest.mark.parametrize(("code", "message", "way", "remark"), FAILED, ids=[one[3] for one in FAILED])
def test_a_failure_says_why_and_the_way_out(code: str, message: str, way: str, remark: str) -> None:
    row = package_row(package("failed", error_code=code, error=message), REGISTRY, NOW)
    assert row.failure, remark
    assert way in (row.way_out or ""), remark


def test_a_package_of_an_unreviewed_lead_says_so() -> None:
    assert package_row(package("ready", reviewed=False, bytes=10), REGISTRY, NOW).unreviewed
    assert not package_row(package("ready", reviewed=True, bytes=10), REGISTRY, NOW).unreviewed
    assert not package_row(package("building"), REGISTRY, NOW).unreviewed


def test_one_day_is_told_as_one_day() -> None:
    assert days_words(START, START + DAY) == "2026-11-20"


def test_the_contents_are_counted_by_kind_and_nothing_is_left_out() -> None:
    files = [
        ("data/report.pdf", 100),
        ("data/readings/a.csv", 10),
        ("data/readings/b.csv", 20),
        ("verify.pyz", 5),
    ]
    assert [(group.files, group.size) for group in contents_of(files)] == [
        (1, "100 B"),
        (2, "30 B"),
        (1, "5 B"),
    ]


def test_the_access_log_has_a_word_for_everything_that_is_recorded() -> None:
    found = [
        {
            "at": NOW,
            "actor": "wang",
            "origin": "10.0.0.9",
            "action": f"evidence:package:{name}",
            "detail": {"sha256": "ab"},
        }
        for name in ("request", "build", "fail", "read", "download")
    ]
    assert len({one.word for one in access_rows(found)}) == 5


# form, code of the refusal (None = taken), remark
FORMS = [
    (Filled("outlet", "kiln", "2026-11-20", "2026-11-21"), None, "an outlet with its days"),
    (Filled("lead", "XS-1"), None, "a lead spans its own time"),
    (Filled("lead", ""), "form_field_missing", "about nothing"),
    (Filled("message", "1"), "form_field_wrong", "no such kind"),
    (Filled("outlet", "kiln", "2026-13-01", ""), "form_field_wrong", "no such day"),
    (Filled("lead", "XS-1", as_of="-3"), "form_field_wrong", "no size"),
    (Filled("lead", "XS-1", as_of="9" * 30), "form_field_wrong", "beyond every tree"),
]


@pytest.mark.parametrize(("form", "code", "remark"), FORMS, ids=[one[2] for one in FORMS])
def test_the_form_is_read_or_refused_by_its_field(form: Filled, code: str | None, remark: str) -> None:
    if code is None:
        asked = asked_of(form)
        assert asked.to_time is None or asked.to_time == datetime(2026, 11, 22, tzinfo=BEIJING), remark
    else:
        with pytest.raises(Refused) as refused:
            asked_of(form)
        assert refused.value.code == code, remark


def result(code: str, outcome: str, details: int = 0, counted: int = 0) -> dict[str, Any]:
    return {
        "code": code,
        "outcome": outcome,
        "text": f"{code}：说明",
        "counts": {"x": counted} if counted else {},
        "details": [{"code": "x", "text": "细节", "facts": {}}] * details,
        "facts": {},
    }


def report(*results: dict[str, Any], no_package: dict[str, Any] | None = None) -> dict[str, Any]:
    never = [{"code": "law", "text": "限值适用正确"}]
    return {"identifier": "x", "no_package": no_package, "results": list(results), "cannot_be_proved": never}


# results, verdict, remark
REPORTS = [
    ([result("bag", "ok"), result("uploads", "not_applicable")], "proved", "all that applies holds"),
    ([result("bag", "ok"), result("stamps", "not_proved")], "partly", "no stamp to trust"),
    ([result("stamps", "not_proved"), result("bag", "failed")], "failed", "one byte is enough"),
]


@pytest.mark.parametrize(("results", "verdict", "remark"), REPORTS, ids=[one[2] for one in REPORTS])
def test_the_verdict_follows_the_worst_check(
    results: list[dict[str, Any]], verdict: str, remark: str
) -> None:
    assert report_view(report(*results)).verdict == verdict, remark


def test_what_failed_stands_before_what_could_not_be_proved_each_with_its_mark() -> None:
    view = report_view(report(result("stamps", "not_proved"), result("bag", "failed", details=2, counted=30)))
    assert [(line.code, line.mark) for line in view.not_proved] == [("bag", "✗"), ("stamps", "○")]
    assert (len(view.not_proved[0].details), view.not_proved[0].more) == (2, 28)


def test_what_is_no_package_says_why_and_nothing_else() -> None:
    view = report_view(report(no_package={"code": "not_a_zip", "text": "不是 ZIP 文件", "facts": {}}))
    assert (view.verdict, view.why, view.proved) == ("no_package", "不是 ZIP 文件", ())


def test_a_proof_is_checked_while_it_is_shown() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(2)]
    root = node_hash(*leaves)
    assert inclusion_view(1, leaves[1], 2, root, [leaves[0]], "").holds
    assert not inclusion_view(1, leaves[1], 2, root, [leaves[1]], "").holds
    assert consistency_view(1, 2, leaves[0], root, [leaves[1]]).holds
    assert not consistency_view(1, 2, leaves[1], root, [leaves[1]]).holds
