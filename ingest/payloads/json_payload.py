"""The ``json`` topic: one record or a list of such (design section 4.3).

::

    {"mn", "st", "cn", "qn"?, "data_time", "flag"?, "factors": {"a21026": {"Avg": 12.3, "ZsAvg": 10.9, "Flag": "N"}}}

Metric names are those of HJ 212. Numbers keep the digits that were sent. ``data_time`` is 14 (or 17) digits as in HJ 212, or
ISO 8601 with an offset; without an offset it means Beijing time. Further fields are ignored, with an anomaly.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from ingest.hj212.commands import COMMANDS, MEDIUM_BY_ST, kind_of
from ingest.hj212.cp import Content, Pair, shape_of
from ingest.hj212.flag import VERSIONS, parse_flag
from ingest.hj212.times import parse_data_time
from ingest.hj212.typed import Upload, measurements
from ingest.payloads.envelope import Envelope, PayloadRefused
from ingest.payloads.strict_json import Number, parse
from store.clock import BEIJING
from store.isotime import moment_of

MOST_RECORDS: Final = 10_000
MOST_FACTORS: Final = 500
MOST_METRICS: Final = 50
LONGEST_TEXT: Final = 256
_KNOWN: Final = frozenset({"mn", "st", "cn", "qn", "data_time", "flag", "factors"})
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,24}")

#: The record has fields that the contract does not name.
FIELD_UNKNOWN: Final = "field_unknown"

Record = dict[str, Any]


def read_json_payload(payload: bytes) -> list[Envelope | PayloadRefused]:
    """The records of a payload, in order; a reason in place of each that cannot be used. Never raises."""
    document = parse(payload)
    if isinstance(document, PayloadRefused):
        return [document]
    if isinstance(document, list):
        if len(document) > MOST_RECORDS:
            return [
                PayloadRefused(
                    "payload_too_long", "$", f"{len(document)} records, {MOST_RECORDS} are allowed"
                )
            ]
        return [_record(record, f"$[{number}]") for number, record in enumerate(document)]
    return [_record(document, "$")]


class _Refusal(Exception):
    """Carries the reason out of the reading of one record."""

    def __init__(self, code: str, path: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.path, self.detail = code, path, detail


def _record(record: Any, path: str) -> Envelope | PayloadRefused:
    mn = record.get("mn") if isinstance(record, dict) else None
    try:
        return _envelope(record, path)
    except _Refusal as refusal:
        return PayloadRefused(refusal.code, refusal.path, refusal.detail, mn if isinstance(mn, str) else "")


def _envelope(record: Any, path: str) -> Envelope:
    if not isinstance(record, dict):
        raise _Refusal("field_malformed", path, "a record is an object")
    mn, st, cn = (_text(record, name, path) for name in ("mn", "st", "cn"))
    qn = _text(record, "qn", path) if record.get("qn") is not None else None
    flag = None
    if record.get("flag") is not None:
        flag = parse_flag(_text(record, "flag", path))
        if flag is None:
            raise _Refusal(
                "field_malformed", f"{path}.flag", "flag is an integer of 0 to 255, the Flag field of HJ 212"
            )
    data_time, odd_time = _data_time(record, path)
    content = _content(record, path)
    # Only who says that the codes are of 2005, by the version bits of flag, has them mapped.
    old = flag is not None and VERSIONS[:1] == VERSIONS[flag.version_bits : flag.version_bits + 1]
    kind = kind_of(cn)
    items = measurements(content, kind, MEDIUM_BY_ST.get(st) if old else None)
    anomalies = (
        *((FIELD_UNKNOWN,) if record.keys() - _KNOWN else ()),
        *content.shape.anomalies,
        *((odd_time,) if odd_time else ()),
        *(() if cn in COMMANDS else ("cn_unknown",)),
    )
    return Envelope(mn, st, cn, qn, flag, Upload(kind, data_time, odd_time, items), anomalies)


def _text(record: Record, name: str, path: str) -> str:
    """Text or number of a field as text: writers send ``"cn": 2011`` as often as ``"cn": "2011"``."""
    value = record.get(name)
    if value is None:
        raise _Refusal("field_missing", f"{path}.{name}", f"{name} is needed")
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise _Refusal(
            "field_malformed", f"{path}.{name}", f"{name} is a text of 1 to {LONGEST_TEXT} characters"
        )
    return str(value).strip()


def _data_time(record: Record, path: str) -> tuple[datetime, str | None]:
    text = _text(record, "data_time", path)
    if text.isdigit():
        moment, odd = parse_data_time(text)
        if moment is not None:
            return moment, odd.value if odd else None
    else:
        try:
            moment = moment_of(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING), None
        except ValueError:
            moment = None  # reported with the other spellings that give no time
    raise _Refusal("time_malformed", f"{path}.data_time", f"{text[:40]!r} is neither 14 digits nor ISO 8601")


def _content(record: Record, path: str) -> Content:
    factors = record.get("factors")
    if not isinstance(factors, dict):
        raise _Refusal(
            "field_missing" if factors is None else "field_malformed",
            f"{path}.factors",
            "factors is an object",
        )
    if len(factors) > MOST_FACTORS:
        raise _Refusal(
            "payload_too_long", f"{path}.factors", f"{len(factors)} factors, {MOST_FACTORS} are allowed"
        )
    items: list[list[Pair]] = []
    for code, metrics in factors.items():
        place = f"{path}.factors.{code[:LONGEST_TEXT]}"
        if not _CODE.fullmatch(code):
            raise _Refusal("field_malformed", place, "a factor code has 1 to 24 letters and digits")
        if not isinstance(metrics, dict) or not metrics:
            raise _Refusal(
                "field_malformed", place, 'a factor is an object of metrics, e.g. {"Avg": 12.3, "Flag": "N"}'
            )
        if len(metrics) > MOST_METRICS:
            raise _Refusal("payload_too_long", place, f"{len(metrics)} metrics, {MOST_METRICS} are allowed")
        items.append(
            [(f"{code}-{metric}", _value(value, f"{place}.{metric}")) for metric, value in metrics.items()]
        )
    return Content(shape_of(items), [value for item in items for _, value in item], ())


def _value(value: Any, path: str) -> str:
    """Raw text of a metric. null and true are kept as their JSON text, which is no number."""
    if isinstance(value, (Number, str)):
        if len(value) > LONGEST_TEXT:
            raise _Refusal("field_malformed", path, f"a value has at most {LONGEST_TEXT} characters")
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _Refusal("field_malformed", path, "a value is a number or a text")
