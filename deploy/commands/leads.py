"""``outfall lead`` and ``outfall law``: enforcement leads and the law that they are of, to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from store import clock
from store.database import Connection, connect
from store.errors import NotFound, Refused
from store.handling import Caller
from store.leads.lawlist import law_at
from store.leads.reading import lead_detail, lead_item, list_leads
from store.leads.steps import State
from store.people import Role
from store.settings import load_settings
from store.texts import text

lead_app = typer.Typer(help="Enforcement leads (执法线索).", no_args_is_help=True)
law_app = typer.Typer(help="The law as dated records.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]

# Who reads at the command line sees everything and takes no step.
_READER = Caller("cli", Role.AUDITOR.value, "cli")


@contextmanager
def _reading() -> Iterator[Connection]:
    with connect(load_settings().database(), name="cli") as connection:
        yield connection


@lead_app.command("list")
def lead_list(
    state: Annotated[
        str | None, typer.Option("--state", help="draft, technical_review, ..., withdrawn.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Site id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List leads, newest first, with what is due first."""
    if state is not None and state not in set(State):
        raise Refused(
            f"There is no state {state!r}; the states are {', '.join(State)}.", code="lead_state_unknown"
        )
    with _reading() as connection:
        found = list_leads(connection, most=limit, site_key=None, state=state, site=site)
    items = [lead_item(lead, for_company=False) for lead in found]
    if as_json:
        _json(items)
        return
    table = Table("number", "state", "kind", "title", "found", "due")
    for item in items:
        due = "" if item["due_kind"] is None else text(f"law.clock.{item['due_kind']}") + f" {_until(item)}"
        found_at = f"{item['found_at'].astimezone(clock.BEIJING):%Y-%m-%d}"
        table.add_row(item["number"], item["state_zh"], item["kind_zh"], item["title"], found_at, due)
    Console().print(table)


@lead_app.command("show")
def lead_show(
    number: Annotated[str, typer.Argument(help="Number or id of the lead, e.g. XS-20261126-0001.")],
    numbers: Annotated[
        bool, typer.Option("--numbers", help="With every period of the snapshot, which can be long.")
    ] = False,
) -> None:
    """Write a lead with its history, reviews, papers and clocks as JSON."""
    with _reading() as connection:
        _json(lead_detail(connection, _id_of(connection, number), _READER, numbers=numbers))


@law_app.command("list")
def law_list(
    at: Annotated[str | None, typer.Option("--at", help="Day, e.g. 2026-08-14; absent = today.")] = None,
    act: Annotated[
        list[str] | None, typer.Option("--act", help="Only norms of this act; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the norms, clocks and thresholds in force on a day."""
    day = clock.now().date() if at is None else _day(at)
    found = law_at(day, day, act or (), ())
    if as_json:
        _json(found)
        return
    norms = Table("id", "clause", "acts", "yuan", "from", "to", "tag", title=f"{day}")
    for one in found["norms"]:
        detail = one["detail"]
        fine = "" if detail["fine"] is None else " - ".join(detail["fine"])
        acts = ", ".join(detail["acts"])
        norms.add_row(
            one["id"], one["clause"], acts, fine, one["valid_from"], one["valid_to"], one["confidence"]
        )
    clocks = Table("clock", "clause", "time", "extensions", "tag")
    for one in found["clocks"]:
        detail = one["detail"]
        more = ", ".join(f"+{extension['days']} ({extension['needs']})" for extension in detail["extensions"])
        time = f"{detail['amount']} {text('law.unit.' + detail['unit'])}"
        clocks.add_row(detail["kind_zh"], one["clause"], time, more, one["confidence"])
    Console().print(norms, clocks)


def _until(item: dict[str, Any]) -> str:
    if item["due_day"] is not None:
        return str(item["due_day"])
    return f"{item['due_at'].astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"


def _id_of(connection: Connection, number: str) -> int:
    named = (
        {"id": int(number)}
        if number.isascii() and number.isdecimal() and len(number) < 19
        else {"number": number}
    )
    found = list_leads(connection, most=1, site_key=None, **named)
    if not found:
        raise NotFound(f"There is no lead {number!r}.", code="lead_not_found")
    return int(found[0]["id"])


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused(f"{value!r} is no day; write 2026-08-14.", code="day_wrong") from None


def _json(content: object) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
