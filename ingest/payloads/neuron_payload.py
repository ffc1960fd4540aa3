"""The ``neuron`` topic: what EMQX Neuron publishes northbound (hj212.md section 14.2).

Three formats carry the same tags::

    values   {"timestamp", "node", "group", "values": {name: value}, "errors": {name: code}, "metas"?: {}}
    tags     {"timestamp", "node", "group", "tags": [{"name", "value"} | {"name", "error"}]}
    ECP      {"timestamp", "node", "group", "tags": [{"name", "value", "type": 1..4}]}

A tag's name is its HJ 212 address: ``RT!w01018-Rtd`` (also ``MIN!``, ``HOUR!``, ``DAY!``). The prefix says the command, so one
message may give several uploads, one a prefix. Tags with any other name are site signals that Outfall does not judge; they are
reported and change nothing.

Which monitor speaks: a tag named ``MN`` (a static tag), else the node name; name the Neuron node after the MN. A tag named
``ST`` gives the system code. Time of the data: a tag named ``DataTime`` (as HJ 212 writes it), else the message's
``timestamp``, which is when the gateway collected the tags. A failed tag gives no value and is named in the measurement's
anomalies.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from ingest.hj212.commands import kind_of
from ingest.hj212.cp import Content, Pair, shape_of
from ingest.hj212.times import parse_data_time
from ingest.hj212.typed import Measurement, Upload, measurements
from ingest.payloads.envelope import Envelope, PayloadRefused
from ingest.payloads.strict_json import Number, parse
from store.clock import BEIJING

MOST_TAGS: Final = 5_000
LONGEST_TEXT: Final = 256
_COMMAND: Final = {"RT": "2011", "MIN": "2051", "HOUR": "2061", "DAY": "2031"}
_ADDRESS: Final = re.compile(r"(RT|MIN|HOUR|DAY)!([A-Za-z0-9_]{1,24})-([A-Za-z0-9_]{1,24})")
_MILLISECONDS: Final = re.compile(r"[0-9]{1,14}")
#: The tag could not be read; its number is in ``extra`` under ``<metric>Error``.
TAG_ERROR: Final = "tag_error"
#: A tag whose name is no HJ 212 address.
TAG_UNKNOWN: Final = "tag_unknown"
#: The message's own time stands for DataTime.
TIME_OF_COLLECTION: Final = "time_of_collection"

Tags = dict[str, str]


def read_neuron_payload(payload: bytes) -> list[Envelope | PayloadRefused]:
    """The uploads of one message, one a period kind that its tags speak of; or the reason why there are none. Never raises."""
    document = parse(payload)
    if isinstance(document, PayloadRefused):
        return [document]
    if not isinstance(document, dict):
        return [PayloadRefused("field_malformed", "$", "a Neuron message is an object")]
    found = _tags(document)
    if isinstance(found, PayloadRefused):
        return [found]
    values, errors = found
    node = document.get("node")
    mn = values.get("MN") or (node.strip() if isinstance(node, str) else "")
    if not mn or len(mn) > LONGEST_TEXT:
        return [
            PayloadRefused(
                "field_missing", "$.node", "neither a tag MN nor a node name says which monitor this is"
            )
        ]
    moment, odd = _time(document, values)
    if moment is None:
        return [
            PayloadRefused(
                "time_malformed", "$.timestamp", "timestamp is milliseconds since 1970, or a tag DataTime", mn
            )
        ]
    return _envelopes(mn, values, errors, moment, odd)


def _tags(document: dict[str, Any]) -> tuple[Tags, Tags] | PayloadRefused:
    """Values and errors by tag name, from whichever format."""
    tags, values = document.get("tags"), document.get("values")
    if isinstance(tags, list):
        pairs, path = list(enumerate(tags)), "$.tags"
    elif isinstance(values, dict):
        errors = document.get("errors") or {}
        if not isinstance(errors, dict):
            return PayloadRefused("field_malformed", "$.errors", "errors is an object")
        rows = [{"name": name, "value": value} for name, value in values.items()]
        rows += [{"name": name, "error": error} for name, error in errors.items()]
        pairs, path = list(enumerate(rows)), "$.values"
    else:
        return PayloadRefused("field_missing", "$", "neither values nor tags")
    if len(pairs) > MOST_TAGS:
        return PayloadRefused("payload_too_long", path, f"{len(pairs)} tags, {MOST_TAGS} are allowed")
    good: Tags = {}
    bad: Tags = {}
    for number, tag in pairs:
        name = tag.get("name") if isinstance(tag, dict) else None
        if not isinstance(name, str) or len(name) > LONGEST_TEXT:
            return PayloadRefused("field_malformed", f"{path}[{number}]", "a tag is an object with a name")
        error = tag.get("error")
        if error is not None and error != "0":  # Neuron's error 0 is success
            bad[name] = str(error)[:LONGEST_TEXT]
        else:
            good[name] = _value(tag.get("value"))
    return good, bad


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:LONGEST_TEXT] if isinstance(value, (str, Number)) else ""


def _time(document: dict[str, Any], values: Tags) -> tuple[datetime | None, str | None]:
    if values.get("DataTime"):
        moment, odd = parse_data_time(values["DataTime"])
        return moment, odd.value if odd else None
    stamp = document.get("timestamp")
    if not isinstance(stamp, Number) or not _MILLISECONDS.fullmatch(stamp):
        return None, None
    seconds, milliseconds = divmod(int(stamp), 1000)
    try:
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
    except (ValueError, OverflowError, OSError):  # beyond the year 9999
        return None, None
    return moment.astimezone(BEIJING), TIME_OF_COLLECTION


def _envelopes(
    mn: str, values: Tags, errors: Tags, moment: datetime, odd: str | None
) -> list[Envelope | PayloadRefused]:
    items: dict[str, dict[str, list[Pair]]] = {}
    failed: dict[tuple[str, str], Tags] = {}
    unknown = False
    for name in (*values, *errors):
        address = _ADDRESS.fullmatch(name)
        if address is None:
            unknown |= name not in ("MN", "ST", "DataTime")
            continue
        prefix, code, metric = address.groups()
        pairs = items.setdefault(prefix, {}).setdefault(code, [])
        if name in values:
            pairs.append((f"{code}-{metric}", values[name]))
        else:
            failed.setdefault((prefix, code), {})[f"{metric}Error"] = errors[name]
    anomalies = tuple(
        mark for mark, seen in ((odd, odd is not None), (TAG_UNKNOWN, unknown)) if mark and seen
    )
    result: list[Envelope | PayloadRefused] = []
    for prefix, by_code in items.items():
        cn = _COMMAND[prefix]
        measured = _measured(by_code, cn)
        measured = tuple(_with_errors(one, failed.get((prefix, one.code), {})) for one in measured)
        upload = Upload(kind_of(cn), moment, odd, measured)
        result.append(Envelope(mn, values.get("ST", ""), cn, None, None, upload, anomalies))
    if not result:
        return [
            PayloadRefused("field_missing", "$", "no tag has an HJ 212 address such as RT!w01018-Rtd", mn)
        ]
    return result


def _measured(by_code: dict[str, list[Pair]], cn: str) -> tuple[Measurement, ...]:
    # A factor whose every tag failed still appears: its mark stands for the missing value.
    pairs = [one or [(f"{code}-", "")] for code, one in by_code.items()]
    content = Content(shape_of(pairs), [value for one in pairs for _, value in one], ())
    return measurements(content, kind_of(cn))


def _with_errors(one: Measurement, errors: Tags) -> Measurement:
    if not errors:
        return one
    extra = {name: text for name, text in one.extra.items() if name} | errors
    return one._replace(extra=extra, anomalies=(*one.anomalies, TAG_ERROR))
