"""The ledger adds up, or says by how much it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from api.console.quality.ledger import Line, by_place, by_time, line_of, verdict
from store.clock import BEIJING

START = datetime(2026, 1, 15, tzinfo=BEIJING)
REASONS = ("crc_mismatch", "unknown_mn", "garbage")

counts = some.integers(0, 1000)
places = some.tuples(some.integers(0, 5), some.sampled_from(("gw-a", "gw-b")), some.integers(0, 3))


def rows_of(
    place: tuple[int, str, int],
    accepted: int,
    duplicate: int,
    conflicting: int,
    refused: list[int],
    lost: int,
) -> list[dict[str, Any]]:
    """Ledger rows of one hour, gateway and outlet; ``lost`` frames were received and have no fate."""
    hour, gateway, outlet = place
    received = accepted + duplicate + conflicting + sum(refused) + lost
    known = [
        ("received", "", received),
        ("accepted", "", accepted),
        ("duplicate", "", duplicate),
        ("conflicting", "", conflicting),
        *(("quarantined", reason, frames) for reason, frames in zip(REASONS, refused, strict=True)),
        ("anomaly", "crc_modbus_be", 7),
    ]
    return [
        {
            "start": START + timedelta(hours=hour),
            "gateway": gateway,
            "outlet_key": outlet,
            "disposition": disposition,
            "reason": reason,
            "frames": frames,
            "readings": frames * 3,
        }
        for disposition, reason, frames in known
        if frames
    ]


entries = some.lists(
    some.tuples(
        places,
        counts,
        counts,
        counts,
        some.lists(counts, min_size=len(REASONS), max_size=len(REASONS)),
        some.sampled_from((0, 0, 0, 1, 12)),
    ),
    max_size=12,
    unique_by=lambda entry: entry[0],
)


@given(entries)
def test_it_adds_up_or_says_the_difference(found: list[tuple[Any, ...]]) -> None:
    rows = [row for entry in found for row in rows_of(*entry)]
    lost = sum(entry[-1] for entry in found)
    total = line_of(rows)
    assert total.difference == lost
    assert total.balanced is (lost == 0)
    assert total.received == total.accepted + total.duplicate + total.conflicting + total.refused + lost
    said = verdict(total)
    assert said == (
        f"已平衡：收到的 {total.received} 个数据包全部有去处。"
        if lost == 0
        else f"不平衡：相差 {lost} 个数据包，请运维立即核查。"
    )


@given(entries)
def test_the_lines_of_any_grouping_add_up_to_the_sum(found: list[tuple[Any, ...]]) -> None:
    rows = [row for entry in found for row in rows_of(*entry)]
    total = line_of(rows)
    for lines in (by_place(rows), by_time(rows)):
        for name in ("received", "accepted", "duplicate", "conflicting", "refused", "difference", "readings"):
            assert sum(getattr(line, name) for line in lines) == getattr(total, name), name
        assert all(line.received or line.refused or line.anomalies or line.accepted for line in lines)


@given(entries)
def test_a_line_that_does_not_balance_is_never_hidden_by_another(found: list[tuple[Any, ...]]) -> None:
    rows = [row for entry in found for row in rows_of(*entry)]
    wrong = {(gateway, outlet) for (_, gateway, outlet), *_, lost in found if lost}
    lines = by_place(rows)
    assert {(line.gateway, line.outlet_key) for line in lines if not line.balanced} == wrong


def test_anomalies_stand_beside_the_sum() -> None:
    rows = rows_of((0, "gw-a", 1), 5, 0, 0, [0, 0, 0], 0)
    line: Line = line_of(rows)
    assert line.balanced
    assert [(count.word, count.frames) for count in line.anomalies] == [
        ("CRC 采用 MODBUS 算法（高位在前）", 7)
    ]


def test_frames_without_an_outlet_stand_last_at_their_gateway() -> None:
    rows = [
        *rows_of((0, "gw-a", 0), 0, 0, 0, [0, 4, 0], 0),
        *rows_of((0, "gw-a", 2), 3, 0, 0, [0, 0, 0], 0),
        *rows_of((0, "gw-b", 0), 0, 0, 0, [0, 0, 1], 0),
    ]
    assert [(line.gateway, line.outlet_key) for line in by_place(rows)] == [
        ("gw-a", 2),
        ("gw-a", 0),
        ("gw-b", 0),
    ]
    assert [(count.code, count.frames) for count in by_place(rows)[1].quarantined] == [("unknown_mn", 4)]
