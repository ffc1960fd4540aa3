"""The quick path: a packet that is regular in every respect and like one seen before.

It gives exactly what the tolerant path gives (a property test holds the two side by side) and leaves everything else to that
path. It lives on what repeats: a logger's header differs from frame to frame in QN only, and its content in values only.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.hj212.anomalies import ordered
from ingest.hj212.cp import known_content
from ingest.hj212.crc import CRC_TEXTS, crc_hj212_text
from ingest.hj212.frame import Frame
from ingest.hj212.segment import header_after_qn, parse_header
from ingest.hj212.times import parse_data_time

_REGULAR: Final = re.compile(rb"##([0-9]{4})(?:QN=([0-9]{17});)?([A-Z][^&]{0,250})CP=&&")
_LONGEST: Final = 950  # no limit of any edition is passed below this
_LENGTHS: Final = {b"%04d" % length: length for length in range(_LONGEST + 1)}
_ENDS: Final = {text: b"&&" + text + b"\r\n" for text in CRC_TEXTS}
_NEW: Final = tuple.__new__


def quick_frame(buffer: bytes, start: int, offset: int) -> Frame | None:
    """The frame whose ``##`` stands at ``start``, terminator included; None when it is not there, not whole or not regular."""
    match = _REGULAR.match(buffer, start)
    if match is None:
        return None
    digits, qn, header_text = match.groups()
    length = _LENGTHS.get(digits)
    if length is None or b"#" in header_text:
        return None
    begin = start + 6
    end = begin + length
    stop = end + 6
    body_at = match.end()
    if body_at > end - 2 or stop > len(buffer):
        return None
    segment = buffer[begin:end]
    if buffer[end - 2 : stop] != _ENDS[crc_hj212_text(segment)] or not segment.isascii():
        return None
    content = known_content(buffer[body_at : end - 2])
    if content is None:
        return None
    shape, values, _ = content
    data_time = None
    if shape.data_time >= 0:
        data_time, odd = parse_data_time(values[shape.data_time])
        if odd:
            return None
    rest = header_text.decode("ascii")
    fields, flag, version, anomalies = header_after_qn(qn.decode("ascii"), rest) if qn else parse_header(rest)
    if shape.anomalies:
        anomalies = ordered((*anomalies, *shape.anomalies))
    return _NEW(
        Frame,
        (buffer[start:stop], offset, segment, fields, flag, content, anomalies, "hj212", version, data_time),
    )
