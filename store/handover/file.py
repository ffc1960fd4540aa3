"""The connectors file: to whom leads are handed over, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole. The file holds secrets:
no message repeats a value that could be one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from store.checkedfile import FileKind, Place, read_checked
from store.errors import HandoverFileError
from store.handover.entries import KINDS, ConnectorEntry
from store.sitestypes import Part

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


def _kinds(item: Mapping[str, Any], path: Place) -> str | None:
    is_kind = item["type"] == "literal_error" and path[-1:] == ("kind",)
    return f"must be one of {', '.join(KINDS)}" if is_kind else None


HANDOVER_FILE = FileKind(
    "connectors file",
    HandoverFile,
    HandoverFileError,
    unreadable="handover_file_unreadable",
    must_be="a mapping with connectors",
    bytes_most=1024 * 1024,
    too_large="the file is larger than 1 MiB",
    message_of=_kinds,
)


def read_handover_file(text: str) -> HandoverFile:
    """Read and check a connectors file. Raises HandoverFileError, which lists every error with its line and repeats no value."""
    return read_checked(HANDOVER_FILE, text)
