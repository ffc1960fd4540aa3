"""``outfall run|up|down``: all of Outfall on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from deploy import stack
from deploy.launch.foreground import RunOptions, ready_file, run_foreground
from deploy.simulator import describe_scenarios
from deploy.sites import SAMPLE_SITES
from store.errors import StackError
from store.logs import configure
from store.settings import load_settings

SitesOption = Annotated[
    Path, typer.Option("--sites", help="Sites file that is loaded when nothing is registered yet.")
]
SimulateOption = Annotated[
    bool, typer.Option("--simulate/--no-simulate", help="Run the five simulated gateways.")
]
HistoryOption = Annotated[
    float, typer.Option("--history-days", min=0, max=400, help="Days of history they deliver the first time.")
]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option("--scenario", help="What goes wrong: " + ", ".join(describe_scenarios()) + "."),
]

START_SECONDS = 600.0
STOP_SECONDS = 60.0


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def run(
    sites: SitesOption = SAMPLE_SITES,
    simulate: SimulateOption = True,
    history_days: HistoryOption = 3.0,
    scenario: ScenarioOption = None,
) -> None:
    """Start everything and stay in the foreground until Ctrl-C.

    Local TimescaleDB and Mosquitto (unless OUTFALL_DATABASE_URL and OUTFALL_MQTT_URL name others), schema, sample sites, ingest,
    alerts, api and the simulated gateways.
    """
    settings = load_settings()
    configure(settings, "run")
    options = RunOptions(sites.absolute(), simulate, history_days, tuple(scenario or ()))
    raise typer.Exit(run_foreground(settings, options, _say))


def up(
    sites: SitesOption = SAMPLE_SITES,
    simulate: SimulateOption = True,
    history_days: HistoryOption = 3.0,
    scenario: ScenarioOption = None,
) -> None:
    """Like `run`, in the background; returns when everything is ready."""
    settings = load_settings()
    running = _ready(settings.home)
    if running is not None:
        typer.echo(running["line"])
        return
    arguments = ["run", "--sites", str(sites.absolute()), "--history-days", str(history_days)]
    arguments.append("--simulate" if simulate else "--no-simulate")
    for name in scenario or ():
        arguments += ["--scenario", name]
    log_file = settings.home / "logs" / "run.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    with log_file.open("r", encoding="utf-8", errors="replace") as lines:
        while time.monotonic() < deadline:
            code = process.poll()
            text = lines.read()
            if text:
                sys.stdout.write(text)
                sys.stdout.flush()
            if code is not None:
                raise typer.Exit(code or 1)
            if _ready(settings.home) is not None and not text:
                return
            time.sleep(0.2)
    raise StackError(f"Outfall is still starting; see {log_file}.", code="not_ready")


def down() -> None:
    """Stop what `up` (or `run`) started in this home, and the local stack."""
    settings = load_settings()
    running = _ready(settings.home)
    pid = int(str(running["pid"])) if running is not None else _starting(settings.home)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _alive(pid):
            if time.monotonic() > deadline:
                raise StackError(
                    f"Process {pid} does not end; see {settings.home / 'logs'}.", code="not_stopping"
                )
            time.sleep(0.1)
    has_stack = stack.exists(settings.home)
    if has_stack:
        stack.down(settings.home)
    if pid is None and not has_stack:
        typer.echo(f"Nothing of Outfall runs in {settings.home}. Another home? Set OUTFALL_HOME.")
    else:
        typer.echo("Outfall is down.")


def _ready(home: Path) -> dict[str, str] | None:
    """The ready line and process of this home when it runs."""
    try:
        found = json.loads(ready_file(home).read_text(encoding="utf-8"))
    except (FileNotFoundError, PermissionError):
        return None
    return found if _is_outfall(int(found["pid"])) else None


def _starting(home: Path) -> int | None:
    try:
        pid = int((home / "run" / "outfall.lock").read_text(encoding="ascii").strip() or 0)
    except (FileNotFoundError, PermissionError):
        return None
    return pid if pid and _is_outfall(pid) else None


def _alive(pid: int) -> bool:
    try:
        state = (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="ascii", errors="replace")
            .rpartition(")")[2]
            .split()[0]
        )
    except FileNotFoundError:
        return False
    return state != "Z"


def _is_outfall(pid: int) -> bool:
    """Whether the process of a number read from a file is still ours: numbers are used again after a restart."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
    return b"outfall" in command or b"deploy" in command
