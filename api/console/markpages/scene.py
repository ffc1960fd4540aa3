"""What every page about marks begins with: the outlets that the caller may see, and the tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from api.access import Principal
from api.console.markpages.views import Place, place_of, places_of
from api.console.scope import visible_registry
from api.permissions import Permission
from store.database import Connection
from store.model import Outlet, Registry
from store.people import Role
from store.texts import text

TABS = ("todo", "timeline", "list", "checks")


@dataclass(frozen=True)
class Scene:
    """The outlets of one caller at one moment."""

    principal: Principal
    registry: Registry
    places: tuple[Place, ...]
    now: datetime

    @cached_property
    def by_key(self) -> dict[int, Place]:
        """Places by the key of their outlet."""
        return {place.outlet.key: place for place in self.places}

    @property
    def files(self) -> bool:
        """Whether the caller may file and withdraw marks."""
        return self.principal.may(Permission.MARKS_FILE)

    @property
    def company(self) -> bool:
        """Whether a company looks at its own."""
        return self.principal.role is Role.COMPANY

    @property
    def authority(self) -> str | None:
        """For the head of the page."""
        return None if self.registry.authority is None else self.registry.authority.district

    @property
    def sample(self) -> bool:
        """Whether any unit is sample configuration."""
        return any(place.site.sample for place in self.places)

    def chosen(self, site_id: str, outlet_id: str) -> tuple[Place, ...]:
        """The places that a filter leaves; an id that the caller cannot see leaves none."""
        return tuple(
            place
            for place in self.places
            if site_id in ("", place.site.id) and outlet_id in ("", place.outlet.id)
        )

    def place(self, outlet_id: str) -> Place:
        """One place. Raises NotFound ``outlet_not_found``."""
        return place_of(self.places, outlet_id)

    def tabs(self, current: str) -> list[tuple[str, str, bool]]:
        """Address, word and whether one is there."""
        return [(f"/marks/{tab}", text(f"console.markpages.tab.{tab}"), tab == current) for tab in TABS]

    def site_choices(self) -> list[tuple[str, str]]:
        """For the filter by unit."""
        names = {place.site.id: place.site.name for place in self.places}
        return [("", text("console.markpages.every_site")), *names.items()]

    def outlet_choices(self) -> list[tuple[str, str]]:
        """For the filter by outlet."""
        return [
            ("", text("console.markpages.every_outlet")),
            *((place.outlet.id, place.name) for place in self.places),
        ]


def scene_of(connection: Connection, principal: Principal, now: datetime) -> Scene:
    """The scene of a caller."""
    registry = visible_registry(connection, principal, now)
    return Scene(principal, registry, tuple(places_of(registry)), now)


def outlets_of(places: Sequence[Place]) -> tuple[Outlet, ...]:
    """Their outlets."""
    return tuple(place.outlet for place in places)
