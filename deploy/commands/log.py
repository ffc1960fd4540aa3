"""``outfall log``: seal, look at checkpoints and proofs, replace the key. ``verify`` stands in a module of its own."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.commands.logverify import verify
from store import clock
from store.database import Connection, connect, rows
from store.errors import NotFound, Refused
from store.log.keys import load_signer, public_keys
from store.log.places import name_of, record_at
from store.log.rotation import rotate
from store.log.sealing import StoredCheckpoint, checkpoint_at, latest, seal_all
from store.log.tree import Tree
from store.queries import queries
from store.settings import Settings, load_settings

app = typer.Typer(help="The evidence log (证据日志).", no_args_is_help=True)
app.command("verify")(verify)

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
SizeOption = Annotated[
    int | None, typer.Option("--size", min=1, help="Leaves of the tree; without it the newest.")
]


@contextmanager
def _log() -> Iterator[tuple[Connection, Settings]]:
    settings = load_settings()
    with connect(settings.database(), name="cli", autocommit=True) as connection:
        yield connection, settings


@app.command("seal")
def log_seal(as_json: JsonOption = False) -> None:
    """Seal now what waits, and write the newest checkpoint. The alerts process does so by itself every few seconds."""
    with _log() as (connection, settings):
        head = seal_all(connection, load_signer(settings, connection), clock.now)
    if head is None:
        raise NotFound("Nothing was written yet, so there is nothing to seal.", code="checkpoint_not_found")
    _write(_checkpoint(head), head.note, as_json)


@app.command("checkpoint")
def log_checkpoint(size: SizeOption = None, as_json: JsonOption = False) -> None:
    """Write a checkpoint as its signed note; as JSON with what others have signed and how far it has gone out."""
    with _log() as (connection, _):
        head = _head(connection) if size is None else checkpoint_at(connection, size)
        with rows(connection) as cursor:
            attested = cursor.execute(queries("log")["attestations_of"], {"size": head.size}).fetchall()
            outgoing = cursor.execute(queries("log")["every_outgoing"]).fetchall()
    _write({**_checkpoint(head), "attestations": attested, "outgoing": outgoing}, head.note, as_json)


@app.command("proof")
def log_proof(
    leaf: Annotated[int, typer.Argument(min=0, help="Number of the leaf.")],
    size: SizeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that a leaf is in the log (RFC 9162 2.1.3), and say what it is of."""
    with _log() as (connection, _):
        tree = _tree(connection, size)
        kind, number = record_at(connection, leaf)
        if leaf >= tree.size:
            raise Refused(f"A tree of {tree.size} leaves has no leaf {leaf}.", code="sizes_wrong")
        table, key = name_of(connection, number) if kind == "record" else (None, None)
        found: dict[str, Any] = {
            "leaf": leaf,
            "leaf_hash": tree.node(0, leaf).hex(),
            "size": tree.size,
            "root": tree.root().hex(),
            "proof": [step.hex() for step in tree.inclusion(leaf)],
            "record": {"kind": kind, "id": number, "table": table, "key": key},
        }
    named = f"{kind} {number}" if table is None else f"{kind} {number} ({table} {key})"
    lines = [
        f"leaf {leaf}: {named}",
        found["leaf_hash"],
        f"tree of {tree.size}: {found['root']}",
        *found["proof"],
    ]
    _write(found, "".join(f"{line}\n" for line in lines), as_json)


@app.command("consistency")
def log_consistency(
    first: Annotated[int, typer.Argument(min=1, help="Size of the earlier tree.")],
    second: Annotated[int, typer.Argument(min=1, help="Size of the later tree.")],
    as_json: JsonOption = False,
) -> None:
    """Prove that the later tree begins with the earlier one (RFC 9162 2.1.4)."""
    with _log() as (connection, _):
        tree = _tree(connection, second)
        if first > second:
            raise Refused(f"A tree of {second} leaves does not begin with {first}.", code="sizes_wrong")
        found: dict[str, Any] = {
            "first": first,
            "second": second,
            "first_root": Tree(connection, first).root().hex(),
            "second_root": tree.root().hex(),
            "proof": [step.hex() for step in tree.consistency(first)],
        }
    lines = [
        f"tree of {first}: {found['first_root']}",
        f"tree of {second}: {found['second_root']}",
        *found["proof"],
    ]
    _write(found, "".join(f"{line}\n" for line in lines), as_json)


@app.command("keys")
def log_keys(as_json: JsonOption = False) -> None:
    """List the public keys that sign or have signed. Publish the current one where the log cannot reach."""
    with _log() as (connection, _):
        found = public_keys(connection)
    if as_json:
        listed = [
            {
                "name": known.key.name,
                "key_id": known.key.key_id.hex(),
                "vkey": known.key.vkey(),
                "since": known.since,
                "retired_at": known.retired_at,
            }
            for known in found
        ]
        _json(listed)
        return
    for known in found:
        until = "" if known.retired_at is None else f" until {_time(known.retired_at)}"
        # A key is copied elsewhere: it stands on a line of its own, whole.
        typer.echo(f"{known.key.vkey()}\n  since {_time(known.since)}{until}")


@app.command("rotate-key")
def log_rotate_key(
    lost: Annotated[
        bool,
        typer.Option(
            "--lost", help="The old key is gone: only the new one signs, and every reader sees a break."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Replace the signing key. The checkpoint that brings the new one in is signed by both."""
    with _log() as (connection, settings):
        signer, _ = rotate(connection, settings, clock.now, actor=getpass.getuser(), origin="cli", lost=lost)
        head = _head(connection)
    _write({"vkey": signer.key.vkey(), **_checkpoint(head)}, f"{signer.key.vkey()}\n\n{head.note}", as_json)


def _head(connection: Connection) -> StoredCheckpoint:
    found = latest(connection)
    if found is None:
        raise NotFound("Nothing is sealed yet: run `outfall log seal`.", code="checkpoint_not_found")
    return found


def _tree(connection: Connection, size: int | None) -> Tree:
    head = _head(connection)
    if size is not None and size > head.size:
        raise Refused(f"The log has {head.size} leaves, not {size}.", code="sizes_wrong")
    return Tree(connection, head.size if size is None else size)


def _checkpoint(head: StoredCheckpoint) -> dict[str, Any]:
    return {"size": head.size, "root": head.root.hex(), "note": head.note, "sealed_at": head.sealed_at}


def _write(content: object, plain: str, as_json: bool) -> None:
    if as_json:
        _json(content)
    else:
        typer.echo(plain, nl=False)


def _json(content: object) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
