"""The local stack as the settings want it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deploy import stack
from store.settings import Settings


def start(settings: Settings, progress: Callable[[str, float | None], None]) -> None:
    """Install what is missing and start the local database and broker. Raises StackError."""
    stack.up(
        settings.home,
        database_port=settings.database_port,
        mqtt_port=settings.mqtt_port,
        mqtt_address=settings.mqtt_address,
        mqtt_tls_port=settings.mqtt_tls_port,
        progress=progress,
    )


def sync_gateways(settings: Settings, gateway_ids: Sequence[str]) -> dict[str, str]:
    """Make every gateway a user of the local broker and return their passwords; nothing when there is no local stack.

    A broker of your own (OUTFALL_MQTT_URL) is yours to configure: deploy/broker holds the access rules as a pattern.
    """
    if not stack.exists(settings.home):
        return {}
    return stack.sync_gateways(settings.home, gateway_ids)
