"""Keeping and dropping in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from api.console.retentionpages import views
from store.clock import BEIJING

AT = datetime(2026, 11, 26, 9, 30, tzinfo=BEIJING)


def chunk(**given: Any) -> dict[str, Any]:
    return {
        "kind": "message",
        "chunk": "_hyper_1",
        "range_start": AT,
        "range_end": AT,
        "old_at": AT,
        "goes": False,
        "reasons": ["young"],
        "held_by": [],
        **given,
    }


def hold(**given: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        (
            "lead_id",
            "alert_id",
            "alert",
            "outlet",
            "from_time",
            "to_time",
            "lifted_by",
            "lifted_at",
            "lift_reason",
        )
    )
    return {**nothing, "id": 4, "kind": "lead", "reason": "诉讼", "placed_by": "wu", "placed_at": AT, **given}


def test_terms_name_the_settings_and_a_ground() -> None:
    terms = {term.what: term for term in views.terms(5, 365)}
    raw = terms["原始报文、监测数据、设备状态记录、隔离数据"]
    assert (raw.term, "第183条" in raw.why) == ("至少 5 年", True)
    assert terms["其他证据包文件"].term == "365 天"
    assert all(term.why for term in terms.values())


def test_chunks_come_by_the_day_they_are_due_with_what_keeps_them() -> None:
    held = {"source": "lead", "id": 3, "number": "XS-1", "reason": "draft"}
    by_hand = {"source": "hold", "id": 9, "number": None, "reason": "诉讼"}
    later = chunk(old_at=AT.replace(year=2031), reasons=["held", "unsealed"], held_by=[held, by_hand])
    first, second = views.chunk_rows([later, chunk(goes=True, reasons=[])])
    assert (first.goes, first.reasons, first.kind) == (True, (), "原始报文")
    assert second.reasons == ("尚未全部写入存证日志",)
    assert [(holder.word, holder.link) for holder in second.holders] == [
        ("线索 XS-1", "/leads/3"),
        ("留存冻结 9", "/retention#hold-9"),
    ]


@pytest.mark.parametrize(
    ("given", "subject", "link", "span"),
    [
        ({"lead_id": 3}, "XS-1", "/leads/3", "随线索的违法时段"),
        ({"kind": "alert", "alert_id": 5, "alert": "YJ-1"}, "YJ-1", "/alerts/5", "随预警的起止时间"),
        (
            {"kind": "outlet", "outlet": "stack", "from_time": AT, "to_time": AT.replace(day=27)},
            "stack",
            "/outlets/stack",
            "2026-11-26 09:30 至 2026-11-27 09:30",
        ),
    ],
)
def test_a_hold_names_its_subject_and_its_time(
    given: dict[str, Any], subject: str, link: str, span: str
) -> None:
    (row,) = views.hold_rows([hold(**given)], {3: "XS-1"})
    assert (row.subject, row.link, row.span, row.stands) == (subject, link, span, True)


def test_a_lifted_hold_stands_no_more() -> None:
    (row,) = views.hold_rows([hold(lead_id=3, lifted_by="wu", lifted_at=AT, lift_reason="终结")], {})
    assert (row.stands, row.subject, row.lift_reason) == (False, "3", "终结")


def test_a_drop_says_what_went_and_where_the_log_has_it() -> None:
    drop = {
        "id": 1,
        "kind": "reading",
        "chunk": "_hyper_2",
        "range_start": AT,
        "range_end": AT,
        "count": 24,
        "messages": 12,
        "keep_years": 5,
        "dropped_at": AT,
        "dropped_by": "system",
    }
    (sealed,) = views.drop_rows([drop], {1: 99})
    (waiting,) = views.drop_rows([drop], {})
    assert (sealed.kind, sealed.count, sealed.dropped_by, sealed.leaf) == ("监测数据", 24, "系统", 99)
    assert waiting.leaf is None
