"""Filing what the simulated companies say about the history of a first start."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from deploy.launch.bringup import Say
from deploy.simulator import state
from deploy.simulator.papers import Paper, papers
from deploy.simulator.sources import sources
from store import clock
from store.checkfiling import NewChainCheck, NewCheck, file_chain_check, file_check
from store.clock import hour_start
from store.database import Connection, connect
from store.errors import Refused
from store.markfiling import file_mark
from store.markrules import NewMark, clocks_of
from store.model import Registry
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings

log = logging.getLogger(__name__)

ACTOR = "simulator"
JUDGED_SECONDS = 30.0
"""How long to wait for the history to be judged: what came late may be marked late, but only once it is known to have come."""


def file_papers(settings: Settings, say: Say, alive: Callable[[], None], seed: int = 1) -> None:
    """File the papers once; nothing where they are filed, and nothing for sites that are not sample."""
    with connect(settings.database(), name="run") as connection:
        registry = load_registry(connection, at=clock.now())
        connection.commit()
        sample = {outlet.id for site in registry.sites if site.sample for outlet in site.outlets}
        played = [source for source in sources(registry) if source.outlet in sample]
        wanted = papers(played, state.load_episodes(settings.home), seed)
        if not wanted:
            return
        if not _await_judgement(connection, registry, wanted, alive):
            say("the history is still being judged; what the companies file about it may count as late")
        try:
            with connection.transaction():
                for paper in wanted:
                    _file(connection, registry, paper, clock.now(), settings)
        except Refused as refusal:
            # A second start: what the simulated companies have to say is on record.
            log.info("the papers of the sample sites are left as they are: %s", refusal)
            return
    say(f"sample sites: {len(wanted)} marks and checks filed by the simulated companies")


def _await_judgement(
    connection: Connection, registry: Registry, wanted: tuple[Paper, ...], alive: Callable[[], None]
) -> bool:
    hours = {
        (registry.outlet(paper.outlet).key, hour_start(paper.filed.from_time))
        for paper in wanted
        if isinstance(paper.filed, NewMark)
    }
    deadline = time.monotonic() + JUDGED_SECONDS
    newest = {key: max(hour for other, hour in hours if other == key) for key, _ in hours}
    while time.monotonic() < deadline:
        alive()
        judged = [
            connection.execute(queries("jobs")["hour_judged"], {"outlet_key": key, "start": hour}).fetchone()
            for key, hour in newest.items()
        ]
        connection.commit()
        if all(row and row[0] for row in judged):
            return True
        time.sleep(0.5)
    return False


def _file(connection: Connection, registry: Registry, paper: Paper, at: datetime, settings: Settings) -> None:
    outlet = registry.outlet(paper.outlet)
    filed = paper.filed
    who = {"actor": ACTOR, "origin": ACTOR}
    if isinstance(filed, NewMark):
        industry = next(site.industry for site in registry.sites if site.key == outlet.site_key)
        file_mark(connection, outlet, industry, filed, **who, at=at, clocks=clocks_of(settings))
    elif isinstance(filed, NewCheck):
        file_check(connection, outlet, filed, **who, at=at)
    elif isinstance(filed, NewChainCheck):
        file_chain_check(connection, outlet, filed, **who, at=at)
