"""What a step with a lead needs to know of the settings."""

from __future__ import annotations

from store.leads.calendar import read_calendar
from store.leads.clocks import Rules
from store.leads.law import load_law
from store.settings import Settings


def rules_of(settings: Settings) -> Rules:
    """The law of this release with the bureau's calendar and choices. Raises SettingsError ``holidays_file_wrong``."""
    return Rules(
        law=load_law(),
        calendar=read_calendar(settings.holidays_file),
        statement_days=settings.statement_days,
        authority=settings.case_authority,
    )
