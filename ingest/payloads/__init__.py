"""Payloads that are not HJ 212 frames but say the same: the json and neuron topics of design section 4.3.

Both give `Envelope`s with the typed view of `ingest.hj212`, so that everything behind the decoder is the same for all topics.
"""

from __future__ import annotations

from ingest.payloads.envelope import Envelope, PayloadRefused
from ingest.payloads.json_payload import read_json_payload
from ingest.payloads.neuron_payload import read_neuron_payload

__all__ = ["Envelope", "PayloadRefused", "read_json_payload", "read_neuron_payload"]
