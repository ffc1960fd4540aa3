"""How units and the bureau stand, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.statistics.transmission import Transmission
from alerts.tasks.facts import policy_of
from api.console.overview.figures import sent_words, site_figures, trends, visit_rows
from store.model import Listing
from tests.unit.console.samples import NOW, SETTINGS, limit, outlet, site

GAS = site(outlet(limit()))


def test_a_rate_says_its_counts_and_whether_the_effective_one_is_low() -> None:
    found = sent_words(Transmission(due=24, received=23, valid=20), Decimal(90))
    assert found is not None
    assert found.rate == "95.83 %"
    assert found.low
    assert "23" in found.title
    assert "79.86" in found.title


def test_a_rate_of_exactly_the_threshold_is_not_low() -> None:
    found = sent_words(Transmission(due=100, received=100, valid=90), Decimal(90))
    assert found is not None
    assert not found.low


def test_where_nothing_was_due_there_is_no_rate_and_where_nothing_was_published_none_of_yesterday() -> None:
    assert sent_words(Transmission(), Decimal(90)) is None
    assert sent_words(None, Decimal(90)) is None
    shown = site_figures(GAS, {}, {7: Transmission(due=5, received=5, valid=5)}, {}, Decimal(90))
    assert shown.sent_today is not None
    assert shown.sent_yesterday is None
    assert (shown.raised, shown.standing, shown.active) == (0, 0, 0)


def test_outlets_are_counted_together_and_not_averaged() -> None:
    two = site(outlet(limit()), replace(outlet(limit()), key=8))
    counts = {7: Transmission(due=90, received=90, valid=90), 8: Transmission(due=10, received=0, valid=0)}
    shown = site_figures(two, {}, counts, {}, Decimal(90))
    assert shown.sent_today is not None
    assert shown.sent_today.rate == "90.00 %"


@pytest.mark.parametrize(
    ("this_week", "before", "comparable", "direction", "remark"),
    [
        (3, 4, True, "worse", "3 against one a week"),
        (1, 4, True, "same", "as many as on the average"),
        (1, 8, True, "better", "fewer"),
        (0, 8, True, "better", "none any more"),
        (0, 0, True, "none", "never exceeded"),
        (2, 0, False, "new", "nothing was judged before: no comparison"),
        (0, 0, False, "none", "new and without an exceedance"),
    ],
)
def test_a_unit_gets_worse_when_this_week_is_beyond_the_mean_of_the_four_before(
    this_week: int, before: int, comparable: bool, direction: str, remark: str
) -> None:
    row = {"site_key": 3, "span": "hour", "this_week": this_week, "before": before}
    (found,) = trends([GAS], [row], frozenset({3}) if comparable else frozenset())
    assert found.direction == direction, remark
    assert found.before == (Decimal(before) / 4).quantize(Decimal("0.1"))


def test_units_that_get_worse_come_first_and_water_is_counted_in_days() -> None:
    water = replace(
        site(replace(outlet(limit(), medium="water"), key=9)), key=4, id="water", name="污水厂（虚构）"
    )
    rows = [
        {"site_key": 3, "span": "hour", "this_week": 0, "before": 9},
        {"site_key": 4, "span": "day", "this_week": 2, "before": 0},
    ]
    found = trends([GAS, water], rows, frozenset({3, 4}))
    assert [(row.site_id, row.span, row.direction) for row in found] == [
        ("water", "day", "worse"),
        ("cement", "hour", "better"),
    ]


def test_visits_of_listed_units_are_shown_even_when_there_were_none_and_of_others_only_when_there_were() -> (
    None
):
    listing = Listing(1, NOW - timedelta(days=9), None, "环境信用（虚构）", "市局（虚构）", None)
    listed = replace(GAS, positive_list=(listing,))
    other = replace(GAS, key=4, id="other")
    policy = policy_of(SETTINGS)
    (row,) = visit_rows([listed, other], {}, policy, NOW)
    assert (row.site_id, row.listed, row.made, row.cap) == ("cement", True, 0, policy.cap_listed)
    rows = visit_rows([other, listed], {4: {"made": 7, "planned": 1}}, policy, NOW)
    assert [(row.site_id, row.made, row.cap) for row in rows] == [
        ("cement", 0, policy.cap_listed),
        ("other", 7, policy.cap_unlisted),
    ]
