"""``outfall stack``: the local TimescaleDB and Mosquitto."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from deploy import localstack
from deploy import stack as local
from deploy.certificates import make_certificates
from deploy.compose import write_broker_files
from deploy.launch.bringup import Milestones
from store import clock
from store.database import connect
from store.registry import load_registry
from store.settings import load_settings

app = typer.Typer(help="The local database and broker (no Docker, no root needed).", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


def _say(line: str) -> None:
    sys.stderr.write(f"  {line}\n")


@app.command()
def up() -> None:
    """Install (the first time) and start TimescaleDB and Mosquitto."""
    settings = load_settings()
    localstack.start(settings, Milestones(_say))
    typer.echo(f"The local stack is up in {settings.home}.")


@app.command()
def down() -> None:
    """Stop both; data stay."""
    settings = load_settings()
    local.down(settings.home)
    typer.echo("The local stack is down.")


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Say what runs, where and in which version. Exit 1 when something is down."""
    found = local.status(load_settings().home)
    if as_json:
        typer.echo(json.dumps(found.as_dict()))
    else:
        for service in found.services:
            state = f"running, process {service.pid}, port {service.port}" if service.running else "down"
            typer.echo(f"{service.name:<10} {state}{f', {service.version}' if service.version else ''}")
    raise typer.Exit(0 if all(service.running for service in found.services) else 1)


@app.command()
def env(
    gateways: Annotated[
        bool, typer.Option("--gateways", help="Also the gateways' broker passwords.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the settings that reach the stack, for `eval "$(outfall stack env)"`. They hold passwords: do not log them."""
    home = load_settings().home
    found = dict(local.env(home))
    if gateways:
        for gateway, password in local.gateway_passwords(home).items():
            found[f"OUTFALL_GATEWAY_{gateway.upper().replace('-', '_')}"] = password
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@app.command()
def certificates(
    host: Annotated[
        list[str], typer.Argument(help="Names and addresses that gateways will use for the broker.")
    ],
) -> None:
    """Make a CA and a server certificate for the broker; it then also listens with TLS on 8883 after the next `stack up`."""
    for file in make_certificates(load_settings().home, host):
        typer.echo(str(file))


@app.command("broker-files", hidden=True)
def broker_files(
    folder: Annotated[Path, typer.Argument(help="Where the broker reads its configuration.")],
    secrets_folder: Annotated[Path, typer.Argument(help="Where the gateways' passwords go.")],
) -> None:
    """Write the broker's files for Docker compose from the registry; OUTFALL_MQTT_URL names the platform's password."""
    settings = load_settings()
    with connect(settings.database(), name="cli") as connection:
        gateways = load_registry(connection, at=clock.now()).gateways
    write_broker_files(folder, secrets_folder, gateways, unquote(urlsplit(settings.broker()).password or ""))
    typer.echo(f"{len(gateways)} gateways may connect.")
