"""Stretches, patterns and previews in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.console.markpages.effects import Effect, Part, Preview
from api.console.markpages.effectviews import preview_view
from api.console.markpages.patterns import pictures_told
from api.console.markpages.stretches import stretches
from api.console.markpages.timelineview import timeline
from api.console.markpages.views import Place, items_of, stretch_row
from store.markrules import NewMark
from store.texts import has
from tests.unit.console.markpages.samples import DAY, at, check, hour, mark
from tests.unit.console.samples import limit, outlet, site

OUTLET = outlet(limit(), factors=("a21026", "a34013"))
PLACE = Place(OUTLET, site(OUTLET), "某水泥厂（虚构） 窑尾")
FACTORS = {7: OUTLET.factors}


def part(hours: int, *, late: bool) -> Part:
    return Part(at(0), at(1), at(hours), late)


def test_the_deadline_of_a_stretch_is_the_first_that_can_be_kept() -> None:
    (one,) = stretches([hour(1, "exceeded")], [], FACTORS)
    row = stretch_row(one, PLACE, [part(12, late=True), part(36, late=False), part(60, late=False)])
    assert (row.open, row.deadline, row.days) == (True, at(36), 3)
    over = stretch_row(one, PLACE, [part(12, late=True), part(36, late=True)])
    assert (over.open, over.deadline) == (False, at(36))


def test_the_form_is_filled_in_from_the_stretch() -> None:
    (one,) = stretches([hour(1, "invalid", status="calibration")], [], FACTORS)
    ((word, path),) = stretch_row(one, PLACE, [part(12, late=False)]).links
    assert word == "填报标记"
    assert "outlet=kiln-tail&from=2026-01-15T01%3A00&to=2026-01-15T02%3A00" in path
    assert "item=device%3Acalibration" in path and "factor=a21026" in path


def test_a_stretch_of_every_factor_has_one_link_without_a_factor() -> None:
    rows = [hour(1, "missing", status="missing", factor=factor) for factor in OUTLET.factors]
    (one,) = stretches(rows, [], FACTORS)
    row = stretch_row(one, PLACE, [part(12, late=False)])
    assert row.factors == "全部因子"
    assert len(row.links) == 1 and "factor" not in row.links[0][1]


@pytest.mark.parametrize("industry", ["cement", "thermal_power", "municipal_wwtp", "township_wwtp", "other"])
def test_every_item_that_can_be_filed_says_what_it_means(industry: str) -> None:
    for _, _, items in items_of(industry):
        for item in items:
            assert has(f"console.markpages.means.{item.label.category}_{item.label.code}")


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"marks": [{"id": 4, "late": False}]}, ["标记 4 在该小时结束后才填报"]),
        ({"marks": [{"id": 5, "late": True}]}, ["标记 5 逾期填报"]),
        (
            {"picture": "share", "exceeded_hours": 6, "marked_hours": 5, "share": "0.833", "days": 30},
            ["近 30 天 6 个超标小时中有 5 个被标记（83 %）"],
        ),
        (
            {"pictures": [{"picture": "no_signature", "mark": 9}]},
            ["标记 9 为启停工况，但温度、含氧量、流量没有相应变化"],
        ),
        ({}, []),
    ],
)
def test_what_a_rule_saw_is_told(numbers: dict[str, Any], words: list[str]) -> None:
    assert pictures_told(numbers) == words


def effect(before: str, after: str, start: int = 1) -> Effect:
    return Effect("a21026", at(start), before, after, ("above_maximum",))


DEVICE = NewMark("device", "fault", None, at(1), at(2), "x")
CONDITION = NewMark("condition", "stopped", None, at(1), at(2), "x")


@pytest.mark.parametrize(
    ("new", "changed", "kept", "late", "word", "remark"),
    [
        (DEVICE, (effect("exceeded", "invalid"),), (), False, "1 个小时共 1 个数值将变为无效", "taken out"),
        (CONDITION, (effect("exceeded", "exempt"),), (), False, "1 个超标值将被豁免", "an exemption applies"),
        (CONDITION, (), (effect("exceeded", "exceeded"),), False, "仍为超标：没有可用的豁免", "none applies"),
        (DEVICE, (), (), False, "没有小时值会因此改变", "too short"),
        (DEVICE, (effect("exceeded", "invalid"),), (), True, "作为说明保存", "late: nothing changes"),
    ],
)
def test_a_preview_says_what_would_change(
    new: NewMark,
    changed: tuple[Effect, ...],
    kept: tuple[Effect, ...],
    late: bool,
    word: str,
    remark: str,
) -> None:
    shown = preview_view(Preview((part(12, late=late),), 1, 1, changed, kept), new)
    assert any(word in sentence for sentence in shown.said), remark
    assert shown.late is late
    assert bool(shown.rows) is (not late and bool(changed or kept))


def test_a_preview_of_a_long_mark_says_how_far_it_looked() -> None:
    shown = preview_view(Preview((part(12, late=False),), 72, 100, (), ()), DEVICE)
    assert any("100" in sentence and "72" in sentence for sentence in shown.said)


def test_the_timeline_says_in_a_table_what_it_draws() -> None:
    rows = [hour(1, "exceeded"), hour(2, "exceeded"), hour(3)]
    marks = [mark(at(1), at(2), id=11, category="condition", label="starting")]
    shown = timeline(
        PLACE, ("a21026",), rows, marks, [check(at(4), passed=False)], (DAY, DAY + timedelta(days=1)), at(9)
    )
    assert [(one.cover, one.marks[:1]) for one in shown.exceeded] == [
        ("covered", ((11, "启窑（点火、烘窑、启窑）", False),)),
        ("uncovered", ()),
    ]
    assert shown.uncovered == 1
    told = [line.word for line in shown.lines]
    assert {"超标 · 有标记", "超标 · 无标记"} <= set(told)
    assert any("不合格" in word for word in told)
    drawn = [piece.said for lane in shown.chart.lanes for piece in lane.pieces]
    assert set(shown.titles) == set(drawn)
    assert len(told) == len(drawn) + 1
