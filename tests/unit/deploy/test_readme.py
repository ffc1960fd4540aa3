"""The README says what is true."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from deploy.cli import app
from deploy.commands.settings import markdown

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_settings_table_is_the_one_that_the_command_prints() -> None:
    assert markdown() in README, "run: outfall settings --markdown"


def test_every_command_that_the_readme_names_exists() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for first, second in re.findall(r"(?:`|bin/)outfall ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", README):
        assert first in commands, first
        if hasattr(commands[first], "commands") and second:
            assert second in commands[first].commands, f"{first} {second}"


def test_every_target_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)`", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
