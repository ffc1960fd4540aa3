"""``outfall replay``: quarantined messages through today's decoder and registry."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import datetime
from typing import Annotated

import typer

from store import clock
from store.database import connect
from store.errors import SettingsError
from store.registry import load_registry
from store.settings import load_settings


def replay(
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only this quarantine reason, e.g. unknown_mn.")
    ] = None,
    gateway: Annotated[str | None, typer.Option("--gateway", help="Only this gateway.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only received since, e.g. 2026-11-01T00:00:00+08:00.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many pieces.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")] = False,
) -> None:
    """Decode again what was quarantined: after a site was registered, a key was set or the decoder learned something.

    What is accepted now enters the readings with its original message; nothing is entered twice.
    """
    from ingest.replay import Chosen, ReplayReport
    from ingest.replay import replay as run_replay

    moment: datetime | None = None
    if since is not None:
        try:
            moment = datetime.fromisoformat(since)
        except ValueError as error:
            raise SettingsError(f"--since {since!r} is not an ISO time.", code="time_wrong") from error
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=clock.BEIJING)

    def progress(so_far: ReplayReport, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{so_far.pieces} of {total} ")

    with connect(load_settings().database(), name="replay") as connection:
        report = run_replay(
            connection,
            load_registry(connection, at=clock.now()),
            actor=getpass.getuser(),
            chosen=Chosen(reason=reason, gateway=gateway, since=moment),
            limit=limit,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(report.as_dict()))
        return
    typer.echo(f"{report.pieces} pieces replayed.")
    for outcome, count in sorted(report.outcomes.items()):
        typer.echo(f"  {outcome}: {count}")
