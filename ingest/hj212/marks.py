"""Data marks (数据标记) to the normalised status of a reading (hj212.md section 10, regulation.md B.1).

The raw letter is kept by the caller. A missing or unknown mark is ``unknown``, never ``normal``.
"""

from __future__ import annotations

from typing import Final

from ingest.hj212.anomalies import Anomaly

STATUS_BY_MARK: Final = {
    "N": "normal",
    "F": "stopped",
    "M": "maintenance",
    "S": "manual",
    "D": "fault",
    "C": "calibration",
    "T": "over_range",
    "B": "comm_fault",  # HJ 212-2017 table; in the HJ 75 list the same letter means banked fire
    "P": "power_failure",  # 2005
    "St": "starting",  # HJ 75 list
    "Sd": "stopping",  # HJ 75 list
    "Md": "no_data",  # HJ 75 list
}

UNKNOWN: Final = "unknown"

#: Marks of an edition whose wording could not be sourced: ``Td`` of 2025 table 10 (hj212.md section 10; section 12, row 18).
UNSOURCED: Final = frozenset({"Td"})


def normalise(mark: str) -> tuple[str, Anomaly | None]:
    """Status of a raw mark and what was odd about it. Blanks around it do not count."""
    text = mark.strip()
    status = STATUS_BY_MARK.get(text)
    if status is not None:
        return status, None
    if not text:
        return UNKNOWN, None
    spelling = text[0].upper() + text[1:].lower()
    if spelling in UNSOURCED:
        return UNKNOWN, Anomaly.MARK_UNSOURCED
    status = STATUS_BY_MARK.get(spelling)
    return (status, Anomaly.MARK_CASE) if status is not None else (UNKNOWN, Anomaly.MARK_UNKNOWN)
