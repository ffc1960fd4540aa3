"""``outfall log verify``: the whole evidence log, computed again from the stored bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

from store.database import away, connect
from store.log.notes import parse_vkey
from store.log.verifying.report import KEPT_MOST, Advance, Report, unheard
from store.log.verifying.report import Progress as Heard
from store.settings import load_settings
from store.texts import text


def verify(
    since: Annotated[
        int, typer.Option("--since-size", min=0, help="Take leaves below this size as verified before.")
    ] = 0,
    no_decode: Annotated[
        bool, typer.Option("--no-decode", help="Do not decode the messages again, which takes longest.")
    ] = False,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help="Public key (vkey) that must have signed the log; may be repeated."),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, help="Differences shown of each kind; all are counted.")
    ] = KEPT_MOST,
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
) -> None:
    """Compute everything of the evidence log again and name what differs.

    Checkpoints and their signatures, every leaf and tile, every row that has a record, the digests of all bytes, and the readings
    by decoding every message again. Exit code 0: nothing differs, 1: something does, 4: the database is away.
    """
    from api.logcheck.verify import Asked
    from api.logcheck.verify import verify as run_verify

    settings = load_settings()
    asked = Asked([parse_vkey(given) for given in key or ()], since, not no_decode, most)
    with connect(settings.database(), name="log-verify") as connection, _watched() as heard:
        try:
            report = run_verify(connection, settings, asked, heard)
        except psycopg.OperationalError as error:
            raise away(error) from error
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print(report)
    if not report.clean:
        raise typer.Exit(1)


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


@contextmanager
def _watched() -> Iterator[Heard]:
    """Progress on standard error, where somebody sees it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield unheard
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        _Rate(),
    )
    with Progress(*columns, console=console) as progress:

        def begin(kind: str, total: int) -> Advance:
            task = progress.add_task(text(f"logverify.kind.{kind}"), total=total)
            return lambda done: progress.advance(task, done)

        yield begin


def _print(report: Report) -> None:
    console = Console()
    table = Table("checked", "count")
    for name, count in sorted(report.checked.items()):
        table.add_row(name, f"{count:,}")
    console.print(table)
    for reason, count in sorted(report.unverifiable.items()):
        console.print(text(f"logverify.unverifiable.{reason}", count=count), markup=False)
    if report.clean:
        console.print(text("logverify.clean"))
        return
    console.print(text("logverify.differs", count=sum(report.counts.values())))
    for code in sorted(report.counts):
        kept = [difference for difference in report.kept if difference.code == code]
        for difference in kept:
            console.print(
                f"[red]{code}[/red] {escape(difference.sentence())}", soft_wrap=True, highlight=False
            )
        if report.counts[code] > len(kept):
            console.print(text("logverify.more", count=report.counts[code] - len(kept)))
