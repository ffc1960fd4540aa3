"""What really happens at an outlet: gas and water processes as pure functions of time.

Ranges are those of regulation.md H: realistic for such units, not the measured ones of any real unit. Concentrations of gas are
dry, at 273 K and 101.325 kPa, in mg/m3; of water in mg/L. Gas flow is dry standard m3/s, water flow L/s. Stack pressure is
absolute, so that the altitude shows: about 77 kPa in Xining (2260 m), 73 kPa in Lushar (2650 m).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from deploy.simulator.calendar import DAY, HOUR, day_number, hour_in_day, warmth
from deploy.simulator.noise import Noise, between, bump, channel, clamp, scatter

Values = dict[str, float]
Process = Callable[[int], Values]

_STANDARD_KELVIN = 273.0
_STANDARD_PRESSURE = 101.325

# Seconds between the points of the noise and their weights: slow for what the plant does, quick for what an analyser shows.
_SLOW = ((6 * HOUR, 0.7), (HOUR, 0.3))
_QUICK = ((2 * HOUR, 0.45), (1200, 0.35), (60, 0.2))
_WEATHER = ((2 * DAY, 0.7), (6 * HOUR, 0.3))


def dry_standard_flow(
    area: float, velocity: float, celsius: float, kilopascal: float, moisture: float
) -> float:
    """Dry flow at 273 K and 101.325 kPa in m3/s (HJ 212-2017 Annex D). ``area`` m2, ``moisture`` percent by volume."""
    return (
        area
        * velocity
        * _STANDARD_KELVIN
        / (_STANDARD_KELVIN + celsius)
        * kilopascal
        / _STANDARD_PRESSURE
        * (1.0 - moisture / 100.0)
    )


def raw_concentration(standard: float, celsius: float, kilopascal: float, moisture: float) -> float:
    """What the probe sees before conversion to dry standard gas: the inverse of HJ 212-2017 Annex D."""
    return (
        standard
        * (1.0 - moisture / 100.0)
        * kilopascal
        / _STANDARD_PRESSURE
        * _STANDARD_KELVIN
        / (_STANDARD_KELVIN + celsius)
    )


class _Streams:
    """Named noises of one outlet."""

    def __init__(self, seed: int, outlet: str) -> None:
        self._seed = seed
        self._outlet = outlet

    def slow(self, name: str) -> Noise:
        return Noise(channel(self._seed, self._outlet, name), _SLOW)

    def quick(self, name: str) -> Noise:
        return Noise(channel(self._seed, self._outlet, name), _QUICK)

    def weather(self, name: str) -> Noise:
        return Noise(channel(self._seed, self._outlet, name), _WEATHER)

    def number(self, name: str) -> int:
        return channel(self._seed, self._outlet, name)


def kiln_tail(seed: int, outlet: str) -> Process:
    """Kiln tail 窑尾 with SNCR. Without the raw mill the gas is drier and hotter and loses the mill's uptake of SO2."""
    streams = _Streams(seed, outlet)
    load, oxygen, dust, sulphur = (
        streams.slow("load"),
        streams.quick("o2"),
        streams.quick("pm"),
        streams.quick("so2"),
    )
    nitrogen, injection = streams.quick("nox"), streams.quick("sncr-injection")
    heat, wet, wind = streams.quick("temperature"), streams.quick("moisture"), streams.quick("velocity")
    air = streams.weather("pressure")
    mill_stream = streams.number("raw-mill")

    def mill(t: int) -> float:
        """1 with the raw mill on; it stands for some evening hours when power is dear, and ramps for twenty minutes."""
        day = day_number(t)
        begins = 17.0 + 2.0 * scatter(mill_stream, 2 * day)
        ends = begins + 2.5 + 2.0 * scatter(mill_stream, 2 * day + 1)
        hour = hour_in_day(t)
        return clamp(max((begins - hour) * 3.0, (hour - ends) * 3.0))

    def at(t: int) -> Values:
        running, on = load(t), mill(t)
        o2 = between(8.6, 10.2, oxygen(t)) + 0.6 * (1.0 - running) + 0.5 * on
        spray = injection(t)
        moisture = between(8.2, 10.5, wet(t)) + 3.8 * on
        celsius = between(112.0, 128.0, heat(t)) - 24.0 * on
        pressure = between(72.9, 74.1, air(t))
        velocity = between(11.5, 14.5, running) + between(-0.8, 0.8, wind(t))
        return {
            "a34013": between(3.5, 11.0, dust(t)) + 2.0 * (1.0 - on),
            "a21026": between(3.0, 18.0, sulphur(t)) + 34.0 * (1.0 - on),
            "a21002": between(190.0, 285.0, nitrogen(t)) - 35.0 * (spray - 0.5),
            "a21001": between(2.2, 5.0, 0.7 * spray + 0.3 * nitrogen(t)) + 1.5 * (1.0 - on),
            "a19001": o2,
            "a01011": velocity,
            "a01012": celsius,
            "a01013": pressure,
            "a01014": moisture,
            "a00000": dry_standard_flow(19.0, velocity, celsius, pressure, moisture),
        }

    return at


