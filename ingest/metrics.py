"""Counters of the ingest process for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server


class Metrics:
    """Everything ingest counts about itself, in a collector registry of its own.

    The ledger in the database is what counts for evidence; these numbers start from zero with the process.
    """

    def __init__(self) -> None:
        self.collector = CollectorRegistry()
        self.messages = Counter(
            "outfall_ingest_messages", "Messages stored.", ("channel",), registry=self.collector
        )
        self.redelivered = Counter(
            "outfall_ingest_redelivered",
            "Messages that the broker delivered again after they were stored.",
            registry=self.collector,
        )
        self.frames = Counter(
            "outfall_ingest_frames",
            "Frames by what became of them.",
            ("disposition", "reason"),
            registry=self.collector,
        )
        self.readings = Counter("outfall_ingest_readings", "Readings stored.", registry=self.collector)
        self.answers = Counter(
            "outfall_ingest_answers", "HJ 212 answers handed to the broker.", registry=self.collector
        )
        self.batches = Counter("outfall_ingest_batches", "Transactions committed.", registry=self.collector)
        self.retries = Counter(
            "outfall_ingest_retries",
            "Transactions that failed and were tried again.",
            registry=self.collector,
        )
        self.batch_seconds = Histogram(
            "outfall_ingest_batch_seconds",
            "Decoding and storing one batch.",
            registry=self.collector,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.waiting = Gauge(
            "outfall_ingest_waiting_messages",
            "Messages received and not stored yet.",
            ("shard",),
            registry=self.collector,
        )
        self.lag = Gauge(
            "outfall_ingest_lag_seconds",
            "Age of the oldest message of the last batch when it was committed.",
            registry=self.collector,
        )

    def serve(self, host: str, port: int) -> None:
        """Answer /metrics in the background; port 0 means not at all."""
        if port:
            start_http_server(port, addr=host, registry=self.collector)
