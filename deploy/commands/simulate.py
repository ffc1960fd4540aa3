"""``outfall simulate``: the five sites as their loggers would speak."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from deploy import simulator, stack
from deploy.compose import read_gateway_passwords
from store import clock
from store.database import connect
from store.errors import SettingsError
from store.logs import configure
from store.registry import load_registry
from store.settings import Settings, load_settings


def simulate(
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            help="What goes wrong, NAME or NAME:outlet; may be given several times (see --list).",
        ),
    ] = None,
    list_scenarios: Annotated[bool, typer.Option("--list", help="List the scenarios and end.")] = False,
    history_days: Annotated[
        float, typer.Option("--history-days", min=0, max=400, help="History to deliver before going live.")
    ] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Same seed and time, same values.")] = 1,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only these gateways.")] = None,
    live: Annotated[
        bool, typer.Option("--live/--no-live", help="Go on with live data after the history.")
    ] = True,
    passwords: Annotated[
        Path | None,
        typer.Option("--passwords", help="JSON object of gateway passwords, for a broker of your own."),
    ] = None,
    progress_file: Annotated[Path | None, typer.Option("--progress-file", hidden=True)] = None,
) -> None:
    """Publish realistic frames of the registered sites to the broker, as their gateways.

    Runs until Ctrl-C. With a scenario it can run beside `make run`: `outfall simulate --scenario exceedance --no-live`.
    """
    if list_scenarios:
        for name, meaning in simulator.describe_scenarios().items():
            typer.echo(f"{name:<16} {meaning}")
        return
    settings = load_settings()
    configure(settings, "simulate")
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, ask_to_stop)
    with connect(settings.database(), name="simulate") as connection:
        registry = load_registry(connection, at=clock.now())
    report = simulator.run(
        settings,
        gateways=_passwords(settings) if passwords is None else read_gateway_passwords(passwords),
        sites=registry,
        seed=seed,
        history_days=history_days,
        scenarios=tuple(scenario or ()),
        only=only,
        live=live,
        progress=_progress(progress_file),
        stop=stop,
    )
    typer.echo(str(report))


def _passwords(settings: Settings) -> dict[str, str]:
    if not stack.exists(settings.home):
        raise SettingsError(
            "The simulator needs the gateways' broker passwords, and there is no local stack in this Outfall home. "
            "Start it with `outfall stack up`, set OUTFALL_HOME, or give --passwords.",
            code="no_local_stack",
        )
    return stack.gateway_passwords(settings.home)


def _progress(file: Path | None) -> simulator.Progress:
    def to_file(state: str, done: int, total: int) -> None:
        if file is not None:
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps({"state": state, "done": done, "total": total}), encoding="utf-8")
            partial.replace(file)
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r{state}: {done} of {total} records ")

    return to_file
