"""What every statement of a person needs: words that say why."""

from __future__ import annotations

from store.errors import Refused

LONGEST_TEXT = 2000
"""Characters of a reason or a note."""


def check_reason(text: str) -> str:
    """The reason without blanks around it. Raises Refused ``reason_missing`` or ``text_too_long``."""
    reason = text.strip()
    if not reason:
        raise Refused("Say why: a reason is needed.", code="reason_missing")
    if len(reason) > LONGEST_TEXT:
        raise Refused(
            f"The text is longer than {LONGEST_TEXT} characters.", code="text_too_long", most=LONGEST_TEXT
        )
    return reason


def check_note(text: str | None) -> str | None:
    """A note without blanks around it, None for an empty one. Raises Refused ``text_too_long``."""
    return check_reason(text) if text and text.strip() else None
