"""PostgreSQL with TimescaleDB: make the cluster, start, wait, stop."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import ClientCursor, errors

from deploy.stack import processes
from deploy.stack.errors import PostgresFailed, TimeZonesMissing, failure
from deploy.stack.home import Home
from deploy.stack.ports import check_port
from deploy.stack.postgres_config import HBA, memory_bytes, render_postgres_config
from deploy.stack.prefix import Prefix
from deploy.stack.secrets import secret
from store.errors import StackError
from store.queries import queries

Progress = Callable[[str, float | None], None]

SUPERUSER = "postgres"
SERVICE = "outfall"
START_SECONDS = 60
"""How long a healthy server may take to answer; recovery after a crash is not counted, it takes what it takes."""
TELL_SECONDS = 2.0
"""A clean start answers "starting up" for less than this."""
LAUNCH_SECONDS = 3
"""A server that shows no process for this long after its launch has ended."""
STOP_SECONDS = 60
ORPHAN_SECONDS = 10
ZONES = Path("/usr/share/zoneinfo")


def pid(home: Home) -> int | None:
    """The postmaster of this home, or None when it does not run."""
    try:
        first = (home.postgres_data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]
    except (FileNotFoundError, IndexError):
        return None
    words = processes.command_line(int(first))
    return int(first) if str(home.postgres_data) in words and _is_postmaster(words) else None


def port(home: Home) -> int | None:
    """The port the running server listens on (fourth line of its postmaster.pid)."""
    try:
        lines = (home.postgres_data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return int(lines[3]) if len(lines) > 3 and lines[3].isdecimal() else None


def admin_url(home: Home, at: int, database: str = "postgres") -> str:
    """URL of the superuser on port ``at``, for making databases. Holds a password."""
    return _url(SUPERUSER, secret(home, "database-admin"), at, database)


def service_url(home: Home, at: int) -> str:
    """URL of the services on port ``at``. Holds a password."""
    return _url(SERVICE, secret(home, "database-service"), at, SERVICE)


def start(home: Home, prefix: Prefix, *, wanted_port: int, progress: Progress) -> None:
    """Bring the server up on ``wanted_port`` with role and database; one that runs there already is left alone.

    Raises PortTaken, TimeZonesMissing or PostgresFailed.
    """
    running = pid(home)
    if running is not None and port(home) == wanted_port:
        _wait_ready(home, running, wanted_port, processes.size_of(home.postgres_log), progress)
        return
    if running is not None:
        progress(f"moving the database to port {wanted_port}", None)
    stop(home)
    check_port("127.0.0.1", wanted_port, setting="OUTFALL_DATABASE_PORT", purpose="the database")
    if not (home.postgres_data / "PG_VERSION").exists():
        progress("making the database cluster", None)
        _initialise(home, prefix)
    home.write(home.postgres / "pg_hba.conf", HBA, server_reads=True)
    text = render_postgres_config(
        port=wanted_port,
        hba=home.postgres / "pg_hba.conf",
        socket_directory=home.socket_directory,
        cluster=_cluster(home),
        memory=memory_bytes(),
    )
    home.write(home.postgres / "postgresql.conf", text, server_reads=True)
    progress("starting PostgreSQL", None)
    since = _launch(home, prefix)
    _wait_ready(home, None, wanted_port, since, progress)
    _provide(home, wanted_port)


def stop(home: Home) -> None:
    """Stop the server and wait; backends that a killed server left behind go too. Raises PostgresFailed."""
    running = pid(home)
    if running is not None:
        # SIGINT is PostgreSQL's fast shutdown: open transactions roll back, everything is written. SIGQUIT leaves it to recovery.
        for number in (signal.SIGINT, signal.SIGQUIT):
            processes.signal_process(running, number)
            if processes.wait_until_gone([running], STOP_SECONDS):
                break
        else:
            raise PostgresFailed(f"PostgreSQL (process {running}) does not stop; see {home.postgres_log}.")
    _clear_leftovers(home)


def _is_postmaster(words: list[str]) -> bool:
    return Path(words[0]).name == "postgres"


def _cluster(home: Home) -> str:
    return f"outfall-{hashlib.sha256(os.fsencode(home.path)).hexdigest()[:12]}"


def _clear_leftovers(home: Home) -> None:
    """After a kill -9 of the server: its children end by themselves, and its lock files may name a stranger by now.

    PostgreSQL itself trusts any living process of that number, even a zombie where nobody reaps.
    """
    title = f"postgres: {_cluster(home)}:"
    orphans = processes.titled(title)
    if not processes.wait_until_gone(orphans, ORPHAN_SECONDS):
        for orphan in processes.titled(title):
            processes.signal_process(orphan, signal.SIGKILL)
        if not processes.wait_until_gone(orphans, ORPHAN_SECONDS):
            raise PostgresFailed(f"Processes of an earlier PostgreSQL in {home.path} do not end: {orphans}.")
    (home.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    for socket in home.run.glob(".s.PGSQL.*"):
        socket.unlink()


def _environment() -> dict[str, str]:
    # The machine's OpenSSL configuration is for another OpenSSL than the prefix's.
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OPENSSL_CONF": "/dev/null"}


def _initialise(home: Home, prefix: Prefix) -> None:
    if not (ZONES / "UTC").exists():
        raise TimeZonesMissing(f"PostgreSQL needs the time zones in {ZONES}: apt-get install tzdata.")
    password_file = home.run / "initial"
    home.write(password_file, secret(home, "database-admin") + "\n", server_reads=True)
    try:
        done = home.account.run(
            [
                prefix.postgres_bin / "initdb",
                f"--pgdata={home.postgres_data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--data-checksums",
            ],
            environment=_environment(),
            cwd=home.run,
        )
    finally:
        password_file.unlink()
    if done.returncode != 0:
        for entry in home.postgres_data.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        said = " | ".join(done.stdout.strip().splitlines()[-4:])
        raise failure(PostgresFailed, home.path, f"The database cluster could not be made: {said}")


def _launch(home: Home, prefix: Prefix) -> int:
    """Start the server as a daemon; the length of the log before, so that an error quotes only what is new."""
    since = processes.begin_log(home.postgres_log)
    done = home.account.run(
        [
            prefix.postgres_bin / "pg_ctl",
            "start",
            "--no-wait",
            "--silent",
            f"--pgdata={home.postgres_data}",
            f"--log={home.postgres_log}",
            f"--options=-c config_file='{home.postgres / 'postgresql.conf'}'",
        ],
        environment=_environment(),
        cwd=home.postgres_data,
        output=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise _failed(home, since)
    return since


def _failed(home: Home, since: int) -> StackError:
    said = processes.last_lines(home.postgres_log, since=since)
    return failure(
        PostgresFailed, home.path, f"PostgreSQL did not start: {said} (whole log: {home.postgres_log})"
    )


def _wait_ready(home: Home, running: int | None, at: int, since: int, progress: Progress) -> None:
    launched = time.monotonic()
    deadline = launched + START_SECONDS
    seen = running is not None
    while True:
        alive = pid(home) is not None
        seen = seen or alive or time.monotonic() > launched + LAUNCH_SECONDS
        try:
            psycopg.connect(admin_url(home, at), connect_timeout=5).close()
            return
        except errors.CannotConnectNow:
            _tell_recovery(launched, progress)
            deadline = time.monotonic() + START_SECONDS
        except psycopg.OperationalError as error:
            if "starting up" in str(error) or "recovery" in str(error):
                _tell_recovery(launched, progress)
                deadline = time.monotonic() + START_SECONDS
            elif (seen and not alive) or time.monotonic() > deadline:
                raise _failed(home, since) from error
        time.sleep(processes.POLL_SECONDS)


def _provide(home: Home, at: int) -> None:
    """Role, database and extension; all of it only where missing."""
    sql = queries("stack")
    with psycopg.connect(admin_url(home, at), autocommit=True) as admin:
        if admin.execute(sql["find_role"]).fetchone() is None:
            admin.execute(sql["create_role"])
        password = secret(home, "database-service").encode()
        verifier = admin.pgconn.encrypt_password(password, SERVICE.encode(), b"scram-sha-256").decode()
        ClientCursor(admin).execute(sql["set_role_password"], {"verifier": verifier})
        if admin.execute(sql["find_database"]).fetchone() is None:
            admin.execute(sql["create_database"])
    url = admin_url(home, at, SERVICE)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql["create_extension"])
        admin.execute(sql["rest_community_jobs"])
        row = admin.execute(sql["extension_is_older"]).fetchone()
    if row is not None and row[0]:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(sql["update_extension"])


def _url(user: str, password: str, at: int, database: str) -> str:
    return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{at}/{database}"


def _tell_recovery(launched: float, progress: Progress) -> None:
    """A clean start also answers "starting up" for a moment: only one that takes longer is worth a word."""
    if time.monotonic() - launched > TELL_SECONDS:
        progress("PostgreSQL is recovering from an unclean shutdown", None)
