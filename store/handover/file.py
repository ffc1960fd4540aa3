"""The connectors file: to whom leads are handed over, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole. The file holds secrets:
no message repeats a value that could be one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, model_validator

from store.errors import HandoverFileError
from store.handover.entries import KINDS, ConnectorEntry
from store.located_yaml import LocatedError, load_located
from store.sitestypes import Part

FILE_BYTES_MOST = 1024 * 1024
CONNECTORS_MOST = 50


class HandoverFile(Part):
    """The whole file."""

    connectors: tuple[ConnectorEntry, ...] = Field(max_length=CONNECTORS_MOST)

    @model_validator(mode="after")
    def _once_each(self) -> HandoverFile:
        seen: set[str] = set()
        for entry in self.connectors:
            if entry.id in seen:
                raise ValueError(f"connector {entry.id!r} occurs twice")
            seen.add(entry.id)
        return self


def read_handover_file(text: str) -> HandoverFile:
    """Read and check a connectors file.

    Raises HandoverFileError whose message lists every error as ``line N: where: what is wrong``, one a line; its facts carry the
    same as ``errors``.
    """
    if len(text.encode("utf-8", "replace")) > FILE_BYTES_MOST:
        raise _refusal([(1, "", "the file is larger than 1 MiB")])
    try:
        located = load_located(text)
    except LocatedError as error:
        # Without the cause here and below: a parser's own text shows pieces of the file, which may be secrets.
        found = error.errors
        raise _refusal(found) from None
    if not isinstance(located.value, dict):
        raise _refusal([(1, "", "the file must be a mapping with connectors")])
    try:
        return HandoverFile.model_validate(located.value)
    except ValidationError as error:
        found = [_describe(item, located.lines) for item in error.errors()]
    raise _refusal(found)


def _describe(item: Any, lines: Mapping[tuple[str | int, ...], int]) -> tuple[int, str, str]:
    path = tuple(item["loc"])
    known = path
    while known and known not in lines:
        known = known[:-1]
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "there is no such key; check its spelling"
    elif item["type"] == "missing":
        message = "is missing"
    elif item["type"] == "string_type":
        message = "must be text; put it in quotes"
    elif item["type"] == "literal_error" and path[-1:] == ("kind",):
        message = f"must be one of {', '.join(KINDS)}"
    return lines.get(known, 1), ".".join(str(part) for part in path), message


def _refusal(errors: list[tuple[int, str, str]]) -> HandoverFileError:
    ordered = sorted(errors)
    listed = "\n".join(
        f"  line {line}: {where + ': ' if where else ''}{message}" for line, where, message in ordered
    )
    count = "1 error" if len(ordered) == 1 else f"{len(ordered)} errors"
    return HandoverFileError(
        f"The connectors file has {count}; nothing was applied.\n{listed}",
        errors=[{"line": line, "where": where, "message": message} for line, where, message in ordered],
    )
