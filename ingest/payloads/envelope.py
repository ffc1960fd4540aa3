"""What a JSON or Neuron payload gives: uploads with their header, or a reason with the place."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.hj212.flag import FlagBits
from ingest.hj212.typed import Upload


@dataclass(frozen=True, slots=True)
class Envelope:
    """One upload with what a frame's header would say.

    Attributes
    ----------
    mn, st, cn : as the HJ 212 header fields; ``st`` is empty text when the payload does not say it
    qn : request number, None when the payload has none
    flag : decoded Flag number, None when the payload has none
    upload : kind, data time and measurements
    anomalies : deviations of the whole record, by name
    """

    mn: str
    st: str
    cn: str
    qn: str | None
    flag: FlagBits | None
    upload: Upload
    anomalies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PayloadRefused:
    """A record that cannot be used: kept by the caller, named here.

    Attributes
    ----------
    code : ``payload_not_json``, ``payload_too_large``, ``payload_too_deep``, ``payload_too_long``, ``field_missing``,
        ``field_malformed`` or ``time_malformed``
    path : JSON path of the place, e.g. ``$[2].factors.a21026``
    detail : one English sentence
    mn : device number as far as it could be read; empty text when it could not
    """

    code: str
    path: str
    detail: str
    mn: str = ""
