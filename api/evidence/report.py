"""The report of an evidence package as PDF/A."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.papers.engine import compile_paper
from api.papers.report import charts, front, history, tables
from store.language import speaking


@speaking("zh")
def render(facts: Mapping[str, Any]) -> bytes:
    """The report that tells these facts (their shape: ``api.evidence.facts``); the same facts give the same bytes.

    Raises PaperFailed when the paper cannot be made, which is never the fault of a text in the facts.
    """
    blocks = [
        *front.proof(facts),
        *front.summary(facts),
        *tables.exceedances(facts),
        *charts.charts(facts),
        *tables.limits(facts),
        *tables.marks(facts),
        *tables.checks(facts),
        *history.alerts(facts),
        *history.lead(facts),
        *history.verify(facts),
    ]
    data = {
        "cover": front.cover(facts),
        "blocks": blocks,
        "sample": facts["sample"],
        "unreviewed": not facts["reviewed"],
        "running": facts["package"]["identifier"],
    }
    return compile_paper("report.typ", data, at=facts["as_of"]["time"])
