"""What every page about the quality of the data begins with: outlets, and the tabs that the caller may open."""

from __future__ import annotations

from dataclasses import dataclass

from api.access import Principal
from api.console.markpages.scene import Scene
from api.console.markpages.views import places_of
from api.console.scope import visible_registry
from api.permissions import Permission
from store import clock
from store.database import Connection
from store.texts import text

PATHS = (
    ("calendar", "/quality", Permission.DATA_READ),
    ("statistics", "/quality/statistics", Permission.DATA_READ),
    ("ledger", "/quality/ledger", Permission.LEDGER_READ),
    ("gaps", "/quality/gaps", Permission.DATA_READ),
    ("quarantine", "/quality/quarantine", Permission.QUARANTINE_READ),
)


@dataclass(frozen=True)
class QualityScene(Scene):
    """The outlets of one caller, with the tabs of these pages."""

    def tabs(self, current: str) -> list[tuple[str, str, bool]]:
        """Address, word and whether one is there."""
        return [
            (path, text(f"console.quality.tab.{tab}"), tab == current)
            for tab, path, permission in PATHS
            if self.principal.may(permission)
        ]

    def outlet_name(self, key: int) -> str:
        """An outlet of the ledger; one that is no longer registered is named so."""
        place = self.by_key.get(key)
        return text("console.place_unregistered") if place is None else place.name


def quality_scene(connection: Connection, principal: Principal) -> QualityScene:
    """The scene of a caller now."""
    now = clock.now()
    registry = visible_registry(connection, principal, now)
    return QualityScene(principal, registry, tuple(places_of(registry)), now)
