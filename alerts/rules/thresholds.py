"""The thresholds of the rules from the settings."""

from __future__ import annotations

from decimal import Decimal

from alerts.judgement.values import Rules
from alerts.rules.shape import Thresholds
from store.settings import Settings

HUNDRED = Decimal(100)


def thresholds_of(settings: Settings) -> Thresholds:
    """What the settings say."""
    return Thresholds(
        constant_minutes=settings.constant_minutes,
        constant_hours=settings.constant_hours,
        differs=settings.recomputed_differs_percent / HUNDRED,
        forecast_minutes=settings.forecast_minutes,
        forecast_hours=settings.forecast_hours,
        missing_hours=settings.missing_hours,
        abuse_days=settings.mark_abuse_days,
        abuse_hours=settings.mark_abuse_hours,
        abuse_share=settings.mark_abuse_percent / HUNDRED,
        quota_share=settings.quota_warning_percent / HUNDRED,
        signature_share=settings.signature_percent / HUNDRED,
    )


def judging_of(settings: Settings) -> Rules:
    """How the judgement was told to choose, for rules that follow it."""
    return Rules(settings.hour_judged_on, settings.day_judged_on, settings.water_day_weighting)
