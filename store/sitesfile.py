"""The sites file: what the bureau says about its units, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import model_validator

from store.checkedfile import FileKind, Place, read_checked
from store.errors import SitesFileError
from store.sitesentries import AuthorityEntry, GatewayEntry, SiteEntry
from store.sitestypes import Part


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


def _quoted(item: Mapping[str, Any], path: Place) -> str | None:
    """Numbers that were meant as text lose digits in YAML: the text to write is shown."""
    return f'must be text; put it in quotes, "{item["input"]}"' if item["type"] == "string_type" else None


SITES_FILE = FileKind(
    "sites file",
    SitesFile,
    SitesFileError,
    unreadable="sites_file_unreadable",
    must_be="a mapping with authority, gateways and sites",
    bytes_most=4 * 1024 * 1024,
    too_large="the file is larger than 4 MiB; split the district into several installations",
    secret=False,
    message_of=_quoted,
)


def read_sites_file(text: str) -> SitesFile:
    """Read and check a sites file. Raises SitesFileError, which lists every error with its line."""
    return read_checked(SITES_FILE, text)
