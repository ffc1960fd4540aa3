"""Packages whose signer made records, proofs and signatures anew around false readings: decoding anew finds it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.evidence.plan import Asked
from api.verifier.outcome import NOT_PROVED, Report
from ingest.hj212.crc import crc_of
from store.log.canonical import canonical
from store.log.notes import Signer
from tests.integration.verifier.forging import (
    HOURS,
    Files,
    Package,
    alter,
    content,
    edit,
    failures,
    leave_out,
    line_of,
    named,
    put_rows,
    report_of,
    rewrite,
    rows_of,
    signed,
    unpack,
    utc,
)
from tests.integration.verifier.yard import FIRST, HOUR, SO2, Yard
from tests.unit.verifier.authority import Authority


def _set(column: int, value: str, hour: int = 3) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        rows[line_of(rows, SO2, hour)][column] = value

    return change


def _drop(hour: int, revision: int) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        del rows[line_of(rows, SO2, hour, revision)]

    return change


def _double(rows: list[list[str]]) -> None:
    at = line_of(rows, SO2, 3)
    rows.insert(at + 1, [*rows[at][:4], "2", *rows[at][5:]])


def _swap(rows: list[list[str]]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


READINGS: list[tuple[str, Callable[[list[list[str]]], None], str]] = [
    ("a value below the limit", _set(5, "150.5"), "redecoding_not_from_message"),
    ("a folded value", _set(9, "190"), "redecoding_not_from_message"),
    ("a flag", _set(12, "M"), "redecoding_not_from_message"),
    ("a status", _set(13, "fault"), "redecoding_not_from_message"),
    ("a further metric", _set(14, '{"Note": "x"}'), "redecoding_not_from_message"),
    ("another message", _set(15, "1"), "reading_of_no_message"),
    ("another time of receipt", _set(16, utc(FIRST)), "reading_of_no_message"),
    ("a value that is none", _set(5, "many"), "readings_malformed"),
    ("a row left out", _drop(3, 1), "redecoding_left_out"),
    ("the later of two values left out", _drop(15, 2), "redecoding_left_out"),
    ("the first of two values left out", _drop(15, 1), "revision_missing"),
    ("a row twice", _double, "redecoding_not_from_message"),
    ("rows out of order", _swap, "readings_out_of_order"),
]


@pytest.mark.parametrize(("remark", "change", "code"), READINGS, ids=[row[0] for row in READINGS])
def test_a_reading_that_the_bytes_do_not_give_is_named(
    forged: Callable[..., Report], remark: str, change: Callable[[list[list[str]]], None], code: str
) -> None:
    found = failures(forged(edit(HOURS, change)))["redecoding"]
    assert code in {each for each, _ in found}


def test_a_changed_reading_is_named_with_line_factor_time_value_and_message(
    forged: Callable[..., Report], packages: dict[str, Package]
) -> None:
    found = failures(forged(edit(HOURS, _set(5, "150.5"))))
    (facts,) = [facts for code, facts in found["redecoding"] if code == "redecoding_not_from_message"]
    rows = rows_of(packages["v-kiln"].copy(), HOURS)
    at = line_of(rows, SO2, 3)
    assert facts == {
        "file": HOURS,
        "line": at + 1,
        "factor": SO2,
        "time": utc(FIRST + 3 * HOUR),
        "value": "150.5",
        "message": int(rows[at][15]),
    }
    judged = {facts["start"] for code, facts in found["judgement"] if code == "judged_differently"}
    assert FIRST + 3 * HOUR in judged


def test_other_bytes_of_a_message_are_found_although_their_digest_was_made_anew(
    forged: Callable[..., Report],
) -> None:
    def change(files: Files) -> None:
        message = int(rows_of(files, HOURS)[line_of(rows_of(files, HOURS), SO2, 3)][15])
        digests: dict[int, str] = {}

        def payload(line: dict[str, Any]) -> dict[str, Any]:
            if line["id"] != message:
                return line
            text = line["text"].replace("250.5", "150.5")
            segment = text[6:-6].encode()
            text = f"{text[:-6]}{crc_of(segment, 'hj212'):04X}\r\n"
            digests[message] = hashlib.sha256(text.encode()).hexdigest()
            return {**line, "text": text}

        for name in sorted(files):
            if name.startswith("data/payloads/"):
                rewrite(files, name, payload)
        for name in sorted(files):
            if name.startswith("data/messages/"):
                rewrite(files, name, lambda line: {**line, "sha256": digests.get(line["id"], line["sha256"])})

    codes = {code for code, _ in failures(forged(change))["redecoding"]}
    assert codes == {"redecoding_not_from_message", "redecoding_left_out"}


def test_a_paper_that_is_not_the_one_of_its_record_is_named(
    yard: Yard, signer: Signer, tmp_path: Path
) -> None:
    package = unpack(yard.package_of(Asked("alert", str(yard.alert_with_a_paper()))))
    papers = [name for name in package.files if name.startswith("data/attachments/")]
    for change, code in (
        ({papers[0]: b"other"}, "attachment_changed"),
        ({"data/attachments/99-1.pdf": b""}, "attachment_without_record"),
    ):
        files = {**package.files, **change}
        report = report_of(signed(files, package.root, signer), tmp_path, keys=[signer.key], proofs_only=True)
        assert code in {found for found, _ in failures(report)["attachments"]}
    files = package.copy()
    del files[papers[0]]
    report = report_of(signed(files, package.root, signer), tmp_path, keys=[signer.key], proofs_only=True)
    assert report.outcome_of("attachments") == NOT_PROVED


def test_a_stamp_over_the_checkpoint_proves_its_time_by_another_s_clock(
    packages: dict[str, Package], signer: Signer, tmp_path: Path
) -> None:
    package, authority = packages["v-late"], Authority()
    files = package.copy()
    described = json.loads(files["data/package.json"])
    note = files["data/log/checkpoint.txt"]
    moment = datetime.fromisoformat(described["as_of"]["time"])
    files[f"data/log/stamps/{described['as_of']['size']}.tsr"] = authority.stamp(note, at=moment)
    data = signed(files, package.root, signer)
    # The certificates of the tests hold on a day of their own; what does not depend on it is the signature.
    report = report_of(data, tmp_path, keys=[signer.key], proofs_only=True)
    assert report.outcome_of("stamps") == NOT_PROVED
    assert "stamp_not_trusted" in named(report)
    report = report_of(data, tmp_path, keys=[signer.key], authorities=[Authority().root], proofs_only=True)
    assert [code for code, _ in failures(report)["stamps"]] == ["stamp_of_another_authority"]


def test_messages_that_are_one_stream_must_be_said_to_be_one(forged: Callable[..., Report]) -> None:
    def change(files: Files) -> None:
        described = json.loads(files["data/package.json"])
        assert described["chains"]
        files["data/package.json"] = canonical({**described, "chains": []})

    assert "redecoding_not_from_message" in {code for code, _ in failures(forged(change))["redecoding"]}


@pytest.mark.parametrize("chain", [[1, 2], [5, 5], [10**15]])
def test_a_chain_of_messages_that_are_not_there_is_named(
    forged: Callable[..., Report], chain: list[int]
) -> None:
    def change(files: Files) -> None:
        described = json.loads(files["data/package.json"])
        files["data/package.json"] = canonical({**described, "chains": [*described["chains"], chain]})

    assert "chain_malformed" in {code for code, _ in failures(forged(change))["redecoding"]}


REST: list[tuple[str, str, Callable[[Files], None], str, str]] = [
    (
        "an upload left out",
        "v-water",
        leave_out("data/device_records.jsonl", lambda line: line["cn"] == "3020"),
        "uploads",
        "uploads_left_out",
    ),
    (
        "another body",
        "v-water",
        alter("data/device_records.jsonl", lambda line: True, body={}),
        "uploads",
        "uploads_not_from_message",
    ),
    (
        "a refused piece left out",
        "v-kiln",
        leave_out("data/quarantine.jsonl", lambda line: line["reason"] == "crc_mismatch"),
        "refused",
        "refused_left_out",
    ),
    (
        "a refused time left out",
        "v-kiln",
        leave_out("data/quarantine.jsonl", lambda line: line["reason"] == "data_time_out_of_window"),
        "refused",
        "refused_left_out",
    ),
    (
        "another reason",
        "v-kiln",
        alter("data/quarantine.jsonl", lambda line: line["reason"] == "crc_mismatch", reason="garbage"),
        "refused",
        "refused_not_from_message",
    ),
]


@pytest.mark.parametrize(("remark", "outlet", "change", "check", "code"), REST, ids=[row[0] for row in REST])
def test_uploads_and_refused_pieces_must_follow_too(
    forged: Callable[..., Report],
    remark: str,
    outlet: str,
    change: Callable[[Files], None],
    check: str,
    code: str,
) -> None:
    assert code in {found for found, _ in failures(forged(change, outlet))[check]}


def test_a_good_frame_that_is_called_refused_for_its_password_is_said_to_be_unprovable(
    forged: Callable[..., Report],
) -> None:
    """No package holds passwords, so such an entry cannot be refuted; it is counted and said."""

    def change(files: Files) -> None:
        rows = rows_of(files, HOURS)
        message = int(rows[line_of(rows, SO2, 10)][15])
        (text,) = [
            line["text"]
            for name in files
            if name.startswith("data/payloads/")
            for line in map(json.loads, files[name].splitlines())
            if line["id"] == message
        ]
        put_rows(files, HOURS, [row for row in rows if row[15] != str(message)])
        entry = json.loads(files["data/quarantine.jsonl"].splitlines()[0])
        digest = hashlib.sha256(text.encode()).hexdigest()
        entry.update(id=99, message_id=message, reason="password_mismatch", sha256=digest)
        files["data/quarantine.jsonl"] += canonical(entry) + b"\n"

    report = forged(change)
    assert "redecoding" not in failures(report)
    assert report.outcome_of("refused") == NOT_PROVED
    (detail,) = next(result.details for result in report.results if result.code == "refused")
    assert (detail.code, detail.facts["count"]) == ("refused_unseen", 2)
    assert "judgement" in failures(report), "the value is missing all the same"


@pytest.mark.parametrize(
    ("terms", "remark"),
    [
        ({"earliest_data_time": utc(FIRST + 12 * HOUR)}, "data that were taken would not be now"),
        ({"ahead_seconds": 30 * 86400}, "data that were refused would be taken now"),
    ],
)
def test_what_other_settings_explain_is_not_proved(
    forged: Callable[..., Report], terms: dict[str, object], remark: str
) -> None:
    def change(files: Files) -> None:
        described = json.loads(files["data/package.json"])
        described["terms"].update(terms)
        files["data/package.json"] = canonical(described)

    report = forged(change)
    assert report.outcome_of("redecoding") == NOT_PROVED
    assert "decoded_with_other_settings" in named(report)
    assert report.exit_code == 0


def test_data_left_out_because_another_state_would_not_take_them_are_not_proved(
    forged: Callable[..., Report],
) -> None:
    """A monitor that is retired afterwards excuses nothing silently."""

    def change(files: Files) -> None:
        retired = utc(FIRST + timedelta(days=40))
        content("monitor_version", lambda row: row["recorded_to"] is None, recorded_to=retired)(files)
        rows = rows_of(files, HOURS)
        message = rows[line_of(rows, SO2, 10)][15]
        put_rows(files, HOURS, [row for row in rows if row[15] != message])

    report = forged(change)
    assert "decoded_with_another_state" in named(report)
    assert "judgement" in failures(report)
