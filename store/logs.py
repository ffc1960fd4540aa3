"""Log lines of every process, in one shape.

Text for a terminal, one JSON object a line for a collector. Secrets never reach a log call: URLs are logged without
their user part.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

from store.settings import Settings


class _JsonLines(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(settings: Settings, service: str) -> None:
    """Send the log of this process to standard error in the shape the settings ask for."""
    handler = logging.StreamHandler(sys.stderr)
    if settings.log_format == "json":
        handler.setFormatter(_JsonLines(service))
    else:
        handler.setFormatter(
            logging.Formatter(f"%(asctime)s {service:<6} %(levelname)-7s %(message)s", "%H:%M:%S")
        )
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # One line a request or a job is the work of metrics, not of the log.
    for chatty in ("uvicorn.access", "httpx", "yoyo"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns of every run that is left out because the one before is still at work: how long runs take is seen in the metrics.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def without_secrets(url: str) -> str:
    """A URL for people: scheme, host, port and path, never user or password."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
