"""The neuron topic: values, tags and ECP format, old and new releases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.payloads import Envelope, PayloadRefused, read_neuron_payload

MN = "888888800000010000000004"
STAMP = 1650006388943  # 2022-04-15 15:06:28.943 in Beijing
HEAD: dict[str, Any] = {"timestamp": STAMP, "node": MN, "group": "grp"}
VALUES = {"RT!w01018-Rtd": 12.30, "RT!w01018-Flag": "N"}
FORMATS = [
    # document, remark
    (HEAD | {"values": VALUES, "errors": {}, "metas": {}}, "values format"),
    (HEAD | {"values": VALUES, "errors": {}}, "values format of a release without metas"),
    (HEAD | {"values": VALUES}, "values format without errors"),
    (HEAD | {"tags": [{"name": name, "value": value} for name, value in VALUES.items()]}, "tags format"),
    (
        HEAD | {"tags": [{"name": name, "value": value, "type": 3} for name, value in VALUES.items()]},
        "ECP format",
    ),
]


def envelopes(document: Any) -> list[Envelope]:
    found = read_neuron_payload(json.dumps(document).encode())
    assert all(isinstance(one, Envelope) for one in found), found
    return [one for one in found if isinstance(one, Envelope)]


@pytest.mark.parametrize(("document", "remark"), FORMATS, ids=[row[1] for row in FORMATS])
def test_every_format_gives_the_same_upload(document: Any, remark: str) -> None:
    (envelope,) = envelopes(document)
    assert (envelope.mn, envelope.cn, envelope.upload.kind) == (MN, "2011", "realtime")
    (item,) = envelope.upload.items
    assert (item.factor, item.value, item.flag, item.status) == ("w01018", "12.3", "N", "normal")
    assert envelope.upload.data_time is not None
    assert envelope.upload.data_time.isoformat() == "2022-04-15T15:06:28.943000+08:00"
    assert envelope.upload.data_time_anomaly == "time_of_collection"


PREFIXES = [
    ("RT", "Rtd", "realtime"),
    ("MIN", "Avg", "minute"),
    ("HOUR", "Avg", "hour"),
    ("DAY", "Avg", "day"),
]


@pytest.mark.parametrize(("prefix", "metric", "kind"), PREFIXES)
def test_the_prefix_says_the_kind(prefix: str, metric: str, kind: str) -> None:
    (envelope,) = envelopes(
        HEAD | {"values": {f"{prefix}!a21026-{metric}": 1, f"{prefix}!a21026-Zs{metric}": 2}}
    )
    assert envelope.upload.kind == kind
    assert (envelope.upload.items[0].value, envelope.upload.items[0].folded) == ("1", "2")


def test_one_message_gives_one_upload_a_prefix() -> None:
    found = envelopes(HEAD | {"values": {"RT!w01018-Rtd": 1, "HOUR!w01018-Avg": 2, "RT!w21003-Rtd": 3}})
    assert [(one.cn, len(one.upload.items)) for one in found] == [("2011", 2), ("2061", 1)]


def test_static_tags_say_monitor_system_and_time() -> None:
    static = {"MN": "X1", "ST": "32", "DataTime": "20260101080000"}
    (envelope,) = envelopes(HEAD | {"values": VALUES | static})
    assert (envelope.mn, envelope.st, envelope.anomalies) == ("X1", "32", ())
    assert envelope.upload.data_time is not None
    assert envelope.upload.data_time.isoformat() == "2026-01-01T08:00:00+08:00"


ERRORS = [
    HEAD | {"values": VALUES, "errors": {"RT!w21003-Rtd": 2014}},
    HEAD | {"tags": [{"name": "RT!w01018-Rtd", "value": 1}, {"name": "RT!w21003-Rtd", "error": 2014}]},
]


@pytest.mark.parametrize("document", ERRORS)
def test_a_tag_that_failed_gives_no_value_and_is_named(document: Any) -> None:
    failed = envelopes(document)[0].upload.items[-1]
    assert (failed.factor, failed.value, failed.status) == ("w21003", None, "unknown")
    assert failed.extra == {"RtdError": "2014"}
    assert "tag_error" in failed.anomalies


def test_a_tag_without_an_address_is_named_and_changes_nothing() -> None:
    (envelope,) = envelopes(HEAD | {"values": VALUES | {"pump_current": 3.1}})
    assert "tag_unknown" in envelope.anomalies
    assert len(envelope.upload.items) == 1


REFUSED = [
    # document, code, path, remark
    (HEAD, "field_missing", "$", "neither values nor tags"),
    ([], "field_malformed", "$", "no object"),
    (HEAD | {"values": {"tag0": 123}}, "field_missing", "$", "no address at all"),
    ({"timestamp": STAMP, "values": VALUES}, "field_missing", "$.node", "no node"),
    ({"node": MN, "values": VALUES}, "time_malformed", "$.timestamp", "no time"),
    (HEAD | {"values": VALUES, "timestamp": "soon"}, "time_malformed", "$.timestamp", "time is text"),
    (
        HEAD | {"values": VALUES, "timestamp": 99999999999999},
        None,
        "",
        "year 5138 is a time; plausibility is judged elsewhere",
    ),
    (
        HEAD | {"values": VALUES | {"DataTime": "x"}},
        "time_malformed",
        "$.timestamp",
        "static time that is none",
    ),
    (HEAD | {"tags": [3]}, "field_malformed", "$.tags[0]", "tag is no object"),
    (HEAD | {"values": VALUES, "errors": 3}, "field_malformed", "$.errors", "errors is no object"),
    (HEAD | {"values": {f"t{n}": 1 for n in range(5001)}}, "payload_too_long", "$.values", "too many tags"),
]


@pytest.mark.parametrize(("document", "code", "path", "remark"), REFUSED, ids=[row[3] for row in REFUSED])
def test_a_message_that_cannot_be_used_is_refused_with_its_place(
    document: Any, code: str | None, path: str, remark: str
) -> None:
    (found,) = read_neuron_payload(json.dumps(document).encode())
    if code is None:
        assert isinstance(found, Envelope)
        return
    assert isinstance(found, PayloadRefused)
    assert (found.code, found.path) == (code, path)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(
                        ["timestamp", "node", "values", "errors", "tags", "name", "value", "RT!w01018-Rtd"]
                    ),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_no_message_raises(payload: bytes) -> None:
    assert read_neuron_payload(payload)
