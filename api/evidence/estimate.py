"""How large a package will be and how long its building takes, told before anything is begun.

The readings of one factor are counted for each kind; the other factors come in the same frames. The sizes are those of packed
text as measured by ``python -m tests.bench.package``.
"""

from __future__ import annotations

from store.database import Connection
from store.errors import Refused
from store.evidence import Estimate, Place
from store.queries import queries

FIXED_BYTES = 300_000
"""Report with its fonts, verifier, registry, proofs."""

FRAME_BYTES = 165
"""A message with its payload, its leaf and its share of the proof."""

READING_BYTES = 16
PERIOD_BYTES = 110
FRAMES_A_SECOND = 25_000
READINGS_A_SECOND = 250_000
PERIODS_A_SECOND = 6_000
FIXED_SECONDS = 2


def estimate(connection: Connection, place: Place, *, most: int) -> Estimate:
    """What a package of this place will come to. Raises Refused ``evidence_too_large`` for far more than ``most`` bytes."""
    sql = queries("evidence")
    frames = readings = 0
    for key in place.outlet_keys:
        span = {"outlet_key": key, "from_time": place.from_time, "to_time": place.to_time}
        for (kind,) in connection.execute(sql["reading_kinds"], span).fetchall():
            found = connection.execute(queries("read")["reading_factors"], {**span, "kind": kind}).fetchall()
            factors = [row[0] for row in found]
            counts = connection.execute(
                sql["count_readings"], {**span, "kind": kind, "factor": factors[len(factors) // 2]}
            ).fetchone()
            assert counts is not None
            frames += counts[0]
            readings += counts[0] * len(factors)
    span = {
        "outlet_keys": list(place.outlet_keys),
        "from_time": place.from_time,
        "to_time": place.to_time,
    }
    periods = _number(connection, "count_periods", span)
    papers = _number(connection, "attachment_bytes", span)
    size = FIXED_BYTES + papers + frames * FRAME_BYTES + readings * READING_BYTES + periods * PERIOD_BYTES
    seconds = (
        FIXED_SECONDS + frames / FRAMES_A_SECOND + readings / READINGS_A_SECOND + periods / PERIODS_A_SECOND
    )
    # An estimate is no measure: only what is beyond doubt is refused before it is built.
    if size > 2 * most:
        raise Refused(
            f"The package would have some {size} bytes; at most {most} are built. Ask for a shorter time.",
            code="evidence_too_large",
            most=most,
            estimated=size,
        )
    return Estimate(size, round(seconds))


def _number(connection: Connection, statement: str, arguments: dict[str, object]) -> int:
    row = connection.execute(queries("evidence")[statement], arguments).fetchone()
    assert row is not None
    return int(row[0])
