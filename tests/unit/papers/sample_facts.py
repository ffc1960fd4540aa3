"""Facts of a report as ``api.evidence.facts`` gives them, with everything in it that a report shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from math import sin
from typing import Any

from store.clock import BEIJING, DAY, HOUR

START = datetime(2026, 10, 1, tzinfo=BEIJING)

GAS = (
    ("a34013", "颗粒物", "mg/m³", "30"),
    ("a21026", "二氧化硫", "mg/m³", "200"),
    ("a21002", "氮氧化物", "mg/m³", "400"),
    ("a21001", "氨", "mg/m³", "10"),
    ("a21003", "一氧化氮", "mg/m³", "300"),
    ("a21004", "二氧化氮", "mg/m³", "80"),
    ("a21005", "一氧化碳", "mg/m³", "150"),
    ("a21018", "氟化物", "mg/m³", "5"),
)


def facts(days: int = 30, factors: int = 8, **changed: Any) -> dict[str, Any]:
    """A report about one gas outlet over some days; ``changed`` replaces members of the whole."""
    end = START + days * DAY
    made: dict[str, Any] = {
        "package": {"identifier": "lead-17-20261001-20261030-1048576", "release": "0.1.0"},
        "subject": {"kind": "lead", "number": "湟环线〔2026〕17号", "title": "窑尾二氧化硫小时均值多次超标"},
        "authority": {"district": "湟中区生态环境局", "city": "西宁市生态环境局"},
        "site": {
            "id": "qilianshan-cement",
            "name": "青海祁连山水泥有限公司",
            "industry": "cement",
            "credit_code": None,
            "permit": None,
            "key_unit": True,
        },
        "period": {"from": START, "to": end},
        "as_of": {
            "origin": "outfall/0123456789abcdef",
            "size": 1_048_576,
            "root": "5d41402abc4b2a76b9719d911017c592" * 2,
            "time": end + 9 * HOUR + timedelta(minutes=3, seconds=16),
            "key_id": "a1b2c3d4",
            "stamps": [],
        },
        "sample": False,
        "reviewed": True,
        "reviews": [
            {
                "step": "technical",
                "by": "马技术",
                "at": end + 5 * HOUR,
                "opinion": "数据有效",
                "outcome": "passed",
            },
            {"step": "legal", "by": "李法制", "at": end + 8 * HOUR, "opinion": None, "outcome": "passed"},
        ],
        "counts": {
            "messages": 86_400,
            "readings": 912_345,
            "quarantined": 3,
            "periods": 6_000,
            "revisions": 12,
            "records": 240,
        },
        "outlets": [_outlet(days, factors)],
        "alerts": [_alert(end)],
        "lead": _lead(end),
        "accesses": 2,
        "limits_of_proof": ["device_unverified"],
        "unjudged_hours": [],
    }
    return made | changed


def _outlet(days: int, factors: int) -> dict[str, Any]:
    series = [_series(number, days) for number in range(factors)]
    return {
        "id": "qilianshan-kiln-tail",
        "name": "窑尾",
        "medium": "gas",
        "oxygen_reference": Decimal(10),
        "mn": "888888800000010000000001",
        "series": series,
        "transmission": {"due": 5760, "received": 5600, "due_valid": 5600, "valid": 5210},
        "messages": None,
        "exceedances": [exceedance(one, point) for one in series for point in one["points"] if _over(point)],
        "revised": [
            {
                "start": START + 30 * HOUR,
                "span": "hour",
                "factor": "a21026",
                "name": "二氧化硫",
                "revision": 2,
                "was": "missing",
                "became": "compliant",
                "computed_at": START + 40 * HOUR,
            }
        ],
        "marks": [
            mark(1, "device", "calibration", START + 50 * HOUR, START + 56 * HOUR),
            mark(2, "condition", "starting", START + 130 * HOUR, START + 154 * HOUR),
            mark(3, "device", "fault", START + 60 * HOUR, START + 62 * HOUR, late=True),
            mark(
                4,
                "condition",
                "stopped",
                START + 70 * HOUR,
                START + 72 * HOUR,
                withdrawn_at=START + 75 * HOUR,
                withdrawn_reason="误报",
            ),
        ],
        "checks": [
            {
                "kind": "standard",
                "factor": "a21026",
                "name": "二氧化硫",
                "at": START + 52 * HOUR,
                "passed": True,
                "detail": "标值 100，示值 101",
            },
            {
                "kind": "chain",
                "factor": None,
                "name": None,
                "at": START + 80 * HOUR,
                "passed": False,
                "detail": "相差 1.4 %",
            },
        ],
        "exemptions": [
            {
                "label": "starting",
                "factors": ["a21002"],
                "hours_per_event": Decimal(36),
                "hours_per_year": None,
                "ceiling": Decimal(800),
                "source": "排污许可证副本（示例）",
                "from": START,
                "to": None,
            }
        ],
    }


def _over(point: dict[str, Any]) -> bool:
    return point["result"] in ("exceeded", "exempt")


def _series(number: int, days: int) -> dict[str, Any]:
    code, name, unit, most = GAS[number]
    maximum = Decimal(most)
    points = [_point(number, hour, maximum) for hour in range(24 * days)]
    results = [point["result"] for point in points]
    limit = {
        "key": number + 1,
        "basis": "hour",
        "minimum": None,
        "maximum": maximum,
        "standard": "GB 4915-2013",
        "clause": "表1",
        "source": "示例：标准表1（一般地区）水泥窑及窑尾余热利用系统；是否执行表2未知",
        "condition": None,
        "from": datetime(2014, 3, 1, tzinfo=BEIJING),
        "to": None,
    }
    return {
        "factor": code,
        "name": name,
        "unit": unit,
        "decimals": 1,
        "span": "hour",
        "folded": True,
        "limits": [limit],
        "points": points,
        "summary": {result: results.count(result) for result in set(results)},
    }


def _point(number: int, hour: int, maximum: Decimal) -> dict[str, Any]:
    start = START + hour * HOUR
    wave = Decimal(repr(round(0.55 + 0.2 * sin(hour / 9 + number) + 0.08 * sin(hour * 1.7), 4)))
    value = maximum * wave
    if number in (1, 2) and hour % 170 in (20, 21, 22, 23, 60):
        value = maximum * Decimal("1.27") + Decimal(hour % 7)
    result = "exceeded" if value > maximum else "compliant"
    reported, judged = value, value
    if 50 <= hour < 56:
        result, judged = "invalid", None
    elif 80 <= hour < 92:
        result, judged, reported = "missing", None, None
    elif 110 <= hour < 114:
        result, judged = "undetermined", None
    elif 140 <= hour < 150 and number == 2:
        reported = judged = maximum * Decimal("1.1")
        result = "exempt"
    multiple = (judged - maximum) / maximum if judged is not None and result == "exceeded" else None
    return {"start": start, "reported": reported, "judged": judged, "result": result, "multiple": multiple}


def exceedance(series: dict[str, Any], point: dict[str, Any]) -> dict[str, Any]:
    """The row of the table for a point that is above the limit."""
    limit = series["limits"][0]
    return {
        "start": point["start"],
        "span": series["span"],
        "factor": series["factor"],
        "name": series["name"],
        "unit": series["unit"],
        "measured": point["judged"] * Decimal("0.93"),
        "folded": point["judged"],
        "compared": point["judged"],
        "bound": limit["maximum"],
        "side": "max",
        "multiple": point["multiple"],
        "standard": limit["standard"],
        "clause": limit["clause"],
        "result": point["result"],
        "reasons": ["above_maximum"]
        + (["exempt_under_condition_mark"] if point["result"] == "exempt" else []),
        "revision": 1,
    }


def mark(
    number: int, category: str, label: str, start: datetime, end: datetime, **changed: Any
) -> dict[str, Any]:
    """A mark that was filed in time and stands."""
    deadline = end.replace(hour=12, minute=0) + DAY
    return {
        "id": number,
        "category": category,
        "label": label,
        "factor": None,
        "factor_name": None,
        "from": start,
        "to": end,
        "reason": "点火升温，喂料前风量大、含氧量高",
        "channel": "manual",
        "filed_by": "company-qls",
        "received_at": end + HOUR,
        "deadline": deadline,
        "late": False,
        "withdrawn_at": None,
        "withdrawn_reason": None,
    } | changed


def _alert(end: datetime) -> dict[str, Any]:
    return {
        "number": "YJ20261001-0007",
        "code": "exceedance_hour",
        "outlet": "窑尾",
        "factor": "二氧化硫",
        "first_seen": START + 20 * HOUR,
        "last_seen": START + 23 * HOUR,
        "count": 4,
        "condition": "cleared",
        "handling": "lead",
        "severity": "serious",
        "events": [
            {"at": START + 21 * HOUR, "action": "raised", "by": "system", "comment": None},
            {"at": START + 22 * HOUR, "action": "acknowledged", "by": "王执法", "comment": None},
            {"at": end, "action": "made_lead", "by": "王执法", "comment": "多次超标，企业未能说明原因"},
        ],
    }


def _lead(end: datetime) -> dict[str, Any]:
    return {
        "number": "湟环线〔2026〕17号",
        "state": "reviewed",
        "title": "窑尾二氧化硫小时均值多次超标",
        "kind": "exceedance",
        "found_at": START + 21 * HOUR,
        "drafted_by": "王执法",
        "facts": "2026年10月1日至30日，窑尾二氧化硫有效小时均值（折算）多次超过 200 mg/m³。",
        "statement": [{"at": START + 30 * HOUR, "by": "company-qls", "text": "脱硫系统循环泵故障，已更换。"}],
        "events": [{"at": end, "action": "drafted", "by": "王执法", "comment": None}],
        "clocks": [
            {
                "kind": "filing",
                "due": START + 15 * DAY,
                "basis": "生态环境行政处罚办法第十八条",
                "met_at": None,
            }
        ],
        "legal": [
            {
                "title": "生态环境法典",
                "article": "第一千一百零七条",
                "text": "超过污染物排放标准排放大气污染物",
                "fine": "十万元以上一百万元以下",
                "from": datetime(2026, 8, 15, tzinfo=BEIJING).date(),
                "to": None,
                "conflict": None,
            },
            {
                "title": "排污许可管理条例",
                "article": "第三十四条第一项",
                "text": "超过许可排放浓度",
                "fine": "二十万元以上一百万元以下",
                "from": None,
                "to": None,
                "conflict": "与生态环境法典第一千一百零三条的罚款幅度不一致",
            },
        ],
    }