def kiln_head(seed: int, outlet: str) -> Process:
    """Kiln head 窑头, the clinker cooler: nearly air, only dust is judged and nothing is folded."""
    streams = _Streams(seed, outlet)
    load, dust, oxygen = streams.slow("load"), streams.quick("pm"), streams.quick("o2")
    heat, wet, wind = streams.quick("temperature"), streams.quick("moisture"), streams.quick("velocity")
    air = streams.weather("pressure")

    def at(t: int) -> Values:
        running = load(t)
        celsius = between(85.0, 115.0, running) + between(-4.0, 20.0, heat(t))
        pressure = between(72.9, 74.1, air(t))
        moisture = between(1.2, 3.6, wet(t))
        velocity = between(9.5, 13.5, running) + between(-0.8, 0.8, wind(t))
        return {
            "a34013": between(3.4, 13.5, dust(t)),
            "a19001": between(20.2, 20.9, oxygen(t)),
            "a01011": velocity,
            "a01012": celsius,
            "a01013": pressure,
            "a01014": moisture,
            "a00000": dry_standard_flow(13.5, velocity, celsius, pressure, moisture),
        }

    return at


def coal_boiler(seed: int, outlet: str) -> Process:
    """Coal boiler with SCR and wet FGD. Load follows the day and the heating season; at low load O2 and NOx go up."""
    streams = _Streams(seed, outlet)
    drift, oxygen, dust = streams.slow("load"), streams.quick("o2"), streams.quick("pm")
    sulphur, nitrogen = streams.quick("so2"), streams.quick("nox")
    heat, wet, wind = streams.quick("temperature"), streams.quick("moisture"), streams.quick("velocity")
    air = streams.weather("pressure")

    def at(t: int) -> Values:
        hour = hour_in_day(t)
        day = 0.16 * bump(hour, 9.0, 3.0) + 0.22 * bump(hour, 19.5, 3.0)
        load = clamp(0.5 + 0.1 * -warmth(t) + day + 0.2 * (drift(t) - 0.5), 0.45, 0.98)
        low = clamp((0.75 - load) / 0.3)
        celsius = between(48.5, 54.5, 0.6 * heat(t) + 0.4 * load)
        pressure = between(76.3, 77.6, air(t))
        moisture = between(10.5, 15.5, 0.6 * wet(t) + 0.4 * load)
        velocity = between(9.0, 20.5, load) + between(-0.5, 0.5, wind(t))
        return {
            "a34013": between(1.2, 5.4, dust(t)),
            "a21026": between(6.0, 26.0, 0.8 * sulphur(t) + 0.2 * load),
            "a21002": between(21.0, 36.0, nitrogen(t)) + 7.0 * low,
            "a19001": between(4.1, 5.6, oxygen(t)) + 2.6 * low,
            "a01011": velocity,
            "a01012": celsius,
            "a01013": pressure,
            "a01014": moisture,
            "a00000": dry_standard_flow(28.0, velocity, celsius, pressure, moisture),
        }

    return at


def _water_temperature(t: int, share: float) -> float:
    """7 to 11 degC from December to March, 14 to 19 degC in summer (regulation.md H)."""
    return 13.0 + 5.5 * warmth(t) + between(-0.45, 0.45, share)


def _cold(celsius: float) -> float:
    """How far nitrification is slowed: 0 in warm water, 1 from about 10.5 degC down."""
    return clamp((12.5 - celsius) / 2.0)


def _plant_flow(t: int) -> float:
    """Shape of a town's sewage over the day, about 1 on average: morning and evening peaks, low before dawn."""
    hour = hour_in_day(t)
    return 0.85 + 0.3 * bump(hour, 9.5, 2.0) + 0.38 * bump(hour, 20.5, 2.4) - 0.35 * bump(hour, 4.0, 2.5)


