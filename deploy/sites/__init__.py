"""The sample sites file that ships with Outfall."""

from __future__ import annotations

from pathlib import Path

SAMPLE_SITES = Path(__file__).with_name("huangzhong.yaml")
