"""What a record says, before any dialect: items of (factor, metric, text) as HJ 212 names metrics."""

from __future__ import annotations

from deploy.simulator import disturb
from deploy.simulator.facts import printed, printed_total
from deploy.simulator.instruments import POLLUTANTS, Station, fold
from deploy.simulator.measured import Period, Sample
from deploy.simulator.timeline import CHECK, DAILY, FACILITY, HOURLY, MINUTE, REALTIME, Record

#: One factor's metrics in the order of the wire: [(factor, [(metric, text), …]), …]
Content = list[tuple[str, list[tuple[str, str]]]]


def content(station: Station, record: Record) -> Content | None:
    """What the logger has to say for a record; None when it has nothing, as after a power cut."""
    if record.kind == REALTIME:
        sample = station.instant(record.start)
        return None if sample is None else _realtime(station, sample, record.start)
    if record.kind == FACILITY:
        return _facility(station, record.start)
    if record.kind == CHECK:
        return _check(station, record.start)
    period = {MINUTE: station.minute, HOURLY: station.hour, DAILY: station.day}[record.kind](record.start)
    if period is not None and record.kind == HOURLY:
        period = disturb.reported(station.episodes, record.start, period)
    return None if period is None else _statistics(station, period, record.kind)


def _realtime(station: Station, sample: Sample, t: int) -> Content:
    reference = station.source.oxygen_reference
    oxygen = station.true(t)["a19001"] if reference is not None else 0.0
    items: Content = []
    for factor, value in sample.values.items():
        metrics = [("Rtd", printed(factor, value))]
        if reference is not None and factor in POLLUTANTS:
            folded = fold(value, oxygen, reference)
            if folded is not None:
                metrics.append(("ZsRtd", printed(factor, folded)))
        metrics.append(("Flag", sample.flags.get(factor, "N")))
        items.append((factor, metrics))
    return items


def _statistics(station: Station, period: Period, kind: str) -> Content:
    raw = kind == MINUTE and station.source.medium == "gas" and station.source.protocol == "2025"
    items: Content = []
    for factor, found in period.items():
        metrics: list[tuple[str, str]] = []
        if found.total is not None:
            metrics.append(("Cou", printed_total(found.total)))
        metrics.append(("Min", printed(factor, found.minimum)))
        metrics.append(("Avg", printed(factor, found.average)))
        metrics.append(("Max", printed(factor, found.maximum)))
        if found.folded is not None:
            average, least, most = found.folded
            metrics.append(("ZsMin", printed(factor, least)))
            metrics.append(("ZsAvg", printed(factor, average)))
            metrics.append(("ZsMax", printed(factor, most)))
        if raw and factor in POLLUTANTS and {"a01012", "a01013", "a01014"} <= period.keys():
            metrics.append(("RawAvg", printed(factor, station.raw_average(period, factor))))
        metrics.append(("Flag", found.flag))
        items.append((factor, metrics))
    return items


def _facility(station: Station, t: int) -> Content:
    """Running state of the treatment facilities: SB1 dust removal, SB2 de-NOx (hj212.md 9: 1 running, 0 off)."""
    running = "1" if station.true(t)["a00000"] > 0.0 else "0"
    count = 2 if "a21002" in station.source.factors else 1
    return [(f"SB{number}", [("RS", running)]) for number in range(1, count + 1)]


def _check(station: Station, start: int) -> Content:
    """Result of a standard check (hj212.md 7, CN 2062): 1 passed, 0 failed."""
    _, found = station.check(start)
    return [
        (
            factor,
            [
                ("SampleRd", printed(factor, measured)),
                ("StandardValue", printed(factor, standard)),
                ("ResultType", "1" if passed else "0"),
            ],
        )
        for factor, (measured, standard, passed) in found.items()
    ]
