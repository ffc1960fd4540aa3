"""Silence by an outlet's own cadence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.cadence import GatewayLine, OutletLine, Patience, silence_of
from store.clock import BEIJING
from store.model import Cadence

NOW = datetime(2026, 11, 24, 12, tzinfo=BEIJING)
PATIENCE = Patience(5, timedelta(seconds=180))
EVERY_MINUTE = Cadence(60, 600, True, True)


def ago(seconds: int) -> datetime:
    return NOW - timedelta(seconds=seconds)


def line(
    key: int, heard: datetime | None, gateway: str = "gw-a", cadence: Cadence = EVERY_MINUTE
) -> OutletLine:
    return OutletLine(key, 1, gateway, cadence, heard)


PATIENCES = [
    (Cadence(60, 600, True, True), 300, "five realtime intervals"),
    (Cadence(30, None, True, True), 180, "never sooner than the least"),
    (Cadence(None, 600, True, True), 3000, "no realtime: minutes"),
    (Cadence(None, None, True, True), 5 * 3600, "hours"),
    (Cadence(None, None, False, True), 5 * 86400, "days"),
]


@pytest.mark.parametrize(("cadence", "seconds", "remark"), PATIENCES, ids=[row[2] for row in PATIENCES])
def test_patience_follows_the_densest_interval(cadence: Cadence, seconds: int, remark: str) -> None:
    assert PATIENCE.of(cadence) == timedelta(seconds=seconds), remark


SITUATIONS = [
    # lines, what the gateway says, outlets, gateways, remark
    ([line(1, ago(300))], None, set(), set(), "exactly the patience is not silence"),
    ([line(1, ago(301)), line(2, ago(10))], None, {1}, set(), "one of two outlets"),
    ([line(1, ago(301)), line(2, ago(400))], None, set(), {"gw-a"}, "both: the gateway, and not its outlets"),
    ([line(1, ago(301))], GatewayLine("online", ago(9000)), {1}, set(), "a connected gateway with one outlet: the outlet"),
    ([line(1, ago(301))], GatewayLine("unknown", ago(9000)), set(), {"gw-a"}, "not known to be connected: the gateway"),
    ([line(1, ago(200))], GatewayLine("offline", ago(181)), set(), {"gw-a"}, "its last will, after the least patience"),
    ([line(1, ago(200))], GatewayLine("offline", ago(179)), set(), set(), "a short break calls nobody"),
    ([line(1, None)], None, set(), set(), "what was never heard is not silent"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "said", "outlets", "gateways", "remark"), SITUATIONS, ids=[row[4] for row in SITUATIONS]
)
def test_who_is_called_silent(
    lines: list[OutletLine], said: GatewayLine | None, outlets: set[int], gateways: set[str], remark: str
) -> None:
    silence = silence_of(lines, {"gw-a": said} if said else {}, PATIENCE, None, NOW)
    assert (set(silence.outlets), set(silence.gateways)) == (outlets, gateways), remark


def test_after_an_outage_of_our_own_silence_counts_from_its_end() -> None:
    lines = [line(1, ago(4000)), line(2, ago(10), "gw-b")]
    assert set(silence_of(lines, {}, PATIENCE, ago(200), NOW).gateways) == set()
    assert set(silence_of(lines, {}, PATIENCE, ago(301), NOW).gateways) == {"gw-a"}
