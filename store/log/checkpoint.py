"""A checkpoint (检查点): the head of the log as the text of a signed note.

::

    outfall/5d0c2f3a9be17c44                            origin: which log
    20852163                                            size: leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        root, base64
    time 2026-11-26T11:03:16.123456Z                    extension: when it was sealed, UTC

The first three lines are those of C2SP tlog-checkpoint, so any witness understands them.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from store.errors import DecodeError

_TEXT = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>[1-9]\d{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z\n",
    re.ASCII,
)


@dataclass(frozen=True)
class Checkpoint:
    """Head of the log: ``size`` leaves, the root over them, and the moment it was sealed (aware)."""

    origin: str
    size: int
    root: bytes
    sealed_at: datetime


def text_of(checkpoint: Checkpoint) -> str:
    """The text that is signed."""
    told = checkpoint.sealed_at.astimezone(timezone.utc)  # noqa: UP017 (the verifier runs on Python 3.9)
    root = base64.b64encode(checkpoint.root).decode()
    time = told.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\ntime {time}Z\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text; it gives the same text again. Raises DecodeError ``checkpoint_malformed``."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise DecodeError(
            "This is no checkpoint: origin, size, root and time are expected, a line each.",
            code="checkpoint_malformed",
        )
    try:
        told = datetime.strptime(match["time"], "%Y-%m-%dT%H:%M:%S.%f")  # noqa: DTZ007 (made aware below)
        root = base64.b64decode(match["root"], validate=True)
    except (ValueError, binascii.Error) as error:
        raise DecodeError(f"This is no checkpoint: {error}.", code="checkpoint_malformed") from error
    checkpoint = Checkpoint(
        match["origin"],
        int(match["size"]),
        root,
        told.replace(tzinfo=timezone.utc),  # noqa: UP017
    )
    if text_of(checkpoint) != text:
        raise DecodeError("The root of the checkpoint is not canonical base64.", code="checkpoint_malformed")
    return checkpoint
