"""What the last start of a home decided: ports and programs. Kept in ``stack.json``, outlives the servers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.stack.errors import StackNotThere
from deploy.stack.home import Home


@dataclass(frozen=True, slots=True)
class Record:
    """Ports and addresses, place of the programs, and the edition of TimescaleDB (``apache`` or ``timescale``)."""

    database_port: int
    mqtt_port: int
    prefix: str
    database_version: str
    timescaledb_version: str
    timescaledb_edition: str
    broker_version: str
    mqtt_address: str = "127.0.0.1"
    mqtt_tls_port: int = 8883

    def save(self, home: Home) -> None:
        home.write(home.stack_record, json.dumps(asdict(self), indent=1) + "\n")


def exists(path: Path) -> bool:
    """Whether a stack was ever started in this home."""
    return (path / "stack.json").exists()


def load_record(path: Path) -> Record:
    """The record of a home. Raises StackNotThere when it was never started."""
    try:
        text = (path / "stack.json").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise StackNotThere(
            f"There is no local stack in {path}: start it with `outfall stack up`, or set OUTFALL_HOME.",
            home=str(path),
        ) from error
    return Record(**json.loads(text))
