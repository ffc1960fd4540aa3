"""小时超标分钟动态预警: what the minutes so far say of the hour, and when it cannot be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.judgement.arithmetic import fold, mean
from alerts.judgement.minutes import Minutes, folded_minutes
from alerts.judgement.subject import Subject
from alerts.rules.forecast_hour import course, examine
from alerts.rules.shape import Window
from tests.unit.alerts.build import SO2, START, limit, subject
from tests.unit.alerts.rules.views import came, runs, window

L = Decimal(200)


def course_of(minutes: Minutes) -> tuple[str, int | None]:
    stands = course(minutes, L)
    assert stands is not None
    since = stands.unavoidable_from
    return format(stands.mean, ".4f"), None if since is None else int((since - START).total_seconds() // 60)


# Limit 200: an hour of sixty minutes is lost once the sum of its valid minutes is above 200 x 60 = 12,000.
CASES: list[tuple[str, Minutes, tuple[str, int | None]]] = [
    ("400 a minute: 30 give 12,000, which is equal, 31 give 12,400", came(["400"] * 31), ("400.0000", 31)),
    ("thirty minutes of 400 and zeros would be exactly the limit", came(["400"] * 30), ("400.0000", None)),
    ("201 a minute needs all sixty: 59 give 11,859", came(["201"] * 59), ("201.0000", None)),
    ("... and the sixtieth 12,060", came(["201"] * 60), ("201.0000", 60)),
    ("a peak of 5,000 in the third minute: 15,000 of it alone is enough", came(["5000"] * 3), ("5000.0000", 3)),
    ("equal to the limit is never above it", came(["200"] * 60), ("200.0000", None)),
    ("minutes that did not come may come as zeros: 31 of 400 are needed all the same",
     came([None] * 10 + ["400"] * 30), ("400.0000", None)),
    ("ten minutes of calibration are out of the mean: 50 x 200 = 10,000 < 26 x 400",
     runs((10, "0", "calibration"), (26, "400", "normal")), ("400.0000", 36)),
    ("... but 25 x 400 = 10,000 is only equal", runs((10, "0", "calibration"), (25, "400", "normal")), ("400.0000", None)),
    ("a valid negative value takes back what was certain: 12,400 - 500 < 12,000",
     came(["400"] * 31 + ["-500"]), ("371.8750", None)),
    ("... and the next minute makes it certain again: 12,300", came(["400"] * 31 + ["-500", "400", "400"]),
     ("373.5294", 33)),
    ("ten-minute values stand for ten minutes each: the fourth gives 16,000", came(["400"] * 4, every=10), ("400.0000", 40)),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "minutes", "expected"), CASES, ids=[case[0] for case in CASES])
def test_the_minute_from_which_not_even_zeros_help(
    remark: str, minutes: Minutes, expected: tuple[str, int | None]
) -> None:
    assert course_of(minutes) == expected


values = st.integers(0, 2000).map(lambda tenths: format(Decimal(tenths) / 2, "f"))


@given(st.lists(values, min_size=1, max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_once_unavoidable_the_hour_is_above_the_limit_whatever_follows(
    first: list[str], data: st.DataObject
) -> None:
    stands = course(came(first), L)
    assert stands is not None
    if stands.unavoidable_from is None:
        zeros = came(first + ["0"] * (60 - len(first))).mean()
        assert zeros is not None and zeros.value() <= L
        return
    passed = int((stands.unavoidable_from - START).total_seconds() // 60)
    rest = data.draw(st.lists(st.none() | values, max_size=60 - passed))
    whole = came(first[:passed] + rest).mean()
    assert whole is not None and whole.value() > L


percents = st.integers(0, 209).map(lambda tenths: format(Decimal(tenths) / 10, "f"))
pairs = st.tuples(values, percents)


def folded_both_ways(hour: Sequence[tuple[str, str]]) -> list[Decimal]:
    measured, oxygen = came([value for value, _ in hour]), came([percent for _, percent in hour])
    by_minutes = folded_minutes(measured, oxygen, Decimal(10))
    means = measured.mean(), oxygen.mean()
    assert by_minutes is not None and means[0] is not None and means[1] is not None
    return [by_minutes, fold(means[0], means[1], Decimal(10))]


@given(st.lists(pairs, min_size=20, max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_a_folded_hour_that_is_unavoidable_is_above_by_either_way_of_folding(
    first: list[tuple[str, str]], data: st.DataObject
) -> None:
    measured, oxygen = came([value for value, _ in first]), came([percent for _, percent in first])
    stands = course(measured, L, (oxygen, Decimal(10)))
    if stands is None or stands.unavoidable_from is None:
        return
    passed = int((stands.unavoidable_from - START).total_seconds() // 60)
    rest = data.draw(st.lists(pairs, max_size=60 - passed))
    assert all(value > L for value in folded_both_ways([*first[:passed], *rest]))


def test_folding_takes_the_oxygen_of_the_rest_at_its_worst() -> None:
    # 45 minutes of 400 at 10 %: by minutes 45 x 400 = 18,000 > 12,000. By means 300 x 11 / (21 - 7.5) = 244.4 > 200.
    stands = course(came(["400"] * 45), L, (came(["10"] * 45), Decimal(10)))
    assert stands is not None and stands.mean == 400
    # n minutes: (400 n / 60) x 11 / (21 - 10 n / 60) > 200 from n = 40 on: 266.67 x 11 / 14.333 = 204.65 (39: 197.18).
    assert stands.unavoidable_from == START + timedelta(minutes=40)


def test_without_oxygen_a_folded_hour_is_not_forecast() -> None:
    of = subject(limit(SO2, maximum="200"), reference="10")
    assert examine(running(of, {(SO2, START): came(["900"] * 40)}, 40)) == []


def running(of: Subject, minutes: dict[tuple[str, datetime], Minutes], minute: int) -> Window:
    return window(of, starts=[START], at=START + timedelta(minutes=minute), minutes=minutes)


FORECASTS = [
    ("fifteen minutes above are enough to warn", ["250"] * 15, 15, True),
    ("fourteen are not", ["250"] * 14, 14, False),
    ("unless they already decide the hour: 14 x 1,000 = 14,000", ["1000"] * 14, 14, True),
    ("a mean that is equal to the limit warns of nothing", ["200"] * 30, 30, False),
    ("an hour that is over is judged, not forecast", ["250"] * 60, 60, False),
]


@pytest.mark.parametrize(("remark", "sent", "minute", "shown"), FORECASTS, ids=[row[0] for row in FORECASTS])
def test_when_a_forecast_is_made(remark: str, sent: list[str], minute: int, shown: bool) -> None:
    of = subject(limit(SO2, maximum="200", key=7))
    found = examine(running(of, {(SO2, START): came(sent)}, minute))
    assert bool(found) is shown
    if found:
        assert (found[0].factor, found[0].limit_key, found[0].numbers["bound"]) == (SO2, 7, "200")
        assert found[0].numbers["minutes"] == len(sent)


def test_the_numbers_say_from_which_minute_on_it_is_lost() -> None:
    of = subject(limit(SO2, maximum="200"))
    (found,) = examine(running(of, {(SO2, START): came(["400"] * 35)}, 35))
    assert found.numbers["unavoidable_from"] == "2026-05-06T08:31:00+08:00"
    assert found.numbers["compared"] == "400"
    assert found.evidence == {"minutes": ["2026-05-06T08:00:00+08:00", "2026-05-06T08:35:00+08:00"]}


def test_the_mean_so_far_is_the_one_of_the_judgement() -> None:
    stands = course(came(["1", "2", "4"]), L)
    same = mean([Decimal(1), Decimal(2), Decimal(4)])
    assert stands is not None and same is not None and stands.mean == same.value()
