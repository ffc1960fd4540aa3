"""The steps from nothing to a running Outfall, each safe to repeat."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy import localstack, stack
from deploy.assets import install_assets
from store import clock, people
from store.apply import apply_sites
from store.database import connect
from store.migrate import migrate
from store.model import Registry
from store.registry import load_registry
from store.settings import Settings, load_settings
from store.sitesfile import read_sites_file

OFFICER = "officer"

Say = Callable[[str], None]


@dataclass(slots=True)
class Milestones:
    """Progress as few lines: each new step, and a step that counts again at every quarter."""

    say: Say
    step: str = ""
    quarter: int = -1

    def __call__(self, step: str, share: float | None) -> None:
        """Take note of a step and of how much of it is done (0 to 1), None when that is not known."""
        name = "".join(letter for letter in step if not letter.isdigit())
        quarter = -1 if share is None else int(share * 4)
        if (name, quarter) != (self.step, self.quarter):
            self.say(step if share is None else f"{step} ({share:.0%})")
        self.step, self.quarter = name, quarter


def bring_up_stack(settings: Settings, say: Say) -> Mapping[str, str]:
    """Start the local database and broker unless both are given by URL, and return the environment of the services."""
    own = {
        name: value
        for name in ("OUTFALL_DATABASE_URL", "OUTFALL_MQTT_URL")
        if (value := os.environ.get(name)) is not None
    }
    if len(own) == 2:
        say("using the database and the broker of OUTFALL_DATABASE_URL and OUTFALL_MQTT_URL")
        return own
    localstack.start(settings, Milestones(say))
    return {**stack.env(settings.home), **own}


def prepare(environment: Mapping[str, str], sites: Path, say: Say) -> dict[str, str]:
    """Migrate, load the sites file when nothing is registered yet, and let the gateways into the broker.

    Returns the gateways' broker passwords (empty with a broker of one's own).
    """
    settings = settings_of(environment)
    url = settings.database()
    for name in migrate(url):
        say(f"schema: {name}")
    registry = register_when_empty(url, sites, say)
    return localstack.sync_gateways(settings, registry.gateways)


def register_when_empty(database_url: str, sites: Path, say: Say) -> Registry:
    """Apply the sites file to a registry that has no site yet; one that has some is left as it is."""
    with connect(database_url, name="run") as connection:
        registry = load_registry(connection, at=clock.now())
        if registry.sites:
            return registry
        found = read_sites_file(sites.read_text(encoding="utf-8"))
        report = apply_sites(connection, found, actor="system", at=clock.now())
        connection.commit()
        say(f"sites: {len(report.changes)} records from {sites.name}")
        return load_registry(connection, at=clock.now())


def officer_password(environment: Mapping[str, str]) -> str:
    """The password of the first console user, made and kept in the home (0600) the first time."""
    settings = settings_of(environment)
    file = settings.home / "secrets" / "console-officer"
    if file.exists():
        password = file.read_text(encoding="ascii").strip()
    else:
        password = secrets.token_urlsafe(12)
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as out:
            out.write(password + "\n")
    with connect(settings.database(), name="run") as connection:
        if all(user.name != OFFICER for user in people.list_users(connection)):
            people.add_user(
                connection, name=OFFICER, display_name="值班执法人员", role="officer", password=password
            )
            connection.commit()
    return password


def install_browser_assets(say: Say) -> None:
    """Install the console's browser assets from npm when they are not there yet."""
    install_assets(say)


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings as the services see them."""
    return load_settings(
        **{name.removeprefix("OUTFALL_").lower(): value for name, value in environment.items()}
    )
