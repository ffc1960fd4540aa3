"""What the form of the audit page asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from urllib.parse import urlencode

from api.console.days import day_of
from store import clock
from store.auditread import Sought
from store.errors import Refused

TEXT_MOST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form as they came; empty = any. ``since`` and ``until`` are Beijing days, both inclusive."""

    who: str = ""
    action: str = ""
    subject: str = ""
    words: str = ""
    since: str = ""
    until: str = ""

    def sought(self) -> Sought:
        """What is searched. Raises Refused ``day_malformed`` and ``span_reversed``."""
        from_time, to_time = day_of(self.since), day_of(self.until)
        if to_time is not None:
            to_time += clock.DAY
        if from_time is not None and to_time is not None and from_time >= to_time:
            raise Refused("The first day is after the last.", code="span_reversed")
        return Sought(
            actor=_text(self.who),
            action=_text(self.action),
            subject=_text(self.subject),
            from_time=from_time,
            to_time=to_time,
            words=_text(self.words),
        )

    def address(self, path: str, **more: object) -> str:
        """The path with what was asked, so that it can be passed on."""
        given = {field.name: getattr(self, field.name) for field in fields(self) if getattr(self, field.name)}
        query = urlencode({**given, **more})
        return f"{path}?{query}" if query else path


def _text(given: str) -> str | None:
    # PostgreSQL has no text with a zero byte; nothing can be found by it.
    found = given.replace("\x00", "").strip()[:TEXT_MOST]
    return found or None
