"""Quarantined pieces in words: the reason, what to do, the bytes made visible, and what today's decoder makes of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.quality.ledger import word_of
from api.messages.masking import masked, secret_spans
from api.quarantineread import Run
from ingest.batch import Batch
from ingest.replay import STORED
from store.clock import BEIJING
from store.texts import has, text

BYTES_SHOWN = 4096
LINE = 16
READINGS_SHOWN = 30

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PieceRow:
    """One piece of the list."""

    id: int
    received_at: datetime
    gateway: str
    channel: str
    mn: str | None
    outlet: str | None
    reason: str
    word: str
    detail: str
    bytes: int
    message_id: int
    stored: bool
    outcome: str | None
    replayed_at: datetime | None


def piece_rows(rows: Iterable[Row]) -> list[PieceRow]:
    """Rows of ``pieces``."""
    return [
        PieceRow(
            id=row["id"],
            received_at=row["received_at"].astimezone(BEIJING),
            gateway=row["gateway"],
            channel=row["channel"],
            mn=row["mn"],
            outlet=row["outlet"],
            reason=row["reason"],
            word=word_of("quarantine", row["reason"]),
            detail=row["detail"],
            bytes=row["bytes"],
            message_id=row["message_id"],
            stored=row["outcome"] in STORED,
            outcome=None if row["outcome"] is None else outcome_word(row["outcome"]),
            replayed_at=None if row["replayed_at"] is None else row["replayed_at"].astimezone(BEIJING),
        )
        for row in rows
    ]


def outcome_word(outcome: str) -> str:
    """What became of a replayed piece; one that is still refused is named with its reason."""
    if outcome in STORED:
        return text(f"console.quality.outcome.{outcome}")
    return text("console.quality.outcome.refused", reason=word_of("quarantine", outcome))


def what_to_do(reason: str) -> str:
    """What a person can do about pieces of this reason."""
    key = f"console.quality.do.{reason}"
    return text(key) if has(key) else text("console.quality.do.other")


@dataclass(frozen=True, slots=True)
class HexLine:
    """Sixteen bytes: where they begin, in hexadecimal, and as far as they can be printed."""

    offset: str
    hexadecimal: str
    printed: str


@dataclass(frozen=True, slots=True)
class Bytes:
    """The bytes of a piece with passwords masked. ``more`` are not shown."""

    printed: str
    lines: tuple[HexLine, ...]
    size: int
    more: int
    secrets: bool


def bytes_of(raw: bytes) -> Bytes:
    """The bytes made visible: as text, where what is no text shows its number, and as hexadecimal."""
    spans = secret_spans(raw)
    shown = masked(raw, spans)[:BYTES_SHOWN]
    lines = tuple(
        HexLine(
            f"{start:06x}",
            shown[start : start + LINE].hex(" "),
            "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in shown[start : start + LINE]),
        )
        for start in range(0, len(shown), LINE)
    )
    return Bytes(_printed(shown), lines, len(raw), len(raw) - len(shown), bool(spans))


def _printed(data: bytes) -> str:
    """Text where it is text (UTF-8), else each byte by its number: ``\\x0d``."""
    decoded = data.decode("utf-8", "backslashreplace")
    return "".join(
        character if character.isprintable() or character == "\n" else f"\\x{ord(character):02x}"
        for character in decoded
    )


@dataclass(frozen=True, slots=True)
class DryFrame:
    """A frame that today's decoder would store: whose, what kind, of when, with its first values."""

    outlet: str
    kind: str
    data_time: datetime
    items: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What today's decoder and registry make of a piece. ``usable`` = a replay would give data."""

    usable: bool
    frames: tuple[DryFrame, ...]
    records: int
    refused: tuple[tuple[str, str], ...]


def dry_run_view(batch: Batch, outlets: Mapping[int, str]) -> DryRun:
    """A decoded batch in words; ``outlets`` are names by key."""
    frames = tuple(
        DryFrame(
            outlet=outlets.get(frame.origin.outlet_key, ""),
            kind=text(f"console.kind.{frame.kind}"),
            data_time=frame.data_time.astimezone(BEIJING),
            items=tuple(
                f"{words.factor_name(item.factor)} {item.value or '—'} {words.factor_unit(item.factor)}".rstrip()
                for item in frame.items[:READINGS_SHOWN]
            ),
            more=max(0, len(frame.items) - READINGS_SHOWN),
        )
        for frame in batch.frames
    )
    return DryRun(
        usable=bool(frames or batch.records),
        frames=frames,
        records=len(batch.records),
        refused=tuple((word_of("quarantine", part.reason), part.detail) for part in batch.quarantined),
    )


@dataclass(frozen=True, slots=True)
class RunRow:
    """A replay in words: who, what was chosen, how far, what came of it."""

    run: Run
    state: str
    chosen: str
    outcomes: tuple[tuple[str, int], ...]
    error: str | None


def run_row(run: Run) -> RunRow:
    """One replay."""
    chosen = []
    for name, value in run.chosen.items():
        if name == "ids":
            chosen.append(text("console.quality.replay.chosen_ids", count=len(value)))
        elif name == "reason":
            chosen.append(word_of("quarantine", value))
        elif name in ("since", "until"):
            moment = datetime.fromisoformat(value)
            chosen.append(text(f"console.quality.replay.chosen_{name}", time=words.minute(moment)))
        else:
            chosen.append(f"{name.upper() if name == 'mn' else text('console.outlet.gateway')} {value}")
    ordered = sorted(run.outcomes.items(), key=lambda item: (item[0] not in STORED, -item[1], item[0]))
    error = None if run.error_code is None else f"errors.{run.error_code}"
    return RunRow(
        run=run,
        state=text(f"console.quality.replay.state.{run.state}"),
        chosen=" · ".join(chosen) or text("console.quality.replay.chosen_all"),
        outcomes=tuple((outcome_word(outcome), count) for outcome, count in ordered),
        error=None if error is None else text(error) if has(error) else run.error_code,
    )