def wwtp_outlet(seed: int, outlet: str) -> Process:
    """Outlet of a municipal plant of some 10 000 m3/d that keeps class 1A; ammonia rises as the water cools."""
    streams = _Streams(seed, outlet)
    organic, ammonia, phosphorus = streams.quick("cod"), streams.quick("nh3n"), streams.quick("tp")
    nitrogen, solids, acid = streams.quick("tn"), streams.quick("ss"), streams.quick("ph")
    warm, flow = streams.weather("temperature"), streams.quick("flow")

    def at(t: int) -> Values:
        celsius = _water_temperature(t, warm(t))
        cold = _cold(celsius)
        nh3n = between(0.25 + 0.85 * cold, 3.4 + 3.1 * cold, ammonia(t))
        return {
            "w01018": between(13.0, 38.5, organic(t)),
            "w21003": nh3n,
            "w21011": between(0.11, 0.43, phosphorus(t)),
            "w21001": clamp(between(6.3, 12.5, nitrogen(t)), nh3n + 3.0, 13.8),
            "w01012": between(3.2, 8.4, solids(t)),
            "w01001": between(6.9, 7.9, acid(t)),
            "w01010": celsius,
            "w00000": 115.0 * _plant_flow(t) * between(0.94, 1.06, flow(t)),
        }

    return at


def wwtp_inlet(seed: int, outlet: str) -> Process:
    """Inlet of the same plant: strong at the daily peaks, diluted on wet summer days."""
    streams = _Streams(seed, outlet)
    organic, nitrogen, share = streams.quick("cod"), streams.quick("tn"), streams.quick("nh3n-share")
    phosphorus, acid = streams.quick("tp"), streams.quick("ph")
    warm, flow = streams.weather("temperature"), streams.quick("flow")
    rain_stream = streams.number("rain")

    def at(t: int) -> Values:
        peak = clamp((_plant_flow(t) - 0.6) / 0.65)
        wet = 1.0 if warmth(t) > 0.2 and scatter(rain_stream, day_number(t)) < 0.18 else 0.0
        thin = 1.0 - 0.25 * wet
        total = between(40.5, 68.0, 0.6 * nitrogen(t) + 0.4 * peak) * thin
        return {
            "w01018": between(205.0, 440.0, 0.6 * organic(t) + 0.4 * peak) * thin,
            "w21003": total * between(0.70, 0.79, share(t)),
            "w21011": between(2.8, 6.8, 0.6 * phosphorus(t) + 0.4 * peak) * thin,
            "w21001": total,
            "w01001": between(7.1, 8.1, acid(t)),
            "w01010": _water_temperature(t, warm(t)),
            "w00000": 118.0 * _plant_flow(t) * between(0.93, 1.07, flow(t)) * (1.0 + 0.3 * wet),
        }

    return at


def township_station(seed: int, outlet: str) -> Process:
    """A township station of a few hundred m3/d: the pump runs in turns by day and hardly ever at night."""
    streams = _Streams(seed, outlet)
    organic, ammonia, phosphorus = streams.quick("cod"), streams.quick("nh3n"), streams.quick("tp")
    acid, warm, level = streams.quick("ph"), streams.weather("temperature"), streams.quick("level")
    night_stream, pump_stream = streams.number("night"), streams.number("pump")

    def pumping(t: int) -> bool:
        hour = hour_in_day(t)
        if hour < 6.0 or hour >= 23.0:
            return scatter(night_stream, day_number(t + 6 * HOUR)) < 0.08
        return scatter(pump_stream, t // 1200) < 0.7

    def at(t: int) -> Values:
        celsius = _water_temperature(t, warm(t)) - 0.4
        cold = _cold(celsius)
        return {
            "w01018": between(16.0, 53.0, organic(t)),
            "w21003": between(0.35 + cold, 5.0 + 2.9 * cold, ammonia(t)),
            "w21011": between(0.12, 0.95, phosphorus(t)),
            "w01001": between(6.8, 8.0, acid(t)),
            "w01010": celsius,
            "w00000": between(3.5, 9.0, level(t)) if pumping(t) else 0.0,
        }

    return at


def sleeping(stream: int, t: int) -> bool:
    """Whether a township station has no power: on one night in ten, for up to three hours from 02:00, readings do not exist."""
    chance = scatter(stream, day_number(t))
    return chance < 0.1 and 2.0 <= hour_in_day(t) < 2.0 + math.ceil(chance * 30.0)
