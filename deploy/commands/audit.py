"""``outfall audit``: who wrote what, and who read evidence."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from itertools import islice
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from store import clock
from store.auditread import COLUMNS, Sought, every_event
from store.database import connect
from store.errors import Refused
from store.settings import load_settings


def audit(
    actor: Annotated[str | None, typer.Option("--actor", help="User, token:<name> or system.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Beginning of the action, e.g. evidence: or alerts:alert:.")
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="What it was done to.")] = None,
    origin: Annotated[str | None, typer.Option("--origin", help="Network address, cli or system.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Inclusive, e.g. 2026-11-01T00:00+08:00.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Exclusive.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Text anywhere in the detail.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, one event a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV.")] = False,
) -> None:
    """Search the audit trail, newest first: every write, and every reading of evidence."""
    sought = Sought(actor, action, subject, origin, _moment(from_), _moment(to), text)
    with connect(load_settings().database(), name="cli") as connection:
        events = islice(every_event(connection, sought, at_once=min(limit, 5000)), limit)
        if as_json:
            for event in events:
                typer.echo(json.dumps(event | {"at": event["at"].isoformat()}, ensure_ascii=False))
        elif as_csv:
            writer = csv.writer(sys.stdout)
            writer.writerow(COLUMNS)
            for event in events:
                detail = json.dumps(event["detail"], ensure_ascii=False)
                writer.writerow([*(event[name] for name in COLUMNS[:-1]), detail])
        else:
            table = Table("at", "actor", "from", "action", "subject", "detail")
            for event in events:
                detail = json.dumps(event["detail"], ensure_ascii=False)
                moment = f"{event['at'].astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}"
                cells = (event["actor"], event["origin"], event["action"], event["subject"] or "", detail)
                table.add_row(moment, *(escape(cell) for cell in cells))
            Console().print(table)


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise Refused(f"{given!r} is not an ISO time.", code="time_wrong") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=clock.BEIJING)
