"""How people work through alerts.

``steps`` is the state machine as one table and ``deadlines`` the clocks, both pure; ``visible`` says what a company sees of it;
``actions`` takes a step in a transaction and ``attachments`` keeps the papers.
"""

from __future__ import annotations

from store.handling.actions import OUTFALL, Caller, Step, Taken, take_step
from store.handling.deadlines import Clocks, clocks_of
from store.handling.steps import Action, State, possible

__all__ = [
    "OUTFALL",
    "Action",
    "Caller",
    "Clocks",
    "State",
    "Step",
    "Taken",
    "clocks_of",
    "possible",
    "take_step",
]
