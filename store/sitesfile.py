"""The sites file: what the bureau says about its units, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError, model_validator

from store.errors import SitesFileError
from store.located_yaml import LocatedError, load_located
from store.sitesentries import AuthorityEntry, GatewayEntry, SiteEntry
from store.sitestypes import Part

FILE_BYTES_MOST = 4 * 1024 * 1024


class SitesFile(Part):
    """The whole file."""

    authority: AuthorityEntry
    gateways: tuple[GatewayEntry, ...]
    sites: tuple[SiteEntry, ...]

    @model_validator(mode="after")
    def _references(self) -> SitesFile:
        _unique("gateway", (gateway.id for gateway in self.gateways))
        _unique("site", (site.id for site in self.sites))
        outlets = [outlet for site in self.sites for outlet in site.outlets]
        _unique("outlet", (outlet.id for outlet in outlets))
        monitors = [outlet.monitor for outlet in outlets if outlet.monitor is not None]
        _unique("MN", (monitor.mn for monitor in monitors))
        known = {gateway.id for gateway in self.gateways}
        for monitor in monitors:
            if monitor.gateway not in known:
                raise ValueError(
                    f"gateway {monitor.gateway!r} of MN {monitor.mn} is not listed under gateways"
                )
        return self


def _unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} occurs twice")
        seen.add(value)


def read_sites_file(text: str) -> SitesFile:
    """Read and check a sites file.

    Raises SitesFileError whose message lists every error as ``line N: where: what is wrong``, one a line; its facts carry the
    same as ``errors``.
    """
    if len(text.encode("utf-8", "replace")) > FILE_BYTES_MOST:
        raise SitesFileError(
            "The sites file is larger than 4 MiB; split the district into several installations."
        )
    try:
        located = load_located(text)
    except LocatedError as error:
        raise _refusal(error.errors) from error
    if not isinstance(located.value, dict):
        raise _refusal([(1, "", "the file must be a mapping with authority, gateways and sites")])
    try:
        return SitesFile.model_validate(located.value)
    except ValidationError as error:
        raise _refusal([_describe(item, located.lines) for item in error.errors()]) from error


def _describe(item: Any, lines: Mapping[tuple[str | int, ...], int]) -> tuple[int, str, str]:
    path = tuple(item["loc"])
    known = path
    while known and known not in lines:
        known = known[:-1]
    where = ".".join(str(part) for part in path)
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "there is no such key; check its spelling"
    elif item["type"] == "missing":
        message = "is missing"
    elif item["type"] == "string_type":
        message = f'must be text; put it in quotes, "{item["input"]}"'
    return lines.get(known, 1), where, message


def _refusal(errors: list[tuple[int, str, str]]) -> SitesFileError:
    ordered = sorted(errors)
    listed = "\n".join(
        f"  line {line}: {where + ': ' if where else ''}{message}" for line, where, message in ordered
    )
    count = "1 error" if len(ordered) == 1 else f"{len(ordered)} errors"
    return SitesFileError(
        f"The sites file has {count}; nothing was applied.\n{listed}",
        errors=[{"line": line, "where": where, "message": message} for line, where, message in ordered],
    )
