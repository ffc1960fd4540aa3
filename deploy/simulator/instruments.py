"""What the instruments and the logger of one outlet make of the process: instants, minutes, hours and days with flags.

Everything is a function of time. Values are rounded only where they are printed, so that a mean of printed minutes agrees with
the printed hour.

Gas: means are arithmetic over normal samples. Zero and span are calibrated once a day for 5 to 10 minutes (flag C).
Water: flow, pH, temperature and probes are sampled; COD, NH3-N, TP and TN are analysed once an hour on a flow-proportional
composite of the hour's first forty minutes, with the result at minute 55. One hour a night is the standard check (flag C). An
hour without discharge has no analysis: the last result is repeated with flag F. Hour and day concentrations are flow-weighted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from deploy.simulator import disturb
from deploy.simulator import episodes as kinds
from deploy.simulator.calendar import DAY, HOUR, day_number, day_of, hour_of
from deploy.simulator.episodes import Episode
from deploy.simulator.measured import Period, Sample, Statistics
from deploy.simulator.noise import channel, scatter
from deploy.simulator.physics import Values, raw_concentration, sleeping
from deploy.simulator.sources import Source

FLOWS = {"gas": "a00000", "water": "w00000"}
#: kg per (concentration unit x m3): mg/m3 x m3 = mg, mg/L x m3 = g.
MASS = {"gas": 1e-6, "water": 1e-3}
ANALYSED = ("w01018", "w21003", "w21011", "w21001")
POLLUTANTS = frozenset({"a34013", "a21026", "a21002", "a21001", *ANALYSED, "w01012"})
CALIBRATED = ("a21026", "a21002", "a21001", "a19001")
#: Share of normal samples from which a minute is normal (HJ 212-2017 Annex D: normal if >= 75 % normal).
NORMAL_SHARE = 0.75
#: Minutes of an hour that must be normal (HJ 75-2017: >= 45) and hours of a day (HJ 76-2017 App. B: >= 20).
NORMAL_MINUTES = 45
NORMAL_HOURS_GAS = 20
#: Share of a day's due analyses that must be valid (HJ 356-2019 7).
NORMAL_SHARE_WATER = 0.75
_COMPOSITE_SECONDS = 2400
_RESULT_AFTER = 3300
#: Standard solutions of the nightly check and span gases, in the unit of the factor.
_STANDARDS = {"w01018": 50.0, "w21003": 5.0, "w21011": 0.5, "w21001": 15.0}
_SPANS = {"a21026": 160.0, "a21002": 400.0, "a21001": 16.0, "a19001": 20.9}


def fold(measured: float, oxygen: float, reference: float) -> float | None:
    """Concentration at the reference oxygen (regulation.md A.2); None when oxygen is 21 % or more."""
    return None if oxygen >= 21.0 else measured * (21.0 - reference) / (21.0 - oxygen)


class Station:
    """The instruments and logger of one outlet. Not for use from several threads: it remembers what it has computed."""

    def __init__(self, source: Source, seed: int, episodes: Sequence[Episode] = ()) -> None:
        self.source = source
        self._process = source.process(seed)
        self._flow = FLOWS[source.medium]
        self._step = source.cadence.realtime or 60
        self._sleep = channel(seed, source.outlet, "sleep")
        self._check = channel(seed, source.outlet, "check")
        self._analysed = tuple(factor for factor in ANALYSED if factor in source.factors)
        self.disturb(episodes)

    def disturb(self, episodes: Iterable[Episode]) -> None:
        """Replace the episodes by those of ``episodes`` that concern this outlet."""
        self.episodes = tuple(episode for episode in episodes if episode.outlet == self.source.outlet)
        # An hour holds at most 120 instants and 60 minutes, a day 24 hours: what the next larger period needs is still there.
        self.true: Callable[[int], Values] = lru_cache(512)(self._true)
        self.instant: Callable[[int], Sample | None] = lru_cache(256)(self._instant)
        self.analyses: Callable[[int], dict[str, tuple[float, str]]] = lru_cache(64)(self._analyses)
        self.minute: Callable[[int], Period | None] = lru_cache(128)(self._minute)
        self.hour: Callable[[int], Period | None] = lru_cache(64)(self._hour)

    # -- the process --------------------------------------------------------------------------------------------------------

    def _true(self, t: int) -> Values:
        """What really flows by at ``t``, with exceedances and shutdowns. Read only: the result is shared."""
        return disturb.process(self.source, self.episodes, t, self._process(t), POLLUTANTS | {self._flow})

    # -- instants -----------------------------------------------------------------------------------------------------------

    def _instant(self, t: int) -> Sample | None:
        """What the logger holds at ``t``, or None when the station has no power."""
        if self.source.industry == "township_wwtp" and sleeping(self._sleep, t):
            return None
        seen = t
        for episode in self.episodes:
            if episode.kind == kinds.STUCK and episode.covers(t) and episode.factor is None:
                seen = episode.start
        true = self.true(seen)
        values = {factor: true[factor] for factor in self.source.factors if factor in true}
        flags: dict[str, str] = {}
        for episode in self.episodes:
            if episode.kind == kinds.STUCK and episode.covers(t) and episode.factor in values:
                values[episode.factor] = self.true(episode.start)[episode.factor]
        if self.source.medium == "gas":
            self._calibrate(t, values, flags)
        elif self._analysed:
            hour = hour_of(seen) if seen % HOUR >= _RESULT_AFTER else hour_of(seen) - HOUR
            results = self.analyses(hour)
            for factor in self._analysed:
                values[factor], flag = results[factor]
                if flag != "N":
                    flags[factor] = flag
        disturb.instrument(self.episodes, t, values, flags, apart=self._analysed)
        return Sample(values, flags)

    def _calibrate(self, t: int, values: Values, flags: dict[str, str]) -> None:
        begins, lasts = self.calibration(t)
        windows = [(begins, lasts)]
        windows += [(e.start, e.end - e.start) for e in self.episodes if e.kind == kinds.CALIBRATION]
        for start, length in windows:
            if not start <= t < start + length:
                continue
            spanning = t >= start + length // 2
            for factor in CALIBRATED:
                if factor in values:
                    span = _SPANS[factor] * (1.0 + 0.01 * (scatter(self._check, t) - 0.5))
                    values[factor] = span if spanning else 0.004 * span
                    flags[factor] = "C"

    def calibration(self, t: int) -> tuple[int, int]:
        """Start and length in seconds of the zero and span calibration of the day that holds ``t``."""
        slot = int(scatter(self._check, 0) * 24)
        lasts = 300 + 60 * int(6 * scatter(self._check, day_number(t)))
        return day_of(t) + HOUR + slot * 600, lasts

    # -- analyses -----------------------------------------------------------------------------------------------------------

    def discharging(self, hour: int) -> bool:
        """Whether anything flows in the composite's time of the hour."""
        return any(self.true(t)[self._flow] > 0.0 for t in self._composite_times(hour))

    def checking(self, hour: int) -> bool:
        """Whether the hour is the nightly standard check, between 02:00 and 05:00 (HJ 355-2019: once in 24 h)."""
        extra = any(e.kind == kinds.CALIBRATION and e.covers(hour) for e in self.episodes)
        return extra or hour == day_of(hour) + (2 + int(3 * scatter(self._check, 0))) * HOUR

    def check(self, start: int) -> tuple[int, dict[str, tuple[float, float, bool]]]:
        """A standard check: its moment, and of each factor the value found, the one of the standard, whether that is a pass.

        ``start`` is the midnight before the nightly check, or the moment of an extra one. 10 % are allowed (HJ 355-2019).
        """
        at = start
        if start == day_of(start):
            hour = next(t for t in range(start, start + DAY, HOUR) if self.checking(t))
            at = hour + _RESULT_AFTER
        found = {}
        for factor in self._analysed:
            failed = any(
                e.kind == kinds.FAILED_CHECK and e.covers(at) and e.factor in (None, factor)
                for e in self.episodes
            )
            share = 1.25 if failed else 1.0 + 0.06 * (scatter(self._check, hour_of(at)) - 0.5)
            found[factor] = (_STANDARDS[factor] * share, _STANDARDS[factor], not failed)
        return at, found

    def _analyses(self, hour: int) -> dict[str, tuple[float, str]]:
        """Result and flag of every analysed factor for the clock hour that starts at ``hour``, as the analyser shows them."""
        results = self._analysed_truly(hour)
        values = {factor: value for factor, (value, _) in results.items()}
        flags = {factor: flag for factor, (_, flag) in results.items() if flag != "N"}
        disturb.instrument(self.episodes, hour, values, flags, apart=())
        return {factor: (value, flags.get(factor, "N")) for factor, value in values.items()}

    def _analysed_truly(self, hour: int) -> dict[str, tuple[float, str]]:
        if self.checking(hour):
            wobble = 1.0 + 0.06 * (scatter(self._check, hour) - 0.5)
            return {factor: (_STANDARDS[factor] * wobble, "C") for factor in self._analysed}
        if not self.discharging(hour):
            earlier = hour - HOUR
            while self.checking(earlier) or not self.discharging(earlier):
                earlier -= HOUR
            return {factor: (value, "F") for factor, (value, _) in self.analyses(earlier).items()}
        volume = 0.0
        sums = dict.fromkeys(self._analysed, 0.0)
        for t in self._composite_times(hour):
            true = self.true(t)
            flow = true[self._flow]
            volume += flow
            for factor in self._analysed:
                sums[factor] += true[factor] * flow
        return {factor: (sums[factor] / volume, "N") for factor in self._analysed}

    def _composite_times(self, hour: int) -> range:
        return range(hour, hour + _COMPOSITE_SECONDS, 300)

    # -- periods ------------------------------------------------------------------------------------------------------------

    def _minute(self, start: int) -> Period | None:
        """The minute record from ``start``: every factor that is sampled more often than hourly; None without any sample."""
        length = self.source.cadence.minute or HOUR
        samples = [s for t in range(start, start + length, self._step) if (s := self.instant(t)) is not None]
        if not samples:
            return None
        seconds = float(self._step)
        factors = [factor for factor in samples[0].values if factor not in self._analysed]
        flows = [sample.values.get(self._flow, 0.0) for sample in samples]
        volume = sum(flows) * seconds / (1.0 if self.source.medium == "gas" else 1000.0)
        averages: dict[str, tuple[float, float, float, str]] = {}
        for factor in factors:
            flags = [sample.flags.get(factor, "N") for sample in samples]
            normal = [s.values[factor] for s, flag in zip(samples, flags, strict=True) if flag == "N"]
            flag = "N" if len(normal) >= NORMAL_SHARE * len(samples) else _commonest(flags)
            used = normal or [sample.values[factor] for sample in samples]
            averages[factor] = (sum(used) / len(used), min(used), max(used), flag)
        return self._period(averages, volume, self._oxygen(start, length))

    def _oxygen(self, start: int, length: int) -> float | None:
        """Mean oxygen of the process for folding; a calibrating analyser holds its last good value, so never its zero gas."""
        if self.source.oxygen_reference is None:
            return None
        times = range(start, start + length, self._step)
        return sum(self.true(t)["a19001"] for t in times) / len(times)

    def _period(
        self, averages: dict[str, tuple[float, float, float, str]], volume: float, oxygen: float | None
    ) -> Period:
        mass = MASS[self.source.medium]
        reference = self.source.oxygen_reference
        period: Period = {}
        for factor, (average, least, most, flag) in averages.items():
            total = (
                volume if factor == self._flow else average * volume * mass if factor in POLLUTANTS else None
            )
            folded = None
            if reference is not None and oxygen is not None and factor in POLLUTANTS:
                ratio = fold(1.0, oxygen, reference)
                folded = None if ratio is None else (average * ratio, least * ratio, most * ratio)
            period[factor] = Statistics(average, least, most, total, folded, flag)
        return period

    def _hour(self, start: int) -> Period | None:
        """The hour record from ``start``; None when the logger was without power for the whole hour."""
        length = self.source.cadence.minute or HOUR
        minutes = [m for t in range(start, start + HOUR, length) if (m := self.minute(t)) is not None]
        if not minutes:
            return None
        period = self._join(minutes, NORMAL_MINUTES * 60 / length)
        flow = period.get(self._flow)
        volume = (flow.total or 0.0) if flow is not None else 0.0
        if self._analysed:
            analysed = {f: (value, value, value, flag) for f, (value, flag) in self.analyses(start).items()}
            period.update(self._period(analysed, volume, None))
        mass = MASS[self.source.medium]
        # The mass of an hour is its valid mean times its volume, so that minutes of calibration gas do not count as emitted.
        return {
            factor: replace(period[factor], total=period[factor].average * volume * mass)
            if factor in POLLUTANTS
            else period[factor]
            for factor in self.source.factors
            if factor in period
        }

    def day(self, start: int) -> Period | None:
        """The day record from ``start`` (00:00 Beijing), from the valid hours; None when there was no hour at all."""
        hours = [h for t in range(start, start + DAY, HOUR) if (h := self.hour(t)) is not None]
        if not hours:
            return None
        if self.source.medium == "gas":
            return self._join(hours, NORMAL_HOURS_GAS)
        due = sum((hour[self._flow].total or 0.0) > 0.0 for hour in hours)
        return self._join(hours, NORMAL_SHARE_WATER * max(due, 1))

    def _join(self, parts: Sequence[Period], needed: float) -> Period:
        """Larger period from smaller ones: gas means are arithmetic, water concentrations weighted by volume; totals add up."""
        volumes = [part[self._flow].total or 0.0 for part in parts] if self._flow in parts[0] else []
        joined: Period = {}
        for factor in parts[0]:
            pieces = [part[factor] for part in parts]
            good = [position for position, piece in enumerate(pieces) if piece.flag == "N"]
            used = good or list(range(len(pieces)))
            weighs = self.source.medium == "water" and factor in POLLUTANTS
            weights = [volumes[i] for i in used] if weighs else []
            if sum(weights) <= 0.0:
                weights = [1.0] * len(used)
            share = sum(weights)
            folded = None
            folds = [(weight, pieces[i].folded) for weight, i in zip(weights, used, strict=True)]
            known = [(weight, f) for weight, f in folds if f is not None]
            if known:
                folded = (
                    sum(weight * f[0] for weight, f in known) / sum(weight for weight, _ in known),
                    min(f[1] for _, f in known),
                    max(f[2] for _, f in known),
                )
            totals = [piece.total for piece in pieces if piece.total is not None]
            joined[factor] = Statistics(
                sum(w * pieces[i].average for w, i in zip(weights, used, strict=True)) / share,
                min(pieces[i].minimum for i in used),
                max(pieces[i].maximum for i in used),
                sum(totals) if totals else None,
                folded,
                "N" if len(good) >= needed else _commonest([piece.flag for piece in pieces]),
            )
        return joined

    def raw_average(self, period: Period, factor: str) -> float:
        """Unconverted mean of a gas pollutant (``-RawAvg`` of HJ 212-2025)."""
        return raw_concentration(
            period[factor].average,
            period["a01012"].average,
            period["a01013"].average,
            period["a01014"].average,
        )


def _commonest(flags: Sequence[str]) -> str:
    """The letter other than N that occurs most; D when there is none (Annex D)."""
    others = [flag for flag in flags if flag != "N"]
    return max(sorted(set(others)), key=others.count) if others else "D"
