"""What a package holds: everything that belongs to its outlets and time, and nothing that its checkpoint does not cover."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from store.clock import DAY, HOUR
from store.log.merkle import leaf_hash, needed_nodes, root_of
from store.log.notes import parse_note, parse_vkey, verify_note
from tests.integration.evidence.world import DAYS, FIRST, GATEWAY, NEIGHBOUR, OUTLET, SO2, Opened, World


@pytest.fixture(scope="module")
def package(world: World) -> Opened:
    """The package of the outlet over its two days."""
    return world.package()


def test_every_record_is_proved_to_be_a_leaf_of_the_signed_checkpoint(package: Opened) -> None:
    leaves: dict[int, bytes] = {}
    for leaf, told, data in package.proved():
        assert leaf_hash(data) == told
        assert leaf not in leaves
        leaves[leaf] = told
    nodes = {}
    for line in package.files["data/log/nodes.txt"].decode().splitlines():
        level, index, digest = line.split()
        nodes[int(level), int(index)] = bytes.fromhex(digest)
    size = package.description["as_of"]["size"]
    assert sorted(nodes) == needed_nodes(leaves, size)
    assert root_of(leaves, nodes, size).hex() == package.description["as_of"]["root"]
    keys = [parse_vkey(key["vkey"]) for key in json.loads(package.files["data/log/keys.json"])]
    note = parse_note(package.files["data/log/checkpoint.txt"].decode())
    assert verify_note(note, keys) == keys
    assert note.text.split("\n")[1] == str(size)


def test_the_messages_are_there_with_their_bytes_and_those_that_are_one_stream_are_named(
    world: World, package: Opened
) -> None:
    messages = {
        message["id"]: message
        for path in package.files
        if path.startswith("data/messages/")
        for message in package.lines(path)
    }
    payloads = {
        payload["id"]: payload["text"].encode()
        for path in package.files
        if path.startswith("data/payloads/")
        for payload in package.lines(path)
    }
    assert messages.keys() == payloads.keys()
    for number, message in messages.items():
        assert hashlib.sha256(payloads[number]).hexdigest() == message["sha256"]
        assert (message["gateway"], message["channel"]) == (GATEWAY, "hj212")
    # 6 realtime and one hour frame an hour; three parts of cut frames, the state record, the future, the changed value.
    assert len(messages) == DAYS * 24 * 7 + 6
    assert package.description["chains"] == [world.chain[:3]]
    assert world.chain[0] in messages, "its frame ended in the next message"


def test_the_readings_are_those_of_the_database_in_every_revision(world: World, package: Opened) -> None:
    text = package.files[f"data/readings/{OUTLET}-hour.csv"].decode()
    found = list(csv.DictReader(io.StringIO(text)))
    stored = world.ask("readings", outlet_key=world.key(OUTLET), from_time=FIRST, to_time=FIRST + DAYS * DAY)
    assert [
        (row["factor"], row["data_time"], row["revision"], row["value"], row["flag"], row["message_id"])
        for row in found
    ] == [
        (
            row["factor"],
            row["data_time"].astimezone(UTC).isoformat(),
            str(row["revision"]),
            str(row["value"]),
            row["flag"],
            str(row["message_id"]),
        )
        for row in stored
    ]
    assert [row["received_at"] for row in found] == [
        row["received_at"].astimezone(UTC).isoformat() for row in stored
    ]
    changed = [row["value"] for row in found if row["revision"] == "2" and row["factor"] == SO2]
    assert changed == ["80.00"]
    assert package.description["files"][f"data/readings/{OUTLET}-hour.csv"]["lines"] == len(found)


def test_nothing_of_the_neighbour_is_in_it(package: Opened) -> None:
    assert not [path for path in package.files if NEIGHBOUR in path]
    assert {row["id"] for row in package.contents("outlet")} == {OUTLET}


def test_period_values_come_with_their_verdicts_and_earlier_revisions(package: Opened) -> None:
    periods = package.lines(f"data/periods/{OUTLET}-hour.jsonl")
    revisions = Counter((period["factor"], period["start"]) for period in periods)
    assert len(revisions) == 3 * DAYS * 24
    fifth = (FIRST + 5 * HOUR).astimezone(UTC).isoformat()
    assert revisions[SO2, fifth] == 2
    results = Counter(
        verdict["result"]
        for period in periods
        if period["factor"] == SO2 and period["revision"] == 1
        for verdict in period["verdicts"]
    )
    assert results["exceeded"] == 2 * DAYS
    # The day of the changed value was computed again.
    assert len(package.lines(f"data/periods/{OUTLET}-day.jsonl")) == 3 * DAYS + 1


def test_what_was_refused_and_what_is_no_reading_is_there(world: World, package: Opened) -> None:
    (piece,) = package.lines("data/quarantine.jsonl")
    assert (piece["reason"], piece["gateway"]) == ("data_time_out_of_window", GATEWAY)
    assert len(piece["sha256"]) == 64
    (record,) = package.lines("data/device_records.jsonl")
    assert (record["cn"], record["message_id"]) == ("3020", world.chain[3])


def test_marks_reach_back_as_far_as_quotas_count_and_checks_to_the_nearest_on_each_side(
    package: Opened,
) -> None:
    marks = [row["from_time"] for row in package.contents("mark") if row["channel"] == "manual"]
    assert sorted(map(datetime.fromisoformat, marks)) == [FIRST - 40 * DAY, FIRST + 3 * HOUR]
    checks = [datetime.fromisoformat(row["checked_at"]) for row in package.contents("quality_check")]
    assert sorted(checks) == [FIRST - 8 * DAY, FIRST + 5 * HOUR, FIRST + 9 * DAY]


TABLES: list[tuple[str, str]] = [
    # table, what is found in it
    ("site", "ev-cement"),
    ("site_version", "测试水泥"),
    ("outlet_version", "窑尾"),
    ("monitor_version", GATEWAY),
    ("limit_version", "GB 4915-2013"),
    ("exemption_version", "示例许可证"),
    ("authority_version", "测试区局"),
    ("gateway", GATEWAY),
    ("finding", "resent_value_differs"),
    ("alert", "exceedance_hour"),
    ("alert_event", "已电话核实"),
    ("alert_occurrence", "hour"),
    ("attachment", "照片.png"),
    ("task", "off_site"),
    ("task_event", "opened"),
    ("outbox", "超标预警"),
    ("delivery", "200"),
    ("audit_event", "evidence:package:request"),
    ("log_key", "outfall/"),
]


@pytest.mark.parametrize(("table", "word"), TABLES, ids=[case[0] for case in TABLES])
def test_the_records_that_belong_are_there(package: Opened, table: str, word: str) -> None:
    assert word in json.dumps(package.contents(table), ensure_ascii=False)


def test_a_password_is_in_no_package(package: Opened) -> None:
    for path, content in package.files.items():
        if path.startswith("data/records/"):
            assert b"password" not in content, path


def test_the_bytes_of_papers_are_there_under_the_digest_of_their_record(package: Opened) -> None:
    (paper,) = package.contents("attachment")
    content = package.files[f"data/attachments/{paper['id']}-1.png"]
    assert hashlib.sha256(content).hexdigest() == paper["digest"].removeprefix("\\x")


def test_the_package_says_what_it_is(package: Opened) -> None:
    said = package.description
    assert said["subject"] == {"kind": "outlet", "id": OUTLET, "number": None}
    assert (said["from"], said["to"]) == ("2026-05-05T16:00:00+00:00", "2026-05-07T16:00:00+00:00")
    assert (said["sample"], said["reviewed"]) == (True, False)
    assert said["outlets"][0]["id"] == OUTLET
    assert package.row["sample"] is True
    payload = {path for path in package.files if path.startswith("data/")} - {"data/package.json"}
    assert said["files"].keys() == payload
    for path, told in said["files"].items():
        if told["lines"] is not None and told["kind"] != "reading":
            assert package.files[path].count(b"\n") == told["lines"], path
    assert package.files["data/report.pdf"].startswith(b"%PDF-")
    assert "未审核；示例配置" in package.files["README.txt"].decode()


def test_a_package_of_an_alert_spans_its_days(world: World) -> None:
    alert = world.ask("alerts", outlet_key=world.key(OUTLET))[0]
    package = world.package("alert", alert["number"])
    assert package.description["subject"]["id"] == str(alert["id"])
    assert any(row["id"] == alert["id"] for row in package.contents("alert"))
