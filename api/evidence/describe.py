"""What a package says of itself: ``package.json`` for programs and the leaflet for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from api.evidence.plans import Plans
from api.evidence.working import Working
from ingest.admission import Terms
from store.clock import DAY
from store.log.canonical import utc_text
from store.release import release
from store.texts import text

FORMAT, VERSION = "outfall-evidence", 1


def description(
    plans: Plans,
    work: Working,
    chains: Sequence[Sequence[int]],
    terms: Terms,
    identifier: str,
    unjudged: Sequence[datetime],
) -> dict[str, Any]:
    """``package.json`` but what the records say."""
    place, head, settings = work.place, work.head.checkpoint, plans.settings
    return {
        "format": FORMAT,
        "version": VERSION,
        "identifier": identifier,
        "subject": {"kind": place.kind, "id": place.id, "number": place.number},
        "from": utc_text(place.from_time),
        "to": utc_text(place.to_time),
        "asked": {"from": utc_text(place.asked_from), "to": utc_text(place.asked_to)},
        "as_of": {
            "origin": head.origin,
            "size": head.size,
            "root": head.root.hex(),
            "time": utc_text(head.sealed_at),
        },
        "release": release(),
        "rules": {
            "hour_judged_on": settings.hour_judged_on,
            "day_judged_on": settings.day_judged_on,
            "water_day_weighting": settings.water_day_weighting,
        },
        "terms": {
            "earliest_data_time": utc_text(terms.earliest_data_time),
            "ahead_seconds": _whole(terms.ahead),
            "clock_skew_seconds": _whole(terms.clock_skew),
            "message_bytes": terms.message_bytes,
            "partial_frame_seconds": _whole(terms.partial_frame),
        },
        "chains": [list(chain) for chain in chains],
        "unjudged_hours": [utc_text(hour) for hour in unjudged],
        "files": {path: {"kind": kind, "lines": lines} for path, (kind, lines) in work.files.items()},
    }


def _whole(length: timedelta) -> int:
    return int(length.total_seconds())


def leaflet(facts: Mapping[str, Any]) -> str:
    """``README.txt``: what the package is, how to verify it, what it proves and what not."""
    standing = ["reviewed" if facts["reviewed"] else "unreviewed"] + ["sample"] * facts["sample"]
    return text(
        "evidence.readme",
        identifier=facts["package"]["identifier"],
        site=facts["site"]["name"],
        outlets="、".join(f"{outlet['name']}（{outlet['id']}）" for outlet in facts["outlets"]),
        start=f"{facts['period']['from']:%Y-%m-%d}",
        end=f"{facts['period']['to'] - DAY:%Y-%m-%d}",
        size=facts["as_of"]["size"],
        sealed=f"{facts['as_of']['time']:%Y-%m-%d %H:%M:%S}",
        standing="；".join(text(f"evidence.standing.{code}") for code in standing),
    )
