"""YAML whose every value knows its line, so that an error can say where to look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

DEPTH_MOST = 20
# Aliases make a small file grow without end ("billion laughs"): what they expand to is counted, not what is written.
NODES_MOST = 200_000


class LocatedError(ValueError):
    """The text is no usable YAML. ``errors`` holds (line, where, message) for each thing that is wrong."""

    def __init__(self, errors: list[tuple[int, str, str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Located:
    """A YAML document as plain values, with the line (from 1) of every node by its path."""

    value: Any
    lines: Mapping[tuple[str | int, ...], int]


@dataclass(slots=True)
class _Walk:
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    doubles: list[tuple[int, str, str]] = field(default_factory=list)
    nodes: int = 0


def load_located(text: str) -> Located:
    """Parse one YAML document. Raises LocatedError on bad syntax, a key given twice, or more depth or nodes than a file needs."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise LocatedError([(line, "", f"not valid YAML: {error.problem}")]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise LocatedError([(1, "", f"not valid YAML: {error}")]) from error
    walk = _Walk()
    if node is not None:
        _visit(node, (), walk)
    if walk.doubles:
        raise LocatedError(walk.doubles)
    try:
        return Located(yaml.safe_load(text), walk.lines)
    except (yaml.YAMLError, ValueError) as error:
        raise LocatedError([(1, "", f"not valid YAML: {error}")]) from error


def _visit(node: yaml.Node, path: tuple[str | int, ...], walk: _Walk) -> None:
    line = node.start_mark.line + 1
    walk.nodes += 1
    if len(path) > DEPTH_MOST:
        raise LocatedError([(line, "", f"nested deeper than {DEPTH_MOST} levels")])
    if walk.nodes > NODES_MOST:
        raise LocatedError([(line, "", f"more than {NODES_MOST} values; aliases (*name) may be the cause")])
    walk.lines[path] = line
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_line = key_node.start_mark.line + 1
            if key in seen:
                walk.doubles.append((key_line, ".".join(map(str, path)), f"key {key!r} occurs twice"))
            seen.add(key)
            _visit(value_node, (*path, key), walk)
            walk.lines[(*path, key)] = key_line
    elif isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            _visit(child, (*path, number), walk)
