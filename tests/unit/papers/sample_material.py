"""What is handed over of a lead, as ``store.handover.material`` gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from store.handover.material import Material

DIGEST = "ab" * 32


def review(kind: str, **changed: Any) -> dict[str, Any]:
    """A review that signed the present content off."""
    made = {
        "id": 1,
        "lead_id": 17,
        "kind": kind,
        "result": "sign",
        "opinion": "数据有效，证据充分。" if kind == "technical" else "定性准确，程序合法。",
        "reviewer": f"{kind}-one",
        "display_name": "马技术" if kind == "technical" else "李法制",
        "at": "2026-11-20T03:00:00+00:00",
        "revision": 3,
        "digest": DIGEST,
    }
    return made | changed


def material(*, sample: bool = False, reviewed: bool = True, **lead: Any) -> Material:
    """A lead about one outlet with everything that its papers show."""
    row = {
        "id": 17,
        "number": "XS-20261115-0003",
        "state": "reviewed" if reviewed else "draft",
        "state_since": "2026-11-20T04:00:00+00:00",
        "source": "auto_alert",
        "source_note": None,
        "kind": "exceedance",
        "title": "青海祁连山水泥有限公司窑尾二氧化硫超标排放",
        "facts": "2026年11月10日至14日，窑尾二氧化硫有效小时均值（折算）12 次超过 200 mg/m³，最高 412 mg/m³，超标 1.06 倍。",
        "feedback": "脱硫系统循环泵故障，已更换。",
        "factors": ["a21026"],
        "from_time": "2026-11-10T00:00:00+00:00",
        "to_time": "2026-11-14T09:00:00+00:00",
        "found_at": "2026-11-10T02:11:00+00:00",
        "acts": ["exceed_standard"],
        "sample": sample,
        "snapshot_id": 5,
        "basis": ["code-1107"],
        "basis_reason": "行为发生在生态环境法典施行之后",
        "candidates": [
            {
                "norm": "code-1107",
                "act": "exceed_standard",
                "act_zh": "超过排放标准排放污染物",
                "clause": "《生态环境法典》第1107条",
                "fine": ["100000", "1000000"],
                "effects": [{"code": "may_limit_production", "text": "可以限制生产"}],
                "reasons": [{"code": "in_force", "text": "行为期间有效", "other": None}],
            }
        ],
        "digest": DIGEST,
        "revision": 3,
        "authority_level": "city",
        "authority_name": "西宁市生态环境局",
    } | lead
    return Material(
        authority={"district": "湟中区生态环境局", "city": "西宁市生态环境局"},
        party={
            "id": "qilianshan-cement",
            "name": "青海祁连山水泥有限公司",
            "industry": "cement",
            "key_unit": True,
            "credit_code": "91630000000000000X",
            "permit": None,
            "sample": sample,
            "positive_list": [
                {
                    "from": "2026-01-01",
                    "to": "2026-12-31",
                    "basis": "示例",
                    "decided_by": "西宁市生态环境局",
                    "document": None,
                }
            ],
        },
        outlets=[
            {"id": "qilianshan-kiln-tail", "name": "窑尾", "medium": "gas", "mn": "888888800000010000000001"}
        ],
        lead=row,
        numbers={"id": 5, "taken_at": "2026-11-15T01:00:00+00:00", "digest": "cd" * 32},
        alerts=[{"id": 1, "number": "YJ-20261110-0007", "code": "exceedance_hour"}],
        parts={
            "reviews": [review("technical"), review("legal")] if reviewed else [],
            "statements": [
                {"at": "2026-11-16T08:00:00+00:00", "made_by": "qls", "content": "对超标事实无异议，已整改。"}
            ],
            "clocks": [
                {
                    "kind": "filing",
                    "state": "running",
                    "due_at": "2026-11-25T16:00:00+00:00",
                    "last_day": "2026-11-25",
                    "clause": "《生态环境行政处罚办法》第18条",
                }
            ],
        },
        papers=[
            {
                "name": "窑尾现场照片.jpg",
                "media_type": "image/jpeg",
                "sha256": "ef" * 32,
                "bytes": 1_234_567,
                "filed_at": "2026-11-11T06:00:00+00:00",
                "filed_by": "wang",
                "where": "evidence",
                "alert": None,
            },
            {
                "name": "循环泵维修记录.pdf",
                "media_type": "application/pdf",
                "sha256": "12" * 32,
                "bytes": 45_678,
                "filed_at": "2026-11-12T06:00:00+00:00",
                "filed_by": "qls",
                "where": "alert",
                "alert": "YJ-20261110-0007",
            },
        ],
        package={
            "number": "ZJ-20261120-0001",
            "identifier": "lead-17-20261110-20261114-1048576",
            "state": "ready",
            "sample": sample,
            "reviewed": reviewed,
            "bytes": 18_345_678,
            "sha256": "34" * 32,
            "built_at": "2026-11-20T05:00:00+00:00",
            "checkpoint": {
                "size": 1_048_576,
                "root": "56" * 32,
                "note": "",
                "sealed_at": "2026-11-20T04:59:00+00:00",
            },
        },
        names={"wang": "王执法", "qls": "祁连山水泥环保专员"},
    )


def without_package(found: Material) -> Material:
    """The same lead before a package was built."""
    return replace(found, package=None)
