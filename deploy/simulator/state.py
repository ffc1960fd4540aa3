"""What the simulator remembers between runs, in the Outfall home: how far each outlet's records are delivered, the episodes."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from deploy.simulator.episodes import Episode
from store.errors import SettingsError

STATE_NAME = "simulator-state.json"
EPISODES_NAME = "simulator-episodes.json"
LOCK_NAME = "simulator.lock"

Positions = dict[str, dict[str, int]]


@dataclass(slots=True)
class State:
    """``positions``: outlet -> kind of record -> start of the last one delivered."""

    positions: Positions = field(default_factory=dict)


def load_state(home: Path) -> State | None:
    """The state of an earlier run, None when there was none. Raises SettingsError when the file cannot be understood."""
    path = home / STATE_NAME
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return State(
            {
                str(outlet): {str(kind): int(start) for kind, start in kinds.items()}
                for outlet, kinds in found["positions"].items()
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error


def save_state(home: Path, state: State) -> None:
    """Write the state, whole or not at all."""
    _replace(home / STATE_NAME, {"positions": state.positions})


def load_episodes(home: Path) -> tuple[Episode, ...]:
    """Every episode of this home. Raises SettingsError when the file cannot be understood."""
    path = home / EPISODES_NAME
    if not path.exists():
        return ()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Episode.from_json(item) for item in found["episodes"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error


def add_episodes(home: Path, episodes: Iterable[Episode]) -> tuple[Episode, ...]:
    """Add episodes to those of this home, so that a running simulator takes them up; returns all."""
    with _Locked(home / (EPISODES_NAME + ".lock"), wait=True):
        known = load_episodes(home)
        merged = known + tuple(episode for episode in episodes if episode not in known)
        if merged != known:
            _replace(home / EPISODES_NAME, {"episodes": [episode.to_json() for episode in merged]})
    return merged


def episodes_version(home: Path) -> int:
    """A number that changes when the episodes change."""
    try:
        return (home / EPISODES_NAME).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


class _Locked:
    """An advisory lock on a file, given back at the end of the process at the latest."""

    def __init__(self, path: Path, *, wait: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            self.held = True
        except BlockingIOError:
            self.held = False

    def __enter__(self) -> _Locked:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()


def only_one(home: Path) -> _Locked:
    """The right to be the simulator of this home; ``held`` is False when another process has it."""
    return _Locked(home / LOCK_NAME, wait=False)


def _replace(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps(content), encoding="utf-8")
    partial.replace(path)


def _damaged(path: Path) -> SettingsError:
    return SettingsError(
        f"{path} is damaged; delete it, and the simulator starts its history anew.",
        code="simulator_state_damaged",
    )
