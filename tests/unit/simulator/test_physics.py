"""The processes stay within regulation.md H through a year, and are functions of seed and time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulator.calendar import moment
from deploy.simulator.noise import Noise, channel
from deploy.simulator.physics import dry_standard_flow, raw_concentration
from tests.unit.simulator.sample import DAY, HOUR, MIDNIGHT, OUTLETS, source

#: outlet -> factor -> lowest and highest of regulation.md H; gas flow in 10^4 Nm3/h there, in m3/s here.
RANGES = {
    "qilianshan-kiln-tail": {
        "a34013": (3, 15),
        "a21026": (1, 60),
        "a21002": (150, 320),  # with SNCR
        "a21001": (2, 8),
        "a19001": (8.5, 11.5),
        "a01011": (9, 17),
        "a01012": (85, 130),
        "a01013": (72.5, 77.5),  # Lushar
        "a01014": (8, 15),
        "a00000": (250_000 / 3600, 600_000 / 3600),
    },
    "qilianshan-kiln-head": {
        "a34013": (3, 15),
        "a19001": (20, 21),
        "a01012": (80, 140),
        "a01014": (1, 4),
        "a01013": (72.5, 77.5),
        "a00000": (150_000 / 3600, 400_000 / 3600),
    },
    "xining-thermal-stack": {
        "a34013": (1, 6),
        "a21026": (5, 28),
        "a21002": (20, 45),
        "a19001": (4, 9),
        "a01012": (48, 55),  # wet FGD
        "a01014": (10, 16),
        "a01013": (76, 78),  # Xining
        "a00000": (600_000 / 3600, 1_200_000 / 3600),
    },
    "jiangyuan-outlet": {
        "w01018": (12, 40),
        "w21003": (0.2, 7),
        "w21011": (0.1, 0.45),
        "w21001": (6, 14),
        "w01001": (6.8, 8),
    },
    "jiangyuan-inlet": {
        "w01018": (150, 450),
        "w21003": (20, 55),
        "w21011": (2, 7),
        "w21001": (30, 70),
        "w01001": (7, 8.2),
    },
    "lijiashan-outlet": {"w01018": (15, 55), "w21003": (0.3, 8), "w21011": (0.1, 1)},
    "tianjiazhai-outlet": {"w01018": (15, 55), "w21003": (0.3, 8), "w21011": (0.1, 1)},
}
#: A moment every 97 minutes meets every hour of the day in every season.
YEAR = range(MIDNIGHT, MIDNIGHT + 365 * DAY, 97 * 60)


@pytest.mark.parametrize("outlet", OUTLETS)
@pytest.mark.parametrize("seed", [1, 7])
def test_a_year_stays_within_the_ranges_of_the_sheet(outlet: str, seed: int) -> None:
    process = source(outlet).process(seed)
    year = [process(t) for t in YEAR]
    for factor, (low, high) in RANGES[outlet].items():
        values = [values[factor] for values in year]
        assert low <= min(values) and max(values) <= high, (factor, min(values), max(values))
        assert max(values) - min(values) > 0.25 * (high - low) or factor == "a01013", f"{factor} hardly moves"


def test_the_water_is_cold_in_winter_and_ammonia_is_high_then() -> None:
    process = source("jiangyuan-outlet").process(1)
    winter = [process(t) for t in YEAR if moment(t).month in (12, 1, 2, 3)]
    summer = [process(t) for t in YEAR if moment(t).month in (6, 7, 8)]
    assert all(7 <= values["w01010"] <= 11.1 for values in winter)
    assert all(14 <= values["w01010"] <= 20 for values in summer)
    assert min(v["w21003"] for v in winter) >= 1
    assert max(v["w21003"] for v in summer) <= 4
    assert max(v["w21003"] for v in winter) > 5


def test_the_plant_flows_most_in_the_morning_and_evening_and_the_station_hardly_at_night() -> None:
    plant, small = (source(name).process(1) for name in ("jiangyuan-outlet", "lijiashan-outlet"))

    def mean(process: object, hour: float) -> float:
        times = [
            MIDNIGHT + day * DAY + int(hour * HOUR) + 60 * m for day in range(60) for m in range(0, 60, 10)
        ]
        return sum(process(t)["w00000"] for t in times) / len(times)  # type: ignore[operator]

    assert mean(plant, 9) > 1.3 * mean(plant, 4)
    assert mean(plant, 20) > 1.3 * mean(plant, 4)
    assert mean(small, 2) < 0.2 * mean(small, 14)
    daily = sum(mean(small, hour) for hour in range(24)) / 24 * 86.4
    assert 50 <= daily <= 800, "m3/d of a township station"


def test_the_raw_mill_takes_up_sulphur_and_wets_the_gas() -> None:
    process = source("qilianshan-kiln-tail").process(1)
    evenings = [process(MIDNIGHT + day * DAY + int(20.0 * HOUR)) for day in range(60)]
    mornings = [process(MIDNIGHT + day * DAY + int(10.0 * HOUR)) for day in range(60)]

    def mean(values: list[dict[str, float]], factor: str) -> float:
        return sum(value[factor] for value in values) / len(values)

    assert mean(evenings, "a21026") > mean(mornings, "a21026") + 15
    assert mean(evenings, "a01014") < mean(mornings, "a01014") - 2
    assert mean(evenings, "a01012") > mean(mornings, "a01012") + 10


def test_no_limit_is_passed_by_itself() -> None:
    for outlet in ("qilianshan-kiln-tail", "xining-thermal-stack", "qilianshan-kiln-head"):
        one = source(outlet)
        process = one.process(1)
        for t in YEAR:
            values = process(t)
            share = 1.0
            if one.oxygen_reference is not None:
                share = (21 - one.oxygen_reference) / (21 - values["a19001"])
            for factor, ceiling in one.ceilings:
                assert values[factor] * share < ceiling


@given(st.integers(0, 2**40), st.integers(0, 2**31))
def test_noise_is_a_function_of_seed_and_time_within_zero_and_one(seed: int, t: int) -> None:
    scales = ((3600, 0.6), (60, 0.4))
    first, second = Noise(channel(seed, "x"), scales), Noise(channel(seed, "x"), scales)
    for other in (t + 7200, t - 60 if t > 60 else t):
        first(other)
    assert first(t) == second(t)
    assert 0.0 <= first(t) <= 1.0


def test_another_seed_gives_another_day() -> None:
    outlet = source("xining-thermal-stack")
    assert outlet.process(1)(MIDNIGHT) == outlet.process(1)(MIDNIGHT)
    assert outlet.process(1)(MIDNIGHT) != outlet.process(2)(MIDNIGHT)


def test_the_altitude_shrinks_the_standard_flow_and_conversion_is_reversible() -> None:
    assert dry_standard_flow(10, 10, 0, 101.325, 0) == pytest.approx(100)
    assert dry_standard_flow(10, 10, 0, 73.0, 0) == pytest.approx(72.04, abs=0.01)
    assert dry_standard_flow(10, 10, 273, 101.325, 10) == pytest.approx(45)
    assert raw_concentration(100, 0, 101.325, 12) == pytest.approx(88)
