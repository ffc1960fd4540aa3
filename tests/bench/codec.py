"""How many frames a second one core decodes: ``python -m tests.bench.codec``.

The frames are eight-factor real-time frames of about 430 bytes with ever new values and times, fed one a message as over
MQTT. Each figure is the median of several rounds; the best round is beside it, since other work on the machine only ever
slows a round down.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import median

from ingest.hj212 import Frame, StreamDecoder, encode, readings

FRAMES = 5_000
ROUNDS = 15
_FOLDED = (("a34013", 20), ("a21026", 60), ("a21002", 100))
_PLAIN = (("a19001", 21), ("a01011", 17), ("a01012", 130), ("a01014", 15), ("a00000", 90))


def sample_frames(count: int, seed: int = 212) -> list[bytes]:
    """Frames of one stack, a second apart."""
    draw = random.Random(seed)
    start = datetime(2024, 6, 1)  # noqa: DTZ001 -- digits on the wire carry no zone
    frames = []
    for number in range(count):
        moment = (start + timedelta(seconds=number)).strftime("%Y%m%d%H%M%S")
        items = [[("DataTime", moment)]]
        for code, top in _FOLDED:
            value = draw.random() * top
            items.append(
                [
                    (f"{code}-Rtd", f"{value:.2f}"),
                    (f"{code}-ZsRtd", f"{value * 1.1:.2f}"),
                    (f"{code}-Flag", "N"),
                ]
            )
        for code, top in _PLAIN:
            items.append([(f"{code}-Rtd", f"{draw.random() * top:.2f}"), (f"{code}-Flag", "N")])
        header = {"QN": f"{moment}{draw.randrange(1000):03d}", "ST": "31", "CN": "2011", "PW": "123456"}
        frames.append(encode({**header, "MN": "888888800000010000000001", "Flag": 5}, items, version="2017"))
    return frames


def framing(frames: Sequence[bytes]) -> None:
    """Framing, CRC, header, content and data time."""
    decoder = StreamDecoder()
    for frame in frames:
        decoder.feed(frame)


def typed(frames: Sequence[bytes]) -> None:
    """The same, and the typed view with its checks of every number and mark."""
    decoder = StreamDecoder()
    for frame in frames:
        for piece in decoder.feed(frame):
            if isinstance(piece, Frame):
                readings(piece)


def rates(work: Callable[[Sequence[bytes]], None], frames: Sequence[bytes]) -> tuple[int, int]:
    """Median and best frames a second of CPU time over the rounds."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work(frames)
        seconds.append(time.process_time() - started)
    return round(len(frames) / median(seconds)), round(len(frames) / min(seconds))


def main() -> None:
    frames = sample_frames(FRAMES)
    result = {"bytes_per_frame": len(frames[0])}
    for name, work in (("framing_crc_header", framing), ("with_typed_view", typed)):
        result[name], result[f"{name}_best"] = rates(work, frames)
    json.dump(result, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
