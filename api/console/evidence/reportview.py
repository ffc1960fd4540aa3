"""The report of a verification in words, with a mark a line. Pure; the report is that of ``api.verifier.printing.as_json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from store.texts import text

Verdict = Literal["proved", "partly", "failed", "no_package"]

MARKS = {"ok": "✓", "failed": "✗", "not_proved": "○", "not_applicable": "·"}


@dataclass(frozen=True, slots=True)
class Line:
    """One check. ``details``: what was noticed, a sentence each; ``more``: how many are not told one by one."""

    code: str
    outcome: str
    mark: str
    outcome_word: str
    says: str
    details: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """What was proved, what was not, and what no package can prove. ``why``: why the file is no package at all."""

    verdict: Verdict
    conclusion: str
    identifier: str | None
    why: str | None
    proved: tuple[Line, ...]
    not_proved: tuple[Line, ...]
    not_applicable: tuple[Line, ...]
    never: tuple[str, ...]


def report_view(report: Mapping[str, Any]) -> ReportView:
    """The report for a page; what failed stands before what could not be proved."""
    lines = [_line(result) for result in report["results"]]
    failed = [line for line in lines if line.outcome == "failed"]
    doubted = [line for line in lines if line.outcome == "not_proved"]
    verdict: Verdict = (
        "no_package" if report["no_package"] else "failed" if failed else "partly" if doubted else "proved"
    )
    return ReportView(
        verdict,
        text(f"console.evidence.report.{verdict}", failed=len(failed), doubted=len(doubted)),
        report["identifier"],
        None if report["no_package"] is None else report["no_package"]["text"],
        tuple(line for line in lines if line.outcome == "ok"),
        tuple(failed + doubted),
        tuple(line for line in lines if line.outcome == "not_applicable"),
        tuple(never["text"] for never in report["cannot_be_proved"]),
    )


def _line(result: Mapping[str, Any]) -> Line:
    details: Sequence[Mapping[str, Any]] = result["details"]
    return Line(
        result["code"],
        result["outcome"],
        MARKS[result["outcome"]],
        text(f"verifier.outcome.{result['outcome']}"),
        result["text"],
        tuple(detail["text"] for detail in details),
        sum(result["counts"].values()) - len(details),
    )
