"""Which value stands at the head of a unit's card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from api.console.overview import Facts, SiteCard, site_card
from api.console.overview.cards import share_of
from api.console.reads import Latest
from store.model import Outlet
from tests.unit.console.samples import NOW, SETTINGS, limit, outlet, site


@pytest.mark.parametrize(
    ("value", "minimum", "maximum", "share", "remark"),
    [
        ("100", None, "200", "0.5", "half of a ceiling"),
        ("250", None, "200", "1.25", "beyond a ceiling"),
        ("0", None, "200", "0", "nothing"),
        ("7.5", "6", "9", "0", "the middle of a range"),
        ("9", "6", "9", "1", "the upper bound"),
        ("6", "6", "9", "1", "the lower bound"),
        ("5.25", "6", "9", "1.5", "below a range"),
        ("5", "6", None, None, "a floor alone has no share"),
        ("5", None, "0", None, "a ceiling of nothing cannot be divided"),
    ],
)
def test_the_share_of_a_limit(
    value: str, minimum: str | None, maximum: str | None, share: str | None, remark: str
) -> None:
    bounds = [None if bound is None else Decimal(bound) for bound in (minimum, maximum)]
    assert share_of(Decimal(value), *bounds) == (None if share is None else Decimal(share)), remark


def card(
    *outlets: Outlet, values: dict[tuple[int, str], tuple[str, str]], behind: tuple[str, ...] = ()
) -> SiteCard:
    """The card of a unit with these newest values: (outlet key, factor) -> (value, status)."""
    readings = {
        key: Latest(
            NOW - timedelta(hours=1) if key[1] in behind else NOW, Decimal(value), Decimal(value), "N", status
        )
        for key, (value, status) in values.items()
    }
    states = {one.key: {"realtime": {"data_time": NOW, "received_at": NOW}} for one in outlets}
    return site_card(site(*outlets), Facts(NOW, states, {}, readings, {}), SETTINGS)


TAIL = outlet(limit("a21026", "200"), limit("a21002", "400"), factors=("a21026", "a21002"))
HEAD = replace(
    outlet(limit("a34013", "30"), factors=("a34013",)),
    key=8,
    id="kiln-head",
    name="窑头",
    oxygen_reference=None,
)


def test_the_value_that_takes_most_of_its_limit_is_the_worst_of_all_outlets_not_the_largest_number() -> None:
    shown = card(
        TAIL,
        HEAD,
        values={
            (7, "a21026"): ("100", "normal"),
            (7, "a21002"): ("240", "normal"),
            (8, "a34013"): ("27", "normal"),
        },
    )
    assert shown.worst is not None
    assert (shown.worst.outlet_id, shown.worst.row.code, shown.worst.row.share) == (
        "kiln-head",
        "a34013",
        Decimal("0.9"),
    )


def test_values_under_calibration_or_older_than_the_others_are_never_the_worst() -> None:
    shown = card(
        TAIL,
        values={(7, "a21026"): ("900", "calibration"), (7, "a21002"): ("800", "normal")},
        behind=("a21002",),
    )
    assert shown.worst is None


def test_a_unit_shows_the_connection_of_the_outlet_that_is_worst_off() -> None:
    states = {TAIL.key: {"realtime": {"data_time": NOW, "received_at": NOW}}}
    shown = site_card(site(TAIL, HEAD), Facts(NOW, states, {}, {}, {}), SETTINGS)
    assert shown.connection is not None
    assert shown.connection.state == "no_data"
    assert shown.last_data == NOW
    assert site_card(site(), Facts(NOW, {}, {}, {}, {}), SETTINGS).connection is None
