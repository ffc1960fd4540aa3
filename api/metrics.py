"""Numbers about the API process and, at the time of a scrape, about the data path, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

Row = Mapping[str, Any]


class Metrics:
    """The metrics of one application; a registry of its own, so that two applications in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Histogram(
            "outfall_http_request_seconds",
            "Time to answer, by route.",
            ("method", "route"),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self._answers = Counter(
            "outfall_http_answers",
            "Answers by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.streams = Gauge("outfall_streams", "Open event streams.", registry=self.registry)
        self.stream_drops = Counter(
            "outfall_stream_drops", "Events dropped because a client was too slow.", registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, *, seconds: float) -> None:
        """Count one answered request."""
        method = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
        self._answers.labels(method, route, str(status)).inc()
        # An event stream lasts as long as its reader; its duration says nothing about speed.
        if not route.endswith("/stream"):
            self._requests.labels(method, route).observe(seconds)

    def render(self, facts: Mapping[str, Iterable[Row]] | None) -> bytes:
        """The text of a scrape. ``facts`` are the rows of the statements ``metrics_*``; None = the database is away."""
        return generate_latest(self.registry) + generate_latest(_from_database(facts))


def _from_database(facts: Mapping[str, Iterable[Row]] | None) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("outfall_database_up", "Whether the database answers.", registry=registry).set(facts is not None)
    if facts is None:
        return registry
    frames = Gauge(
        "outfall_ledger_frames_day",
        "Frames of the last 24 hours by what became of them.",
        ("gateway", "disposition", "reason"),
        registry=registry,
    )
    for row in facts["ledger"]:
        frames.labels(row["gateway"], row["disposition"], row["reason"]).set(row["frames"])
    alerts = Gauge(
        "outfall_alerts_open", "Alerts that are not cleared.", ("code", "severity"), registry=registry
    )
    for row in facts["alerts"]:
        alerts.labels(row["code"], row["severity"]).set(row["alerts"])
    seen = Gauge(
        "outfall_service_silent_seconds", "Seconds since the last heartbeat.", ("service",), registry=registry
    )
    for row in facts["services"]:
        seen.labels(row["service"]).set(row["seconds"])
    gateways = Gauge(
        "outfall_gateway_online", "1 when the gateway is connected.", ("gateway",), registry=registry
    )
    for row in facts["gateways"]:
        gateways.labels(row["gateway"]).set(row["online"])
    waiting = Gauge("outfall_periods_waiting", "Touched outlet-hours not yet judged.", registry=registry)
    for row in facts["waiting"]:
        waiting.set(row["waiting"])
    leaders = Gauge("outfall_leaders", "Alerts processes that lead; 1 when all is well.", registry=registry)
    for row in facts["leaders"]:
        leaders.set(row["leaders"])
    _jobs(registry, facts["jobs"])
    _channels(registry, facts["channels"])
    _log(registry, facts["log"], facts["outgoing"])
    return registry


def _log(registry: CollectorRegistry, figures: Iterable[Row], outgoing: Iterable[Row]) -> None:
    """The evidence log: how far it is, what waits, and whether its checkpoints get out."""
    size = Gauge("outfall_log_leaves", "Leaves of the evidence log.", registry=registry)
    pending = Gauge("outfall_log_pending", "Records that are not sealed yet.", registry=registry)
    for row in figures:
        size.set(row["size"])
        pending.set(row["pending"])
        # A log without a checkpoint has no age.
        if row["age"] is not None:
            Gauge(
                "outfall_log_checkpoint_age_seconds", "Seconds since the last checkpoint.", registry=registry
            ).set(row["age"])
    failures = Gauge(
        "outfall_log_outgoing_failures",
        "Attempts in a row to bring checkpoints out that failed.",
        ("target",),
        registry=registry,
    )
    reached = Gauge(
        "outfall_log_outgoing_leaves",
        "Size of the last checkpoint that got out.",
        ("target",),
        registry=registry,
    )
    for row in outgoing:
        failures.labels(row["target"]).set(row["failures"])
        reached.labels(row["target"]).set(row["size"])


def _channels(registry: CollectorRegistry, channels: Iterable[Row]) -> None:
    """The channels of notifications: what waits for each, and how often in a row it failed."""
    waiting = Gauge(
        "outfall_notifications_waiting",
        "Messages that are not delivered yet.",
        ("channel",),
        registry=registry,
    )
    failures = Gauge(
        "outfall_channel_failures", "Attempts in a row that failed.", ("channel",), registry=registry
    )
    for row in channels:
        waiting.labels(row["channel"]).set(row["waiting"])
        failures.labels(row["channel"]).set(row["failures"])


def _jobs(registry: CollectorRegistry, jobs: Iterable[Row]) -> None:
    """The time-driven jobs. The counts live in the database, so they go on over restarts and a change of leader."""

    def gauge(name: str, meaning: str) -> Gauge:
        return Gauge(f"outfall_job_{name}", meaning, ("job",), registry=registry)

    figures = {
        "runs": gauge("runs", "Runs of a time-driven job so far."),
        "failures": gauge("failures", "Runs that failed so far."),
        "failing": gauge("failing", "1 when the last run failed."),
        "seconds": gauge("seconds", "Duration of the last run that ended."),
        "age": gauge("success_age_seconds", "Seconds since the last run that went well."),
        "overdue": gauge("overdue_seconds", "Seconds since the next run was due; about 0 when all is well."),
    }
    for row in jobs:
        for name, figure in figures.items():
            # A job that has not run yet has no duration and no success.
            if row[name] is not None:
                figure.labels(row["name"]).set(row[name])
