"""The overview as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from api.console.overview import Facts, OutletBlock, outlet_block, site_card
from api.console.reads import Latest, LatestVerdict
from store.clock import hour_start
from store.model import Listing, Outlet
from tests.unit.console.samples import NOW, SETTINGS, limit, outlet, site


def block(shown: Outlet, *readings: tuple[str, str | None, str | None, str]) -> OutletBlock:
    """The block of an outlet whose newest readings are (factor, measured, folded, status)."""
    latest = {
        (shown.key, factor): Latest(
            NOW,
            None if value is None else Decimal(value),
            None if folded is None else Decimal(folded),
            "N",
            status,
        )
        for factor, value, folded, status in readings
    }
    states = {shown.key: {"realtime": {"data_time": NOW, "received_at": NOW}}}
    verdict = LatestVerdict(
        hour_start(NOW) - timedelta(hours=1), "hour", "exceeded", Decimal(200), Decimal("200.004"), None
    )
    facts = Facts(NOW, states, {}, latest, {(shown.key, "a21026"): verdict})
    return outlet_block(shown, facts, SETTINGS)


def test_a_folding_outlet_shows_the_folded_value_and_the_measured_one_beside_it() -> None:
    (row,) = block(outlet(limit()), ("a21026", "220", "190", "normal")).judged_rows
    assert (row.value, row.measured) == ("190", "220")
    assert row.bar is not None and row.bar.level == "near"


def test_an_outlet_that_does_not_fold_shows_the_measured_value_alone() -> None:
    (row,) = block(outlet(limit(), folds=False), ("a21026", "220", None, "normal")).judged_rows
    assert (row.value, row.measured) == ("220", None)
    assert row.bar is not None and row.bar.level == "over"


def test_a_value_under_calibration_is_named_and_not_set_against_the_limit() -> None:
    (row,) = block(outlet(limit()), ("a21026", "900", "900", "calibration")).judged_rows
    assert row.bar is None
    assert row.status is not None


def test_a_folded_value_that_is_absent_is_a_dash_and_not_the_measured_one() -> None:
    (row,) = block(outlet(limit()), ("a21026", "220", None, "normal")).judged_rows
    assert row.value == "—"
    assert row.bar is None


def test_factors_without_a_limit_stand_apart_and_are_never_folded() -> None:
    shown = block(outlet(limit()), ("a01012", "104.2", None, "normal"))
    assert [row.code for row in shown.other_rows] == ["a01012"]
    assert (shown.other_rows[0].value, shown.other_rows[0].measured) == ("104.2", None)


def test_an_inlet_is_not_judged_even_if_limits_are_written_down() -> None:
    shown = block(outlet(limit(), judged=False), ("a21026", "220", "190", "normal"))
    assert shown.judged_rows == ()


def test_the_last_verdict_says_its_hour_and_the_value_with_the_decimals_that_decide() -> None:
    (row,) = block(outlet(limit()), ("a21026", "1", "1", "normal")).judged_rows
    assert row.verdict is not None
    assert (row.verdict.word, row.verdict.period) == ("超标", "13~14")
    assert "200.004" in row.verdict.title


def test_a_site_is_marked_as_listed_only_while_the_listing_is_in_force() -> None:
    listing = Listing(1, NOW - timedelta(days=9), NOW + timedelta(days=1), "环境信用（虚构）", "市局", None)
    listed = replace(site(), positive_list=(listing,))
    assert site_card(listed, Facts(NOW, {}, {}, {}, {}), SETTINGS).listed
    assert not site_card(listed, Facts(NOW + timedelta(days=2), {}, {}, {}, {}), SETTINGS).listed
