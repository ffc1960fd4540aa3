"""Waiting until the API says that everything works."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from store.errors import StackError

WAIT_SECONDS = 60.0
BETWEEN_SECONDS = 0.2


def wait_until_ready(base_url: str, alive: Callable[[], None]) -> None:
    """Return when ``/readyz`` answers 200; ``alive`` is called between tries and may raise or restart what died.

    Raises StackError ``not_ready`` with the last answer after a minute.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    last = "no answer"
    with httpx.Client(base_url=base_url, timeout=5.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            alive()
            try:
                answer = client.get("/readyz")
                if answer.status_code == 200:
                    return
                last = answer.text[:500]
            except httpx.TransportError as error:
                last = type(error).__name__
            time.sleep(BETWEEN_SECONDS)
    raise StackError(
        f"Outfall did not get ready within {WAIT_SECONDS:.0f} s; the last answer was: {last}. "
        "The logs are in the folder logs of the Outfall home.",
        code="not_ready",
    )
