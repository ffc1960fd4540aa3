"""The channels file: over what Outfall tells people, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole. The file holds secrets
(addresses of robots, passwords): no message repeats a value that could be one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, ValidationError, model_validator

from store.channelsentries import NEW, AnyChannel, Plan
from store.errors import ChannelsFileError
from store.located_yaml import LocatedError, load_located

FILE_BYTES_MOST = 1024 * 1024

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
        if self.channels and not self.default:
            raise ValueError(
                "default must name the channels of what no route takes, so that nothing is told to nobody"
            )
        return self

    def plan(self) -> Plan:
        """Routing, shifts and quiet hours without the channels and their secrets."""
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


def read_channels_file(text: str) -> ChannelsFile:
    """Read and check a channels file.

    Raises ChannelsFileError whose message lists every error as ``line N: where: what is wrong``, one a line; its facts carry the
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
        raise _refusal([(1, "", "the file must be a mapping with channels, default and routes")])
    try:
        return ChannelsFile.model_validate(located.value, context=NEW)
    except ValidationError as error:
        found = [_describe(item, located.lines) for item in error.errors()]
    raise _refusal(found)


def _describe(item: Any, lines: Mapping[tuple[str | int, ...], int]) -> tuple[int, str, str]:
    # A channel's path has its kind between the number and the key; the file does not.
    path = tuple(part for number, part in enumerate(item["loc"]) if not (number == 2 and part in KINDS))
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
    elif item["type"] in ("union_tag_invalid", "union_tag_not_found"):
        message = f"needs a kind: one of {', '.join(KINDS)}"
    return lines.get(known, 1), ".".join(str(part) for part in path), message


def _refusal(errors: list[tuple[int, str, str]]) -> ChannelsFileError:
    ordered = sorted(errors)
    listed = "\n".join(
        f"  line {line}: {where + ': ' if where else ''}{message}" for line, where, message in ordered
    )
    count = "1 error" if len(ordered) == 1 else f"{len(ordered)} errors"
    return ChannelsFileError(
        f"The channels file has {count}; nothing was applied.\n{listed}",
        errors=[{"line": line, "where": where, "message": message} for line, where, message in ordered],
    )
