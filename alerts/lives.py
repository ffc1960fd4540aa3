"""How alerts live by their kind: how long a condition must last, how soon it may come back, and who tells the company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.kinds import SEVERITIES
from store.errors import SettingsError
from store.settings import Settings

BY_OFFICER = frozenset(
    {
        "ingest_down",
        "rule_failed",
        "flood",
        "gateway_security",
        "resent_value_differs",
        "recomputed_differs",
        "abnormal_constant",
        "mark_after_exceedance",
        "mark_abuse",
    }
)
"""Kinds that a company neither hears of nor sees by itself: troubles of Outfall's own, and what may be a sign of falsified data
(regulation.md D.4). Whoever is under suspicion is told by an officer, when it is time."""


@dataclass(frozen=True, slots=True)
class Lives:
    """The times of conditions; see the settings ``hold_seconds`` and ``flap_minutes``."""

    hold: Mapping[str, timedelta]
    flap: timedelta

    def hold_of(self, code: str) -> timedelta:
        """How long a condition of this kind must last before anybody is called."""
        return self.hold.get(code, timedelta(0))


def lives_of(settings: Settings) -> Lives:
    """The times as configured. Raises SettingsError for a kind of alert that does not exist."""
    unknown = sorted(settings.hold_seconds.keys() - SEVERITIES.keys())
    if unknown:
        raise SettingsError(
            f"OUTFALL_HOLD_SECONDS names the unknown kind of alert {unknown[0]!r}. "
            f"The kinds are {', '.join(sorted(SEVERITIES))}.",
            setting="OUTFALL_HOLD_SECONDS",
        )
    hold = {code: timedelta(seconds=seconds) for code, seconds in settings.hold_seconds.items()}
    return Lives(hold, timedelta(minutes=settings.flap_minutes))


USUAL = lives_of(Settings.model_construct())
"""What holds where no settings were given."""
