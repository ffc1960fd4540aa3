"""The sample sites as the simulator plays them, for every test here."""

from __future__ import annotations

from pathlib import Path

from deploy.simulator.instruments import Station
from deploy.simulator.sources import Source, sources
from store.sitesfile import SitesFile, read_sites_file

PATH = Path(__file__).parents[3] / "deploy" / "sites" / "huangzhong.yaml"
SITES: SitesFile = read_sites_file(PATH.read_text(encoding="utf-8"))
SOURCES = sources(SITES)
OUTLETS = [source.outlet for source in SOURCES]
#: Tuesday 2026-11-24 00:00 Beijing.
MIDNIGHT = 1795449600
HOUR = 3600
DAY = 86400


def source(outlet: str) -> Source:
    """The source of an outlet."""
    return next(one for one in SOURCES if one.outlet == outlet)


def station(outlet: str, seed: int = 1) -> Station:
    """The instruments of an outlet."""
    return Station(source(outlet), seed)
