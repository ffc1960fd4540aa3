"""``python -m tests.bench``: every figure with its limit, as a table and in bench/results.json."""

from __future__ import annotations

from pathlib import Path

from tests.bench import codec, console, ingest, package, visible
from tests.bench.report import Row, save, show

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results.json"


def codec_rows() -> list[Row]:
    """Decoding on one core, without the rest."""
    frames = codec.sample_frames(codec.FRAMES)
    framing, _ = codec.rates(codec.framing, frames)
    typed, _ = codec.rates(codec.typed, frames)
    return [
        Row("decode: framing, CRC, header", framing, "frames/s", None),
        Row("decode with CRC and validation, one core", typed, "frames/s", 50_000, at_least=True),
    ]


def main() -> int:
    """Measure, print, save. Figures below their limit do not fail the command: benchmarks are not tests."""
    rows = [*codec_rows(), *ingest.measure(), *visible.measure(), *package.measure(), *console.measure()]
    show(rows)
    save(rows, RESULTS)
    print(f"written to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
