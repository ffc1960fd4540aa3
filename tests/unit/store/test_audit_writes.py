"""Every module that writes a table of evidence writes the audit trail with it, or stands here with the reason why not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from store.queries import parse

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("store", "ingest", "alerts", "api", "deploy")
WATCHED = re.compile(r"log_watch\('([a-z_]+)'")
WRITTEN = re.compile(r"\b(?:insert into|update)\s+([a-z_]+)\b")

BY_ITSELF = "What Outfall finds or sends by itself; each step is a row of its own in the evidence log."
WITH_STEP = "With a step, which writes the audit trail: store.handling.actions, store.leads.actions."
EXCUSED = {
    "store/handling/attachments.py": WITH_STEP,
    "store/leads/keeping.py": "Clocks that follow from the steps; " + WITH_STEP,
    "store/leads/outcomes.py": WITH_STEP,
    "store/leads/papers.py": WITH_STEP,
    "store/leads/raising.py": WITH_STEP,
    "store/leads/records.py": WITH_STEP,
    "store/leads/reviews.py": WITH_STEP,
    "store/log/rotation.py": "With the new key: store.log.keys.register.",
    "ingest/write.py": BY_ITSELF,
    "alerts/attesting/stamps.py": BY_ITSELF,
    "alerts/attesting/witness.py": BY_ITSELF,
    "alerts/book.py": BY_ITSELF,
    "alerts/connection.py": BY_ITSELF,
    "alerts/digest.py": BY_ITSELF,
    "alerts/episodes.py": BY_ITSELF,
    "alerts/handover/delivery.py": BY_ITSELF,
    "alerts/leadclocks.py": BY_ITSELF,
    "alerts/notify/delivery.py": BY_ITSELF,
    "alerts/notify/merging.py": BY_ITSELF,
    "alerts/notify/trial.py": "Who asks for it writes the audit trail: deploy.commands.channels, api.console.notifications.",
    "alerts/statistics/publishing.py": BY_ITSELF,
    "alerts/tasks/deciding.py": "A decision of its own, or with a task of a person: store.tasks.",
    "alerts/telling.py": "Messages that follow from a step of somebody.",
}


@cache
def statements() -> dict[str, dict[str, set[str]]]:
    """Group -> statement -> tables of evidence that it writes."""
    migrations = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "store/migrations").glob("*.sql")
    )
    watched = set(WATCHED.findall(migrations)) - {"audit_event"}
    return {
        path.stem: {
            name: watched & set(WRITTEN.findall(text.lower()))
            for name, text in parse(path.read_text(encoding="utf-8")).items()
        }
        for path in (ROOT / "store/sql").glob("*.sql")
    }


def writers() -> Iterator[tuple[str, set[str], bool]]:
    """Module, tables of evidence that its statements write, and whether it speaks of the audit trail."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            constants = {
                node.value
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            tables: set[str] = set()
            for group in constants & statements().keys():
                if f'queries("{group}")' in text:
                    for name in constants & statements()[group].keys():
                        tables |= statements()[group][name]
            if tables:
                yield str(path.relative_to(ROOT)), tables, bool(re.search(r"\baudit\b", text))


def test_who_writes_evidence_writes_the_audit_trail() -> None:
    silent = {module: sorted(tables) for module, tables, audited in writers() if not audited}
    assert {module: tables for module, tables in silent.items() if module not in EXCUSED} == {}
    assert [module for module in EXCUSED if module not in silent] == [], "these need no excuse any more"


def test_the_search_finds_those_who_write() -> None:
    found = {module: tables for module, tables, _ in writers()}
    assert "legal_hold" in found["store/retention/holds.py"]
    assert "task" in found["store/tasks.py"]
    assert len(found) > 10
