"""Printed minutes, hours and days agree with each other; flags and folding are right."""

from __future__ import annotations

import pytest

from deploy.simulator.episodes import Episode
from deploy.simulator.facts import printed
from deploy.simulator.instruments import ANALYSED, POLLUTANTS, Station, fold
from tests.unit.simulator.sample import DAY, HOUR, MIDNIGHT, OUTLETS, source, station

#: Hours over two days that meet calibration, standard check, day and night.
HOURS = range(MIDNIGHT - 2 * DAY, MIDNIGHT, HOUR)


@pytest.mark.parametrize("outlet", OUTLETS)
def test_an_hour_recomputed_from_printed_minutes_agrees_within_one_percent(outlet: str) -> None:
    one = station(outlet)
    length = one.source.cadence.minute
    assert length is not None
    flow = "a00000" if one.source.medium == "gas" else "w00000"
    checked = 0
    for start in HOURS:
        hour = one.hour(start)
        minutes = [m for t in range(start, start + HOUR, length) if (m := one.minute(t)) is not None]
        if hour is None:
            assert not minutes
            continue
        for factor in minutes[0]:
            valid = [m for m in minutes if m[factor].flag == "N"]
            if hour[factor].flag != "N":
                continue
            values = [float(printed(factor, m[factor].average)) for m in valid]
            weights = [m[flow].total or 0.0 for m in valid]
            if one.source.medium == "gas" or factor not in POLLUTANTS or not sum(weights):
                weights = [1.0] * len(valid)
            mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
            assert float(printed(factor, hour[factor].average)) == pytest.approx(mean, rel=0.01, abs=0.001)
            checked += 1
        total = sum(m[flow].total or 0.0 for m in minutes)
        assert hour[flow].total == pytest.approx(total)
    assert checked > 100


@pytest.mark.parametrize("outlet", ["qilianshan-kiln-tail", "xining-thermal-stack"])
def test_reported_folding_agrees_with_printed_oxygen_and_with_the_folded_minutes(outlet: str) -> None:
    one = station(outlet)
    reference, length = one.source.oxygen_reference, one.source.cadence.minute
    assert reference is not None and length is not None
    for start in HOURS:
        hour = one.hour(start)
        assert hour is not None
        oxygen = float(printed("a19001", hour["a19001"].average))
        for factor in set(hour) & POLLUTANTS:
            found = hour[factor]
            assert found.folded is not None
            from_hour = float(printed(factor, found.average)) * (21 - reference) / (21 - oxygen)
            assert found.folded[0] == pytest.approx(from_hour, rel=0.02)
            minutes = [one.minute(t) for t in range(start, start + HOUR, length)]
            folds = [m[factor].folded for m in minutes if m is not None and m[factor].flag == "N"]
            assert found.folded[0] == pytest.approx(sum(f[0] for f in folds if f) / len(folds), rel=1e-9)


def test_folding_refuses_oxygen_of_air() -> None:
    assert fold(100.0, 10.0, 10.0) == pytest.approx(100.0)
    assert fold(100.0, 15.5, 10.0) == pytest.approx(200.0)
    assert fold(100.0, 21.0, 10.0) is None


def test_the_kiln_head_is_not_folded() -> None:
    hour = station("qilianshan-kiln-head").hour(MIDNIGHT)
    assert hour is not None and all(found.folded is None for found in hour.values())


@pytest.mark.parametrize("outlet", ["qilianshan-kiln-tail", "xining-thermal-stack"])
def test_gas_is_calibrated_once_a_day_for_five_to_fifteen_minutes_and_hours_stay_valid(outlet: str) -> None:
    one = station(outlet)
    for day in range(3):
        midnight = MIDNIGHT + day * DAY
        flagged = [
            t
            for t in range(midnight, midnight + DAY, 30)
            if (sample := one.instant(t)) is not None and "C" in sample.flags.values()
        ]
        assert 300 <= len(flagged) * 30 <= 900
        assert flagged[-1] - flagged[0] < 900, "in one piece"
        sample = one.instant(flagged[0])
        assert sample is not None and {"a21026", "a21002", "a19001"} <= sample.flags.keys()
        assert "a34013" not in sample.flags, "dust is measured on"
        flags = [
            one.minute(t)["a21002"].flag for t in range(midnight, midnight + DAY, one.source.cadence.minute)
        ]  # type: ignore[arg-type,index]
        assert "C" in flags
        hours = [one.hour(t) for t in range(midnight, midnight + DAY, HOUR)]
        assert all(hour is not None and hour["a21002"].flag == "N" for hour in hours)


