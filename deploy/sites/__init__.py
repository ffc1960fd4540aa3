"""The sample files that ship with Outfall."""

from __future__ import annotations

from pathlib import Path

SAMPLE_SITES = Path(__file__).with_name("huangzhong.yaml")
SAMPLE_CHANNELS = Path(__file__).with_name("channels-sample.yaml")
SAMPLE_HANDOVER = Path(__file__).with_name("handover-sample.yaml")
