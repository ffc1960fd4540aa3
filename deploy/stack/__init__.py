"""The local stack: real TimescaleDB and Mosquitto on this machine, without Docker and without root.

``up`` fetches Debian's own packages once, starts both servers in a home of their own and says where they are. The servers outlive
the caller; ``down`` stops them. Any number of homes can run side by side on different ports.
"""

from __future__ import annotations

from deploy.stack.broker_config import Tls, render_broker_acl, render_broker_config
from deploy.stack.control import (
    ServiceStatus,
    StackAddress,
    StackStatus,
    address,
    down,
    env,
    gateway_password,
    gateway_passwords,
    status,
    sync_gateways,
    up,
)
from deploy.stack.ports import free_port
from deploy.stack.record import exists

__all__ = [
    "ServiceStatus",
    "StackAddress",
    "StackStatus",
    "Tls",
    "address",
    "down",
    "env",
    "exists",
    "free_port",
    "gateway_password",
    "gateway_passwords",
    "render_broker_acl",
    "render_broker_config",
    "status",
    "sync_gateways",
    "up",
]
