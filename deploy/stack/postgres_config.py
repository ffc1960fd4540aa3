"""What PostgreSQL is told: sized to the machine, on the loopback only, nothing traded for speed."""

from __future__ import annotations

import os
from pathlib import Path

MIB = 1024 * 1024

HBA = """\
# Passwords for everybody, the superuser included. Nothing from other machines: the server listens on the loopback only.
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""


def memory_bytes() -> int:
    """Memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def render_postgres_config(
    *, port: int, hba: Path, socket_directory: Path | None, cluster: str, memory: int
) -> str:
    """The text of postgresql.conf. ``memory`` is that of the machine in bytes."""
    settings: dict[str, object] = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": socket_directory or "",
        "unix_socket_permissions": "0700",
        "hba_file": hba,
        "password_encryption": "scram-sha-256",
        # Shows in the title of every process, so that leftovers of a killed server can be told from another home's.
        "cluster_name": cluster,
        "shared_preload_libraries": "timescaledb",
        "timescaledb.telemetry_level": "off",
        "timescaledb.max_background_workers": 8,
        # What is acknowledged is on disk. These are the defaults; they are written down because evidence rests on them.
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        # An eighth of the memory: on the same machine live the broker, three services and the page cache.
        "shared_buffers": _megabytes(memory // 8, least=128, most=2048),
        "effective_cache_size": _megabytes(memory // 2, least=512, most=65536),
        "maintenance_work_mem": _megabytes(memory // 32, least=64, most=512),
        "work_mem": "16MB",
        "max_connections": 100,
        "max_worker_processes": 20,
        # A query over years of a hypertable locks every chunk that it touches.
        "max_locks_per_transaction": 512,
        "wal_compression": "lz4",
        "wal_buffers": "16MB",
        "min_wal_size": "256MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "random_page_cost": 1.1,
        # Queries are short; compiling them costs more than it saves, and the compiler is not installed.
        "jit": "off",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %a ",
        # A failed statement is logged without the values it was called with.
        "log_parameter_max_length_on_error": 0,
    }
    head = "# Written anew by every `outfall stack up`; changes here do not last.\n"
    return head + "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _megabytes(wanted: int, *, least: int, most: int) -> str:
    return f"{max(least, min(most, wanted // MIB))}MB"
