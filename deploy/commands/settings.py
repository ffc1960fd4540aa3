"""``outfall settings``: every setting with its default and its meaning."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from store.settings import Settings


def described() -> list[tuple[str, str, str]]:
    """Name, default and meaning of every setting, in the order of the settings class."""
    found = []
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None:
            default = "/var/lib/outfall for root, else ~/.local/share/outfall"
        else:
            default = "" if field.default is None else str(field.default)
        found.append((f"OUTFALL_{name.upper()}", default, field.description or ""))
    return found


def markdown() -> str:
    """The settings as the table of the README."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    rows += [
        f"| `{name}` | {f'`{default}`' if default and ' ' not in default else default} | {meaning} |"
        for name, default, meaning in described()
    ]
    return "\n".join(rows)


def settings(
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As the table of the README.")] = False,
) -> None:
    """List every OUTFALL_* setting with its default and its meaning."""
    if as_markdown:
        typer.echo(markdown())
        return
    table = Table("variable", "default", "meaning")
    for row in described():
        table.add_row(*row)
    Console().print(table)
