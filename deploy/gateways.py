"""Gateways of the registry as users of the local broker."""

from __future__ import annotations

from collections.abc import Sequence

from deploy import stack
from store.settings import Settings


def sync_local_broker(settings: Settings, gateway_ids: Sequence[str]) -> dict[str, str]:
    """Make every gateway a user of the local broker and return their passwords; nothing when there is no local stack.

    A broker of your own (OUTFALL_MQTT_URL) is yours to configure: deploy/broker holds the access rules as a pattern.
    """
    if not stack.exists(settings.home):
        return {}
    return stack.sync_gateways(settings.home, gateway_ids)
