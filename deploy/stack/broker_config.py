"""The broker's configuration, for the local stack and for Docker compose from the same templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import jinja2

from deploy.stack.errors import GatewayUnknown

SERVICE_USER = "outfall-ingest"
"""The user of the platform itself; no gateway may be called so."""

AUTOSAVE_SECONDS = 1

_GATEWAY = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
"""As the registry has it (table gateway). No wildcard, slash or colon can slip into an access rule or the password file."""


@dataclass(frozen=True, slots=True)
class Tls:
    """A second listener with TLS, on all addresses: port and PEM files as the broker sees them."""

    ca: str
    certificate: str
    key: str
    port: int


def render_broker_config(
    *,
    port: int,
    address: str | None,
    data: str,
    passwords: str,
    acl: str,
    log: Sequence[str],
    tls: Tls | None = None,
    autosave_seconds: int = AUTOSAVE_SECONDS,
) -> str:
    """The text of mosquitto.conf.

    ``address`` is what the plain listener binds (None: all addresses, as inside a container); ``data``, ``passwords`` and
    ``acl`` are paths as the broker sees them; ``log`` are values of log_dest (``stdout`` or ``file /path``).
    """
    return _render(
        "mosquitto.conf.j2",
        port=port,
        address=address,
        data=data,
        passwords=passwords,
        acl=acl,
        log=log,
        tls=tls,
        autosave_seconds=autosave_seconds,
    )


def render_broker_acl() -> str:
    """The text of the access rules (design 4.3); they hold for every gateway, so they never change with the registry."""
    return _render("acl.j2", service=SERVICE_USER)


def check_gateway_name(gateway: str) -> str:
    """Return the name when it can be a broker user, else raise GatewayUnknown."""
    if gateway == SERVICE_USER or not _GATEWAY.fullmatch(gateway):
        raise GatewayUnknown(
            f"{gateway!r} cannot be a gateway: small letters, digits and hyphens, 2 to 63 of them, and not {SERVICE_USER!r}.",
            gateway=gateway,
        )
    return gateway


def _render(name: str, **values: object) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # a configuration file, no markup
    )
    source = resources.files("deploy").joinpath("broker", name).read_text(encoding="utf-8")
    return environment.from_string(source).render(**values)
