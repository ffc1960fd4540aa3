"""Messages and channels in words; what the address of the list asks for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from api.console.notifications.views import (
    MessageFilters,
    application_rows,
    channel_rows,
    message_rows,
    read_filters,
)
from tests.unit.console.samples import NOW

MESSAGE = {
    "id": 3,
    "channel": "desk",
    "purpose": "raised",
    "alert": "YJ-20260115-0001",
    "alert_id": 5,
    "task_id": None,
    "lead_id": None,
    "title": "【预警】数据超标",
    "created_at": NOW,
    "not_before": NOW,
    "attempts": 1,
    "state": "sent",
    "merged_into": None,
    "finished_at": NOW,
    "tried_at": NOW,
    "ok": True,
    "status": "0",
    "milliseconds": 120,
}

ADDRESSES = [
    ({}, MessageFilters(), "everything"),
    ({"state": "waiting", "channel": "desk"}, MessageFilters(channel="desk", state="waiting"), "two filters"),
    ({"state": "lost", "purpose": "gossip"}, MessageFilters(), "words that nobody knows"),
    ({"from": "2026-01-02", "to": "rubbish"}, MessageFilters(first=date(2026, 1, 2)), "half a range"),
    ({"channel": "a\x00b"}, MessageFilters(), "what no database takes"),
]


@pytest.mark.parametrize(("address", "filters", "remark"), ADDRESSES)
def test_an_address_asks_for_what_it_says(
    address: dict[str, str], filters: MessageFilters, remark: str
) -> None:
    assert read_filters(address) == filters, remark
    assert read_filters({}).query() == ""


def test_a_delivered_message_has_its_proof_and_one_that_was_not_tried_has_none() -> None:
    sent, waiting = message_rows(
        [
            MESSAGE,
            MESSAGE
            | {"state": "waiting", "tried_at": None, "ok": None, "not_before": NOW + timedelta(hours=1)},
        ],
        NOW,
    )
    assert (sent.proof, sent.delivered, sent.waits) == ("通道应答 0，120 毫秒", True, False)
    assert (waiting.proof, waiting.delivered, waiting.waits) == (None, False, True)


def test_a_channel_says_how_it_fares_and_how_much_of_its_minute_is_used() -> None:
    standing = {
        "id": "desk",
        "kind": "wecom",
        "address": "https://robots.invalid",
        "per_minute": 20,
        "state": "failing",
        "failures": 3,
        "failing_since": NOW,
        "blocked_until": None,
        "last_ok": None,
        "waiting": 7,
        "since": NOW,
    }
    (row,) = channel_rows([standing], {"desk": 4})
    assert (row.kind, row.state_word, row.used, row.per_minute, row.waiting) == (
        "企业微信",
        "发送失败",
        4,
        20,
        7,
    )


def test_what_an_application_changed_is_told_in_words_and_what_is_unknown_as_it_was_written() -> None:
    changes = ["channel desk: opened", "channel old: ended", "plan: changed", "something else"]
    (row,) = application_rows([{"at": NOW, "actor": "admin", "detail": {"changes": changes}}])
    assert row.changes == ("新增通道 desk", "停用通道 old", "变更通知规则", "something else")
