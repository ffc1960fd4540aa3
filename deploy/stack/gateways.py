"""The gateways' broker passwords: made once, kept in the home until the gateway leaves the registry."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.stack.broker_config import check_gateway_name
from deploy.stack.errors import GatewayUnknown
from deploy.stack.home import Home
from deploy.stack.secrets import secret, stored


def gateway_passwords(home: Home) -> dict[str, str]:
    """Password by gateway, of every gateway that the broker knows."""
    if not home.gateway_secrets.is_dir():
        return {}
    names = sorted(path.name for path in home.gateway_secrets.iterdir() if not path.name.startswith("."))
    return {name: secret(home, f"gateways/{name}") for name in names}


def gateway_password(home: Home, gateway: str) -> str:
    """The password of one gateway. Raises GatewayUnknown."""
    known = stored(home.gateway_secrets / check_gateway_name(gateway))
    if known is None:
        raise GatewayUnknown(
            f"The broker knows no gateway {gateway!r}: put it into the sites file and run `outfall sites apply`.",
            gateway=gateway,
        )
    return known


def choose_gateways(home: Home, gateways: Iterable[str]) -> dict[str, str]:
    """Keep the passwords of these gateways, make those that are missing, forget all others. Raises GatewayUnknown."""
    wanted = {check_gateway_name(gateway) for gateway in gateways}
    for name in gateway_passwords(home):
        if name not in wanted:
            (home.gateway_secrets / name).unlink()
    return {name: secret(home, f"gateways/{name}") for name in sorted(wanted)}
