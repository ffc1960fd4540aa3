"""The Debian mirror of this machine, as apt itself has it configured.

Nothing here names a server: the address comes from apt's own index targets, so that a machine behind a company mirror or a proxy
keeps using it.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import OTHER_WAYS, ArchitectureUnsupported, DownloadFailed, NoMirror, NotDebian

TOOLS = ("apt-get", "apt-config", "dpkg-deb")
MACHINES = {"x86_64": ("amd64", "x86_64-linux-gnu"), "aarch64": ("arm64", "aarch64-linux-gnu")}
"""Debian's architecture and library triplet by the name of the kernel; TimescaleDB is packaged for more, tried on these."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Debian's own keys (package debian-archive-keyring); what is downloaded must be signed by one of them."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where packages come from: base address, Debian architecture, library triplet."""

    uri: str
    architecture: str
    triplet: str


def find_mirror() -> Mirror:
    """The mirror that apt is configured with.

    Raises NotDebian, ArchitectureUnsupported or NoMirror, each with the other ways to get the servers.
    """
    machine = platform.machine()
    if machine not in MACHINES:
        raise ArchitectureUnsupported(
            f"The local stack has no packages for {machine}, only for {' and '.join(MACHINES)}. {OTHER_WAYS}",
            machine=machine,
        )
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise NotDebian(
            f"The local stack is fetched with Debian's own tools and {', '.join(missing)} is not here. {OTHER_WAYS}",
            missing=missing,
        )
    uri = archive_uri(_ask("indextargets")) or listed_uri(_ask("update", "--print-uris"), _codename())
    if uri is None:
        raise NoMirror(f"apt has no Debian mirror configured on this machine. {OTHER_WAYS}")
    if not KEYRING.exists():
        raise DownloadFailed(
            f"{KEYRING} is missing, so packages could not be verified: apt-get install debian-archive-keyring. {OTHER_WAYS}"
        )
    return Mirror(uri, *MACHINES[machine])


def archive_uri(index_targets: str) -> str | None:
    """The base address of the Debian archive in the output of ``apt-get indextargets``; None when there is none.

    The archive proper says Origin Debian and Label Debian; the security archive has another label. Only what apt has fetched at
    least once is listed at all.
    """
    for target in stanzas(index_targets):
        if (
            target.get("Created-By") == "Packages"
            and target.get("Component") == "main"
            and target.get("Origin") == target.get("Label") == "Debian"
            and not target.get("Repo-URI", "cdrom:").startswith("cdrom:")
        ):
            return target["Repo-URI"].rstrip("/")
    return None


def listed_uri(print_uris: str, codename: str | None) -> str | None:
    """The base address of the archive in the output of ``apt-get update --print-uris``; None when there is none.

    For a machine that has never run `apt-get update`, and for a mirror that calls itself something else: what carries the suite
    that this machine runs (``codename``, None when it is no Debian) is the archive.
    """
    if codename is None:
        return None
    found = re.search(
        rf"^'(?!cdrom:)(?P<uri>[^']+?)/+dists/{re.escape(codename)}/InRelease' ", print_uris, re.MULTILINE
    )
    return found["uri"] if found else None


def stanzas(text: str) -> Iterator[Mapping[str, str]]:
    """The paragraphs of deb822 text as ``field: value``; continuation lines are joined by a blank."""
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t" and name:
            fields[name] = f"{fields[name]} {line.strip()}".strip()
        else:
            name, _, value = line.partition(":")
            fields[name] = value.strip()


def _ask(*arguments: str) -> str:
    return subprocess.run(["apt-get", *arguments], capture_output=True, text=True, check=False).stdout


def _codename() -> str | None:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return None
    return release.get("VERSION_CODENAME") if release.get("ID") == "debian" else None
