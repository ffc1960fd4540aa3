"""What the evidence log does not cover, in one place, each with its reason.

Everything else that is stored is either in a leaf, follows from a message, or is compared with its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TABLES: Mapping[str, str] = MappingProxyType(
    {
        # The log's own machinery.
        "log_pending": "What waits to be sealed; a lost note is found because its row has no leaf.",
        "log_outgoing": "How far the checkpoints have gone out; they themselves are compared with the file.",
        # What ingest and judgement work with. It can be made again from what is in the log, or counts work only.
        "stream_tail": "Half frames between two messages; the messages hold the bytes.",
        "ledger": "Counts that follow from the messages, the readings and the quarantine.",
        "outlet_state": "Newest times of an outlet; follows from the readings.",
        "gateway_state": "How gateways are now; what was said is in the messages.",
        "touched": "What is to be judged again.",
        "day_due": "What is to be judged again.",
        "sweep": "How far a sweep has come.",
        "finding_handled": "Which findings were looked at; what came of them is in the alerts.",
        "rule_retry": "Rules that are to run again.",
        "alert_number": "The next number of a day; every alert has its own in the log.",
        "task_number": "The next number of a day.",
        "lead_number": "The next number of a day.",
        "evidence_number": "The next number of a day.",
        "channel_state": "How a channel fares; every attempt is in the log.",
        "service_heartbeat": "How the processes are now.",
        "job_run": "How jobs ran last.",
        "job_slot": "Which days a job has done; what it did is in the log.",
        "idempotency": "Answers kept for repeated requests.",
        # Who may sign in. What they did is in the audit trail.
        "app_user": "Accounts with password digests; every change is in the audit trail.",
        "session": "Who is signed in.",
        "api_token": "Tokens by their digests; every change is in the audit trail.",
        "login_step": "Who has given a password and not yet a code.",
        "second_factor": "Sealed secrets of second factors; every change is in the audit trail.",
        "recovery_code": "Digests of codes; every use is in the audit trail.",
        "openid_subject": "Whom a provider's subject is; every link is in the audit trail.",
        "replay_run": "How far a replay is; what was replayed is in the log.",
    }
)
"""Tables that are no evidence."""

COLUMNS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (
            "monitor_version",
            "password",
        ): "A secret; with a wrong one the messages are not decoded as they were.",
        (
            "monitor_version",
            "sm4_key",
        ): "A secret; with a wrong one the messages are not decoded as they were.",
        ("monitor_version", "previous_sm4_key"): "A secret, as above.",
        ("channel_version", "secrets"): "Secrets of a channel.",
        ("alert", "reminded_at"): "When an alert was recalled last; the messages are in the log.",
        ("alert", "undigested_since"): "What no digest has told of yet.",
        ("alert", "undigested_last"): "What no digest has told of yet.",
        ("outbox", "not_before"): "When a message is tried next.",
        ("outbox", "attempts"): "Every attempt is a delivery in the log.",
        ("outbox", "state"): "What became of a message; its deliveries are in the log.",
        ("outbox", "merged_into"): "What became of a message.",
        ("outbox", "finished_at"): "What became of a message; its deliveries are in the log.",
        ("delivery", "milliseconds"): "How long an attempt took.",
        ("evidence_package", "step"): "How far the building is.",
        ("evidence_package", "progress"): "How far the building is.",
        ("evidence_package", "builder"): "Which process builds it.",
        ("evidence_package", "beat_at"): "When that process was last alive.",
        ("evidence_package", "attempts"): "How often the building was begun.",
        ("evidence_package", "estimated_bytes"): "A guess made before the building.",
        ("evidence_package", "estimated_seconds"): "A guess made before the building.",
        ("lead_clock", "reminded"): "What was told of; the messages are in the log.",
        ("lead_clock", "escalation"): "Who was told; the messages are in the log.",
        ("handover_connector_version", "secrets"): "Secrets of a receiver.",
        ("handover", "attempts"): "Every attempt is a receipt in the log.",
        ("handover", "failures"): "Every attempt is a receipt in the log.",
        ("handover", "not_before"): "When it is tried next.",
        ("handover_receipt", "milliseconds"): "How long an attempt took.",
        (
            "log_run",
            "earliest",
        ): "A hint for reading: one that is too narrow is found, a wider one does no harm.",
        ("log_run", "latest"): "A hint for reading, as above.",
    }
)
"""Columns of tables that are evidence, which are none."""
