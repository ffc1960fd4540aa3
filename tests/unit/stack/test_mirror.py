"""The Debian mirror is read from what apt says about itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.stack import mirror
from deploy.stack.errors import ArchitectureUnsupported, NoMirror, NotDebian
from deploy.stack.mirror import archive_uri, find_mirror, listed_uri, stanzas


def target(**changed: str | None) -> str:
    """One paragraph of `apt-get indextargets`, with some fields changed or (None) left out."""
    fields: dict[str, str | None] = {
        "MetaKey": "main/binary-amd64/Packages",
        "ShortDesc": "Packages",
        "Description": "http://mirror.example/debian bookworm/main amd64 Packages",
        "Codename": "bookworm",
        "Label": "Debian",
        "Origin": "Debian",
        "Suite": "oldstable",
        "Component": "main",
        "Created-By": "Packages",
        "Repo-URI": "http://mirror.example/debian/",
        "Release": "bookworm",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)


SECURITY = target(Label="Debian-Security", Repo_URI="http://mirror.example/debian-security/")
FOREIGN = target(Label="Tools", Origin="A vendor", Repo_URI="https://packages.example/apt/")


@pytest.mark.parametrize(
    ("targets", "expected", "remark"),
    [
        ([target()], "http://mirror.example/debian", "the usual"),
        ([FOREIGN, SECURITY, target()], "http://mirror.example/debian", "not the first"),
        ([target(Repo_URI="https://cache.example:3142/deb/debian/")], "https://cache.example:3142/deb/debian", "a cache"),
        ([target(Repo_URI="mirror+file:/etc/apt/mirrors/debian.list/")], "mirror+file:/etc/apt/mirrors/debian.list", "a list"),
        ([target(Repo_URI="cdrom:[Debian 12]/"), target()], "http://mirror.example/debian", "a disc first"),
        ([target(Codename="trixie", Release="trixie")], "http://mirror.example/debian", "Debian 13"),
        ([target(Created_By="Translations")], None, "no package list"),
        ([target(Component="contrib")], None, "not main"),
        ([SECURITY], None, "security only"),
        ([FOREIGN], None, "vendors only"),
        ([target(Origin="Ubuntu", Label="Ubuntu")], None, "another distribution"),
        ([target(Origin=None, Label=None)], None, "apt never updated"),
        ([target(Repo_URI="cdrom:[Debian 12]/")], None, "a disc only"),
        ([], None, "nothing at all"),
    ],
)  # fmt: skip
def test_the_archive_is_the_target_that_calls_itself_debian(
    targets: list[str], expected: str | None, remark: str
) -> None:
    assert archive_uri("\n".join(targets)) == expected, remark


PRINTED = """\
'https://packages.example/apt/dists/bookworm/InRelease' packages.example_apt_dists_bookworm_InRelease 0
'http://mirror.example/debian/dists/bookworm-updates/InRelease' mirror.example_debian_dists_bookworm-updates_InRelease 0
"""
MAIN = "'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0 \n"


@pytest.mark.parametrize(
    ("printed", "codename", "expected", "remark"),
    [
        (MAIN, "bookworm", "http://mirror.example/debian", "a fresh machine"),
        (MAIN, "trixie", None, "a machine of another suite"),
        (MAIN, None, None, "no Debian"),
        (MAIN.replace("bookworm", "bookworm-updates"), "bookworm", None, "updates only"),
        (MAIN.replace("debian/dists", "debian//dists"), "bookworm", "http://mirror.example/debian", "two slashes"),
        (MAIN.replace("http://mirror.example", "cdrom:[x]"), "bookworm", None, "a disc"),
        ("", "bookworm", None, "nothing"),
    ],
)  # fmt: skip
def test_a_machine_whose_apt_never_updated_still_knows_its_mirror(
    printed: str, codename: str | None, expected: str | None, remark: str
) -> None:
    assert listed_uri(printed, codename) == expected, remark


def test_paragraphs_may_run_over_several_lines() -> None:
    text = "Name: one\nLong: begins\n and goes on\n\n\nName: two\n"
    assert list(stanzas(text)) == [{"Name": "one", "Long": "begins and goes on"}, {"Name": "two"}]


def test_no_mirror_names_the_other_ways(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, tmp_path, machine="x86_64", tools=mirror.TOOLS)
    with pytest.raises(NoMirror) as caught:
        find_mirror()
    assert caught.value.code == "no_mirror"
    for way in ("docker compose", "OUTFALL_DATABASE_URL", "OUTFALL_MQTT_URL"):
        assert way in caught.value.message


def test_a_machine_without_apt_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, tmp_path, machine="x86_64", tools=("apt-get", "apt-config"))
    with pytest.raises(NotDebian, match="dpkg-deb"):
        find_mirror()


def test_a_processor_without_packages_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, tmp_path, machine="riscv64", tools=mirror.TOOLS)
    with pytest.raises(ArchitectureUnsupported, match="riscv64"):
        find_mirror()


def pretend(
    monkeypatch: pytest.MonkeyPatch, directory: Path, *, machine: str, tools: tuple[str, ...]
) -> None:
    """A machine of this kind on whose path are only these tools, each of which prints nothing."""
    for tool in tools:
        program = directory / tool
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
        assert subprocess.run([program], check=True, capture_output=True).stdout == b""
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setattr("platform.machine", lambda: machine)
