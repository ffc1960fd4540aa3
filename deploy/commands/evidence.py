"""``outfall evidence``: packages that a stranger can check (证据包)."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.commands.evidence_verify import verify
from store import clock
from store.clock import BEIJING
from store.database import connect
from store.errors import Refused, SettingsError
from store.evidence import Order, claim, find_package, packages
from store.settings import Settings, load_settings
from store.tasks import Caller
from store.texts import text

app = typer.Typer(help="Evidence packages (证据包).", no_args_is_help=True)
app.command("verify")(verify)

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
KindArgument = Annotated[str, typer.Argument(help="lead, alert or outlet.")]
SubjectArgument = Annotated[
    str, typer.Argument(help="Id of the outlet as in the sites file; number or id of the lead or alert.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="Day or time, Beijing, e.g. 2026-11-01; an outlet needs it.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", help="Day (it is included) or time; an outlet needs it.")
]
AsOfOption = Annotated[
    int | None,
    typer.Option("--as-of", min=1, help="Size of the checkpoint; else a new one is sealed before building."),
]
FormalOption = Annotated[
    bool, typer.Option("--formal", help="For a formal document: refused for sample configuration.")
]


@app.command("build")
def build_package(
    kind: KindArgument,
    subject: SubjectArgument,
    from_time: FromOption = None,
    to_time: ToOption = None,
    as_of: AsOfOption = None,
    formal: FormalOption = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Put a copy of the package there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Build a package here and now, and print its number, size, digest and file."""
    from api.evidence.estimate import estimate
    from api.evidence.plan import plan
    from api.evidence.worker import builder_name, work_on
    from store.evidence import ask_for

    if output is not None and output.is_dir():
        raise SettingsError(f"{output} is a directory; name a file.", code="output_wrong")
    settings = load_settings()
    asked = _asked(kind, subject, from_time, to_time, as_of, formal)
    with connect(settings.database(), name="cli") as connection:
        at = clock.now()
        place = plan(connection, asked, at)
        told = estimate(connection, place, most=settings.evidence_bytes)
        package_id = ask_for(
            connection,
            place,
            told,
            Caller(getpass.getuser(), "cli"),
            asked_size=as_of,
            formal=formal,
            most=settings.evidence_queue,
            at=at,
        )
        # Claimed in the transaction that queues it, so that no process of the API takes it away.
        order = claim(connection, builder_name(), package_id=package_id)
    assert order is not None
    Console(stderr=True).print(
        f"{order.number}: about {told.size / 1e6:.1f} MB, {told.seconds} s", highlight=False
    )
    _shown(settings, order, work_on)
    with connect(settings.database(), name="cli") as connection:
        package = find_package(connection, package_id=package_id)
    if package["state"] != "ready":
        raise Refused(
            package["error"] or f"The package is {package['state']}.",
            code=package["error_code"] or "evidence_failed",
        )
    file = settings.evidence_folder() / package["file_name"]
    if output is not None:
        _copy(file, output)
        file = output
    if as_json:
        typer.echo(json.dumps(_document(package), ensure_ascii=False, indent=2))
        return
    typer.echo(f"{package['number']}  {package['bytes']} bytes  sha256 {package['digest'].hex()}  {file}")


@app.command("estimate")
def estimate_package(
    kind: KindArgument,
    subject: SubjectArgument,
    from_time: FromOption = None,
    to_time: ToOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how large a package would be and how long its building would take; nothing is begun."""
    from api.evidence.estimate import estimate
    from api.evidence.plan import plan

    settings = load_settings()
    with connect(settings.database(), name="cli") as connection:
        place = plan(connection, _asked(kind, subject, from_time, to_time, None, False), clock.now())
        told = estimate(connection, place, most=settings.evidence_bytes)
    if as_json:
        document = {
            "from": place.from_time.isoformat(),
            "to": place.to_time.isoformat(),
            "estimated_bytes": told.size,
            "estimated_seconds": told.seconds,
        }
        typer.echo(json.dumps(document, indent=2))
        return
    last = place.to_time - timedelta(days=1)
    typer.echo(
        f"{place.from_time:%Y-%m-%d} to {last:%Y-%m-%d}: about {told.size / 1e6:.1f} MB, {told.seconds} s"
    )


@app.command("list")
def list_packages(
    state: Annotated[
        str | None, typer.Option("--state", help="queued, building, ready, failed or expired.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List packages, newest first."""
    with connect(load_settings().database(), name="cli") as connection:
        found = packages(connection, most=limit, state=state)
    if as_json:
        typer.echo(json.dumps([_document(row) for row in found], ensure_ascii=False, indent=2))
        return
    table = Table()
    # What names a package stays whole on a narrow terminal.
    table.add_column("number", no_wrap=True)
    for title in ("about", "days", "as of", "state", "size", "asked for by"):
        table.add_column(title)
    for row in found:
        about = row["subject_number"] or row["subject_id"]
        first, last = row["from_time"].astimezone(BEIJING), row["to_time"].astimezone(BEIJING)
        table.add_row(
            row["number"],
            about,
            f"{first:%Y-%m-%d} ~ {last - timedelta(days=1):%Y-%m-%d}",
            "" if row["size"] is None else str(row["size"]),
            text(f"evidence.state.{row['state']}"),
            "" if row["bytes"] is None else f"{row['bytes'] / 1e6:.1f} MB",
            row["requested_by"],
        )
    Console().print(table)


def _asked(
    kind: str, subject: str, from_time: str | None, to_time: str | None, as_of: int | None, formal: bool
) -> Any:
    from api.evidence.plan import Asked

    if kind not in ("lead", "alert", "outlet"):
        raise Refused(
            f"There is no kind {kind!r}; evidence is of a lead, an alert or an outlet.", code="kind_unknown"
        )
    return Asked(
        kind, subject, _moment(from_time, "--from"), _moment(to_time, "--to", end=True), as_of, formal
    )


def _moment(said: str | None, option: str, *, end: bool = False) -> datetime | None:
    """A moment, or a whole day: its beginning, or as an end the beginning of the next one."""
    if said is None:
        return None
    try:
        if len(said) == len("2026-11-01"):
            day = date.fromisoformat(said) + timedelta(days=int(end))
            return datetime.combine(day, time(), BEIJING)
        moment = datetime.fromisoformat(said)
    except (ValueError, OverflowError) as error:
        raise SettingsError(f"{option} {said!r} is no day and no ISO time.", code="time_wrong") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=BEIJING)


def _shown(settings: Settings, order: Order, work_on: Any) -> None:
    """Build with a bar that shows the step, where there is a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(text("evidence.step.started"), total=100)

        def told(step: str, percent: int) -> None:
            bar.update(task, description=text(f"evidence.step.{step}"), completed=percent)

        work_on(settings, order, told=told)


def _copy(file: Path, output: Path) -> None:
    """A copy that is whole or not there, and that nobody else can read."""
    temporary = output.with_name(f"{output.name}.part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target, file.open("rb") as source:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SettingsError(f"{output} cannot be written: {error.strerror}.", code="output_wrong") from error


def _document(row: dict[str, Any]) -> dict[str, Any]:
    from api.evidenceread import package_item

    document: dict[str, Any] = json.loads(json.dumps(package_item(row), default=str))
    return document
