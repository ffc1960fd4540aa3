"""TCP ports on the loopback: which are free, and who has one that is not."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from deploy.stack.errors import PortTaken

LISTEN_STATE = "0A"
"""TCP_LISTEN in /proc/net/tcp (include/net/tcp_states.h)."""


def free_port() -> int:
    """A port that nobody listens on now. Somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_port(host: str, port: int, *, setting: str, purpose: str) -> None:
    """Raise PortTaken when ``port`` cannot be listened on; the message names the setting that moves it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the servers do: a port whose last connections are only winding down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _taken(error, host, port, setting, purpose) from error


def _taken(error: OSError, host: str, port: int, setting: str, purpose: str) -> PortTaken:
    way_out = f"Set {setting} to a free port (for example {free_port()})"
    if error.errno == errno.EADDRINUSE:
        who = listener(port)
        by = f" by {who}" if who else ""
        return PortTaken(
            f"Port {port}, wanted for {purpose}, is taken{by}. {way_out}, or stop what uses it.",
            port=port,
            setting=setting,
            listener=who,
        )
    return PortTaken(
        f"Port {port} on {host}, wanted for {purpose}, cannot be used: {error.strerror}. {way_out}.",
        port=port,
        setting=setting,
    )


def listener(port: int) -> str | None:
    """Name and number of the process that listens on ``port``, when this user may know it."""
    sockets = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening_inodes(table, port)}
    if not sockets:
        return None
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and _holds(process, sockets):
            return f"{(process / 'comm').read_text(encoding='utf-8').strip()} (process {process.name})"
    return None


def _listening_inodes(table: str, port: int) -> list[str]:
    try:
        lines = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if row[3] == LISTEN_STATE and int(row[1].rsplit(":", 1)[1], 16) == port]


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(handle.readlink()) in sockets for handle in (process / "fd").iterdir())
    except OSError:  # another user's process, or one that has just ended
        return False
