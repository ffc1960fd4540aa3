"""The report of a verification: in Chinese for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from api.verifier.outcome import FAILED, NOT_APPLICABLE, NOT_PROVED, OK, Detail, Report, Result
from api.verifier.words import Words

NEVER = ("measured_truly", "nothing_withheld", "identity_of_source", "report_pdf", "law")
"""What no package can prove (``verifier.never.*``)."""

INDENT = "    "


def as_text(report: Report, words: Words) -> str:
    """The report in three parts: what was proved, what was not, and what no package can prove."""
    return "\n".join(_lines(report, words)) + "\n"


def _lines(report: Report, words: Words) -> Iterator[str]:
    yield words.text("report.title", package=report.package)
    if report.no_package is not None:
        yield words.text("report.no_package", why=detail_text(report.no_package, words))
        return
    yield words.text("report.identifier", identifier=report.identifier or "?")
    yield ""
    yield words.text("report.proved")
    proved = [result for result in report.results if result.outcome == OK]
    for result in proved:
        yield f"  ✓ {sentence(result, words)}"
    if not proved:
        yield f"  {words.text('report.nothing')}"
    yield ""
    yield words.text("report.not_proved")
    open_ = [result for result in report.results if result.outcome in (FAILED, NOT_PROVED)]
    for result in sorted(open_, key=lambda result: result.outcome != FAILED):
        yield f"  {'✗' if result.outcome == FAILED else '○'} {sentence(result, words)}"
        yield from (f"{INDENT}- {line}" for line in _details(result, words))
    for result in report.results:
        if result.outcome == NOT_APPLICABLE:
            yield f"  · {sentence(result, words)}"
    if not open_:
        yield f"  {words.text('report.nothing')}"
    yield ""
    yield words.text("report.never")
    for code in NEVER:
        yield f"  · {words.text(f'never.{code}')}"
    yield ""
    yield conclusion(report, words)


def _details(result: Result, words: Words) -> Iterator[str]:
    told: dict[str, int] = {}
    for detail in result.details:
        told[detail.code] = told.get(detail.code, 0) + 1
        yield detail_text(detail, words)
    for code, count in result.counts.items():
        if count > told.get(code, 0):
            name = words.text(f"short.{code}") if words.has(f"short.{code}") else code
            yield words.text("report.more", count=count - told[code], code=name)


def sentence(result: Result, words: Words) -> str:
    """What a check found, in one sentence."""
    title = words.text(f"check.{result.code}.title")
    key = f"check.{result.code}.{result.outcome}"
    if result.facts.get("later") and words.has(f"{key}_later"):
        key = f"{key}_later"
    # A check that broke off early has not counted what its sentence speaks of; its details say why.
    told = words.has(key) and words.needs(key) <= result.facts.keys()
    said = words.text(key, **result.facts) if told else words.text(f"outcome.{result.outcome}")
    return words.text("report.sentence", title=title, said=said)


def detail_text(detail: Detail, words: Words) -> str:
    """One thing that was noticed, in one sentence."""
    return words.text(f"detail.{detail.code}", **detail.facts)


def conclusion(report: Report, words: Words) -> str:
    """The last line: what it comes to."""
    if report.failed:
        count = sum(1 for result in report.results if result.outcome == FAILED)
        return words.text("report.failed", count=count)
    open_ = sum(1 for result in report.results if result.outcome == NOT_PROVED)
    return words.text("report.partly", count=open_) if open_ else words.text("report.all")


def as_json(report: Report, words: Words) -> str:
    """The report for programs: codes, facts and the sentences."""
    document: dict[str, object] = {
        "package": report.package,
        "identifier": report.identifier,
        "exit_code": report.exit_code,
        "proved": report.exit_code == 0 and all(r.outcome in (OK, NOT_APPLICABLE) for r in report.results),
        "no_package": None if report.no_package is None else _detail(report.no_package, words),
        "results": [
            {
                "code": result.code,
                "outcome": result.outcome,
                "text": sentence(result, words),
                "facts": result.facts,
                "counts": result.counts,
                "details": [_detail(detail, words) for detail in result.details],
            }
            for result in report.results
        ],
        "cannot_be_proved": [{"code": code, "text": words.text(f"never.{code}")} for code in NEVER],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain)


def _detail(detail: Detail, words: Words) -> dict[str, object]:
    return {"code": detail.code, "text": detail_text(detail, words), "facts": detail.facts}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
