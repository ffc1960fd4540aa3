"""File names in answers (RFC 6266, RFC 8187)."""

from __future__ import annotations

import re
from urllib.parse import quote

_PLAIN = re.compile(r"[^0-9A-Za-z._ ()-]+", re.ASCII)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
"""What a file name cannot hold on one system or another, and what would end the header."""


def disposition(filename: str) -> str:
    """The header ``Content-Disposition`` of a download: the name in UTF-8, and one in plain letters for old programs."""
    name = _FORBIDDEN.sub("_", filename).strip(" .") or "outfall"
    plain = _PLAIN.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
