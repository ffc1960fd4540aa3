"""The channels file: over what Outfall tells people, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole. The file holds secrets
(addresses of robots, passwords): no message repeats a value that could be one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, model_validator

from store.channelsentries import NEW, AnyChannel, Plan
from store.checkedfile import FileKind, Place, read_checked
from store.errors import ChannelsFileError

KINDS = ("wecom", "dingtalk", "feishu", "webhook", "smtp")


class ChannelsFile(Plan):
    """The whole file: the channels, and the plan that speaks of them."""

    channels: tuple[AnyChannel, ...] = Field(())

    @model_validator(mode="after")
    def _references(self) -> ChannelsFile:
        channels = _unique("channel", (channel.id for channel in self.channels))
        shifts = _unique("shift", (shift.id for shift in self.shifts))
        _known("channel", channels, "default", self.default)
        for number, route in enumerate(self.routes, 1):
            _known("channel", channels, f"route {number}", route.channels)
            _known("shift", shifts, f"route {number}", route.shifts or ())
            if route.on_duty and self.duty is None:
                raise ValueError(f"route {number} tells whoever is on duty, but the file has no duty")
        self._duty(channels, shifts)
        if self.channels and not self.default:
            raise ValueError(
                "default must name the channels of what no route takes, so that nothing is told to nobody"
            )
        return self

    def _duty(self, channels: set[str], shifts: set[str]) -> None:
        if self.duty is None:
            return
        _known("channel", channels, "duty fallback", self.duty.fallback)
        seen: set[tuple[object, ...]] = set()
        for number, entry in enumerate(self.duty.roster, 1):
            _known("shift", shifts, f"line {number} of the roster", (entry.shift,))
            _known("channel", channels, f"line {number} of the roster", entry.channels)
            place = (entry.date, entry.shift, entry.who)
            if place in seen:
                raise ValueError(f"line {number} of the roster has the same person on the same shift twice")
            seen.add(place)

    def plan(self) -> Plan:
        """Routing, shifts, duty and quiet hours without the channels and their secrets."""
        return Plan.model_validate({name: getattr(self, name) for name in Plan.model_fields})


def _unique(what: str, ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what} {one!r} occurs twice")
        seen.add(one)
    return seen


def _known(what: str, ids: set[str], where: str, named: Iterable[str]) -> None:
    for one in named:
        if one not in ids:
            raise ValueError(f"{where} names the {what} {one!r}, which is not listed under {what}s")


def _path(path: Place) -> Place:
    """A channel's path has its kind between the number and the key; the file does not."""
    return tuple(part for number, part in enumerate(path) if not (number == 2 and part in KINDS))


def _kinds(item: Mapping[str, Any], path: Place) -> str | None:
    tags = ("union_tag_invalid", "union_tag_not_found")
    return f"needs a kind: one of {', '.join(KINDS)}" if item["type"] in tags else None


CHANNELS_FILE = FileKind(
    "channels file",
    ChannelsFile,
    ChannelsFileError,
    unreadable="channels_file_unreadable",
    must_be="a mapping with channels, default and routes",
    bytes_most=1024 * 1024,
    too_large="the file is larger than 1 MiB",
    path_of=_path,
    message_of=_kinds,
    context=NEW,
)


def read_channels_file(text: str) -> ChannelsFile:
    """Read and check a channels file. Raises ChannelsFileError, which lists every error with its line and repeats no value."""
    return read_checked(CHANNELS_FILE, text)
