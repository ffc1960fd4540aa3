"""From the address to what is drawn."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.console.outlet.choice import COLUMNS, Asked, choose, local, parse_local
from store.clock import BEIJING, day_start, hour_start
from tests.unit.console.samples import NOW, limit, outlet


@pytest.mark.parametrize(
    ("asked", "factors", "kind", "preset", "coarsened", "remark"),
    [
        (Asked(), ("a21026",), "hour", "24h", False, "the first factor with a limit"),
        (
            Asked(("a01012", "nonsense"), "minute", "7d"),
            ("a01012",),
            "minute",
            "7d",
            False,
            "unknown factors fall out",
        ),
        (
            Asked(("a01012",), "realtime", "30d"),
            ("a01012",),
            "realtime",
            "30d",
            False,
            "a month of realtime is thinned",
        ),
        (
            Asked(("a01012",), "realtime", "year"),
            ("a01012",),
            "hour",
            "year",
            True,
            "a year of realtime is not drawn",
        ),
        (Asked(("a01012",), "minute", "year"), ("a01012",), "hour", "year", True, "nor of minutes"),
        (
            Asked(("a01012", "a01012"), "century", "aeon"),
            ("a01012",),
            "hour",
            "24h",
            False,
            "nonsense is the usual",
        ),
    ],
)
def test_what_cannot_be_drawn_falls_back_to_what_can(
    asked: Asked, factors: tuple[str, ...], kind: str, preset: str, coarsened: bool, remark: str
) -> None:
    choice = choose(outlet(limit()), asked, NOW)
    assert (choice.factors, choice.kind, choice.window.range, choice.coarsened) == (
        factors,
        kind,
        preset,
        coarsened,
    ), remark


def test_a_time_of_the_address_is_shown_and_its_first_hour_is_whole() -> None:
    asked = Asked(kind="hour", start="2026-01-02T03:30", end="2026-01-05")
    choice = choose(outlet(limit()), asked, NOW)
    assert choice.window.start == datetime(2026, 1, 2, 3, tzinfo=BEIJING)
    assert choice.window.end == datetime(2026, 1, 5, tzinfo=BEIJING)
    assert not choice.misread
    assert "from=2026-01-02T03%3A00&to=2026-01-05T00%3A00" in choice.query()


@pytest.mark.parametrize(
    ("start", "end", "remark"),
    [
        ("2026-01-05", "2026-01-02", "ends before it begins"),
        ("2026-01-05", "2026-01-05", "has no length"),
        ("2026-02-30", None, "no such day"),
        ("yesterday", None, "no time at all"),
        ("0001-01-01", "2026-01-02", "before anything was measured"),
        (None, "9999-12-31T23:59", "too far ahead"),
        ("2026-01-01T00:00:00+99:00", None, "no such offset"),
    ],
)
def test_a_time_that_is_none_is_said_to_be_none_and_the_last_day_is_shown(
    start: str | None, end: str | None, remark: str
) -> None:
    choice = choose(outlet(limit()), Asked(start=start, end=end), NOW)
    assert choice.misread, remark
    assert (choice.window.start, choice.window.end) == (hour_start(NOW - timedelta(hours=24)), NOW)


def test_a_preset_that_was_chosen_counts_before_the_inputs_that_a_form_sends_along() -> None:
    choice = choose(outlet(limit()), Asked(range="7d", start="2025-01-01", end="2025-01-02"), NOW)
    assert choice.window.range == "7d"


def test_the_windows_beside_join_without_a_gap() -> None:
    choice = choose(outlet(limit()), Asked(kind="day", start="2026-01-01", end="2026-01-08"), NOW)
    assert choice.window.moved(-1).end == choice.window.start
    assert choice.window.moved(1).start == choice.window.end
    assert "from=2025-12-25T00%3A00&to=2026-01-01T00%3A00" in choice.beside(-1)


def test_a_day_window_begins_with_a_day() -> None:
    choice = choose(outlet(limit()), Asked(kind="day", range="7d"), NOW)
    assert choice.window.start == day_start(choice.window.start)


def test_a_time_longer_than_any_kind_is_cut_at_its_begin() -> None:
    choice = choose(outlet(limit()), Asked(kind="hour", start="1991-01-01", end="2026-01-01"), NOW)
    assert choice.kind == "day" and choice.coarsened
    assert choice.window.length <= timedelta(days=3661)


def test_columns_and_basis_come_in_their_order_and_the_usual_ones_stay_out_of_the_address() -> None:
    usual = choose(outlet(limit()), Asked(), NOW)
    assert (usual.columns, usual.basis) == (COLUMNS[:1], "folded")
    assert "column" not in usual.query() and "basis" not in usual.query()
    other = choose(
        outlet(limit()), Asked(columns=("after_exemption", "reported", "x"), basis="measured"), NOW
    )
    assert other.columns == ("reported", "after_exemption")
    assert other.query().endswith("column=reported&column=after_exemption&basis=measured")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=BEIJING)),
        ("2026-01-02T03:04", datetime(2026, 1, 2, 3, 4, tzinfo=BEIJING)),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=BEIJING)),
        ("2026-01-02T03:04:05+08:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=BEIJING)),
        (
            "2026-01-02T03:04:05 08:00",
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=BEIJING),
        ),  # a plus that was not escaped
        ("2026-01-01T19:04Z", datetime(2026, 1, 2, 3, 4, tzinfo=BEIJING)),
        ("2026-01-02T03:04:05.678", datetime(2026, 1, 2, 3, 4, 5, tzinfo=BEIJING)),
        ("", None),
        ("2026-1-2", None),
        ("2026-01-02T25:00", None),
    ],
)
def test_moments_are_read_as_beijing_time_unless_they_say_otherwise(
    text: str, moment: datetime | None
) -> None:
    assert parse_local(text) == moment
    if moment is not None:
        assert parse_local(local(moment)) == moment
