"""What comes out of the decoder: a frame, or bytes that gave none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ingest.hj212.cp import Content, Items
from ingest.hj212.flag import FlagBits, Version


class Frame(NamedTuple):
    """One decoded packet. A named tuple, because a loaded decoder makes more than fifty thousand of them a second.

    Attributes
    ----------
    raw : the exact bytes from ``##`` to the terminator. Line ends left over before the head (blank lines, or a terminator that
        arrived after its frame had been given out) stand in front.
    offset : position of ``raw[0]`` in all that was fed to the decoder
    segment : the segment's bytes in plain text (decrypted when it came encrypted)
    fields : header key in the standard's spelling -> raw text
    flag : the decoded Flag, None when it is missing or no number
    content : the CP, see ``cp`` for the tree
    anomalies : every deviation that was tolerated, by name (`ingest.hj212.anomalies.Anomaly`)
    crc_variant : ``hj212``, ``modbus_be`` or ``modbus_le``
    version : ``2005``, ``2017`` or ``2025`` as the frame itself says; a hint
    data_time : DataTime in Beijing time, None when it is missing or malformed
    """

    raw: bytes
    offset: int
    segment: bytes
    fields: dict[str, str]
    flag: FlagBits | None
    content: Content
    anomalies: tuple[str, ...]
    crc_variant: str
    version: Version
    data_time: datetime | None

    @property
    def cp(self) -> Items:
        """Items of (name, raw value) pairs in the order they came."""
        return self.content.items()

    @property
    def qn(self) -> str | None:
        """Request number; 2005 answers carry it inside CP."""
        return self.fields.get("QN") or self.content.last("QN")

    @property
    def st(self) -> str:
        return self.fields.get("ST", "")

    @property
    def cn(self) -> str:
        return self.fields.get("CN", "")

    @property
    def pw(self) -> str | None:
        return self.fields.get("PW")

    @property
    def mn(self) -> str:
        """Device number; empty text when it is missing."""
        return self.fields.get("MN", "")

    @property
    def resent(self) -> bool:
        """Whether the sender says that it uploads this again (2025: ``RF=1``)."""
        return self.fields.get("RF") == "1"

    @property
    def data_time_text(self) -> str | None:
        """Raw text of DataTime."""
        position = self.content.shape.data_time
        return self.content.values[position] if position >= 0 else None

    @property
    def text(self) -> str:
        """CP as text: pairs joined with the standard's separators."""
        return ";".join(",".join(f"{name}={value}" for name, value in item) for item in self.cp)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Bytes that gave no frame: kept, and named.

    Attributes
    ----------
    raw, offset : as in `Frame`
    error : ``garbage``, ``crc_mismatch``, ``crc_absent``, ``length_digits``, ``length_mismatch``, ``incomplete``, ``too_long``,
        ``key_missing`` (encrypted, no key known) or ``decryption_failed`` (no known key opens it)
    detail : one English sentence with the numbers
    fields : header as far as it could be read, so that the piece can be attributed; may be empty
    anomalies : deviations seen, ``crc_bad`` among them
    cp : content as far as it could be read
    """

    raw: bytes
    offset: int
    error: str
    detail: str
    fields: dict[str, str] = field(default_factory=dict)
    anomalies: tuple[str, ...] = ()
    cp: Items = ()

    @property
    def mn(self) -> str:
        """Device number as far as it could be read; empty text when it could not."""
        return self.fields.get("MN", "")
