"""How the kinds of alert live."""

from __future__ import annotations

from datetime import timedelta

from alerts.kinds import SEVERITIES
from alerts.lives import BY_OFFICER, USUAL, lives_of
from store.settings import load_settings


def test_only_kinds_that_exist_are_kept_from_companies() -> None:
    assert set(SEVERITIES) >= BY_OFFICER
    assert {"abnormal_constant", "mark_abuse", "recomputed_differs", "ingest_down"} <= BY_OFFICER
    assert not {"exceedance_hour", "exceedance_day", "data_missing", "outlet_silent"} & BY_OFFICER


def test_a_forecast_must_last_before_anybody_is_called_and_an_exceedance_need_not() -> None:
    assert USUAL.hold_of("minute_forecast") == timedelta(minutes=3)
    assert USUAL.hold_of("exceedance_hour") == timedelta(0)


def test_the_times_are_settings() -> None:
    lives = lives_of(load_settings(hold_seconds={"hour_forecast": 90}, flap_minutes=0))
    assert (lives.hold_of("hour_forecast"), lives.hold_of("minute_forecast")) == (
        timedelta(seconds=90),
        timedelta(0),
    )
    assert lives.flap == timedelta(0)
