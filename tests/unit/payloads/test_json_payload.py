"""The json topic: records in, the typed view out, a reason with its place for everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.payloads import Envelope, PayloadRefused, read_json_payload

RECORD: dict[str, Any] = {
    "mn": "888888800000010000000005",
    "st": "32",
    "cn": "2061",
    "qn": "20260101090000123",
    "data_time": "20260101080000",
    "flag": 5,
    "factors": {"w01018": {"Avg": 12.3, "Cou": "0.5", "Flag": "N"}, "w21003": {"Avg": 0.20}},
}


def only(record: Any) -> Envelope:
    (envelope,) = read_json_payload(json.dumps(record).encode())
    assert isinstance(envelope, Envelope), envelope
    return envelope


def refusal(payload: bytes) -> PayloadRefused:
    (refused,) = read_json_payload(payload)
    assert isinstance(refused, PayloadRefused), refused
    return refused


def test_a_record_gives_what_a_frame_would_give() -> None:
    envelope = only(RECORD)
    assert (envelope.mn, envelope.st, envelope.cn, envelope.qn) == (
        "888888800000010000000005",
        "32",
        "2061",
        "20260101090000123",
    )
    assert envelope.flag is not None
    assert envelope.flag.ack_wanted
    assert envelope.upload.kind == "hour"
    assert envelope.upload.data_time is not None
    assert envelope.upload.data_time.isoformat() == "2026-01-01T08:00:00+08:00"
    cod, ammonia = envelope.upload.items
    assert (cod.factor, cod.value, cod.total, cod.flag, cod.status) == (
        "w01018",
        "12.3",
        "0.5",
        "N",
        "normal",
    )
    assert (ammonia.factor, ammonia.flag, ammonia.status) == ("w21003", None, "unknown")


def test_numbers_keep_the_digits_that_were_sent() -> None:
    text = json.dumps(RECORD).replace("12.3", "12.300000000000000000001")
    (envelope,) = read_json_payload(text.encode())
    assert isinstance(envelope, Envelope)
    assert envelope.upload.items[0].value == "12.300000000000000000001"


NO_NUMBERS = [(None, ""), (True, "true"), ("NaN", "NaN"), ("-", "-"), (float("nan"), "NaN")]


@pytest.mark.parametrize(("value", "kept"), NO_NUMBERS)
def test_what_is_no_number_is_kept_as_text_and_never_zero(value: Any, kept: str) -> None:
    (item,) = only(RECORD | {"factors": {"w01018": {"Avg": value}}}).upload.items
    assert item.value is None
    assert item.extra == {"Avg": kept}
    assert item.anomalies == ("value_not_numeric",)


def test_a_list_of_records_is_read_one_by_one_and_a_bad_one_spoils_no_other() -> None:
    good, bad, last = read_json_payload(json.dumps([RECORD, {"mn": "X"}, RECORD]).encode())
    assert isinstance(good, Envelope)
    assert isinstance(last, Envelope)
    assert isinstance(bad, PayloadRefused)
    assert (bad.code, bad.path, bad.mn) == ("field_missing", "$[1].st", "X")


TIMES = [
    ("20260101080000", "2026-01-01T08:00:00+08:00", None),
    ("20260101080000000", "2026-01-01T08:00:00+08:00", "datatime_format"),
    ("20260101240000", "2026-01-02T00:00:00+08:00", "data_time_24h"),
    ("2026-01-01T08:00:00+08:00", "2026-01-01T08:00:00+08:00", None),
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00", None),
    ("2026-01-01 08:00:00", "2026-01-01T08:00:00+08:00", None),
]


@pytest.mark.parametrize(("text", "moment", "odd"), TIMES)
def test_the_time_is_digits_or_iso_and_beijing_without_an_offset(
    text: str, moment: str, odd: str | None
) -> None:
    upload = only(RECORD | {"data_time": text}).upload
    assert upload.data_time is not None
    assert upload.data_time.isoformat() == moment
    assert upload.data_time_anomaly == odd


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in RECORD.items() if key != name}


REFUSED = [
    # payload, code, path, remark
    (b"", "payload_not_json", "$", "nothing"),
    (b"##0101QN=", "payload_not_json", "$", "a frame on the wrong topic"),
    ('{"mn":"清"}'.encode("gbk"), "payload_not_json", "$", "GBK"),
    (b"[" * 100_000, "payload_too_deep", "$", "nesting without end"),
    (b"[[[[[[[[[[]]]]]]]]]]", "payload_too_deep", "$", "too deep"),
    (b" " * 1_100_000, "payload_too_large", "$", "too large"),
    (b"[" + b"0," * 10_001 + b"0]", "payload_too_long", "$", "too many records"),
    (b"3", "field_malformed", "$", "no object"),
    (json.dumps(without("mn")).encode(), "field_missing", "$.mn", "no MN"),
    (json.dumps(without("cn")).encode(), "field_missing", "$.cn", "no CN"),
    (json.dumps(without("factors")).encode(), "field_missing", "$.factors", "no factors"),
    (json.dumps(RECORD | {"mn": ["x"]}).encode(), "field_malformed", "$.mn", "MN is a list"),
    (json.dumps(RECORD | {"mn": " "}).encode(), "field_malformed", "$.mn", "MN is blank"),
    (json.dumps(RECORD | {"mn": "x\0"}).encode(), "payload_not_json", "$", "NUL"),
    (json.dumps(RECORD | {"mn": "\ud800"}).encode(), "payload_not_json", "$", "half a surrogate pair"),
    (json.dumps(RECORD | {"flag": "N"}).encode(), "field_malformed", "$.flag", "Flag that is a mark"),
    (json.dumps(RECORD | {"data_time": "yesterday"}).encode(), "time_malformed", "$.data_time", "no time"),
    (
        json.dumps(RECORD | {"data_time": "2026010108"}).encode(),
        "time_malformed",
        "$.data_time",
        "ten digits",
    ),
    (json.dumps(RECORD | {"factors": []}).encode(), "field_malformed", "$.factors", "factors is a list"),
    (
        json.dumps(RECORD | {"factors": {"w01018": 3}}).encode(),
        "field_malformed",
        "$.factors.w01018",
        "bare value",
    ),
    (
        json.dumps(RECORD | {"factors": {"w 1": {"Avg": 1}}}).encode(),
        "field_malformed",
        "$.factors.w 1",
        "odd code",
    ),
    (
        json.dumps(RECORD | {"factors": {"w01018": {"Avg": {}}}}).encode(),
        "field_malformed",
        "$.factors.w01018.Avg",
        "object",
    ),
]


@pytest.mark.parametrize(("payload", "code", "path", "remark"), REFUSED, ids=[row[3] for row in REFUSED])
def test_a_payload_that_cannot_be_used_is_refused_with_its_place(
    payload: bytes, code: str, path: str, remark: str
) -> None:
    refused = refusal(payload)
    assert (refused.code, refused.path) == (code, path)
    assert refused.detail


def test_fields_of_the_vendors_own_are_named_and_ignored() -> None:
    assert only(RECORD | {"firmware": "1.2"}).anomalies == ("field_unknown",)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.sampled_from([*RECORD, "w01018", "Avg"]), inner, max_size=7)
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_no_payload_raises(payload: bytes) -> None:
    assert read_json_payload(payload) or payload == b"[]"
