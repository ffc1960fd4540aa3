"""How often one network address may be wrong: with passwords, and with tokens.

The lock of a user (``store.sessions``) slows down who tries many passwords of one user; this slows down who tries one password of
many users. It is kept in memory and not in the database on purpose: what is refused here costs neither a password hash nor a
write, so that the refusal itself cannot be used to tire the service out; a restart forgets at most ten minutes; and several
processes count apart, which gives an attacker that many times as many tries and no more. It is bounded: the addresses that were
longest quiet go first.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from store.errors import NotAllowed

WINDOW = timedelta(minutes=10)
MOST_ADDRESSES = 10_000


@dataclass(slots=True)
class _Failures:
    times: deque[datetime] = field(default_factory=deque)
    whats: deque[bytes] = field(default_factory=deque)


class Limiter:
    """Counts failures by address over a sliding window; safe to use from several threads."""

    def __init__(self, most: int, window: timedelta = WINDOW, addresses: int = MOST_ADDRESSES) -> None:
        self._most = most
        self._window = window
        self._addresses = addresses
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = Lock()

    def check(self, address: str, at: datetime) -> None:
        """Raises NotAllowed ``too_many_attempts``, with the seconds to wait, while the address has failed too often."""
        seconds = self.wait(address, at)
        if seconds:
            raise NotAllowed(
                f"Too many failed attempts from this network address; try again in {seconds} seconds.",
                code="too_many_attempts",
                seconds=seconds,
            )

    def wait(self, address: str, at: datetime) -> int:
        """Whole seconds until the address may try again; 0 = now."""
        with self._lock:
            kept = self._failures.get(network_of(address))
            if kept is None:
                return 0
            self._forget(kept, at)
            if len(kept.times) < self._most:
                return 0
            return max(1, math.ceil((kept.times[0] + self._window - at).total_seconds()))

    def failed(self, address: str, at: datetime, what: bytes | None = None) -> bool:
        """Count a failure; returns whether it was the one that closes the door.

        ``what`` names the guess: the same one again is no further guess.
        """
        network = network_of(address)
        with self._lock:
            kept = self._failures.setdefault(network, _Failures())
            self._failures.move_to_end(network)
            self._forget(kept, at)
            if what is not None and what in kept.whats:
                return False
            kept.times.append(at)
            kept.whats.append(what or b"")
            while len(self._failures) > self._addresses:
                self._failures.popitem(last=False)
            return len(kept.times) == self._most

    def _forget(self, kept: _Failures, at: datetime) -> None:
        while kept.times and kept.times[0] <= at - self._window:
            kept.times.popleft()
            kept.whats.popleft()


class Guesses:
    """One limiter each for passwords (with codes of the second factor) and for tokens."""

    def __init__(self, most: int) -> None:
        self.passwords = Limiter(most)
        self.tokens = Limiter(most)


def network_of(address: str) -> str:
    """What is counted as one: an IPv4 address, or the /64 that one IPv6 customer has whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
