"""``/reports``: the page of a report table, and its files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.reports import forms, reads
from api.console.reports.build import Asked, build_table
from api.console.reports.model import KINDS, Kind, Table
from api.console.reports.periods import Period, read_period
from api.console.reports.rounding import Places
from api.console.scope import visible_registry
from api.context import Services, ServicesHere
from api.exports import csv_response, disposition, xlsx_response
from api.permissions import Permission
from store import clock
from store.language import language, speaking
from store.model import Outlet, Registry
from store.settings import Settings
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.DATA_READ)]
Written = Annotated[str | None, Query(max_length=20)]
Hour = Annotated[str, Query(max_length=2, pattern=r"^([01]?\d|2[0-3])?$")]
Form = Literal["xlsx", "csv", "pdf"]


@router.get("/reports")
def report_page(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    outlet: Annotated[str | None, Query(max_length=64)] = None,
    kind: Kind = "day",
    date: Written = None,
    hour: Hour = "",
) -> Response:
    """A report table of an outlet; without one asked for, the first outlet and what passed last."""
    now = clock.now()
    # The form sends the hour along with every kind, empty where none is chosen.
    period = read_period(kind, date, int(hour) if hour else None, now)
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
    shown = _outlet(registry, outlet)
    table = None if shown is None else _table(services, registry, shown, period, now)
    return render(
        request,
        "reports/report.html",
        principal,
        page="reports",
        authority=None if registry.authority is None else registry.authority.district,
        table=table,
        period=period,
        following=period.after if period.end <= now else None,
        kinds=[(one, text(f"console.reports.kind.{one}")) for one in KINDS],
        hours=[("", text("console.reports.nothing")), *((number, f"{number:02d}") for number in range(24))],
        outlets=[(one.id, f"{site.name} {one.name}") for site in registry.sites for one in site.outlets],
        **({} if table is None else _words(table)),
    )


@router.get("/reports/{outlet_id}/{kind}/{date}.{form}")
def report_file(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    outlet_id: str,
    kind: Kind,
    date: Annotated[str, Path(max_length=20)],
    form: Form,
) -> Response:
    """The same table as XLSX, CSV or PDF/A."""
    now = clock.now()
    period = read_period(kind, date, None, now)
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
    # A paper is Chinese whoever prints it; what the table says is made with the table.
    with speaking("zh" if form == "pdf" else language()):
        table = _table(services, registry, registry.outlet(outlet_id), period, now)
    name = f"{forms.file_stem(table, period)}.{form}"
    if form == "pdf":
        by = registry.authority.district if registry.authority else ""
        made = forms.paper_of(table, period, by=by, at=now)
        headers = {"Content-Disposition": disposition(name), "Cache-Control": "private, no-store"}
        return Response(made, headers=headers, media_type="application/pdf")
    sheet = forms.sheet_of(table, period, who=principal.display_name or principal.name, at=now)
    return csv_response(name, sheet) if form == "csv" else xlsx_response(name, [sheet], at=now)


def _outlet(registry: Registry, outlet_id: str | None) -> Outlet | None:
    """The outlet that was asked for, else the first. Raises NotFound for one that the caller may not see."""
    return registry.outlet(outlet_id) if outlet_id else next(registry.outlets(), None)


def _table(services: Services, registry: Registry, outlet: Outlet, period: Period, now: datetime) -> Table:
    asked = Asked(registry.site_of(outlet), outlet, period, places_of(services.settings))
    with services.database.read() as connection:
        material = reads.material_of(connection, outlet, period, services.settings, now)
        published = reads.published_of(connection, outlet, period, material, services.settings)
        minutes = reads.minutes_of(connection, outlet, period) if period.kind == "hour" else ()
    return build_table(asked, material, published, minutes)


def places_of(settings: Settings) -> Places:
    """The decimals that the bureau chose."""
    return Places(settings.report_mass_decimals, settings.report_decimals)


def _words(table: Table) -> dict[str, Any]:
    return {
        "title": forms.title_of(table),
        "published": forms.published_words(table),
        "legend": forms.legend(table),
    }
