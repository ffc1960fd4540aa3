"""Quarantined pieces in words, and their bytes without secrets."""

from __future__ import annotations

from datetime import datetime

import pytest

from api.console.quality.quarantineview import (
    BYTES_SHOWN,
    bytes_of,
    outcome_word,
    run_row,
    what_to_do,
)
from api.quarantineread import SILENT, Run, run_of
from ingest.replay import Chosen
from store.clock import BEIJING, HOUR
from store.texts import catalogue, has

NOW = datetime(2026, 1, 15, 12, tzinfo=BEIJING)
FRAME = b"##0101QN=20260115120000000;ST=31;CN=2011;PW=123456;MN=8888;Flag=5;CP=&&&&1C80\r\n"


def test_the_password_is_shown_neither_as_text_nor_as_hexadecimal() -> None:
    shown = bytes_of(FRAME)
    assert shown.secrets
    assert "PW=******;MN=8888" in shown.printed
    assert "123456" not in shown.printed
    hexadecimal = " ".join(line.hexadecimal for line in shown.lines)
    assert b"123456".hex(" ") not in hexadecimal
    assert not any("123456" in line.printed for line in shown.lines)


def test_bytes_that_are_no_text_are_shown_by_their_number() -> None:
    shown = bytes_of(b"\x00\xffA\r\n\xe6\xb0\xae")
    assert shown.printed == "\\x00\\xffA\\x0d\n氮"
    assert shown.lines[0].hexadecimal == "00 ff 41 0d 0a e6 b0 ae"
    assert shown.lines[0].printed == "··A·····"


def test_of_many_bytes_the_first_are_shown_and_the_rest_is_counted() -> None:
    shown = bytes_of(b"x" * (BYTES_SHOWN + 100))
    assert (shown.size, shown.more, len(shown.lines)) == (BYTES_SHOWN + 100, 100, BYTES_SHOWN // 16)


def test_every_reason_has_a_word_and_those_of_ingest_say_what_to_do() -> None:
    reasons = [key.rpartition(".")[2] for key in catalogue() if key.startswith("console.quality.do.")]
    for reason in reasons:
        assert reason == "other" or has(f"console.quarantine.{reason}"), reason
    assert what_to_do("never heard of") == what_to_do("other")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ("accepted", "已入库"),
        ("duplicate", "与已有数据相同"),
        ("unknown_mn", "仍未入库：未登记的 MN"),
        ("never_heard_of", "仍未入库：never_heard_of"),
    ],
)
def test_what_became_of_a_piece_in_words(outcome: str, word: str) -> None:
    assert outcome_word(outcome) == word


def row(**given: object) -> dict[str, object]:
    return {
        "id": 1,
        "actor": "operator",
        "origin": "127.0.0.1",
        "chosen": {},
        "total": 10,
        "done": 4,
        "readings": 12,
        "outcomes": {"unknown_mn": 1, "accepted": 3},
        "started_at": NOW - HOUR,
        "beat_at": NOW,
        "ended_at": None,
        "error_code": None,
    } | given


@pytest.mark.parametrize(
    ("given", "state", "remark"),
    [
        ({}, "running", "it was heard of just now"),
        ({"beat_at": NOW - 2 * SILENT}, "interrupted", "its process has ended without a word"),
        ({"ended_at": NOW}, "done", "it came to its end"),
        ({"ended_at": NOW, "error_code": "store_failed"}, "failed", "it ended with an error"),
    ],
)
def test_the_state_of_a_replay(given: dict[str, object], state: str, remark: str) -> None:
    assert run_of(row(**given), NOW).state == state, remark  # type: ignore[arg-type]


def test_a_replay_says_what_was_chosen_and_what_came_of_it_the_good_first() -> None:
    chosen = Chosen(reason="unknown_mn", gateway="gw-one", since=NOW).as_dict()
    shown = run_row(run_of(row(chosen=chosen), NOW))  # type: ignore[arg-type]
    assert shown.chosen == "未登记的 MN · 网关 gw-one · 2026-01-15 12:00 起"
    assert shown.outcomes == (("已入库", 3), ("仍未入库：未登记的 MN", 1))
    assert run_row(run_of(row(chosen={"ids": [1, 2]}), NOW)).chosen == "选中的 2 条"  # type: ignore[arg-type]
    assert run_row(run_of(row(), NOW)).chosen == "全部待处理"  # type: ignore[arg-type]


@pytest.mark.parametrize(("total", "done", "percent"), [(10, 4, 40), (3, 2, 66), (0, 0, 100), (5, 7, 100)])
def test_how_far_a_replay_is(total: int, done: int, percent: int) -> None:
    run = Run(**row(total=total, done=done))  # type: ignore[arg-type]
    assert run.percent == percent
