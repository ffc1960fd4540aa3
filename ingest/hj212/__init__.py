"""HJ 212-2005, -2017 and -2025: streaming decoder, typed view and strict encoder. Pure: no I/O, no clock.

::

    StreamDecoder, decode_bytes   bytes -> Frame | Rejected
    readings                      Frame -> Upload of Measurement
    encode, encode_split          fields and items -> bytes
    acknowledge                   Frame -> the answer it wants
    unhex_payload                 hexadecimal text -> bytes
"""

from __future__ import annotations

from ingest.hj212.acknowledge import acknowledge, request_executed, request_received
from ingest.hj212.anomalies import Anomaly
from ingest.hj212.encode import EncodeError, encode, encode_split
from ingest.hj212.flag import FlagBits, flag_value
from ingest.hj212.frame import Frame, Rejected
from ingest.hj212.hexadecimal import unhex_payload
from ingest.hj212.stream import StreamDecoder, decode_bytes
from ingest.hj212.typed import Measurement, Upload, readings

__all__ = [
    "Anomaly",
    "EncodeError",
    "FlagBits",
    "Frame",
    "Measurement",
    "Rejected",
    "StreamDecoder",
    "Upload",
    "acknowledge",
    "decode_bytes",
    "encode",
    "encode_split",
    "flag_value",
    "readings",
    "request_executed",
    "request_received",
    "unhex_payload",
]
