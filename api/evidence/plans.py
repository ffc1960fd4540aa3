"""What a package is built with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.evidence import Order
from store.log.notes import Signer
from store.settings import Settings

# Where each step of building ends, in percent of the whole.
_ENDS = {
    "waiting": 2,
    "sealing": 5,
    "records": 15,
    "messages": 50,
    "periods": 60,
    "proofs": 70,
    "readings": 80,
    "report": 92,
    "packing": 100,
}
_BEGINS = dict(zip(_ENDS, (0, *_ENDS.values()), strict=False))

Progress = Callable[[str, int], None]
"""Told the step (``evidence.step.*``) and the percent of the whole; may raise to stop the building."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The package that was asked for, who signs it, and who is told how far it is."""

    settings: Settings
    order: Order
    signer: Signer
    progress: Progress

    def step(self, name: str, share: float) -> None:
        """A share (0 to 1) of a step is done."""
        begin, end = _BEGINS[name], _ENDS[name]
        self.progress(name, int(begin + (end - begin) * min(max(share, 0.0), 1.0)))