def test_water_has_one_standard_check_a_night_and_composites_by_flow() -> None:
    one = station("jiangyuan-outlet")
    flags = [one.hour(MIDNIGHT + hour * HOUR)["w01018"].flag for hour in range(24)]  # type: ignore[index]
    assert flags.count("C") == 1 and 2 <= flags.index("C") < 5
    assert set(flags) == {"C", "N"}
    day = one.day(MIDNIGHT)
    hours = [one.hour(MIDNIGHT + hour * HOUR) for hour in range(24)]
    valid = [h for h in hours if h is not None and h["w01018"].flag == "N"]
    volumes = [h["w00000"].total or 0.0 for h in valid]
    weighted = sum(v * h["w01018"].average for v, h in zip(volumes, valid, strict=True)) / sum(volumes)
    assert day is not None and day["w01018"].average == pytest.approx(weighted)
    assert day["w01018"].flag == "N"


def test_an_hour_without_discharge_repeats_the_last_result_with_flag_f() -> None:
    one = station("lijiashan-outlet")
    dry = [t for t in HOURS if (hour := one.hour(t)) is not None and hour["w00000"].total == 0.0]
    assert dry, "nights without flow"
    for start in dry:
        hour = one.hour(start)
        assert hour is not None
        assert hour["w01018"].flag in ("F", "C")
        assert hour["w00000"].flag == "N"
        assert hour["w01018"].total == 0.0


def test_a_station_without_power_has_no_record_at_all() -> None:
    one = station("tianjiazhai-outlet")
    nights = range(MIDNIGHT, MIDNIGHT + 120 * DAY, DAY)
    dark = [night for night in nights if one.hour(night + 2 * HOUR) is None]
    assert 3 <= len(dark) <= 30
    assert one.instant(dark[0] + 2 * HOUR) is None
    assert one.hour(dark[0] + 12 * HOUR) is not None


def test_mass_is_measured_concentration_times_volume() -> None:
    for outlet, scale in [("xining-thermal-stack", 1e-6), ("jiangyuan-outlet", 1e-3)]:
        one = station(outlet)
        hour = one.hour(MIDNIGHT)
        assert hour is not None
        flow = "a00000" if scale == 1e-6 else "w00000"
        volume = hour[flow].total
        assert volume is not None
        for factor in set(hour) & POLLUTANTS:
            assert hour[factor].total == pytest.approx(hour[factor].average * volume * scale)
        seconds = 1.0 if flow == "a00000" else 1000.0
        assert volume == pytest.approx(hour[flow].average * 3600 / seconds)


def test_analysers_speak_hourly_only() -> None:
    minute = station("jiangyuan-outlet").minute(MIDNIGHT)
    assert minute is not None and not set(minute) & set(ANALYSED)


@pytest.mark.parametrize("outlet", OUTLETS)
def test_order_and_memory_do_not_matter(outlet: str) -> None:
    forward, backward = station(outlet), station(outlet)
    times = list(range(MIDNIGHT, MIDNIGHT + 6 * HOUR, HOUR))
    ahead = [forward.hour(t) for t in times]
    assert [backward.hour(t) for t in reversed(times)] == list(reversed(ahead))


def test_a_stuck_outlet_stands_still_and_a_shut_down_one_is_flagged() -> None:
    stuck = Station(
        source("qilianshan-kiln-head"),
        1,
        [Episode("stuck", "qilianshan-kiln-head", MIDNIGHT, MIDNIGHT + HOUR)],
    )
    values = [stuck.instant(t) for t in range(MIDNIGHT, MIDNIGHT + HOUR, 60)]
    assert all(
        sample is not None and values[0] is not None and sample.values == values[0].values
        for sample in values
    )
    assert stuck.instant(MIDNIGHT + HOUR).values != values[0].values  # type: ignore[union-attr]
    name = "qilianshan-kiln-tail"
    off = Station(source(name), 1, [Episode("shutdown", name, MIDNIGHT, MIDNIGHT + HOUR)])
    hour = off.hour(MIDNIGHT)
    assert hour is not None
    assert {found.flag for found in hour.values()} == {"F"}
    assert hour["a00000"].total == 0.0 and hour["a19001"].average > 20


def test_an_exceedance_passes_the_folded_limit_only_in_its_time() -> None:
    name = "qilianshan-kiln-tail"
    one = Station(source(name), 1, [Episode("exceedance", name, MIDNIGHT, MIDNIGHT + HOUR, "a21002", 1.15)])
    hours = [one.hour(MIDNIGHT + n * HOUR) for n in (-1, 0, 1)]
    folded = [hour["a21002"].folded[0] for hour in hours if hour is not None and hour["a21002"].folded]
    assert folded[1] > 400 > max(folded[0], folded[2])
