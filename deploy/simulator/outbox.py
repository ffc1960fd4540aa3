"""Frames that want an answer: kept until it comes, sent again when it does not (HJ 212-2017 table 1: 10 s, three times)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from deploy.simulator.loggers import Frame

OVERTIME_SECONDS = 10
RECOUNT = 3
#: Frames remembered at the most; the broker has them in any case, so the oldest may be forgotten.
MOST = 20000
#: Frames sent again in one round, so that a platform that comes back is not met by a flood.
ROUND = 50


@dataclass(slots=True)
class _Waiting:
    frame: Frame
    sent: float
    tries: int = 0


class Outbox:
    """The unanswered frames of one gateway. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self.answered = 0
        self.sent_again = 0
        self._waiting: OrderedDict[tuple[str, str], _Waiting] = OrderedDict()
        self._last_heard = 0.0

    @property
    def unanswered(self) -> int:
        """Frames without an answer as yet."""
        return len(self._waiting)

    def sent(self, frame: Frame, now: float) -> None:
        """Remember a frame that was sent."""
        if frame.answer is None:
            return
        self._waiting[frame.answer] = _Waiting(frame, now)
        if len(self._waiting) > MOST:
            self._waiting.popitem(last=False)

    def heard(self, answers: list[tuple[str, str]], now: float) -> None:
        """Take note of answers. A platform that answers at all gets a new chance for what was given up."""
        if not answers:
            return
        for answer in answers:
            if self._waiting.pop(answer, None) is not None:
                self.answered += 1
        if now - self._last_heard > OVERTIME_SECONDS:
            for waiting in self._waiting.values():
                waiting.tries = 0
        self._last_heard = now

    def due(self, now: float) -> list[Frame]:
        """Frames to send again now: ten seconds without any answer, and not yet tried three times; others are kept for later."""
        found = []
        for waiting in self._waiting.values():
            if waiting.tries >= RECOUNT or now - max(waiting.sent, self._last_heard) < OVERTIME_SECONDS:
                continue
            waiting.sent = now
            waiting.tries += 1
            found.append(waiting.frame)
            if len(found) >= ROUND:
                break
        self.sent_again += len(found)
        return found
