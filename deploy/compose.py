"""The broker's files for Docker compose: configuration, access rules, users, and the gateways' generated passwords."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from deploy.stack.broker_config import (
    SERVICE_USER,
    check_gateway_name,
    render_broker_acl,
    render_broker_config,
)
from deploy.stack.secrets import broker_password_line

BROKER_PORT = 1883
BROKER_UID = 1883
"""User of the mosquitto image; it must read the password file, and nobody else may."""

GATEWAY_SECRETS = "gateways.json"


def write_broker_files(
    folder: Path, secrets_folder: Path, gateways: Iterable[str], service_password: str
) -> None:
    """Write what the broker container reads to ``folder``, and each gateway's password to ``secrets_folder``.

    A gateway that has a password keeps it. Paths inside the configuration are those of the mosquitto image.
    """
    folder.mkdir(parents=True, exist_ok=True)
    passwords = _gateway_passwords(secrets_folder, gateways)
    config = render_broker_config(
        port=BROKER_PORT,
        address=None,
        data="/mosquitto/data",
        passwords="/mosquitto/config/passwords",
        acl="/mosquitto/config/acl",
        log=["stdout"],
    )
    users = {SERVICE_USER: service_password, **passwords}
    lines = [broker_password_line(user, password) for user, password in users.items()]
    for name, text in (
        ("mosquitto.conf", config),
        ("acl", render_broker_acl()),
        ("passwords", "\n".join(lines) + "\n"),
    ):
        file = folder / name
        file.write_text(text, encoding="utf-8")
        _own(file, BROKER_UID, 0o600)


def read_gateway_passwords(file: Path) -> dict[str, str]:
    """Passwords by gateway from a JSON object, as ``write_broker_files`` leaves it."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return {str(gateway): str(password) for gateway, password in found.items()}


def _gateway_passwords(folder: Path, gateways: Iterable[str]) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / GATEWAY_SECRETS
    known = read_gateway_passwords(file) if file.exists() else {}
    wanted = {
        check_gateway_name(gateway): known.get(gateway) or secrets.token_urlsafe(24) for gateway in gateways
    }
    file.write_text(json.dumps(wanted), encoding="utf-8")
    # The simulator's user is not root; the folder is a volume that only the simulator mounts.
    file.chmod(0o644)
    return wanted


def _own(file: Path, uid: int, mode: int) -> None:
    file.chmod(mode)
    if os.geteuid() == 0:
        os.chown(file, uid, uid)
